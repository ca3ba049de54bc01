"""Tasks: what is stored is brought in line with what is owed; moved, done, late, missed, overdue, frozen, each said in the audit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from engine.audit import Event
from engine.calendar import add, instant, overdue_at, subtract
from engine.calendar import compare as compare_dates
from engine.decide.causes import of_task
from engine.decide.completing import completions
from engine.decide.notices import record_deviation, request
from engine.decide.owed import Owed, owed
from engine.decide.working import Working
from engine.definition.rules import TaskRule
from engine.evaluation.results import State
from engine.evaluation.tracking import own_cell
from engine.model import Task, TaskStatus, When
from engine.units import Duration

NOT_OWED = "no longer owed"
"""Why a task was cancelled whose rule no longer asked for it."""


def settle_task(w: Working, enrolment_id: str, rule: TaskRule) -> bool:
    """Bring the tasks of one rule in line; True when something changed."""
    return w.enrolment(enrolment_id).open and _settle_task(w, enrolment_id, rule)


def leave_behind(w: Working, enrolment_id: str) -> None:
    """Bring in line what is owed beyond the end of an enrolment that has just ended; a person closes it."""
    for rule in w.definition(w.enrolment(enrolment_id)).rules.tasks:
        if rule.spec.outlives:
            _settle_task(w, enrolment_id, rule)


def _settle_task(w: Working, enrolment_id: str, rule: TaskRule) -> bool:
    w.world.tracker.read(own_cell("task", enrolment_id, rule.id))
    stored = list(w.world.owned("tasks", enrolment_id, rule.id))
    found = owed(w.context(enrolment_id), rule, stored)
    if found is None:
        return _watch_standing(w, enrolment_id, rule, stored)
    w.flag(enrolment_id, f"task:{rule.id}", bool(found) or _condition_met(w, enrolment_id, rule))
    changed = False
    by_occurrence = {task.occurrence: task for task in stored}
    for one in found:
        changed = _bring_in_line(w, enrolment_id, rule, one, by_occurrence.get(one.occurrence)) or changed
    wanted = {one.occurrence for one in found}
    for task in stored:
        if task.status is TaskStatus.OPEN and task.occurrence not in wanted:
            _no_longer_owed(w, rule, task)
            changed = True
    return changed


def _watch_standing(w: Working, enrolment_id: str, rule: TaskRule, stored: list[Task]) -> bool:
    """It is unknown whether the tasks are owed: what stands stays, and becomes overdue as usual."""
    standing = [task for task in stored if task.status is TaskStatus.OPEN]
    changed = [_watch(w, enrolment_id, rule, task) for task in standing]
    return any(changed)


def _condition_met(w: Working, enrolment_id: str, rule: TaskRule) -> bool:
    if rule.when is None:
        return True
    return rule.when(w.context(enrolment_id).briefly()).state is State.MET


def _bring_in_line(w: Working, enrolment_id: str, rule: TaskRule, one: Owed, task: Task | None) -> bool:
    opened = task is None
    if task is None:
        task = _open(w, enrolment_id, rule, one)
    elif task.status is not TaskStatus.OPEN:
        return _reopen_if_undone(w, rule, one, task)
    moved = _moved(w, task, one)
    opened = opened or moved is not task
    task = moved
    if one.done is not None:
        _close(w, rule, task, TaskStatus.DONE, one.done.by, one.done.when)
        return True
    if one.missed:
        _close(w, rule, task, TaskStatus.MISSED, "overtaken by the next one", None)
        return True
    return _watch(w, enrolment_id, rule, task) or opened


def _open(w: Working, enrolment_id: str, rule: TaskRule, one: Owed) -> Task:
    task_id, _ = w.next_id()
    task = Task(task_id, enrolment_id, rule.id, one.occurrence, rule.spec.role, one.due, one.opens, one.until, w.now)
    w.put("tasks", task)
    w.say(
        Event.TASK_OPENED,
        enrolment_id,
        task=rule.id,
        occurrence=one.occurrence,
        due=_text(one.due),
        opens=_text(one.opens),
        until=_text(one.until),
    )
    w.feel(f"task:{rule.id}.opened", enrolment_id, task)
    return task


def _moved(w: Working, task: Task, one: Owed) -> Task:
    if (task.due, task.opens, task.until) == (one.due, one.opens, one.until):
        return task
    moved = replace(task, due=one.due, opens=one.opens, until=one.until, overdue_since=None)
    w.put("tasks", moved)
    before = {"due": _text(task.due), "until": _text(task.until)}
    w.say(
        Event.TASK_MOVED,
        task.enrolment,
        task=task.code,
        occurrence=task.occurrence,
        before=before,
        due=_text(one.due),
        until=_text(one.until),
    )
    return moved


def _reopen_if_undone(w: Working, rule: TaskRule, one: Owed, task: Task) -> bool:
    """A task is owed again when the fact that had done it was retracted or no longer fits, or when its rule holds again."""
    by_fact = task.status is TaskStatus.DONE and task.closed_by in w.chart.facts
    withdrawn = task.status is TaskStatus.CANCELLED and task.closed_by == NOT_OWED and not _gone_by(w, one)
    if (
        not (by_fact or withdrawn)
        or one.done is not None
        or (rule.since is None and rule.numbers is None and rule.every is None and rule.each is None)
    ):
        return False
    reopened = replace(
        task, status=TaskStatus.OPEN, closed=None, closed_by="", due=one.due, opens=one.opens, until=one.until
    )
    w.put("tasks", reopened)
    w.say(
        Event.TASK_OPENED, task.enrolment, task=task.code, occurrence=task.occurrence, due=_text(one.due), reopened=True
    )
    return True


def _gone_by(w: Working, one: Owed) -> bool:
    """Whether the window lies in the past: what was not owed then is not owed afterwards."""
    last = one.until if one.until is not None else one.due
    return one.missed or (last is not None and overdue_at(last, w.zone) <= w.now)


def _no_longer_owed(w: Working, rule: TaskRule, task: Task) -> None:
    """Done if what completes it came meanwhile, else cancelled."""
    done = None
    if rule.done is not None:
        after = task.created if task.opens is None else None
        done = next(iter(completions(w.context(task.enrolment), rule.done, task.opens, after)), None)
    if done is None and rule.done is not None and task.opens is None:
        done = next(iter(completions(w.context(task.enrolment), rule.done, None, task.created)), None)
    if done is not None:
        _close(w, rule, task, TaskStatus.DONE, done.by, done.when)
    else:
        _close(w, rule, task, TaskStatus.CANCELLED, NOT_OWED, None)


_EVENTS = {
    TaskStatus.DONE: Event.TASK_DONE, TaskStatus.CANCELLED: Event.TASK_CANCELLED,
    TaskStatus.OMITTED: Event.TASK_OMITTED, TaskStatus.MISSED: Event.TASK_MISSED,
}  # fmt: skip


def _close(w: Working, rule: TaskRule, task: Task, status: TaskStatus, by: str, when: When | None) -> None:
    w.put("tasks", replace(task, status=status, closed=w.now, closed_by=by, frozen=False))
    w.say(_EVENTS[status], task.enrolment, task=task.code, occurrence=task.occurrence, by=by)
    w.feel(f"task:{task.code}.{status.value}", task.enrolment, task)
    last = task.until if task.until is not None else task.due
    if (
        status is TaskStatus.DONE
        and rule.spec.late
        and last is not None
        and when is not None
        and compare_dates(when, last, w.zone) > 0
    ):
        record_deviation(
            w, task.enrolment, rule.spec.late, task.id, f"{task.code} due {_text(task.due)}, done {_text(when)}"
        )
    if status is TaskStatus.MISSED and rule.spec.missed:
        record_deviation(w, task.enrolment, rule.spec.missed, task.id, f"{task.code} due {_text(task.due)}")


def close_by_hand(w: Working, task: Task, status: TaskStatus, by: str) -> None:
    """A person completes a task, or omits it with a reason."""
    rule = next(one for one in w.definition(w.enrolment(task.enrolment)).rules.tasks if one.id == task.code)
    _close(w, rule, task, status, by, w.now if status is TaskStatus.DONE else None)


# --- overdue and notices --------------------------------------------------------------------------------------------


def _watch(w: Working, enrolment_id: str, rule: TaskRule, task: Task) -> bool:
    frozen = rule.frozen is not None and rule.frozen(w.context(enrolment_id).briefly()).met
    changed = _freeze(w, task, frozen)
    task = w.chart.tasks[task.id]
    moment = overdue_moment(w, rule, task)
    _turn(w, moment)
    if moment is not None and w.now >= moment and not frozen and task.overdue_since is None:
        task = replace(task, overdue_since=moment)
        w.put("tasks", task)
        w.say(Event.TASK_OVERDUE, enrolment_id, task=task.code, occurrence=task.occurrence, since=moment.isoformat())
        w.feel(f"task:{task.code}.overdue", enrolment_id, task)
        changed = True
    for key, due, code, to in notices(w, rule, task):
        _turn(w, due)
        if w.now >= due:
            request(w, enrolment_id, code, f"{task.id}:{key}", to, {"task": task.id}, of_task(task, key))
    return changed


def _turn(w: Working, moment: datetime | None) -> None:
    """Have the rule looked at again at a moment to come."""
    if moment is not None and moment > w.now:
        w.world.tracker.turns(moment)


def _freeze(w: Working, task: Task, frozen: bool) -> bool:
    if task.frozen == frozen:
        return False
    w.put("tasks", replace(task, frozen=frozen, overdue_since=None if frozen else task.overdue_since))
    w.say(
        Event.TASK_FROZEN if frozen else Event.TASK_THAWED, task.enrolment, task=task.code, occurrence=task.occurrence
    )
    return True


def overdue_moment(w: Working, rule: TaskRule, task: Task) -> datetime | None:
    """When the task becomes overdue: after its window, or after its due date; an optional one never does."""
    last = task.until if task.until is not None else task.due
    return None if last is None or rule.spec.optional else overdue_at(last, w.zone)


def notices(w: Working, rule: TaskRule, task: Task) -> list[tuple[str, datetime, str, tuple[str, ...]]]:
    """The notices of an open task: key, moment, message and the roles it goes to (none: all of the message)."""
    found: list[tuple[str, datetime, str, tuple[str, ...]]] = []
    moment = overdue_moment(w, rule, task)
    context = w.context(task.enrolment)
    if moment is not None and not task.frozen:
        for number, step in enumerate(rule.overdue):
            period = step.period(context).value
            if isinstance(period, Duration):
                found.append(
                    (
                        f"overdue{number}",
                        _steps_after(w, task, moment, period, getattr(step.spec, "counted", "window")),
                        step.spec.notify,
                        tuple(getattr(step.spec, "to", ())),
                    )
                )
    if task.due is not None:
        found += _reminders(w, rule, task)
    return found


def _steps_after(w: Working, task: Task, moment: datetime, period: Duration, counted: str) -> datetime:
    """A period past the end of the window (its first day is the one on which the task becomes overdue), or past the due date."""
    if counted == "due" and task.due is not None:
        return instant(add(task.due, period, w.zone), w.zone)
    last = task.until if task.until is not None else task.due
    assert last is not None
    return max(moment, instant(add(last, period, w.zone), w.zone))


def _reminders(w: Working, rule: TaskRule, task: Task) -> list[tuple[str, datetime, str, tuple[str, ...]]]:
    assert task.due is not None
    found: list[tuple[str, datetime, str, tuple[str, ...]]] = []
    for number, step in enumerate(rule.reminders):
        period = step.period(w.context(task.enrolment)).value
        if not isinstance(period, Duration) or task.frozen:
            continue
        moment = instant(subtract(task.due, period, w.zone), w.zone)
        if moment >= task.created and w.now < overdue_at(task.due, w.zone):
            found.append((f"reminder{number}", moment, step.spec.notify, ()))
    return found


def _text(when: When | None) -> str:
    return when.isoformat() if when is not None else ""
