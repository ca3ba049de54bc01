"""Short ways to say what the tests of the store are about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from engine.model import (
    RECORDS,
    SYSTEM,
    AuditDraft,
    Changes,
    Chart,
    Enrolment,
    Fact,
    Patient,
    Task,
    Timer,
)
from engine.store import SqlStore, open_store, upgrade
from engine.store.unit import Unit

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
LEASE = timedelta(seconds=15)


def opened(url: str, **options: Any) -> SqlStore:
    """A store at this version's schema."""
    if url != "sqlite://":
        upgrade(url)
    return open_store(url, **options)


def draft(chain: str = "p1", event: str = "fact:recorded", **content: Any) -> AuditDraft:
    """An audit entry of the engine itself."""
    return AuditDraft(
        chain, None if chain.startswith("p") else chain, event, SYSTEM, NOW, {"events": [event], **content}
    )


def register(store: SqlStore, patient: str = "p1") -> Chart:
    """Add a patient."""
    return store.create(Patient(patient, date(1980, 3, 1), "female"), [draft(patient, "patient:registered")], now=NOW)


def enrolment(key: str = "e1", **values: Any) -> Enrolment:
    """An enrolment on a pathway."""
    defaults: dict[str, Any] = {"pathway": "hbv", "definition": "abc", "ordinal": 1, "stage": "screening"}
    return Enrolment(key, **{**defaults, "opened": NOW, **values})


def fact(key: str = "f1", **values: Any) -> Fact:
    """A fact of today."""
    defaults: dict[str, Any] = {"code": "igg", "effective": NOW, "effective_day": NOW.date(), "timed": True}
    return Fact(key, **{**defaults, "recorded": NOW, "seq": 1, **values})


def task(key: str = "t1", **values: Any) -> Task:
    """An open task."""
    defaults: dict[str, Any] = {"enrolment": "e1", "code": "igg_monitoring", "occurrence": "1", "role": "nurse"}
    return Task(key, **{**defaults, "due": None, "opens": None, "until": None, "created": NOW, **values})


def timer(identity: str, due: datetime = NOW, **values: Any) -> Timer:
    """A pending timer of `e1`."""
    return Timer(identity, **{"enrolment": "e1", "key": f"look:{identity}", "due": due, **values})


def put(unit: Unit, *records: Any, event: str = "fact:recorded", **options: Any) -> None:
    """Save records of any kind in one command."""
    chart, changes = unit.chart, Changes()
    for record in records:
        name = _map_of(record)
        getattr(chart, name)[record.id] = record
        getattr(changes, name)[record.id] = None
    unit.save(chart, changes, [draft(chart.patient.id, event)], now=NOW, **options)


def saved(store: SqlStore, *records: Any, patient: str = "p1", **options: Any) -> Chart:
    """Save records in a transaction of their own; the chart as it stands afterwards."""
    with store.unit(patient) as unit:
        put(unit, *records, **options)
    return store.read(patient)


def with_timers(store: SqlStore, timers: Iterable[Timer], patient: str = "p1") -> None:
    """A patient with an enrolment and timers."""
    register(store, patient)
    saved(store, enrolment(), *timers, patient=patient)


def forget(store: SqlStore) -> None:
    """Empty the cache of charts, so that the next read comes from the tables."""
    store.cache.clear()


def _map_of(record: Any) -> str:
    kind = type(record).__name__.lower() + "s"
    return next(name for name in RECORDS if name == kind)
