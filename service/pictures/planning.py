"""A step tried out for a day: really judged and decided, on a copy of the chart that is thrown away.

Two kinds of step can be moved: an action that asks for a day, and a drug that is given on a day. What follows from it holds
if nothing else is recorded. Where requirements stand in the way that somebody may go past or settle in time, the dates that
follow are those as if that were done; a block without override lets nothing follow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from engine.calendar import local_day, start_of_day
from engine.catalogue.definition import FactKind
from engine.commands import Command, Entry, FireTimers, Override, PerformAction, RecordFacts
from engine.decide import acting, decide
from engine.decide.working import Index
from engine.definition.schema import Action
from engine.errors import CarewayError
from engine.evaluation.results import State
from engine.model import Chart, Enrolment, ExposureEvent, Person, Task, TaskStatus, TimerState, When
from service.looking_ahead import MOST_LOOKS, Look
from service.wiring import Careway

_DAYS = ("date", "datetime", "when")
_MOST_TIMERS = 60
"""Rounds of timers that are let go off between today and the day of a dose."""


@dataclass(frozen=True, slots=True)
class Step:
    """What can be planned. `parameter` is the day that an action asks for; empty where `name` is a drug that is given."""

    enrolment: str
    name: str
    parameter: str = ""

    @property
    def key(self) -> str:
        """As an address names it."""
        return f"{self.enrolment}/{self.name}/{self.parameter}"


def steps(careway: Careway, chart: Chart) -> Iterator[Step]:
    """The steps that the patient's open enrolments offer at their stages."""
    for one in chart.enrolments.values():
        spec = careway.registry.version(one.definition).spec
        if not one.open or spec.shared:
            continue
        for name, action in spec.actions.items():
            asked = [key for key, parameter in action.asks.items() if parameter.kind in _DAYS]
            if asked and (action.from_ is None or one.stage in action.from_):
                yield Step(one.id, name, asked[0])
        yield from (Step(one.id, code) for code in _given(careway, one))


def _given(careway: Careway, one: Enrolment) -> list[str]:
    """The drugs whose giving completes a task of the pathway."""
    facts = careway.registry.catalogue.facts
    found: dict[str, None] = {}
    for task in careway.registry.version(one.definition).spec.tasks.values():
        for name in (*task.done_by.all, *task.done_by.any) if task.done_by else ():
            code = careway.registry.catalogue.canonical(name, one.pathway)
            if code and facts[code].kind is FactKind.EXPOSURE and ExposureEvent.GIVEN in facts[code].events:
                found[code] = None
    return list(found)


@dataclass(frozen=True, slots=True)
class Gate:
    """A requirement on the day: how it stands, and the first day on which waiting alone would meet it."""

    requirement: str
    state: str
    earliest: date | None


@dataclass(frozen=True, slots=True)
class Following:
    """A task as it will be owed."""

    pathway: str
    code: str
    occurrence: str
    due: When | None
    opens: When | None
    until: When | None
    new: bool
    before: When | None
    """When it would be due without the step."""


