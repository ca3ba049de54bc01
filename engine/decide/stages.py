"""Moving between stages: entering, leaving for the previous one, and what the end of an enrolment brings."""

from __future__ import annotations

from dataclasses import replace

from engine.audit import Event
from engine.calendar import local_day
from engine.decide.explaining import tree
from engine.decide.tasks import leave_behind
from engine.decide.working import Working
from engine.errors import AuthorError
from engine.evaluation.results import Verdict
from engine.model import Enrolment, StageEntry, TaskStatus

PREVIOUS = "previous stage"


def move(w: Working, enrolment_id: str, to: str, via: str, because: Verdict | None = None) -> None:
    """Enter a stage (`previous stage` = the one before the present). Entering a terminal stage ends the enrolment."""
    enrolment = w.enrolment(enrolment_id)
    target = previous_stage(enrolment) if to == PREVIOUS else to
    _demand_move(w, enrolment, via, target)
    _, seq = w.next_id()
    entry = StageEntry(target, w.now, seq, via)
    w.change(enrolment_id, stage=target, history=(*enrolment.history, entry))
    evidence = tree(because) if because is not None else None
    w.say(Event.STAGE_CHANGED, enrolment_id, stage=target, before=enrolment.stage, via=via, evidence=evidence)
    w.feel(f"stage:{target}", enrolment_id, entry)
    w.feel(f"automatic:{via}", enrolment_id, entry)
    if enrolment.parent:
        w.feel(f"child:{enrolment.pathway}.{target}", enrolment.parent, entry)
    if w.definition(enrolment).spec.stages[target].terminal:
        _end(w, enrolment_id)
    elif not enrolment.open:
        w.change(enrolment_id, closed=None)
        w.say(Event.ENROLMENT_OPENED, enrolment_id, stage=target, reopened=True)


def _demand_move(w: Working, enrolment: Enrolment, via: str, target: str) -> None:
    """The state graph has the last word: no rule makes a move that the definition does not have."""
    if not w.definition(enrolment).graph.allows(enrolment.stage, via, target):
        raise AuthorError(
            f"{enrolment.pathway} has no move from {enrolment.stage} to {target} by {via}.",
            remedy="Look at `from` and `to` of that rule.",
        )


def previous_stage(enrolment: Enrolment) -> str:
    """The stage to which a return leads: the one before the present, leaving out what was entered and left again since."""
    path: list[str] = []
    for entry in enrolment.history:
        if entry.stage in path:
            del path[path.index(entry.stage) + 1 :]
        else:
            path.append(entry.stage)
    return path[-2] if len(path) > 1 else enrolment.stage


def _end(w: Working, enrolment_id: str) -> None:
    enrolment = w.change(enrolment_id, closed=w.now)
    w.world.tracker.forget_enrolment(enrolment_id)
    w.say(Event.ENROLMENT_CLOSED, enrolment_id, stage=enrolment.stage)
    w.feel("ended", enrolment_id)
    if enrolment.parent:
        w.feel(f"child:{enrolment.pathway}.ended", enrolment.parent)
    _cancel_tasks(w, enrolment)
    leave_behind(w, enrolment_id)
    for child in w.open_enrolments():
        if child.parent == enrolment_id:
            w.feel("parent:ended", child.id)
    _end_as_caller(w, enrolment)


def _cancel_tasks(w: Working, enrolment: Enrolment) -> None:
    """All but those that outlive the enrolment."""
    specs = w.definition(enrolment).spec.tasks
    for task in list(w.chart.tasks.values()):
        if task.enrolment == enrolment.id and task.status is TaskStatus.OPEN and not specs[task.code].outlives:
            w.put(
                "tasks",
                replace(
                    task, status=TaskStatus.CANCELLED, closed=w.now, closed_by="enrolment ended", overdue_since=None
                ),
            )
            w.say(Event.TASK_CANCELLED, enrolment.id, task=task.code, occurrence=task.occurrence)


def _end_as_caller(w: Working, enrolment: Enrolment) -> None:
    """Sub-pathways learn that this caller has ended, unless the patient is still on that pathway (M-3 keeps their tails)."""
    if w.world.newest(enrolment.pathway, open_only=True) is not None:
        return
    for other in w.open_enrolments():
        caller = other.callers.get(enrolment.pathway)
        if caller is not None and caller.ended is None:
            ended = replace(caller, ended=local_day(w.now, w.zone))
            w.change(other.id, callers={**other.callers, enrolment.pathway: ended})
            w.say(Event.CALLER_ENDED, other.id, caller=enrolment.pathway)
