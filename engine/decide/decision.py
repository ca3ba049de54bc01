"""`decide`: one command on one patient's chart, at one moment, gives one decision. Pure: it reads no clock and no store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from engine.asked import asked_json
from engine.audit import Event
from engine.commands import (
    Acknowledge,
    CloseTask,
    Command,
    CorrectFact,
    Enrol,
    FireTimers,
    Outcome,
    PerformAction,
    RecordFacts,
    RetractFact,
    Verdict,
)
from engine.decide import acting, enrolling, recording, tasks, timers
from engine.decide.explaining import tree
from engine.decide.review import as_they_stand, question_acts
from engine.decide.settling import settle
from engine.decide.working import Index, Working
from engine.definition.guards import Finding
from engine.definition.registry import Registry
from engine.errors import InvalidCommand, NotFound
from engine.model import AuditDraft, Changes, Chart, TaskStatus


@dataclass(frozen=True)
class Decision:
    """What a command leads to: the chart as it will be, what to write, what to tell the asker."""

    outcome: Outcome
    chart: Chart
    index: Index
    changes: Changes
    audit: tuple[AuditDraft, ...]


def decide(registry: Registry, chart: Chart, index: Index, command: Command) -> Decision:
    """Decide one command. Raises `CarewayError` for what cannot be asked so; a medical refusal is an outcome."""
    w = Working.of(chart, index, registry, command.at, command.by)
    event, outcome, content = _CARRY_OUT[type(command)](w, command)
    settle(w)
    drafts = _drafts(w, event, content, outcome)
    return Decision(
        outcome, w.chart, w.index, w.changes, _with_question(drafts, asked_json(command, chart.patient.seq))
    )


def _drafts(w: Working, event: Event, content: dict[str, Any], outcome: Outcome) -> list[AuditDraft]:
    """One audit entry for each chain in which something happened; the command's own chain carries the reasons."""
    own = outcome.enrolment or w.chart.patient.id
    chains = dict.fromkeys([own, *w.events])
    drafts = []
    for chain in chains:
        enrolment = w.chart.enrolments.get(chain)
        here = content if chain == own else {}
        body = {"events": w.events.get(chain, []), **here}
        if enrolment is not None:
            body["definition"] = enrolment.definition
        if body["events"] or here:
            kind = event if chain == own else Event.ENROLMENT_REEVALUATED
            drafts.append(AuditDraft(chain, enrolment.id if enrolment else None, kind.value, w.by, w.now, body))
    return drafts


def _with_question(drafts: list[AuditDraft], asked: dict[str, Any]) -> tuple[AuditDraft, ...]:
    """The first entry keeps what was asked, so that the decision can be made again; the others name the chain of the first."""
    if not drafts:
        return ()
    first, *rest = drafts
    followers = [replace(one, content={**one.content, "cause": first.chain}) for one in rest]
    return (replace(first, content={**first.content, "asked": asked}), *followers)


Carried = tuple[Event, Outcome, dict[str, Any]]


def _enrol(w: Working, command: Enrol) -> Carried:
    enrolment = enrolling.enrol(w, command.pathway, command.settings)
    return (
        Event.ENROLMENT_OPENED,
        Outcome(Verdict.ACCEPTED, enrolment=enrolment.id, created=(enrolment.id,)),
        {"pathway": command.pathway},
    )


def _record(w: Working, command: RecordFacts) -> Carried:
    created = recording.record(w, command)
    return Event.FACT_RECORDED, Outcome(Verdict.ACCEPTED, created=created), {}


def _correct(w: Working, command: CorrectFact) -> Carried:
    before = as_they_stand(w)
    old, new = recording.correct(w, command)
    question_acts(w, old, new, before)
    return Event.FACT_CORRECTED, Outcome(Verdict.ACCEPTED, created=(new.id,)), {}


