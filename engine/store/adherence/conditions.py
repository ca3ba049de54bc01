"""How a task was kept, as SQL: the same classes as `engine.adherence.timing`, so that the database can count them.

What completed a task is found by `closed_by`: a fact (in the version that corrected it, if one did), or an act; else the
moment of closing counts. A day-precise fact stands for its whole day.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import Label
from sqlalchemy.sql.functions import FunctionElement

from engine.adherence.timing import Timing
from engine.model import TaskStatus
from engine.store.schema import act, enrolment, fact, patient, task
from engine.store.types import Instant

newer = fact.alias("newer")
"""The version that corrected or voided the completing fact."""

_DAY = 10
"""Length of a `When` that is a day, as text."""


class NextDay(FunctionElement[datetime]):
    """The same moment a calendar day later (24 hours: a change of the clocks moves it by an hour at most)."""

    type = Instant()
    inherit_cache = True
    name = "next_day"


@compiles(NextDay, "sqlite")
def _on_sqlite(element: NextDay, compiler: Any, **options: Any) -> str:
    return f"strftime('%Y-%m-%dT%H:%M:%f000Z', {compiler.process(element.clauses, **options)}, '+1 day')"


@compiles(NextDay, "postgresql")
def _on_postgresql(element: NextDay, compiler: Any, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} + interval '1 day')"


TASKS = (
    task.join(enrolment, and_(enrolment.c.patient == task.c.patient, enrolment.c.id == task.c.enrolment))
    .join(patient, patient.c.id == task.c.patient)
    .outerjoin(fact, and_(fact.c.patient == task.c.patient, fact.c.id == task.c.closed_by))
    .outerjoin(newer, and_(newer.c.patient == fact.c.patient, newer.c.supersedes == fact.c.id))
    .outerjoin(act, and_(act.c.patient == task.c.patient, act.c.id == task.c.closed_by))
)
"""Tasks with the enrolment and patient they belong to and with what completed them."""

COMPLETED = func.coalesce(newer.c.effective, fact.c.effective, act.c.at, task.c.closed)
"""When what completed the task was true; the first instant of the day where only that is known."""
DAY_ONLY = func.coalesce(newer.c.timed, fact.c.timed, literal(True)).is_(False)
_VOIDED = func.coalesce(newer.c.status, fact.c.status, literal("")) == "entered_in_error"

_ends_on_a_day = func.length(task.c.until) == _DAY
_due_on_a_day = func.length(task.c.due) == _DAY


def _over_at() -> ColumnElement[datetime]:
    """The first instant at which a task is late."""
    due_over = case((_due_on_a_day, NextDay(task.c.due_at)), else_=task.c.due_at)
    return func.coalesce(task.c.until_at, due_over)


def _late() -> ColumnElement[bool]:
    """The window's last day counts in full, its last instant too."""
    last_is_day = func.coalesce(_ends_on_a_day, _due_on_a_day)
    return or_(and_(last_is_day, _over_at() <= COMPLETED), and_(last_is_day.is_(False), _over_at() < COMPLETED))


def _early() -> ColumnElement[bool]:
    return or_(
        and_(DAY_ONLY, NextDay(COMPLETED) <= task.c.opens_at),
        and_(DAY_ONLY.is_(False), task.c.opens_at > COMPLETED),
    )


def timing(now: datetime) -> Label[str]:
    """The class of a task (a value of `Timing`), as a column named `timing`."""
    moment = literal(now, Instant())
    status, overdue = task.c.status, task.c.overdue_since.is_not(None)
    done, is_open = status == TaskStatus.DONE.value, status == TaskStatus.OPEN.value
    cancelled = status == TaskStatus.CANCELLED.value
    dateless = and_(task.c.due.is_(None), task.c.until.is_(None), task.c.opens.is_(None))
    return case(
        (status == TaskStatus.MISSED.value, Timing.MISSED.value),
        (status == TaskStatus.OMITTED.value, Timing.OMITTED.value),
        (and_(cancelled, overdue), Timing.WITHDRAWN_LATE.value),
        (cancelled, Timing.NOT_OWED.value),
        (and_(is_open, task.c.frozen.is_(True)), Timing.SUSPENDED.value),
        (and_(is_open, or_(overdue, _over_at() <= moment)), Timing.OVERDUE.value),
        (is_open, Timing.RUNNING.value),
        (and_(done, _VOIDED), Timing.NOT_EVALUABLE.value),
        (dateless, Timing.UNDATED.value),
        (_early(), Timing.EARLY.value),
        (_late(), Timing.LATE.value),
        else_=Timing.ON_TIME.value,
    ).label("timing")
