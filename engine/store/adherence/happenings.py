"""What happened on the enrolments of a report, a batch at a time and in order: for exports to process mining.

Stages, actions, tasks that were closed and deviations, with roles and moments. No clinical value, no reason in words and no
name is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, and_, func, select, tuple_

from engine.codec import from_json
from engine.model import Person, StageEntry
from engine.store.adherence.conditions import COMPLETED, TASKS, timing
from engine.store.adherence.scope import Scope, in_period, of_enrolment
from engine.store.schema import act, deviation, enrolment, task
from engine.store.session import answered

BATCH = 250
"""Enrolments of one batch."""
ORDER = ("move", "act", "task", "deviation")
"""What happened at the same moment is told in this order."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened."""

    kind: str
    """`move` (a change of stage), `act`, `task` (closed) or `deviation`."""
    name: str
    """The trigger of a move, the action, the task, the class of deviation."""
    at: datetime
    role: str = ""
    record: str = ""
    """Id of the record behind it."""
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trace:
    """One enrolment with what happened on it, in order."""

    patient: str
    enrolment: str
    pathway: str
    definition: str
    parent: str
    opened: datetime
    closed: datetime | None
    happenings: tuple[Happening, ...]


Key = tuple[str, str]


def count(engine: Engine, scope: Scope) -> int:
    """How many traces there are. Raises StoreBusy."""
    query = select(func.count()).where(of_enrolment(scope), in_period(enrolment.c.opened, scope))
    with answered(), engine.connect() as connection:
        return int(connection.execute(query).scalar_one())


def traces(engine: Engine, scope: Scope, now: datetime) -> Iterator[Trace]:
    """Enrolments opened in the period, in the order of (patient, id). Each batch is a short read. Raises StoreBusy."""
    after: Key = ("", "")
    while True:
        with answered(), engine.connect() as connection:
            rows = _enrolments(connection, scope, after)
            found = _happenings(connection, rows, now)
        for row in rows:
            yield _trace(row, found.get((row.patient, row.id), []))
        if len(rows) < BATCH:
            return
        after = (rows[-1].patient, rows[-1].id)


def _enrolments(connection: Connection, scope: Scope, after: Key) -> Sequence[Any]:
    one = enrolment.c
    query = (
        select(one.patient, one.id, one.pathway, one.definition, one.parent, one.opened, one.closed, one.history)
        .where(of_enrolment(scope), in_period(one.opened, scope), tuple_(one.patient, one.id) > tuple_(*after))
        .order_by(one.patient, one.id)
    )
    return connection.execute(query.limit(BATCH)).all()


def _happenings(connection: Connection, rows: Sequence[Any], now: datetime) -> dict[Key, list[Happening]]:
    wanted = {(row.patient, row.id) for row in rows}
    patients = sorted({row.patient for row in rows})
    found: dict[Key, list[Happening]] = {}
    for key, happening in (
        *_acts(connection, patients),
        *_tasks(connection, patients, now),
        *_deviations(connection, patients),
    ):
        if key in wanted:
            found.setdefault(key, []).append(happening)
    return found


def _acts(connection: Connection, patients: Sequence[str]) -> Iterable[tuple[Key, Happening]]:
    one = act.c
    query = select(one.patient, one.enrolment, one.action, one.at, one.by, one.id, one.overridden, one.warned)
    for row in connection.execute(query.where(one.patient.in_(patients)).order_by(one.seq)):
        role = from_json(Person, row.by).role
        details = {"overridden": ",".join(row.overridden or ()), "warned": ",".join(row.warned or ())}
        yield (row.patient, row.enrolment), Happening("act", row.action, row.at, role, row.id, _filled(details))


def _tasks(connection: Connection, patients: Sequence[str], now: datetime) -> Iterable[tuple[Key, Happening]]:
    one, column = task.c, timing(now)
    query = (
        select(
            one.patient,
            one.enrolment,
            one.code,
            COMPLETED.label("at"),
            one.closed,
            one.role,
            one.id,
            one.status,
            column,
        )
        .select_from(TASKS)
        .where(and_(one.patient.in_(patients), one.status.in_(("done", "omitted", "missed"))))
    )
    for row in connection.execute(query):
        at = row.at if row.status == "done" else row.closed
        details = {"status": row.status, "timing": row.timing}
        yield (row.patient, row.enrolment), Happening("task", row.code, at, row.role, row.id, details)


def _deviations(connection: Connection, patients: Sequence[str]) -> Iterable[tuple[Key, Happening]]:
    one = deviation.c
    query = select(one.patient, one.enrolment, one.code, one.at, one.id).where(one.patient.in_(patients))
    for row in connection.execute(query):
        yield (row.patient, row.enrolment), Happening("deviation", row.code, row.at, "", row.id)


def _trace(row: Any, found: list[Happening]) -> Trace:
    entries = [from_json(StageEntry, one) for one in row.history or ()]
    moved = [
        Happening("move", one.via, one.at, "", f"{row.id}/{number}", {"stage": one.stage})
        for number, one in enumerate(entries)
    ]
    ordered = sorted([*moved, *found], key=lambda one: (one.at, ORDER.index(one.kind)))
    return Trace(
        row.patient, row.id, row.pathway, row.definition, row.parent or "", row.opened, row.closed, tuple(ordered)
    )


def _filled(details: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in details.items() if value}
