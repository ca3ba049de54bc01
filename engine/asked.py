"""What was asked, as JSON and back: the audit keeps each command, so that its decision can be made again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.codec import from_json, to_json
from engine.commands import (
    Acknowledge,
    CloseTask,
    Command,
    CorrectFact,
    Enrol,
    FireTimers,
    PerformAction,
    RecordFacts,
    RetractFact,
)
from engine.errors import AuthorError
from engine.model import Person

_NAMES: dict[type[Command], str] = {
    Enrol: "enrol",
    RecordFacts: "record_facts",
    CorrectFact: "correct_fact",
    RetractFact: "retract_fact",
    PerformAction: "perform_action",
    CloseTask: "close_task",
    Acknowledge: "acknowledge",
    FireTimers: "fire_timers",
}
_CLASSES = {name: cls for cls, name in _NAMES.items()}
_ELSEWHERE = ("patient", "at", "by")
"""Fields that the entry itself bears."""


def asked_json(command: Command, seq: int) -> dict[str, Any]:
    """A command, JSON-ready; `seq` is the number of the patient's last record when it came, on which new ids depend."""
    asked = to_json(_exact(replace(command, key="")))
    kept = {name: value for name, value in asked.items() if name not in _ELSEWHERE}
    return {"command": _NAMES[type(command)], "seq": seq, **kept}


def _exact(value: Any) -> Any:
    """The same without binary fractions: what somebody handed over as 0.1 is kept as the decimal that it was read as."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: _exact(getattr(value, one.name)) for one in fields(value)})
    if isinstance(value, Mapping):
        return {key: _exact(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_exact(item) for item in value)
    return value


def command_of(asked: Mapping[str, Any], patient: str, at: datetime, by: Person) -> Command:
    """The command that `asked_json` wrote, without its idempotency key. Raises AuthorError for one that this release does not know."""
    cls = _CLASSES.get(asked["command"])
    if cls is None:
        raise AuthorError(
            f"The audit holds a command {asked['command']!r}, which this release does not know.",
            place="audit",
            remedy="Use the release that wrote it, or a newer one.",
        )
    values = {name: value for name, value in asked.items() if name not in ("command", "seq")}
    made = from_json(cls, {**values, "at": "1970-01-01T00:00:00Z"})
    return replace(made, patient=patient, at=at, by=by)
