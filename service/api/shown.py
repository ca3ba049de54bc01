"""Records as people and programs read them: labels in the reader's language, instants in RFC 3339, exact numbers as text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.catalogue import Catalogue
from engine.codec import instant_text, when_text
from engine.decide.causes import gone
from engine.definition.schema import DefinitionSpec
from engine.errors import AuthorError
from engine.evaluation.records import Records
from engine.language import readable
from engine.language.labels import humanised
from engine.model import Chart, Enrolment, Fact, Hold, Message, Patient, Task, TimerState, When
from engine.units import Duration, Quantity
from service.api import schemas as s
from service.wiring import Careway

_WORDS = {True: {"en": "yes", "zh": "是"}, False: {"en": "no", "zh": "否"}}


def value_text(value: Any, unit: str = "", language: str = "en") -> str:
    """A value for people: `4.2 g/L`, `positive`, `yes`, `2026-01-05`."""
    if isinstance(value, bool):
        return _WORDS[value][language]
    if isinstance(value, Quantity):
        value, unit = value.value, value.unit
    if isinstance(value, Decimal):
        return f"{plain_number(value)} {readable.unit(unit)}".strip()
    if isinstance(value, tuple | list):
        return ", ".join(value_text(one, unit, language) for one in value)
    if isinstance(value, datetime):
        return instant_text(value)
    return str(value) if isinstance(value, date | str | Duration | int) else ""


def plain_number(value: Decimal) -> str:
    """A decimal without exponent; its digits are kept."""
    return f"{value:f}"


def open_value(value: Any) -> Any:
    """A recorded value, JSON-ready: exact numbers as text."""
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, date):
        return when_text(value)
    if isinstance(value, tuple | list):
        return [open_value(one) for one in value]
    if isinstance(value, dict):
        return {str(key): open_value(one) for key, one in value.items()}
    return value if isinstance(value, str | int | bool) or value is None else str(value)


def when_or_none(when: When | None) -> str | None:
    """A day or an instant as text."""
    return None if when is None else when_text(when)


class Shower:
    """Shows the records of one patient in one language."""

    def __init__(self, careway: Careway, language: str) -> None:
        self._registry = careway.registry
        self._language = language

    def label(self, pathway: str, kind: str, code: str) -> str:
        """The label of a stage, hold, task or action of a pathway."""
        return self._registry.labels.of(kind, f"{pathway}.{code}", self._language)

    def pathway(self, name: str) -> str:
        """The title of a pathway."""
        return self._registry.labels.of("pathway", name, self._language)

    def enrolment(self, chart: Chart, one: Enrolment) -> s.Enrolment:
        """An enrolment with its stage, holds, open tasks, next event, and the messages that still wait for an answer."""
        holds = [hold for hold in chart.holds.values() if hold.enrolment == one.id and hold.released is None]
        tasks = [task for task in chart.tasks.values() if task.enrolment == one.id and task.status == "open"]
        messages = unanswered(chart, one)
        timers = [timer.due for timer in chart.timers.values() if _pending(timer, one)]
        return s.Enrolment(
            id=one.id, patient=chart.patient.id, pathway=one.pathway, title=self.pathway(one.pathway), ordinal=one.ordinal,
            definition=one.definition, version=one.version, stage=self._named(one, "stage", one.stage), opened=instant_text(one.opened),
            closed=when_or_none(one.closed), parent=one.parent, settings=open_value(dict(one.settings)), callers=sorted(one.callers),
            history=[s.Arrival(stage=at.stage, at=instant_text(at.at), via=at.via) for at in one.history],
            holds=[self.hold(one, hold) for hold in holds], tasks=[self.task(one, task) for task in in_order(tasks)],
            messages=[self.message(one, note) for note in messages], next_event=when_or_none(min(timers, default=None)),
        )  # fmt: skip

    def _spec(self, one: Enrolment) -> DefinitionSpec:
        """The definition on which it runs; for showing, the one in force does where that version is not loaded."""
        try:
            return self._registry.version(one.definition).spec
        except AuthorError:
            return self._registry.latest(one.pathway).spec

    def _named(self, one: Enrolment, kind: str, code: str) -> s.Named:
        return s.Named(id=code, label=self.label(one.pathway, kind, code))

    def hold(self, one: Enrolment, hold: Hold) -> s.Hold:
        """A hold with what releases it."""
        spec = self._spec(one).holds.get(hold.code)
        return s.Hold(
            id=hold.id, code=hold.code, label=self.label(one.pathway, "hold", hold.code), opened=instant_text(hold.opened),
            causes=list(hold.causes), released=when_or_none(hold.released), effect=spec.effect if spec else "",
            hard=spec.hard if spec else False, statements=list(spec.statement) if spec else [], release=spec.release if spec else "",
        )  # fmt: skip

    def task(self, one: Enrolment, task: Task) -> s.Task:
        """A task with its window."""
        spec = self._spec(one).tasks.get(task.code)
        return s.Task(
            id=task.id, code=task.code, label=self.label(one.pathway, "task", task.code), occurrence=task.occurrence, role=task.role,
            status=task.status.value, due=when_or_none(task.due), opens=when_or_none(task.opens), until=when_or_none(task.until),
            overdue_since=when_or_none(task.overdue_since), frozen=task.frozen, closed=when_or_none(task.closed), closed_by=task.closed_by,
            statements=list(spec.statement) if spec else [],
        )  # fmt: skip

    def message(self, one: Enrolment, note: Message) -> s.Message:
        """A requested notification."""
        by, spec = note.acknowledged_by, self._spec(one).notifications.get(note.code)
        label = getattr(spec.label, self._language) if spec else humanised(note.code)
        return s.Message(
            id=note.id, code=note.code, label=label, enrolment=note.enrolment, to=note.to, urgency=note.urgency, requested=instant_text(note.requested),
            acknowledged=when_or_none(note.acknowledged), acknowledged_by=by.role if by else None,
        )  # fmt: skip

    def summary(self, chart: Chart) -> s.PatientSummary:
        """A patient with all enrolments."""
        known = chart.patient
        enrolments = [self.enrolment(chart, one) for one in chart.enrolments.values()]
        return s.PatientSummary(
            **patient(known).model_dump(),
            facts=len(chart.facts),
            enrolments=enrolments,
            deviations=len(chart.deviations),
        )


def unanswered(chart: Chart, one: Enrolment) -> list[Message]:
    """The messages of an enrolment that nobody acknowledged and that are still true."""
    found = [note for note in chart.messages.values() if note.enrolment == one.id and note.acknowledged is None]
    records = Records.of(chart.facts.values()) if found else Records()
    return [note for note in found if not gone(chart, records, note)]


def patient(known: Patient) -> s.Patient:
    """A patient, by pseudonym."""
    birth = known.birth_date.isoformat() if known.birth_date else None
    return s.Patient(id=known.id, birth_date=birth, sex=known.sex, zone=known.zone, version=known.version)


def fact(catalogue: Catalogue, one: Fact, language: str, replaced_by: str | None) -> s.Fact:
    """A fact with its two times and its standing."""
    definition = catalogue.facts.get(one.code)
    unit = str(one.attributes.get("unit", definition.unit if definition else ""))
    return s.Fact(
        id=one.id, code=one.code, label=definition.label[language] if definition else one.code, value=open_value(one.value),
        unit=unit if isinstance(one.value, Decimal) else "", comparator=one.comparator, event=one.event.value if one.event else None,
        attributes=open_value(dict(one.attributes)), status=one.status.value, effective=when_text(one.effective if one.timed else one.effective_day),
        recorded=instant_text(one.recorded), recorded_by=one.recorder.role, source=one.source, as_reported=one.as_reported,
        supersedes=one.supersedes, replaced_by=replaced_by, reason=one.reason,
    )  # fmt: skip


def in_order(tasks: Iterable[Task]) -> list[Task]:
    """Tasks by due date; those without one last."""
    return sorted(tasks, key=lambda one: (one.due is None, when_or_none(one.due) or "", one.id))


def _pending(timer: Any, one: Enrolment) -> bool:
    return timer.enrolment == one.id and timer.state is TimerState.PENDING
