"""The operators' log: one JSON line for each unit of work, with ids and never a name, a value or a text about a patient.

A closed list of fields may appear; any other is left out and its name is listed under `left_out`, so that a careless log
call cannot leak. Errors are logged with their kind and the lines of code they passed, without local variables; the text
of an error is kept only where it cannot speak of a patient.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog
from structlog.tracebacks import ExceptionDictTransformer

from engine.errors import AuthorError
from engine.ports import CommitUnknown, StoreBusy

FIELDS = frozenset(
    {
        "event", "level", "timestamp", "logger", "exception", "left_out",
        "request", "method", "route", "status", "milliseconds", "client",
        "patient", "enrolment", "pathway", "action", "command", "role", "code", "place",
        "chore", "count", "patients", "failed", "late_seconds", "lag_seconds", "worker", "address", "version", "schema", "revision",
        "resource", "file", "line",
        "letter", "channel", "urgency", "layout", "sent", "suppressed", "carried", "dead", "waiting", "postponed", "taken_over", "down",
    }
)  # fmt: skip
"""What a line may say. Pseudonymous ids and codes only; `place` is a place in a definition or setting."""

_SPEAKS_OF_NOBODY = (AuthorError, StoreBusy, CommitUnknown, ImportError)
_trace = ExceptionDictTransformer(show_locals=False, max_frames=30)
Event = MutableMapping[str, Any]


def configure(level: str, stream: TextIO | None = None) -> None:
    """Set up the log of this process, once, libraries included."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        only_known_fields,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    last: list[structlog.typing.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        traced,
        _json(),
    ]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    _quieten()


def _json() -> structlog.processors.JSONRenderer:
    return structlog.processors.JSONRenderer(ensure_ascii=False, default=str)


def _quieten() -> None:
    """Libraries speak up only when something is wrong; their requests and statements may hold values."""
    for name in ("apscheduler", "engine.store", "uvicorn", "sqlalchemy", "alembic", "httpx", "multipart", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)


def only_known_fields(_: Any, __: str, event: Event) -> Event:
    """Leave out every field that is not on the list, and say which."""
    unknown = [name for name in event if name not in FIELDS and not name.startswith("_") and name not in _META]
    for name in unknown:
        del event[name]
    return {**event, "left_out": sorted(unknown)} if unknown else event


_META = frozenset({"exc_info", "stack_info", "positional_args"})


def traced(_: Any, __: str, event: Event) -> Event:
    """Turn an exception into its kind, the code it passed and, where it speaks of nobody, its text."""
    info = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if info:
        info = sys.exc_info() if info is True else info
        error = info[1] if isinstance(info, tuple) else info
        if isinstance(error, BaseException):
            event["exception"] = _told(error)
    return event


def _told(error: BaseException) -> list[dict[str, Any]]:
    chain = _trace((type(error), error, error.__traceback__))
    keep = isinstance(error, _SPEAKS_OF_NOBODY)
    return [_without_text(one, keep=keep and number == 0) for number, one in enumerate(chain)]


def _without_text(one: dict[str, Any], *, keep: bool) -> dict[str, Any]:
    frames = [{key: frame[key] for key in ("filename", "lineno", "name")} for frame in one.get("frames", [])]
    return {"type": one["exc_type"], **({"text": one["exc_value"]} if keep else {}), "frames": frames}
