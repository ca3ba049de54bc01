"""Patients to measure on: one course played through the engine, and copies of its rows (agenda included) under other ids.

A copy starts without audit entries (its chains begin with what is measured), so that its hashes hold.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Insert,
    Integer,
    Table,
    Text,
    bindparam,
    cast,
    insert,
    literal,
    null,
    select,
    true,
)

from benchmarks.course import Course
from engine.actions import Engine
from engine.cases import Library, read_case, run_case
from engine.definition.registry import Registry
from engine.model import RECORDS, Chart, TimerState
from engine.store import SqlStore
from engine.store.schema import RECORD_TABLES, agenda, patient, timer


def played(store: SqlStore, registry: Registry, course: Course, name: str) -> Chart:
    """A patient who has lived through a course; raises `AssertionError` when anything in it is refused."""
    library = Library(registry)
    case = read_case(course.text(name, 1), f"{name}.yaml", library)
    engine = Engine(store, registry)
    failures = list(run_case(case, engine, library.names(case.pathway)))
    assert not failures, failures[0]
    return store.read(f"case-{name}")


def numbered(first: int, count: int) -> CTE:
    """The numbers from `first` on, as a table `n(i)`."""
    start = select(literal(first, Integer).label("i")).cte("n", recursive=True)
    return start.union_all(select(start.c.i + 1).where(start.c.i < first + count - 1))


def copied(
    store: SqlStore,
    template: str,
    prefix: str,
    count: int,
    *,
    due: datetime | None = None,
    maps: Collection[str] = RECORDS,
) -> None:
    """`count` copies of a patient with ids `prefix1` …; `due` moves their timers; `maps`: only these of their records."""
    tables = [patient, *(table for name, table in RECORD_TABLES.items() if name in maps)]
    tables += [agenda] if len(maps) == len(RECORDS) else []
    with store.database.writer.begin() as connection:
        for table in tables:
            connection.execute(_copy(table, template, prefix, count, due), {"due": due} if due is not None else {})


def _copy(table: Table, template: str, prefix: str, count: int, due: datetime | None) -> Insert:
    numbers = numbered(1, count)
    owner = "id" if table is patient else "patient"
    changed: dict[str, ColumnElement[Any]] = {
        owner: literal(prefix).concat(cast(numbers.c.i, Text)),
        "audited": literal(0),
    }
    if table is timer:
        changed["lease_until"] = null()
    if table is timer and due is not None:
        changed["due"] = bindparam("due", type_=table.c.due.type)
    rows = select(*(changed.get(one.name, one) for one in table.columns)).select_from(table.join(numbers, true()))
    rows = rows.where(table.c[owner] == template)
    if table is timer:
        rows = rows.where(table.c.state == TimerState.PENDING.value)
    return insert(table).from_select([one.name for one in table.columns], rows)
