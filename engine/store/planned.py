"""Open tasks by the day on which they are due, for calendars: counted for a month, listed for a day. Both read the index of what is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Select, and_, func, select

from engine.model import When
from engine.store.accounts.reach import within
from engine.store.schema import enrolment, patient, task
from engine.store.session import answered


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tasks: due from one instant to another (the last one not among them), of a role and pathway where those are named."""

    first: datetime
    last: datetime
    role: str = ""
    pathway: str = ""
    sites: frozenset[str] | None = None
    """Whose patients; None for everybody's."""


@dataclass(frozen=True, slots=True)
class Count:
    """So many open tasks of one kind are due at one instant (for tasks of a day: its beginning in the patient's zone)."""

    due: datetime
    pathway: str
    code: str
    state: str
    """`overdue`, `blocked` or `open`."""
    number: int


@dataclass(frozen=True, slots=True)
class Planned:
    """One open task, with its patient."""

    patient: str
    zone: str
    enrolment: str
    pathway: str
    code: str
    role: str
    due: When | None
    opens: When | None
    until: When | None
    overdue: bool
    frozen: bool


_OF_TASK = and_(enrolment.c.patient == task.c.patient, enrolment.c.id == task.c.enrolment)


def counts(engine: Engine, wanted: Wanted) -> list[Count]:
    """How many tasks are due when, in the order of the days. Raises StoreBusy."""
    overdue = task.c.overdue_since.is_not(None).label("overdue")
    key = (task.c.due_at, enrolment.c.pathway, task.c.code, overdue, task.c.frozen)
    query = _filtered(select(*key, func.count()).select_from(task.join(enrolment, _OF_TASK)), wanted)
    with answered(), engine.connect() as connection:
        rows = connection.execute(query.group_by(*key).order_by(task.c.due_at, enrolment.c.pathway, task.c.code))
        return [Count(row[0], row[1], row[2], _state(overdue=row[3], frozen=row[4]), row[5]) for row in rows]


def listed(engine: Engine, wanted: Wanted, limit: int) -> list[Planned]:
    """The tasks themselves, up to `limit`, by the instant at which they are due. Raises StoreBusy."""
    columns = (
        task.c.patient, patient.c.zone, task.c.enrolment, enrolment.c.pathway, task.c.code, task.c.role, task.c.due,
        task.c.opens, task.c.until, task.c.overdue_since, task.c.frozen,
    )  # fmt: skip
    both = task.join(enrolment, _OF_TASK).join(patient, patient.c.id == task.c.patient)
    query = _filtered(select(*columns).select_from(both), wanted)
    with answered(), engine.connect() as connection:
        rows = connection.execute(query.order_by(task.c.due_at, task.c.patient, task.c.id).limit(limit))
        return [_planned(row._mapping) for row in rows]


def _filtered(query: Select[Any], wanted: Wanted) -> Select[Any]:
    query = query.where(task.c.status == "open", enrolment.c.closed.is_(None), within(task.c.patient, wanted.sites))
    query = query.where(task.c.due_at >= wanted.first, task.c.due_at < wanted.last)
    if wanted.role:
        query = query.where(task.c.role == wanted.role)
    return query.where(enrolment.c.pathway == wanted.pathway) if wanted.pathway else query


def _planned(row: Any) -> Planned:
    plain = {
        name: row[name] for name in ("patient", "zone", "enrolment", "pathway", "code", "role", "due", "opens", "until")
    }
    return Planned(**plain, overdue=row["overdue_since"] is not None, frozen=bool(row["frozen"]))


def _state(*, overdue: bool, frozen: bool) -> str:
    return "blocked" if frozen else "overdue" if overdue else "open"
