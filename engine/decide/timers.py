"""Timers: the moments at which the engine must look again, worked out anew after each change and stored as rows.

One timer for each boundary of a task (window opens, overdue, notices) and one for the next moment at which time alone changes a
stage, hold or message. Each fires once; a boundary that moves moves its timer.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from engine.audit import Event
from engine.calendar import instant
from engine.decide.tasks import notices, overdue_moment
from engine.decide.working import Working
from engine.evaluation.results import sooner
from engine.model import Enrolment, Task, TaskStatus, Timer, TimerState

RECHECK = "recheck"


def settle_timers(w: Working) -> None:
    """Bring the timers of every enrolment in line with what is awaited."""
    for enrolment in list(w.chart.enrolments.values()):
        wanted = _wanted(w, enrolment) if enrolment.open else {}
        _bring_in_line(w, enrolment.id, wanted)


def _wanted(w: Working, enrolment: Enrolment) -> dict[str, datetime]:
    rules = {rule.id: rule for rule in w.definition(enrolment).rules.tasks}
    wanted: dict[str, datetime] = {}
    for task in w.chart.tasks.values():
        if task.enrolment == enrolment.id and task.status is TaskStatus.OPEN:
            wanted |= {f"{task.id}:{key}": due for key, due in _boundaries(w, rules[task.code], task)}
    next_look = turning_point(w, enrolment.id)
    if next_look is not None:
        wanted[f"{RECHECK}:{next_look.isoformat()}"] = next_look
    return {key: due for key, due in wanted.items() if due > w.now}


def _boundaries(w: Working, rule, task: Task) -> list[tuple[str, datetime]]:  # type: ignore[no-untyped-def]
    found = [(key, due) for key, due, _, _ in notices(w, rule, task)]
    if task.opens is not None:
        found.append(("opens", instant(task.opens, w.zone)))
    moment = overdue_moment(w, rule, task)
    if moment is not None and not task.frozen:
        found.append(("overdue", moment))
    return found


def turning_point(w: Working, enrolment_id: str) -> datetime | None:
    """The next moment at which time alone changes a stage, hold, task or message of the enrolment."""
    context = w.context(enrolment_id)
    rules = context.definition.rules
    stage, found = context.enrolment.stage, None
    for rule in rules.automatic:
        if rule.edge or (rule.spec.from_ is not None and stage not in rule.spec.from_):
            continue
        for judge in (rule.when, *(when for _, when in rule.cases)):
            found = sooner(found, judge(context).until) if judge is not None else found
    for hold in rules.holds:
        found = sooner(found, hold.opens(context.alarmed({})).until)
        found = sooner(found, hold.released(context).until) if hold.released is not None else found
    for task in rules.tasks:
        found = sooner(found, task.when(context).until) if task.when is not None else found
        found = (
            sooner(found, task.done.when(context).until)
            if task.done is not None and task.done.when is not None
            else found
        )
    for notice in (*rules.notifications, *rules.deviations):
        if notice.when is not None and not notice.edges:
            found = sooner(found, notice.when(context).until)
    return found


def _bring_in_line(w: Working, enrolment_id: str, wanted: dict[str, datetime]) -> None:
    standing = {one.key: one for one in w.chart.timers.values() if one.enrolment == enrolment_id}
    for key, timer in standing.items():
        if timer.state is TimerState.PENDING and key not in wanted:
            state = TimerState.FIRED if timer.due <= w.now else TimerState.CANCELLED
            w.put("timers", replace(timer, state=state, fired=w.now if state is TimerState.FIRED else None))
    for key, due in wanted.items():
        _set(w, enrolment_id, key, due, standing.get(key))


def _set(w: Working, enrolment_id: str, key: str, due: datetime, timer: Timer | None) -> None:
    if timer is None:
        timer_id, _ = w.next_id()
        w.put("timers", Timer(timer_id, enrolment_id, key, due))
    elif timer.due != due or timer.state is not TimerState.PENDING:
        w.put("timers", replace(timer, due=due, state=TimerState.PENDING, fired=None))


def fire_due(w: Working) -> int:
    """Mark the patient's timers that are due as fired; settling then does what they call for. How many there were."""
    due = [one for one in w.chart.timers.values() if one.state is TimerState.PENDING and one.due <= w.now]
    for timer in due:
        w.put("timers", replace(timer, state=TimerState.FIRED, fired=w.now))
        w.say(Event.TIMER_FIRED, timer.enrolment, key=timer.key, due=timer.due.isoformat())
    return len(due)