@dataclass
class Plan:
    """One step on one day."""

    careway: Careway
    chart: Chart
    step: Step
    day: date
    now: datetime
    gates: dict[str, Gate] = field(default_factory=dict)
    following: list[Following] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    """Pathways that the step opens."""
    assumed: bool = False
    """Whether requirements are taken as settled that stand in the way now."""
    hard: bool = False
    """Whether nothing follows, since something stands in the way that nobody may go past."""
    problem: str = ""

    def __post_init__(self) -> None:
        """Judge and decide. Raises NotFound for an enrolment that the patient does not have."""
        try:
            if self.step.parameter:
                self._judge()
            self._follow()
        except CarewayError as error:
            self.problem = error.message

    @property
    def enrolment(self) -> Enrolment:
        """The enrolment whose step it is."""
        return self.chart.enrolments[self.step.enrolment]

    @property
    def action(self) -> Action:
        """The action of the step."""
        return self.careway.registry.version(self.enrolment.definition).spec.actions[self.step.name]

    @property
    def given(self) -> dict[str, Any]:
        """The parameters: the day, and yes to whatever else is asked for as yes or no."""
        asked = {key: True for key, one in self.action.asks.items() if one.kind == "boolean" and one.required}
        return {**asked, self.step.parameter: self._written(self.day)}

    def _written(self, day: date) -> str:
        kind = self.action.asks[self.step.parameter].kind
        return f"{day.isoformat()} 09:00" if kind == "datetime" else day.isoformat()

    # --- gates ---

    def _judge(self) -> None:
        look = Look(self.careway.registry, self.chart, self.enrolment.id, self.step.name)
        judgement = look.judge(self.given, self.now)
        earliest = self._earliest(look, judgement)
        for one in judgement.findings:
            if one.level != "not_proposed":
                self.gates[one.requirement] = Gate(
                    one.requirement, one.verdict.state.value, earliest.get(one.requirement)
                )

    def _earliest(self, look: Look, judgement: acting.Judgement) -> dict[str, date]:
        """The first day for each requirement that stands in the way today and that time alone would meet."""
        found: dict[str, date] = {}
        moment, zone = self.now, self.chart.patient.zone
        current = self._at(look, moment)
        wanted = {
            one.requirement for one in (*judgement.refusing, *current.refusing) if one.verdict.state is State.NOT_MET
        }
        for _ in range(MOST_LOOKS):
            states = {one.requirement: one.verdict for one in current.findings}
            found |= {
                key: local_day(moment, zone)
                for key in wanted
                if key not in found and key in states and states[key].state is State.MET
            }
            later = [
                one.until
                for key, one in states.items()
                if key in wanted - set(found) and one.until and one.until > moment
            ]
            if not later:
                break
            moment = min(later)
            current = self._at(look, moment)
        return found

    def _at(self, look: Look, moment: datetime) -> acting.Judgement:
        """The action planned for a moment where its guard looks at that; else done at that moment."""
        guard = self.careway.registry.version(self.enrolment.definition).guards.get(self.action.guard or "")
        if guard is not None and guard.as_of is not None:
            day = max(local_day(moment, self.chart.patient.zone), local_day(self.now, self.chart.patient.zone))
            return look.judge({**self.given, self.step.parameter: self._written(day)}, self.now)
        return look.judge(self.given, moment)

    # --- what follows ---

    def _follow(self) -> None:
        before = self.chart if self.step.parameter else self._waited()
        after = self._acted() if self.step.parameter else self._dosed(before)
        if after is None:
            self.hard = True
            return
        self.opened = [one.pathway for key, one in after.enrolments.items() if key not in before.enrolments]
        self.following = list(_changed(before, after))

    def _acted(self) -> Chart | None:
        people = self.action
        role = people.by[0]
        second = (
            Person((people.second or [one for one in people.by if one != role] or [role])[0], "second")
            if people.second_person
            else None
        )
        command = PerformAction(
            patient=self.chart.patient.id, at=self.now, by=Person(role, "first"), enrolment=self.enrolment.id,
            action=self.step.name, parameters=self.given, second_person=second,
        )  # fmt: skip
        plain = self._decided(self.chart, command)
        if plain is not None:
            return plain
        self.assumed = True
        return next(
            (
                found
                for one in self._overriders()
                if (found := self._decided(self.chart, _past(command, one))) is not None
            ),
            None,
        )

    def _overriders(self) -> list[str]:
        spec = self.careway.registry.version(self.enrolment.definition).spec
        return list(dict.fromkeys([*spec.override_by, *self.action.by]))

    def _waited(self) -> Chart:
        """The chart on the morning of the day if nothing is recorded until then."""
        at, chart = max(start_of_day(self.day, self.chart.patient.zone) + timedelta(hours=9), self.now), self.chart
        for _ in range(_MOST_TIMERS):
            due = [one.due for one in chart.timers.values() if one.state is TimerState.PENDING and one.due <= at]
            if not due:
                break
            moved = self._decided(chart, FireTimers(patient=chart.patient.id, at=max(min(due), self.now)))
            if moved is None:
                break
            chart = moved
        return chart

    def _dosed(self, before: Chart) -> Chart | None:
        at = max(start_of_day(self.day, self.chart.patient.zone) + timedelta(hours=9), self.now)
        value: Mapping[str, Any] = {"event": "given", "effective": self.day.isoformat()}
        entry = Entry(self.step.name, value)
        return self._decided(
            before, RecordFacts(patient=self.chart.patient.id, at=at, entries=(entry,), pathway=self.enrolment.pathway)
        )

    def _decided(self, chart: Chart, command: Command) -> Chart | None:
        decision = decide(self.careway.registry, chart.copy(), Index.of(chart), command)
        return decision.chart if decision.outcome.accepted else None


def _past(command: PerformAction, role: str) -> PerformAction:
    """The same, past what may be gone past: only ever decided on a copy."""
    reason = "tried out in the planner, on a copy that is thrown away"
    return PerformAction(
        patient=command.patient, at=command.at, by=command.by, enrolment=command.enrolment, action=command.action,
        parameters=command.parameters, second_person=command.second_person,
        override=Override(reason * 2, Person(role, "approver")),
    )  # fmt: skip


def _changed(before: Chart, after: Chart) -> Iterator[Following]:
    """The tasks that are owed afterwards and were not before, or for another day."""
    earlier = {_name(before, one): one for one in before.tasks.values()}
    for one in after.tasks.values():
        key = _name(after, one)
        known = earlier.get(key)
        if one.status is TaskStatus.OPEN and (
            known is None or known.status is not TaskStatus.OPEN or known.due != one.due
        ):
            new = known is None or known.status is not TaskStatus.OPEN
            yield Following(
                key[0],
                one.code,
                one.occurrence,
                one.due,
                one.opens,
                one.until,
                new,
                None if new or known is None else known.due,
            )


def _name(chart: Chart, task: Task) -> tuple[str, str, str]:
    one = chart.enrolments[task.enrolment]
    return one.pathway, task.code, f"{one.ordinal}/{task.occurrence}"
