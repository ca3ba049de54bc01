"""Timers: the moments at which the engine must look again, stored as rows.

The agenda of each enrolment knows its earliest turning point: a window opens or ends, a notice is due, a fact grows stale, a
condition turns. One timer for each enrolment waits for it; when it fires, exactly the rules whose time has come are looked at.
A moment that moves cancels one timer and sets another; `(enrolment, key)` is unique, so that none fires twice.

An enrolment that nothing waits for, neither a task nor a date, is not forgotten: its timer tells the coordinator after a while.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from engine.audit import Event
from engine.codec import instant_text
from engine.decide.notices import request
from engine.decide.working import Working
from engine.definition.schema import NO_NEXT_STEP
from engine.model import TaskStatus, Timer, TimerState

_IDLE = "idle@"


def settle_timers(w: Working) -> None:
    """Bring the timer of every enrolment in line with its agenda."""
    for enrolment in w.chart.enrolments.values():
        if not enrolment.open and enrolment.id not in w.own.pending:
            continue
        moment = w.world.tracker.agenda(enrolment.id).soonest if enrolment.open else None
        timer = _pending(w, enrolment.id)
        if moment is None and enrolment.open and not _task_open(w, enrolment.id):
            _set_idle(w, enrolment.id, timer)
            continue
        if timer is not None and timer.due != moment:
            w.put("timers", replace(timer, state=TimerState.CANCELLED))
        if moment is not None and (timer is None or timer.due != moment):
            _set(w, enrolment.id, moment)


def _pending(w: Working, enrolment_id: str) -> Timer | None:
    timer_id = w.own.pending.get(enrolment_id)
    return None if timer_id is None else w.chart.timers[timer_id]


def _task_open(w: Working, enrolment_id: str) -> bool:
    tasks = w.chart.tasks.values()
    return any(one.enrolment == enrolment_id and one.status is TaskStatus.OPEN for one in tasks)


def _set_idle(w: Working, enrolment_id: str, timer: Timer | None) -> None:
    """Let the coordinator be told in a while that nothing is planned; a timer that waits for this already goes on."""
    if timer is not None and timer.key.startswith(_IDLE):
        return
    if timer is not None:
        w.put("timers", replace(timer, state=TimerState.CANCELLED))
    days = w.definition(w.enrolment(enrolment_id)).spec.idle_days
    _set(w, enrolment_id, w.now + timedelta(days=days), _IDLE)


def _set(w: Working, enrolment_id: str, moment: datetime, kind: str = "look@") -> None:
    """Set a timer, or revive the one that had been set for the same moment before."""
    key = f"{kind}{instant_text(moment)}"
    known = next(w.world.owned("timers", enrolment_id, key), None)
    if known is not None:
        w.put("timers", replace(known, state=TimerState.PENDING, fired=None))
        return
    timer_id, _ = w.next_id()
    w.put("timers", Timer(timer_id, enrolment_id, key, moment))


def fire_due(w: Working) -> int:
    """Mark the patient's timers that are due as fired; settling then does what they call for. How many there were."""
    due = [one for one in map(w.chart.timers.__getitem__, w.own.pending.values()) if one.due <= w.now]
    for timer in due:
        w.put("timers", replace(timer, state=TimerState.FIRED, fired=w.now))
        w.say(Event.TIMER_FIRED, timer.enrolment, key=timer.key, due=timer.due.isoformat())
        if timer.key.startswith(_IDLE):
            request(w, timer.enrolment, NO_NEXT_STEP, timer.key)
    return len(due)
