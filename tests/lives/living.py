"""One generated patient: a case is lived through, then seeded chance decides what is recorded, corrected, done and overridden.

The case brings the patient into the depth of a treatment, where chance alone would hardly ever come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from engine.actions import Engine
from engine.cases import run_files
from engine.commands import (
    Acknowledge,
    CloseTask,
    Command,
    CorrectFact,
    Enrol,
    Entry,
    Outcome,
    Override,
    PerformAction,
    Reason,
    RecordFacts,
    RetractFact,
)
from engine.definition.schema import Action
from engine.errors import CallerError
from engine.model import Chart, Enrolment, FactStatus, Person, TaskStatus, TimerState
from tests.lives.material import Material, loosened, material
from tests.source_tree import ROOT

YEARS = 15
CASES = sorted((ROOT / "pathways").glob("*/cases/*.yaml"))
MAIN = ("inebilizumab", "car_t", "ae_escalation", "nmosd_pain", "toxicity_episode")
"""Pathways on which a life begins, as far as they ship; the others are opened by them."""
MOST_RINGS = 20_000
MOST_ATTEMPTS = 4


@dataclass
class Life:
    """A patient on the way through the years."""

    engine: Engine
    chance: Random
    now: datetime = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
    patient: str = ""
    commands: int = 0
    refused: int = 0
    material: Material = field(default_factory=material)

    def live(self) -> None:
        """From the first day of a case to the end of the years."""
        report = run_files([self.chance.choice(CASES)], lambda: self.engine, self.engine.registry)
        self.patient = f"case-{report.results[0].case}"
        opened = [one.opened for one in self.chart.enrolments.values()]
        end = min(opened) + timedelta(days=YEARS * 365)
        self.now = max(datetime.fromisoformat(one.occurred) for one in self.engine.store.entries(self.patient))
        while self.now < end:
            self._wait(min(self._pause(), end - self.now))
            self._step()
        self._ring_until(end)

    # --- time ---

    def _pause(self) -> timedelta:
        days = self.chance.choice((0, 0, 0, 0, 1, 1, 2, 3, 7, 7, 14, 28, 60, 120, 300))
        return timedelta(days=days, minutes=self.chance.randint(5, 300))

    def _wait(self, pause: timedelta) -> None:
        until = self.now + pause
        self._ring_until(until)
        self.now = until

    def _ring_until(self, until: datetime) -> None:
        """Every timer due until then at its own moment."""
        for _ in range(MOST_RINGS):
            pending = (one.due for one in self.chart.timers.values() if one.state is TimerState.PENDING)
            due = min(pending, default=None)
            if due is None or due > until:
                return
            self.now = max(due, self.now)
            self.engine.fire(self.patient, self.now)
            self.commands += 1
        raise AssertionError(f"{self.patient}: timers without end before {until}")

    @property
    def chart(self) -> Chart:
        return self.engine.chart(self.patient)

    # --- what happens ---

    def _step(self) -> None:
        weights = ((self._act, 60), (self._record, 18), (self._close_task, 8), (self._correct, 5), (self._retract, 3))
        kinds = (*weights, (self._acknowledge, 3), (self._enrol, 3))
        self.chance.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]()

    def _do(self, command: Command) -> Outcome | None:
        """Carry out a command; what the engine cannot even be asked is refused in words and changes nothing."""
        self.commands += 1
        try:
            outcome = self.engine.execute(command)
        except CallerError:
            self.refused += 1
            return None
        self.refused += not outcome.accepted
        return outcome

    def _base(self, role: str) -> dict[str, Any]:
        return {"patient": self.patient, "at": self.now, "by": Person(role, f"{role} A")}

    def _enrol(self) -> None:
        known = set(self.engine.registry.ids())
        running = {one.pathway for one in self._open()}
        choices = [one for one in MAIN if one in known and one not in running]
        if choices and len(running & set(MAIN)) < 2:
            weights = [6 if one in MAIN[:3] else 1 for one in choices]
            self._do(Enrol(**self._base("care_coordinator"), pathway=self.chance.choices(choices, weights)[0]))

    def _open(self) -> list[Enrolment]:
        return [one for one in self.chart.enrolments.values() if one.closed is None]

    # --- facts ---

    def _record(self) -> None:
        pathways = [one.pathway for one in self._open() if one.pathway in self.material.facts]
        if not pathways:
            return
        known = sorted(self.material.facts[self.chance.choice(pathways)])
        self._enter(self.chance.sample(known, min(len(known), self.chance.randint(1, 4))))

    def _enter(self, codes: Sequence[str]) -> None:
        """Record one plausible value of each; each by itself, so that one that does not fit loses no other."""
        for code in codes:
            if self.material.values.get(code):
                self._do(RecordFacts(**self._base("care_coordinator"), entries=(Entry(code, self._value(code)),)))

    def _value(self, code: str) -> Any:
        """What the cases say most often, mostly: that is what lets a treatment go on."""
        raws = self.material.values[code]
        raw = self.material.usual[code] if self.chance.random() < 0.6 else self.chance.choice(raws)
        return loosened(raw, self.now, self.chance, code)

    def _standing(self) -> list[Any]:
        facts = self.chart.facts.values()
        gone = {one.supersedes for one in facts}
        return [one for one in facts if one.id not in gone and one.status is not FactStatus.ENTERED_IN_ERROR]

    def _correct(self) -> None:
        facts = [one for one in self._standing() if self.material.values.get(one.code)]
        if facts:
            fact = self.chance.choice(facts)
            raw = self._value(fact.code)
            value = raw if isinstance(raw, dict) else {"value": raw}
            kept = {key: one for key, one in value.items() if key not in ("event", "effective")}
            self._do(CorrectFact(**self._base("care_coordinator"), fact=fact.id, value=kept, reason="corrected report"))

    def _retract(self) -> None:
        facts = self._standing()
        if facts:
            fact = self.chance.choice(facts)
            self._do(RetractFact(**self._base("care_coordinator"), fact=fact.id, reason="wrong patient"))

    # --- actions, tasks, messages ---

    def _act(self) -> None:
        enrolment = self.chance.choice(self._open() or [None])
        if enrolment is None:
            return
        definition = self.engine.registry.version(enrolment.definition)
        possible = [
            (name, action)
            for name, action in definition.spec.actions.items()
            if (action.from_ is None or enrolment.stage in action.from_)
            and self._may(enrolment, definition.spec, action)
        ]
        if possible:
            self._try(enrolment, *self.chance.choice(possible))

    def _may(self, enrolment: Enrolment, spec: Any, action: Action) -> bool:
        """Most lives go on: what ends an enrolment is rarely chosen, unless it has stood still for half a year."""
        stage = spec.stages.get(action.to) if action.to else None
        stands = self.now - enrolment.history[-1].at > timedelta(days=180)
        return stage is None or not stage.terminal or self.chance.random() < (0.5 if stands else 0.005)

    def _try(self, enrolment: Enrolment, name: str, action: Action) -> None:
        """Act as people do: what is missing is recorded and asked for again; then, at times, overridden."""
        for attempt in range(MOST_ATTEMPTS):
            asked = self._performing(enrolment, name, action)
            outcome = self._do(asked)
            if outcome is None or outcome.accepted:
                return
            if attempt == MOST_ATTEMPTS - 1 and self.chance.random() < 0.3:
                self._override(asked)
            self._repair(outcome.refusals)
            self.now += timedelta(minutes=self.chance.randint(5, 60))

    def _performing(self, enrolment: Enrolment, name: str, action: Action) -> PerformAction:
        given = self.chance.choice(self.material.parameters.get((enrolment.pathway, name)) or [{}])
        given = {key: loosened(raw, self.now, self.chance, key) for key, raw in given.items()}
        role = given.pop("second_person", None) or (action.second or action.by)[-1]
        second = Person(str(role), f"{role} B") if action.second_person else None
        base = self._base(self.chance.choice(action.by))
        return PerformAction(**base, enrolment=enrolment.id, action=name, parameters=given, second_person=second)

    def _repair(self, refusals: Sequence[Reason]) -> None:
        """Record anew what is missing, and most of what was found wanting."""
        codes = {code for one in refusals for code, _ in one.missing}
        facts = self.chart.facts
        codes |= {facts[fact].code for one in refusals for fact in one.facts if fact in facts}
        self._enter([code for code in sorted(codes) if self.chance.random() < 0.8])

    def _override(self, command: PerformAction) -> None:
        role = self.chance.choice(("neurologist", "haematologist", "infectious_disease", "department_head"))
        override = Override("benefit outweighs the risk for this patient", Person(role, f"{role} C"))
        self._do(
            PerformAction(
                patient=command.patient, at=self.now, by=command.by, enrolment=command.enrolment, action=command.action,
                parameters=command.parameters, second_person=command.second_person, override=override,
            )
        )  # fmt: skip

    def _close_task(self) -> None:
        tasks = [one for one in self.chart.tasks.values() if one.status is TaskStatus.OPEN]
        if tasks:
            task = self.chance.choice(tasks)
            status = self.chance.choice(("done", "done", "omitted"))
            self._do(
                CloseTask(**self._base(task.role or "care_coordinator"), task=task.id, status=status, reason="by hand")
            )

    def _acknowledge(self) -> None:
        waiting = [one for one in self.chart.messages.values() if one.acknowledged is None]
        if waiting:
            message = self.chance.choice(waiting)
            self._do(Acknowledge(**self._base(message.to), message=message.id))
