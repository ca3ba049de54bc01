"""Carries out one step: amendments, facts, then the act, and says what went otherwise than the case assumes.

What is refused without being expected is a failure too; where a step expects a refusal, its `refused` judges the answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.calendar import end_of, instant
from engine.cases.failing import Failure
from engine.cases.names import Names
from engine.cases.ports import Engine
from engine.cases.records import Act, ActKind, Amendment, Case, EnrolmentRef, Step
from engine.cases.viewing import Answer, latest_open, statements
from engine.commands import (
    Acknowledge,
    CloseTask,
    Command,
    CorrectFact,
    Enrol,
    Override,
    PerformAction,
    RecordFacts,
    RetractFact,
)
from engine.errors import CallerError, NotFound
from engine.model import Chart, Message, Person, Task, TaskStatus


@dataclass
class Performer:
    """One step on its way; `answer` is the engine's answer to the act, or to what was refused where there is no act."""

    case: Case
    step: Step
    engine: Engine
    names: Names
    patient: str
    answer: Answer | None = None
    acted_on: str | None = None
    """Enrolment of the act."""

    def failures(self) -> Iterator[Failure]:
        """Carry the step out; yields what was refused without being expected."""
        if self.step.enrol:
            yield from self._join()
        for amendment in self.step.amendments:
            yield from self._enter(amendment.key, amendment)
        if self.step.facts:
            yield from self._enter("facts", None)
        if self.step.act:
            self.answer = self._try(self.step.act)
            if not self.answer.accepted and not self._expects_refusal:
                yield self._refused(self.step.act.kind.value, self.answer)

    def _join(self) -> Iterator[Failure]:
        """Put the patient on a further pathway."""
        by = Person(self.step.by or "care_coordinator", self.step.by or "care_coordinator")
        command = Enrol(
            patient=self.patient, at=self.step.at, by=by, pathway=self.step.enrol, settings=self.case.settings
        )
        try:
            answer = Answer(self.engine.execute(command))
        except CallerError as error:
            answer = Answer(error=error)
        if not answer.accepted:
            yield self._refused("enrol", answer)

    @property
    def _expects_refusal(self) -> bool:
        return any(one.key == "refused" for one in self.step.expect)

    def _refused(self, key: str, answer: Answer) -> Failure:
        cited = statements(answer.refusals)
        return Failure(self.step.written_at, key, "accepted", {"refused": cited}, answer.explained(), self.step.line)

    # --- facts ---

    def _enter(self, key: str, what: Amendment | None) -> Iterator[Failure]:
        """Record or amend; a refusal that the step expects is kept for its `refused`."""
        answer = self._try(what)
        if self.step.act is None and (self.answer is None or self.answer.accepted):
            self.answer = answer
        if not answer.accepted and (self.step.act is not None or not self._expects_refusal):
            yield self._refused(key, answer)

    def _try(self, what: Amendment | Act | None) -> Answer:
        try:
            return Answer(self.engine.execute(self._command(what)))
        except CallerError as error:
            return Answer(error=error)

    def _command(self, what: Amendment | Act | None) -> Command:
        """The command of an amendment, of an act, or (None) of the step's facts. Raises `CallerError`."""
        if isinstance(what, Act):
            return self._act(what)
        role = self.step.by or "care_coordinator"
        by = Person(role, role)
        if what is None:
            return RecordFacts(
                patient=self.patient, at=self.step.at, by=by, entries=self.step.facts, pathway=self.case.pathway
            )
        return self._amend(what, by)

    def _amend(self, what: Amendment, by: Person) -> Command:
        catalogue = self.names.catalogue
        name = catalogue.find(what.fact, self.case.pathway).id
        facts = self._chart().facts.values()
        fact = catalogue.pick(facts, name, zone=self.case.zone, effective=what.effective, was=what.was).id
        if what.key == "retract":
            return RetractFact(patient=self.patient, at=self.step.at, by=by, fact=fact, reason=what.reason)
        status = str(what.changes.get("status", "amended"))
        return CorrectFact(
            patient=self.patient,
            at=self.step.at,
            by=by,
            fact=fact,
            value=dict(what.changes),
            reason=what.reason,
            status=status,
        )

    def _chart(self) -> Chart:
        return self.engine.chart(self.patient)

    # --- acts ---

    def _act(self, act: Act) -> Command:
        by = Person(self.step.by, self.step.by)
        if act.kind is ActKind.COMPLETE:
            task = self._task(act)
            self.acted_on = task.enrolment
            return CloseTask(patient=self.patient, at=self.step.at, by=by, task=task.id)
        if act.kind is ActKind.ACKNOWLEDGE:
            return Acknowledge(patient=self.patient, at=self.step.at, by=by, message=self._message(act).id)
        return self._perform(act, by)

    def _perform(self, act: Act, by: Person) -> Command:
        ref = act.enrolment or EnrolmentRef(self.case.pathway)
        enrolment = latest_open(self._chart(), ref)
        if enrolment is None:
            raise NotFound(f"the patient is not enrolled on {ref}", place=act.name, remedy="Open that pathway first.")
        self.acted_on = enrolment.id
        parameters = dict(act.parameters)
        if act.second_person and "second_person" in self.names.spec(ref.pathway).actions[act.name].asks:
            parameters["second_person"] = act.second_person
        return PerformAction(
            patient=self.patient, at=self.step.at, by=by, enrolment=enrolment.id, action=act.name,
            parameters=parameters, override=_override(act), second_person=_second(act, by),
        )  # fmt: skip

    def _task(self, act: Act) -> Task:
        """The open task meant: one whose window is open now, else the earliest due."""
        chart = self._chart()
        found = [task for task in chart.tasks.values() if task.code == act.name and self._is_open(chart, act, task)]
        if not found:
            raise NotFound(f"no open task {act.name}", place=act.name, remedy="Complete a task that is open.")
        return min(found, key=lambda task: (not self._in_window(task), *self._order(task)))

    @staticmethod
    def _is_open(chart: Chart, act: Act, task: Task) -> bool:
        enrolment = chart.enrolments.get(task.enrolment)
        wanted = (
            enrolment is not None and enrolment.open and _meant(act.enrolment, enrolment.pathway, enrolment.ordinal)
        )
        return wanted and task.status is TaskStatus.OPEN

    def _in_window(self, task: Task) -> bool:
        opens, until = task.opens or task.due, task.until or task.due
        begun = opens is None or instant(opens, self.case.zone) <= self.step.at
        return begun and (until is None or self.step.at < end_of(until, self.case.zone))

    def _order(self, task: Task) -> tuple[bool, object, str]:
        return (task.due is None, instant(task.due, self.case.zone) if task.due else task.created, task.id)

    def _message(self, act: Act) -> Message:
        """The latest unacknowledged notification of that id, the one to the acting role first."""
        chart = self._chart()
        found = [
            one for one in chart.messages.values()
            if one.code == act.name and one.acknowledged is None and _belongs(chart, act, one)
        ]  # fmt: skip
        if not found:
            raise NotFound(
                f"no unacknowledged notification {act.name}",
                place=act.name,
                remedy="Acknowledge one that was requested.",
            )
        return max(found, key=lambda one: (one.to == self.step.by, one.requested, one.id))


def _belongs(chart: Chart, act: Act, message: Message) -> bool:
    enrolment = chart.enrolments.get(message.enrolment)
    return act.enrolment is None or (
        enrolment is not None and _meant(act.enrolment, enrolment.pathway, enrolment.ordinal)
    )


def _meant(ref: EnrolmentRef | None, pathway: str, ordinal: int) -> bool:
    return ref is None or (ref.pathway == pathway and ref.ordinal in (None, ordinal))


def _override(act: Act) -> Override | None:
    approval = act.override
    return Override(approval.reason, Person(approval.approved_by, approval.approved_by)) if approval else None


def _second(act: Act, by: Person) -> Person | None:
    """The second signer: always another person, also in the same role."""
    if not act.second_person:
        return None
    name = act.second_person if act.second_person != by.role else f"second {act.second_person}"
    return Person(act.second_person, name)
