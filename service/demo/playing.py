"""Plays a story on the engine: timers fire in between at their own moments, facts come in through the FHIR import, people act.

What the engine refuses without the story wanting it is a mistake of the story; it is kept as a `Surprise` and the story
goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.actions import Engine
from engine.commands import Acknowledge, CloseTask, Command, Enrol, FireTimers, Outcome, Override, PerformAction
from engine.errors import CallerError, NotFound
from engine.model import SYSTEM, Chart, Enrolment, Person, TaskStatus, TimerState
from service.demo.records import Records
from service.demo.story import COORDINATOR, Acknowledgement, Arrival, Deed, Event, Story
from service.fhir import ImportReport, import_resources

IMPORTER = Person("care_coordinator", "import")
MOST_RINGS = 20_000
MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Surprise:
    """Something that did not go as the story was written."""

    patient: int
    journey: str
    at: datetime
    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.patient} {self.journey} {self.at:%Y-%m-%d %H:%M} {self.what}: {self.why}"


@dataclass
class Player:
    """One story on its way."""

    engine: Engine
    story: Story
    records: Records
    now: datetime
    """Where the story stops."""
    report: ImportReport
    surprises: list[Surprise] = field(default_factory=list)
    commands: int = 0
    patient: str = ""
    _clock: datetime | None = None

    def play(self) -> None:
        """Register the patient, then live through the story up to now."""
        events = self.story.until(self.now)
        first = min((one.at for one in events), default=self.now)
        self._import([self.records.patient], first)
        self.patient = self.records.found(self.engine)
        for at, together in _moments(events):
            self._ring_until(at)
            for event in together:
                self._do(event)
        self._ring_until(self.now)

    def _do(self, event: Event) -> None:
        match event:
            case Arrival():
                self._import(self.records.write(event), event.at)
                self._enrol(event.at)
            case Deed():
                self._act(event)
            case Acknowledgement():
                self._read(event)

    # --- facts ---

    def _import(self, resources: Iterable[Mapping[str, Any]], at: datetime) -> None:
        found = import_resources(self.engine, [dict(one) for one in resources], at, IMPORTER)
        self.commands += 1
        for problem in found.problems:
            self._surprise(at, problem.resource, problem.reason)
        for reason, count in {**found.kept_out, **found.unmapped, **found.needs_confirmation}.items():
            self._surprise(at, "import", f"{count} x {reason}")
        self.report.add(found)

    def _enrol(self, at: datetime) -> None:
        """The first facts bring the patient onto the pathway."""
        if not self._chart().enrolments:
            by = Person(COORDINATOR, COORDINATOR)
            self._execute(Enrol(patient=self.patient, at=at, by=by, pathway=self.story.main), "enrol", refused=False)

    # --- acts ---

    def _act(self, deed: Deed) -> None:
        try:
            command = self._close(deed) if deed.task else self._perform(deed)
        except CallerError as error:
            self._surprise(deed.at, deed.name, str(error))
            return
        self._execute(command, deed.name, refused=deed.refused)

    def _perform(self, deed: Deed) -> Command:
        enrolment = _latest(self._chart(), deed.pathway)
        by = Person(deed.by, deed.by)
        override = Override(deed.override, _second(deed.approved or deed.by)) if deed.override else None
        second = _second(deed.second) if deed.second else None
        parameters = dict(deed.parameters)
        if (
            second is not None
            and "second_person" in self.engine.registry.latest(deed.pathway).spec.actions[deed.name].asks
        ):
            parameters["second_person"] = second.role
        return PerformAction(
            patient=self.patient, at=deed.at, by=by, enrolment=enrolment.id, action=deed.name, parameters=parameters,
            override=override, second_person=second,
        )  # fmt: skip

    def _close(self, deed: Deed) -> Command:
        found = [one for one in self._chart().tasks.values() if one.code == deed.name and one.status is TaskStatus.OPEN]
        if not found:
            raise NotFound(f"no open task {deed.name}")
        return CloseTask(
            patient=self.patient, at=deed.at, by=Person(deed.by, deed.by), task=min(found, key=lambda one: one.id).id
        )

    def _read(self, event: Acknowledgement) -> None:
        """Acknowledge every message to that role."""
        for message in list(self._chart().messages.values()):
            if message.to == event.by and message.acknowledged is None:
                by = Person(event.by, event.by)
                self._execute(
                    Acknowledge(patient=self.patient, at=event.at, by=by, message=message.id),
                    "acknowledge",
                    refused=False,
                )

    def _execute(self, command: Command, what: str, *, refused: bool) -> None:
        self.commands += 1
        try:
            outcome = self.engine.execute(command)
        except CallerError as error:
            self._surprise(command.at, what, str(error))
            return
        if outcome.accepted is refused:
            self._surprise(command.at, what, _why(outcome) if not outcome.accepted else "accepted against the story")

    # --- time ---

    def _ring_until(self, at: datetime) -> None:
        """Fire the patient's timers up to and including `at`, each at its own moment."""
        at_once = 0
        for _ in range(MOST_RINGS):
            due = self._next_due()
            if due is None or due > at:
                self._clock = at
                return
            moment = max(due, self._clock or due)
            at_once = at_once + 1 if moment == self._clock else 0
            if at_once > MOST_AT_ONCE:
                break
            self._clock = moment
            self.commands += 1
            self.engine.execute(FireTimers(patient=self.patient, at=moment, by=SYSTEM))
        self._surprise(at, "timers", f"they do not come to rest at {self._clock}")
        self._clock = at

    def _next_due(self) -> datetime | None:
        if not self.patient:
            return None
        pending = (one.due for one in self._chart().timers.values() if one.state is TimerState.PENDING)
        return min(pending, default=None)

    def _chart(self) -> Chart:
        return self.engine.chart(self.patient)

    def _surprise(self, at: datetime, what: str, why: str) -> None:
        self.surprises.append(Surprise(self.story.number, self.story.journey, at, what, why))


def _second(role: str) -> Person:
    return Person(role, f"second {role}")


def _moments(events: list[Event]) -> Iterable[tuple[datetime, list[Event]]]:
    """Events of the same moment together: facts before acts."""
    grouped: dict[datetime, list[Event]] = {}
    for event in events:
        grouped.setdefault(event.at, []).append(event)
    for at, together in grouped.items():
        yield at, sorted(together, key=lambda one: not isinstance(one, Arrival))


def _latest(chart: Chart, pathway: str) -> Enrolment:
    found = [one for one in chart.enrolments.values() if one.pathway == pathway and one.open]
    if not found:
        raise NotFound(f"the patient has no open enrolment on {pathway}")
    return max(found, key=lambda one: one.ordinal)


def _why(outcome: Outcome) -> str:
    parts = [
        f"{reason.requirement} {list(reason.statements)} {reason.text.get('en', '')} {list(reason.missing)}"
        for reason in outcome.refusals
    ]
    return "; ".join(parts)
