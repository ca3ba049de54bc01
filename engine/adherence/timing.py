"""How a task was kept: one class for each task, by its window and by what completed it.

This is the definition of the classes; `engine.store.adherence` says the same in SQL, and a test holds the two against
each other. Unknown is a class of its own (`not_evaluable`) and never counts as kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.calendar import compare, end_of, local_day
from engine.model import Task, TaskStatus, When


class Timing(StrEnum):
    """The classes, in the order in which they are shown."""

    ON_TIME = "on_time"
    EARLY = "early"
    """Done before its window opened."""
    LATE = "late"
    """Done after its window, or after its due date where it has no window."""
    MISSED = "missed"
    """Overtaken unfinished by the next one."""
    OMITTED = "omitted"
    """A person decided not to do it, with a reason."""
    OVERDUE = "overdue"
    """Open, and its window is over."""
    SUSPENDED = "suspended"
    """Open, and a hold suspends it."""
    WITHDRAWN_LATE = "withdrawn_late"
    """Overdue when it ceased to be owed: the course ended, or its reason went away. Lost, and never done."""
    NOT_EVALUABLE = "not_evaluable"
    """Declared done, but the datum that showed it was retracted."""
    RUNNING = "running"
    """Open, and its time has not run out."""
    UNDATED = "undated"
    """Done, and nothing says when it should have been."""
    NOT_OWED = "not_owed"
    """Ceased to be owed before its window was over."""


OWED = (
    Timing.ON_TIME, Timing.EARLY, Timing.LATE, Timing.MISSED, Timing.OMITTED, Timing.OVERDUE, Timing.SUSPENDED,
    Timing.WITHDRAWN_LATE, Timing.NOT_EVALUABLE,
)  # fmt: skip
"""The denominator: every task whose time came, whoever was lost meanwhile. `running`, `undated` and `not_owed` are shown beside it."""


@dataclass(frozen=True, slots=True)
class Completion:
    """When what completed a task was true: a day, or an instant (UTC); None where the datum was retracted."""

    when: When | None


def timing(task: Task, completion: Completion | None, now: datetime, zone: str) -> Timing:
    """The class of a task. `completion` is what completed it; None where it is not done."""
    match task.status:
        case TaskStatus.MISSED:
            return Timing.MISSED
        case TaskStatus.OMITTED:
            return Timing.OMITTED
        case TaskStatus.CANCELLED:
            return Timing.NOT_OWED if task.overdue_since is None else Timing.WITHDRAWN_LATE
        case TaskStatus.OPEN:
            return _open(task, now, zone)
        case TaskStatus.DONE:
            return _done(task, completion, zone)


def _open(task: Task, now: datetime, zone: str) -> Timing:
    if task.frozen:
        return Timing.SUSPENDED
    last = task.until if task.until is not None else task.due
    over = task.overdue_since is not None or (last is not None and end_of(last, zone) <= now)
    return Timing.OVERDUE if over else Timing.RUNNING


def _done(task: Task, completion: Completion | None, zone: str) -> Timing:
    when = completion.when if completion is not None else task.closed
    if when is None:
        return Timing.NOT_EVALUABLE
    last = task.until if task.until is not None else task.due
    if last is None and task.opens is None:
        return Timing.UNDATED
    if task.opens is not None and compare(when, task.opens, zone) < 0:
        return Timing.EARLY
    return Timing.LATE if last is not None and compare(when, last, zone) > 0 else Timing.ON_TIME


def days_off(task: Task, completion: Completion, zone: str) -> int | None:
    """Whole days between the due date and the completion (negative: before); None where either is missing."""
    if task.due is None or completion.when is None:
        return None
    return (local_day(completion.when, zone) - local_day(task.due, zone)).days