def _retract(w: Working, command: RetractFact) -> Carried:
    before = as_they_stand(w)
    old, new = recording.retract(w, command)
    question_acts(w, old, new, before)
    return Event.FACT_RETRACTED, Outcome(Verdict.ACCEPTED, created=(new.id,)), {}


def _perform(w: Working, command: PerformAction) -> Carried:
    if command.enrolment not in w.chart.enrolments:
        raise NotFound(f"The patient has no enrolment {command.enrolment}.", remedy="Read the chart again.")
    judgement = acting.perform(w, command)
    reasons = acting.reasons(w, judgement)
    verdict = Verdict.REFUSED if judgement.refused else Verdict.WARNED if judgement.warning else Verdict.ACCEPTED
    outcome = Outcome(verdict, reasons, judgement.dose, command.enrolment)
    event = Event.ACTION_REFUSED if judgement.refused else Event.ACTION_ACCEPTED
    if judgement.refused:
        w.say(Event.ACTION_REFUSED, command.enrolment, action=command.action)
        w.feel(f"refused:{command.action}", command.enrolment)
        w.feel(f"refused:{w.enrolment(command.enrolment).pathway}.{command.action}", None)
        acting.ask_for_missing(w, w.enrolment(command.enrolment), judgement)
    return (
        event,
        outcome,
        {"action": command.action, "findings": [finding_json(one) for one in judgement.findings]},
    )


def finding_json(finding: Finding) -> dict[str, Any]:
    """A requirement as the audit keeps it, passed or not: with the evaluation tree behind it."""
    return {
        "requirement": finding.requirement,
        "level": finding.level,
        "statements": list(finding.statements),
        "evidence": tree(finding.verdict),
    }


def _close_task(w: Working, command: CloseTask) -> Carried:
    task = w.chart.tasks.get(command.task)
    if task is None or task.status is not TaskStatus.OPEN:
        raise NotFound("There is no such open task.", remedy="Read the worklist again.")
    status = _closing(command)
    by = command.reason or f"{command.by.role} {command.by.name}".strip()
    tasks.close_by_hand(w, task, status, by)
    event = Event.TASK_DONE if status is TaskStatus.DONE else Event.TASK_OMITTED
    return event, Outcome(Verdict.ACCEPTED, enrolment=task.enrolment), {"reason": command.reason}


def _closing(command: CloseTask) -> TaskStatus:
    """How a person closes a task: done, or omitted with a reason. Raises `InvalidCommand`."""
    if command.status not in (TaskStatus.DONE, TaskStatus.OMITTED):
        raise InvalidCommand(
            "A person declares a task done or omits it.", place="status", remedy="Use done or omitted."
        )
    if command.status == TaskStatus.OMITTED and not command.reason.strip():
        raise InvalidCommand("Omitting a task takes a reason.", place="reason", remedy="Write why it is not done.")
    return TaskStatus(command.status)


def _acknowledge(w: Working, command: Acknowledge) -> Carried:
    message = w.chart.messages.get(command.message)
    if message is None:
        raise NotFound("There is no such message.", remedy="Read the messages again.")
    if message.acknowledged is None:
        w.put("messages", replace(message, acknowledged=w.now, acknowledged_by=command.by))
        w.say(Event.MESSAGE_ACKNOWLEDGED, message.enrolment, message=message.code, to=message.to)
    return Event.MESSAGE_ACKNOWLEDGED, Outcome(Verdict.ACCEPTED, enrolment=message.enrolment), {}


def _fire(w: Working, _: FireTimers) -> Carried:
    timers.fire_due(w)
    return Event.TIMER_FIRED, Outcome(Verdict.ACCEPTED), {}


_CARRY_OUT: dict[type[Command], Callable[[Working, Any], Carried]] = {
    Enrol: _enrol,
    RecordFacts: _record,
    CorrectFact: _correct,
    RetractFact: _retract,
    PerformAction: _perform,
    CloseTask: _close_task,
    Acknowledge: _acknowledge,
    FireTimers: _fire,
}
