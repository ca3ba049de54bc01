"""What a command has led to, read back from its audit entries: for the page to which a form leads after it was sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from engine.audit.events import Event
from engine.model import Chart
from engine.ports import AuditEntry
from service.following import Following, Group
from service.wiring import Careway

_READING = frozenset({Event.PATIENT_READ.value, Event.AUDIT_READ.value})


@dataclass(frozen=True, slots=True)
class Happened:
    """What somebody did, and what followed."""

    event: str
    """The kind of the command."""
    label: str
    """The action, where it was one."""
    pathway: str
    occurred: str
    role: str
    name: str
    dose: str
    groups: tuple[Group, ...]


def last_of(careway: Careway, patient: str, person: str) -> int:
    """Position of the newest audit entry by a person who did something; 0 where there is none."""
    entries = careway.store.entries(patient)
    mine = (one for one in reversed(entries) if one.event not in _READING and _name(one) == person)
    return next((one.position for one in mine), 0)


def happened(careway: Careway, chart: Chart, position: int, language: str) -> Happened | None:
    """What the command did that left this audit entry; None where there is no such entry."""
    entries = [one for one in careway.store.entries(chart.patient.id) if one.event not in _READING]
    found = next((one for one in entries if one.position == position), None)
    if found is None:
        return None
    together = [one for one in entries if (one.occurred, one.actor) == (found.occurred, found.actor)]
    contents = [(one, orjson.loads(one.content)) for one in together]
    own, content = next(((e, c) for e, c in contents if e.event != Event.ENROLMENT_REEVALUATED.value), contents[0])
    groups = Following(careway, chart, language).groups((one.enrolment, told) for one, told in contents)
    actor = orjson.loads(found.actor)
    return Happened(
        own.event, _action(careway, chart, own, content, language), _title(careway, chart, own, language), own.occurred,
        str(actor.get("role", "")), str(actor.get("name", "")), _dose(content), tuple(groups),
    )  # fmt: skip


def _name(entry: AuditEntry) -> str:
    return str(orjson.loads(entry.actor).get("name", ""))


def _title(careway: Careway, chart: Chart, entry: AuditEntry, language: str) -> str:
    known = chart.enrolments.get(entry.enrolment)
    return careway.registry.labels.of("pathway", known.pathway, language) if known is not None else ""


def _action(careway: Careway, chart: Chart, entry: AuditEntry, content: dict[str, Any], language: str) -> str:
    known, action = chart.enrolments.get(entry.enrolment), content.get("action")
    if known is None or not action:
        return ""
    return careway.registry.labels.of("action", f"{known.pathway}.{action}", language)


def _dose(content: dict[str, Any]) -> str:
    doses = (one.get("dose") for one in content.get("events", ()) if isinstance(one, dict))
    return str(next((dose for dose in doses if dose), ""))
