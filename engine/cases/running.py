"""Runs one case against the real engine: enrol, let the timers fire, let the facts arrive, act, and look.

Each step moves the clock to its moment. Every timer that falls due before it, or at it, fires at exactly its own moment.
Within a step facts are amended first, then the new ones are recorded, then the act is done, then expectations are judged;
all of it happens at the moment of the step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from engine.cases.errors import CaseFault
from engine.cases.expectations import check
from engine.cases.failing import Failure
from engine.cases.names import Names
from engine.cases.performing import Performer
from engine.cases.ports import Engine
from engine.cases.records import Case, Step
from engine.cases.viewing import Answer, View
from engine.commands import Enrol, FireTimers
from engine.model import SYSTEM, Chart, Patient, Person

MOST_RINGS = 100_000
"""Timers of one step; fifteen years of daily timers are 5 500."""
MOST_AT_ONCE = 200
"""Rounds of timers at one moment before the engine is held to stand still."""


def run_case(case: Case, engine: Engine, names: Names) -> Iterator[Failure]:
    """The failures of a case as they occur; raises `CaseFault` when it cannot be carried through."""
    return _Run(case, engine, names).failures()


@dataclass
class _Run:
    """The state between steps."""

    case: Case
    engine: Engine
    names: Names
    now: datetime | None = None
    seen_messages: set[str] = field(default_factory=set)
    seen_deviations: set[str] = field(default_factory=set)

    @property
    def patient(self) -> str:
        return f"case-{self.case.id}"

    def failures(self) -> Iterator[Failure]:
        self._enrol(self.case.steps[0].at)
        for step in self.case.steps:
            yield from self._step(step)

    def _enrol(self, at: datetime) -> None:
        case = self.case
        self.now = at
        self.engine.register_patient(Patient(self.patient, case.birth_date, case.sex, case.zone), at)
        by = Person("care_coordinator", "care_coordinator")
        outcome = self.engine.execute(
            Enrol(patient=self.patient, at=at, by=by, pathway=case.pathway, settings=case.settings)
        )
        if not outcome.accepted:
            raise CaseFault(
                f"the patient cannot be enrolled on {case.pathway}", place=case.file, remedy=Answer(outcome).explained()
            )

    # --- one step ---

    def _step(self, step: Step) -> Iterator[Failure]:
        self._ring_until(step.at)
        before = frozenset(self.chart().enrolments)
        performer = Performer(self.case, step, self.engine, self.names, self.patient)
        yield from performer.failures()
        self._ring_until(step.at)
        chart = self.chart()
        view = View(
            self.case, step, self.names, self.engine, self.patient, chart,
            answer=performer.answer, acted_on=performer.acted_on, before=before,
            messages=tuple(one for key, one in chart.messages.items() if key not in self.seen_messages),
            deviations=tuple(one for key, one in chart.deviations.items() if key not in self.seen_deviations),
        )  # fmt: skip
        yield from check(view)
        self.seen_messages, self.seen_deviations = set(chart.messages), set(chart.deviations)

    def chart(self) -> Chart:
        """The chart as it stands."""
        return self.engine.chart(self.patient)

    # --- time ---

    def _ring_until(self, moment: datetime) -> None:
        """Fire every timer due up to and including `moment`, each at its own time, never before what has been done."""
        at_once, last = 0, self.now
        for _ in range(MOST_RINGS):
            due = self.engine.next_due()
            if due is None or due > moment:
                self.now = moment
                return
            now = max(due, self.now or due)
            at_once = at_once + 1 if now == last else 0
            if at_once > MOST_AT_ONCE:
                break
            last = self.now = now
            self.engine.execute(FireTimers(patient=self.patient, at=now, by=SYSTEM))
        raise CaseFault(
            f"the timers do not come to rest: one stays due at {last}",
            place=self.case.file,
            remedy="See what sets that timer again.",
        )


EngineFactory = Callable[[], Engine]
"""Builds a fresh engine on its own empty in-memory store."""


@contextmanager
def opened(factory: EngineFactory) -> Iterator[Engine]:
    """A fresh engine, closed afterwards where it can be (its store holds connections)."""
    engine = factory()
    try:
        yield engine
    finally:
        close = getattr(engine, "close", None)
        if close is not None:
            close()
