"""One step as it came out: the act's answer, the chart afterwards, and what the engine would say to further actions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from engine.cases.names import Names, stage_path
from engine.cases.ports import Engine
from engine.cases.records import ActionRef, Case, EnrolmentRef, Step
from engine.commands import Outcome, Reason
from engine.errors import CallerError
from engine.model import Chart, Deviation, Enrolment, Message, Task, TaskStatus


@dataclass(frozen=True, slots=True)
class Answer:
    """What the engine said to an act or an entry: an outcome, or the error with which it refused."""

    outcome: Outcome | None = None
    error: CallerError | None = None

    @property
    def accepted(self) -> bool:
        """Whether it was, or would be, carried out."""
        return self.outcome is not None and self.outcome.accepted

    @property
    def refusals(self) -> tuple[Reason, ...]:
        """Reasons that refuse it."""
        return self.outcome.refusals if self.outcome else ()

    @property
    def warnings(self) -> tuple[Reason, ...]:
        """Reasons that only warn."""
        return self.outcome.warnings if self.outcome else ()

    @property
    def unknown(self) -> tuple[str, ...]:
        """Facts reported missing, stale or in conflict."""
        reasons = self.outcome.reasons if self.outcome else ()
        return tuple(dict.fromkeys(fact for reason in reasons for fact, _ in reason.missing))

    def explained(self) -> str:
        """The engine's own words, refusing reasons first."""
        if self.error is not None:
            return str(self.error)
        return "; ".join(explain(reason) for reason in (*self.refusals, *self.warnings)) or "accepted without a warning"


NOT_ENROLLED = Answer(error=CallerError("the patient has no enrolment on that pathway"))


def explain(reason: Reason) -> str:
    """One reason as people read it: statement ids, then the sentence."""
    text = reason.text.get("en") or next(iter(reason.text.values()), reason.requirement)
    missing = ", ".join(f"{fact} {why}" for fact, why in reason.missing)
    cited = ", ".join(reason.statements) or reason.requirement
    return f"[{reason.level} {cited}] {text}" + (f" (unknown: {missing})" if missing else "")


def cites(expected: str, cited: str) -> bool:
    """Whether a cited statement meets an expected one: itself, or a part of it (`INE-R06` is met by `INE-R06.3`)."""
    return cited == expected or cited.startswith(f"{expected}.")


def statements(reasons: Iterable[Reason]) -> list[str]:
    """The statement ids that reasons cite, once each."""
    return list(dict.fromkeys(one for reason in reasons for one in reason.statements))


@dataclass
class View:
    """What the checks of one step look at."""

    case: Case
    step: Step
    names: Names
    engine: Engine
    patient: str
    chart: Chart
    answer: Answer | None = None
    """To the act, or to refused facts where there is no act."""
    acted_on: str | None = None
    """Enrolment of the act."""
    before: frozenset[str] = frozenset()
    """Enrolments that were there when the step began."""
    messages: tuple[Message, ...] = ()
    """Requested since the previous step."""
    deviations: tuple[Deviation, ...] = ()
    """Recorded since the previous step."""
    _considered: dict[int, Answer] = field(default_factory=dict)

    # --- enrolments ---

    def enrolment(self, ref: EnrolmentRef) -> Enrolment | None:
        """The enrolment meant: the n-th; else the one acted on while it is open; else the latest open, else the latest."""
        found = enrolments(self.chart, ref.pathway)
        if ref.ordinal is None and self.step.pathway == ref:
            acted = [one for one in found if one.id == self.acted_on and one.open]
            return acted[0] if acted else latest_open(self.chart, ref)
        return latest_open(self.chart, ref)

    def newest(self, ref: EnrolmentRef) -> Enrolment | None:
        """The n-th enrolment, else the newest, open or closed (for stages).

        A further cycle of the case's own pathway counts from the step after the one that opened it.
        """
        found = enrolments(self.chart, ref.pathway)
        if ref.ordinal is not None:
            return next((one for one in found if one.ordinal == ref.ordinal), None)
        known = [one for one in found if ref.pathway != self.case.pathway or one.id in self.before]
        return next(reversed(known or found), None)

    def stage(self, enrolment: Enrolment) -> str:
        """Its stage as cases write it."""
        return stage_path(self.names.spec(enrolment.pathway), enrolment.stage)

    # --- actions ---

    def consider(self, action: ActionRef) -> Answer:
        """What the engine would answer now; asked once."""
        if id(action) not in self._considered:
            self._considered[id(action)] = self._ask(action)
        return self._considered[id(action)]

    def _ask(self, action: ActionRef) -> Answer:
        enrolment = self.enrolment(action.enrolment)
        if enrolment is None:
            return NOT_ENROLLED
        try:
            return Answer(
                self.engine.consider(self.patient, enrolment.id, action.action, action.parameters, self.step.at)
            )
        except CallerError as error:
            return Answer(error=error)

    # --- tasks ---

    def open_tasks(self, code: str) -> Iterator[Task]:
        """Open tasks of an id, over all of the patient's enrolments."""
        return (one for one in self.chart.tasks.values() if one.code == code and one.status is TaskStatus.OPEN)

    def value(self, enrolment: Enrolment, name: str) -> Any:
        """A computed value of an enrolment."""
        return self.engine.computed(self.patient, enrolment.id, name, self.step.at)


def enrolments(chart: Chart, pathway: str) -> list[Enrolment]:
    """The patient's enrolments on a pathway, the oldest first."""
    return sorted((one for one in chart.enrolments.values() if one.pathway == pathway), key=lambda one: one.ordinal)


def latest_open(chart: Chart, ref: EnrolmentRef) -> Enrolment | None:
    """The n-th enrolment of a pathway, else its latest open one, else its latest."""
    found = enrolments(chart, ref.pathway)
    if ref.ordinal is not None:
        return next((one for one in found if one.ordinal == ref.ordinal), None)
    still_open = [one for one in found if one.open]
    return next(reversed(still_open or found), None)
