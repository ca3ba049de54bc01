"""Figures of a report, counted by the database: tasks by class, acts by what was overridden, courses through the stages.

Each is one statement over the enrolments of a pathway and the period; nothing is loaded that is not shown, but for the
courses, of which the waits are computed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, and_, case, func, or_, select

from engine.adherence.courses import Course
from engine.codec import from_json
from engine.model import StageEntry
from engine.store.adherence.conditions import TASKS, timing
from engine.store.adherence.scope import Scope, due_in_period, in_period, of_enrolment
from engine.store.schema import act, deviation, enrolment, task
from engine.store.session import answered

_OF_ACT = and_(enrolment.c.patient == act.c.patient, enrolment.c.id == act.c.enrolment)
_OF_DEVIATION = and_(enrolment.c.patient == deviation.c.patient, enrolment.c.id == deviation.c.enrolment)
_BATCH = 2000


@dataclass(frozen=True, slots=True)
class TaskCount:
    """How many tasks of one code have one class."""

    pathway: str
    code: str
    timing: str
    count: int


@dataclass(frozen=True, slots=True)
class ActCount:
    """How many acts of one action went past the same requirements, and were warned of the same ones."""

    pathway: str
    action: str
    overridden: tuple[str, ...]
    warned: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class DeviationCount:
    """How many deviations of one class were recorded."""

    pathway: str
    code: str
    count: int


@dataclass(frozen=True, slots=True)
class TimedAct:
    """An act that completed a task, and how that task was kept."""

    patient: str
    enrolment: str
    action: str
    at: datetime
    timing: str


@dataclass(frozen=True, slots=True)
class Size:
    """How many enrolments a scope holds."""

    pathway: str
    definition: str
    enrolments: int
    open: int
    patients: int


def task_counts(engine: Engine, scope: Scope, now: datetime) -> list[TaskCount]:
    """Tasks due in the period, by pathway, code and class. Raises StoreBusy."""
    # The class is worked out below and counted above: as a grouping expression PostgreSQL would take its parameters for others.
    each = (
        select(enrolment.c.pathway, task.c.code, timing(now))
        .select_from(TASKS)
        .where(of_enrolment(scope), due_in_period(scope))
        .subquery()
    )
    key = (each.c.pathway, each.c.code, each.c.timing)
    query = select(*key, func.count()).group_by(*key)
    with answered(), engine.connect() as connection:
        return [TaskCount(*row) for row in connection.execute(query)]


def omission_reasons(engine: Engine, scope: Scope, *, most: int = 200) -> list[tuple[str, str, str, int]]:
    """The reasons for which tasks were omitted: pathway, code, reason, count; the most frequent first. Raises StoreBusy."""
    key = (enrolment.c.pathway, task.c.code, task.c.closed_by)
    count = func.count().label("number")
    query = (
        select(*key, count)
        .select_from(TASKS)
        .where(task.c.status == "omitted", of_enrolment(scope), due_in_period(scope))
        .group_by(*key)
        .order_by(count.desc(), *key)
    )
    with answered(), engine.connect() as connection:
        return [(row[0], row[1], row[2], row[3]) for row in connection.execute(query.limit(most))]


def act_counts(engine: Engine, scope: Scope) -> list[ActCount]:
    """Acts in the period by action, and by the requirements that were overridden or warned of. Raises StoreBusy."""
    key = (enrolment.c.pathway, act.c.action, act.c.overridden, act.c.warned)
    joined = act.join(enrolment, _OF_ACT)
    query = (
        select(*key, func.count())
        .select_from(joined)
        .where(of_enrolment(scope), in_period(act.c.at, scope))
        .group_by(*key)
    )
    with answered(), engine.connect() as connection:
        rows = connection.execute(query)
        return [ActCount(row[0], row[1], tuple(row[2] or ()), tuple(row[3] or ()), row[4]) for row in rows]


def deviation_counts(engine: Engine, scope: Scope) -> list[DeviationCount]:
    """Deviations recorded in the period. Raises StoreBusy."""
    key = (enrolment.c.pathway, deviation.c.code)
    query = (
        select(*key, func.count())
        .select_from(deviation.join(enrolment, _OF_DEVIATION))
        .where(of_enrolment(scope), in_period(deviation.c.at, scope))
        .group_by(*key)
    )
    with answered(), engine.connect() as connection:
        return [DeviationCount(*row) for row in connection.execute(query)]


def timed_acts(engine: Engine, scope: Scope, now: datetime) -> list[TimedAct]:
    """Acts in the period that completed a task with a window, and the class of that task. Raises StoreBusy."""
    column = timing(now)
    query = (
        select(task.c.patient, task.c.enrolment, act.c.action, act.c.at, column)
        .select_from(TASKS)
        .where(act.c.id.is_not(None), of_enrolment(scope), in_period(act.c.at, scope))
        .where(or_(task.c.due.is_not(None), task.c.until.is_not(None), task.c.opens.is_not(None)))
    )
    with answered(), engine.connect() as connection:
        return [TimedAct(*row) for row in connection.execute(query)]


def sizes(engine: Engine, scope: Scope) -> list[Size]:
    """Enrolments that ran at some time of the period, by pathway and version. Raises StoreBusy."""
    key = (enrolment.c.pathway, enrolment.c.definition)
    running = func.sum(case((enrolment.c.closed.is_(None), 1), else_=0))
    counted = (func.count(), running, func.count(func.distinct(enrolment.c.patient)))
    query = select(*key, *counted).where(of_enrolment(scope), _ran_in(scope)).group_by(*key).order_by(*key)
    with answered(), engine.connect() as connection:
        return [Size(row[0], row[1], row[2], int(row[3]), row[4]) for row in connection.execute(query)]


def courses(engine: Engine, scope: Scope) -> Iterator[Course]:
    """Enrolments opened in the period, with their stages. Raises StoreBusy."""
    columns = (enrolment.c.patient, enrolment.c.id, enrolment.c.opened, enrolment.c.closed, enrolment.c.history)
    query = (
        select(*columns)
        .where(of_enrolment(scope), in_period(enrolment.c.opened, scope))
        .order_by(enrolment.c.patient, enrolment.c.id)
    )
    with answered(), engine.connect() as connection:
        for row in connection.execution_options(yield_per=_BATCH).execute(query):
            entries = [from_json(StageEntry, one) for one in row.history or ()]
            yield Course(row.patient, row.id, row.opened, row.closed, entries)


def _ran_in(scope: Scope) -> ColumnElement[bool]:
    return and_(enrolment.c.opened < scope.end, or_(enrolment.c.closed.is_(None), enrolment.c.closed >= scope.begin))
