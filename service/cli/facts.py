"""Turns facts as they are typed into the engine's commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.commands import CorrectFact, Entry, RecordFacts
from engine.errors import InvalidCommand

if TYPE_CHECKING:
    from engine.model import Chart
    from service.wiring import Careway


def recording(given: Mapping[str, list[Any]], effective: str, common: Mapping[str, Any]) -> RecordFacts:
    """The command that records them."""
    entries = tuple(Entry(code, _dated(value, effective)) for code, values in given.items() for value in values)
    return RecordFacts(entries=entries, **common)


def _dated(value: Any, effective: str) -> Any:
    if not effective:
        return value
    return {"effective": effective, **(value if isinstance(value, dict) else {"value": value})}


def correction(
    careway: Careway,
    chart: Chart,
    given: Mapping[str, list[Any]],
    effective: str,
    reason: str,
    common: Mapping[str, Any],
) -> CorrectFact:
    """The command that replaces the one recorded value of a fact. Raises `InvalidCommand`, `NotFound`."""
    values = [(code, value) for code, found in given.items() for value in found]
    if len(values) != 1:
        raise InvalidCommand("A correction concerns one fact.", remedy="Correct them one by one.")
    if not effective:
        raise InvalidCommand("Which of the recorded values?", place="--effective", remedy="Say when it was true.")
    code, value = values[0]
    zone = chart.patient.zone
    fact = careway.registry.catalogue.pick(chart.facts.values(), code, zone=zone, effective=effective)
    return CorrectFact(fact=fact.id, value=value, reason=reason, **common)
