"""What commands print: data on stdout, as text or as JSON; complaints and progress on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

import typer

from engine.errors import CarewayError

DONE, FAILED, BAD_INPUT = 0, 1, 2

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Lang = Annotated[
    str, typer.Option("--lang", help="Language of sentences: en or zh; else that of LANG.", metavar="en|zh")
]
Language = Literal["en", "zh"]


def language(option: str = "") -> Language:
    """The language asked for, else that of the terminal. Raises `typer.BadParameter`."""
    if option not in ("", "en", "zh"):
        raise typer.BadParameter(f"{option} is not en or zh.", param_hint="--lang")
    named = option or next((os.environ[one] for one in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(one)), "")
    return "zh" if named.startswith("zh") else "en"


def show(data: Any, text: str, *, as_json: bool) -> None:
    """Print the answer of a command in the form that was asked for."""
    print(as_text(data) if as_json else text)


def as_text(data: Any) -> str:
    """JSON for people and machines: indented, Chinese as it is; dates and decimals as text."""
    return json.dumps(data, ensure_ascii=False, indent=2, default=str)


def table(rows: Iterable[Sequence[Any]], heading: Sequence[str] = ()) -> str:
    """Columns of equal width, two spaces between them; Chinese characters count double."""
    lines = [[str(cell) for cell in row] for row in ([heading] if heading else [])] + [
        [str(c) for c in r] for r in rows
    ]
    if not lines:
        return ""
    widths = [max(width(line[n]) for line in lines) for n in range(len(lines[0]))]
    return "\n".join(_line(line, widths) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell + " " * (wide - width(cell)) for cell, wide in zip(cells, widths, strict=True)).rstrip()


def width(text: str) -> int:
    """How many columns of a terminal a text fills."""
    return sum(2 if "\u2e80" <= char <= "\uffef" else 1 for char in text)


def complain(error: CarewayError, *, as_json: bool = False) -> None:
    """Say on stderr what went wrong, where, and what to do."""
    print(as_text({"error": error.as_dict()}) if as_json else f"careway: {error}", file=sys.stderr)


def note(text: str) -> None:
    """A remark on stderr, beside the data."""
    print(text, file=sys.stderr)


def silence_stdout() -> None:
    """The reader of our output has gone; do not complain again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
