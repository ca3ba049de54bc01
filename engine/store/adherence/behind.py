"""The rows behind a figure: which tasks of which patients have a class, a page at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select, true, tuple_

from engine.model import When
from engine.store.adherence.conditions import COMPLETED, DAY_ONLY, TASKS, timing
from engine.store.adherence.scope import Scope, due_in_period, of_enrolment
from engine.store.schema import enrolment, patient, task
from engine.store.session import answered


@dataclass(frozen=True, slots=True)
class Kept:
    """One task and how it was kept."""

    patient: str
    zone: str
    enrolment: str
    pathway: str
    id: str
    code: str
    occurrence: str
    role: str
    due: When | None
    opens: When | None
    until: When | None
    status: str
    closed: datetime | None
    closed_by: str
    completed: datetime | None
    """When what completed it was true; of a day-precise datum the first instant of the day."""
    day_only: bool
    timing: str


def tasks(
    engine: Engine,
    scope: Scope,
    now: datetime,
    *,
    code: str = "",
    timings: tuple[str, ...] = (),
    after: tuple[str, str] = ("", ""),
    limit: int = 100,
) -> list[Kept]:
    """Tasks due in the period, of a code and of these classes, in the order of (patient, id) after a place. Raises StoreBusy."""
    column, one = timing(now), task.c
    columns = (
        one.patient, patient.c.zone, one.enrolment, enrolment.c.pathway, one.id, one.code, one.occurrence, one.role,
        one.due, one.opens, one.until, one.status, one.closed, one.closed_by, COMPLETED, DAY_ONLY, column,
    )  # fmt: skip
    query = (
        select(*columns)
        .select_from(TASKS)
        .where(of_enrolment(scope), due_in_period(scope), tuple_(one.patient, one.id) > tuple_(*after))
        .where(one.code == code if code else true(), column.element.in_(timings) if timings else true())
        .order_by(one.patient, one.id)
        .limit(limit)
    )
    with answered(), engine.connect() as connection:
        rows: Iterable[Any] = connection.execute(query)
        return [Kept(*row) for row in rows]
