"""Runs one command line and turns what went wrong into a sentence and an exit code, never a traceback for bad input."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from engine.errors import CarewayError
from service.cli import (
    accounts,
    configuring,
    database,
    defining,
    importing,
    messages,
    pathways,
    patients,
    questions,
    replaying,
    reporting,
    serving,
)
from service.cli.app import app
from service.cli.printing import BAD_INPUT, FAILED, complain, silence_stdout

COMMANDS = (
    accounts,
    configuring,
    database,
    defining,
    importing,
    messages,
    pathways,
    patients,
    questions,
    replaying,
    reporting,
    serving,
)
"""Modules whose commands are added to the application by importing them."""

PASSING = frozenset({"store_busy", "commit_unknown", "conflict", "lease_lost"})
"""Errors that are nobody's bad input: the same command may succeed later."""


def run(arguments: Sequence[str]) -> int:
    """Run a command line; its exit code."""
    as_json = "--json" in arguments
    try:
        code = app(args=list(arguments), prog_name="careway", standalone_mode=False)
    except CarewayError as error:
        complain(error, as_json=as_json)
        return FAILED if error.code in PASSING else BAD_INPUT
    except TyperException as error:
        return _misused(error)
    except typer.Abort:
        return FAILED
    except BrokenPipeError:
        silence_stdout()
        return FAILED
    return code if isinstance(code, int) else 0


def _misused(error: TyperException) -> int:
    """An option or argument that does not exist or cannot be read."""
    show = getattr(error, "show", None)
    with contextlib.suppress(BrokenPipeError):
        if show is not None:
            show()
    return BAD_INPUT
