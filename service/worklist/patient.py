"""What the page of one patient shows: enrolments with stage and holds, next actions as checklists, tasks, messages, audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from engine.audit.events import Event, event_name
from engine.calendar import age_in_years, days_between, local_day, parse_when
from engine.codec import instant_text
from engine.model import Chart, Enrolment
from engine.ports import AuditEntry
from service.api import schemas as s
from service.api.looking import Look, Prospect
from service.api.shown import Shower, in_order
from service.wiring import Careway
from service.worklist.listing import STATES

URGENCIES = ("critical", "high", "routine")
ENTRIES = 40
"""Newest audit entries on the page; the API has them all."""
READING = frozenset({Event.PATIENT_READ.value, Event.AUDIT_READ.value})


@dataclass(frozen=True, slots=True)
class Note:
    """A message that several roles got at one time."""

    urgency: str
    label: str
    requested: str
    roles: tuple[str, ...]
    messages: tuple[tuple[str, str], ...] = ()
    """Role and id of each."""


@dataclass(frozen=True, slots=True)
class Section:
    """One enrolment on the page."""

    shown: s.Enrolment
    tasks: list[tuple[str, s.Task]]
    """Open tasks with the state of each, in the order of the worklist."""
    next: list[Prospect]
    """Actions that the stage allows, blocked ones first."""
    notes: list[Note]
    """Messages not acknowledged, the most urgent first, then the newest."""
    closed: list[s.Task]


@dataclass(frozen=True, slots=True)
class Entry:
    """One audit entry in short."""

    position: int
    occurred: str
    event: str
    role: str
    name: str
    pathway: str
    happened: tuple[str, ...]
    hash: str


class PatientPage:
    """Reads one patient for a reader of one language."""

    def __init__(self, careway: Careway, patient: str, language: str) -> None:
        """Raises NotFound."""
        self._careway = careway
        self._now = careway.clock.now()
        self._chart = careway.engine.chart(patient)
        self._look = Look(careway, self._chart, self._now, language)
        self._shower = Shower(careway, language)

    @property
    def chart(self) -> Chart:
        """The patient's chart as the page shows it."""
        return self._chart

    def values(self) -> dict[str, Any]:
        """Everything that the template shows."""
        known = self._chart.patient
        today = local_day(self._now, known.zone)
        enrolments = self._chart.enrolments.values()
        return {
            "patient": known, "age": age_in_years(known.birth_date, today) if known.birth_date else None, "zone": known.zone,
            "running": [self._section(one) for one in enrolments if one.open],
            "ended": [self._section(one) for one in enrolments if not one.open],
            "audit": self._audit(), "days": self._days, "now": instant_text(self._now),
        }  # fmt: skip

    def _section(self, one: Enrolment) -> Section:
        closed = [task for task in self._chart.tasks.values() if task.enrolment == one.id and task.status != "open"]
        prospects = [found for found in self._look.prospects_or_none(one) if found.possible] if one.open else []
        prospects.sort(key=lambda found: (not found.proposed, found.verdict.value != "refused", not found.checks))
        shown = [self._shower.task(one, task) for task in in_order(closed)]
        enrolment = self._shower.enrolment(self._chart, one)
        tasks = [(self._state(task), task) for task in enrolment.tasks]
        tasks.sort(key=lambda found: STATES.index(found[0]))
        return Section(enrolment, tasks, prospects, _notes(enrolment.messages), shown[::-1])

    def _state(self, task: s.Task) -> str:
        return task_state(task, self._now, self._chart.patient.zone)

    def _days(self, when: str) -> int:
        """Days from today to a day or instant; negative in the past."""
        return days_until(when, self._now, self._chart.patient.zone)

    def _audit(self) -> list[Entry]:
        """The newest entries, but for who read: what happened to the patient would drown in it."""
        entries = self._careway.store.entries(self._chart.patient.id)
        newest = [one for one in entries if one.event not in READING][-ENTRIES:]
        return [self._entry(one) for one in reversed(newest)]

    def _entry(self, one: AuditEntry) -> Entry:
        actor, content = orjson.loads(one.actor), orjson.loads(one.content)
        happened = [item for item in content.get("events", ()) if event_name(item) != one.event]
        pathway = self._chart.enrolments[one.enrolment].pathway if one.enrolment in self._chart.enrolments else ""
        return Entry(
            one.position, one.occurred, one.event, actor.get("role", ""), actor.get("name", ""),
            self._shower.pathway(pathway) if pathway else "", tuple(dict.fromkeys(map(event_name, happened))), one.hash[:12],
        )  # fmt: skip


def task_state(task: s.Task, now: datetime, zone: str) -> str:
    """The state of an open task, as the worklist has it."""
    begins = task.opens or task.due
    if task.frozen:
        return "blocked"
    if task.overdue_since:
        return "overdue"
    return "due" if begins is None or days_until(begins, now, zone) <= 0 else "later"


def days_until(when: str, now: datetime, zone: str) -> int:
    """Days of the site from now to a day or instant; negative in the past."""
    return days_between(local_day(now, zone), local_day(parse_when(when, zone), zone))


def _notes(messages: Sequence[s.Message]) -> list[Note]:
    together: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for one in sorted(messages, key=lambda it: it.requested, reverse=True):
        together.setdefault((one.urgency, one.label, one.requested), []).append((one.to, one.id))
    notes = [Note(*key, tuple(role for role, _ in found), tuple(found)) for key, found in together.items()]
    return sorted(notes, key=lambda it: URGENCIES.index(it.urgency))
