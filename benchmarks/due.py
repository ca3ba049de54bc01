"""W2: timers that are due among many pending, each with its full effect; and APScheduler's own store with a trivial one.

The due patients are copies of one in maintenance whose next timer has come; the other pending timers belong to copies that
are due in a hundred years. No chart is in memory: each is loaded, decided, and saved with its audit entry.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from benchmarks.course import course
from benchmarks.measuring import Figure, median_of
from benchmarks.population import copied, played
from benchmarks.postgres import server
from engine.actions import Engine
from engine.definition.registry import Registry
from engine.model import TimerState
from engine.store import SqlStore, open_store, upgrade
from pathways.registry import load_registry

DUE = 200
"""Timers fired in a round; the rate holds for 10 000, for the cost of each depends on nothing else that is due."""
PENDING = (10_000, 100_000, 1_000_000)
BATCH = 100
ROUNDS = 5
LEASE = timedelta(minutes=10)
FAR = datetime(2126, 1, 1, tzinfo=UTC)


def fire_all(store: SqlStore, registry: Registry, now: datetime) -> int:
    """What the due pass of the service does: claim a batch, decide and save it in one transaction, until nothing is due."""
    engine, fired = Engine(store, registry), 0
    while claims := store.claim_due(now, BATCH, "bench", LEASE):
        patients = dict.fromkeys(claim.patient for claim in claims)
        fired += engine.fire_many(patients, now, claims)
    return fired


def _round(store: SqlStore, registry: Registry, number: int, due: datetime) -> float:
    """Seconds to fire what `DUE` fresh copies have due."""
    prefix = f"due{number}-"
    copied(store, "case-W2", prefix, DUE)
    store.cache.clear()
    started = perf_counter()
    fired = fire_all(store, registry, due)
    seconds = perf_counter() - started
    left = store.next_due()
    assert left is None or left > due
    assert fired >= DUE
    one = store.read(f"{prefix}1")
    assert any(timer.state is TimerState.FIRED and timer.fired == due for timer in one.timers.values())
    assert store.entries(f"{prefix}1")
    return seconds / fired


@contextmanager
def _store(url: str, registry: Registry, pending: int) -> Iterator[tuple[SqlStore, datetime]]:
    upgrade(url)
    with open_store(url, charts_in_memory=BATCH) as store:
        chart = played(store, registry, course(1), "W2")
        waiting = [timer for timer in chart.timers.values() if timer.state is TimerState.PENDING]
        store.claim_due(FAR, len(waiting), "template", timedelta(days=1))
        # The template stays as it is: its timers are claimed, so that only those of its copies fire.
        copied(store, "case-W2", "far", pending // len(waiting), due=FAR, whole=False)
        yield store, min(timer.due for timer in waiting)


def _measured(url: str, registry: Registry, pending: int, rounds: int) -> float:
    with _store(url, registry, pending) as (store, due):
        return median_of([_round(store, registry, number, due) for number in range(rounds + 1)][1:])


def scheduler_alone(url: str, jobs: int = 1000) -> float:
    """Seconds for each one-shot job of APScheduler's own store, with an effect that only counts."""
    scheduler = BackgroundScheduler(jobstores={"default": SQLAlchemyJobStore(url=url)}, timezone=UTC)
    scheduler.start(paused=True)
    _Counter.reset(jobs)
    past = datetime.now(UTC)
    for _ in range(jobs):
        scheduler.add_job(count, "date", run_date=past, misfire_grace_time=None)
    started = perf_counter()
    scheduler.resume()
    assert _Counter.done.wait(300)
    seconds = perf_counter() - started
    scheduler.shutdown()
    return seconds / jobs


class _Counter:
    """How many jobs are still to run."""

    left = 0
    done = threading.Event()
    lock = threading.Lock()

    @classmethod
    def reset(cls, jobs: int) -> None:
        """Begin."""
        cls.left = jobs
        cls.done.clear()


def count() -> None:
    """The trivial effect."""
    with _Counter.lock:
        _Counter.left -= 1
        if not _Counter.left:
            _Counter.done.set()


def measure(rounds: int = ROUNDS, pending: tuple[int, ...] = PENDING, postgres: bool = True) -> list[Figure]:
    """W2."""
    registry = load_registry()
    figures: list[Figure] = []
    found: dict[int, float] = {}
    for number in pending:
        with tempfile.TemporaryDirectory() as folder:
            found[number] = _measured(f"sqlite:///{folder}/due.db", registry, number, rounds)
        figures.append(
            Figure("W2", f"a due timer with its full effect among {number} pending, SQLite", found[number] * 1e3, "ms")
        )
    spread = max(found.values()) / min(found.values())
    figures.append(Figure("W2", "the dearest of these against the cheapest", spread, "x", "<= 1.3", spread <= 1.3))
    with tempfile.TemporaryDirectory() as folder:
        alone = median_of([scheduler_alone(f"sqlite:///{folder}/jobs{number}.db") for number in range(rounds)])
    figures.append(
        Figure("W2", "a one-shot job of APScheduler's own store with a trivial effect, SQLite", alone * 1e3, "ms")
    )
    ratio = alone / found[pending[0]]
    figures.append(Figure("W2", "ours against APScheduler's own store", ratio, "x", ">= 1", ratio >= 1))
    with ExitStack() as stack:
        if postgres:
            home: Any = stack.enter_context(server())
            home.run("CREATE DATABASE due")
            each = _measured(home.url("due"), registry, 100_000, rounds)
            figures.append(
                Figure("W2", "a due timer with its full effect among 100000 pending, PostgreSQL", each * 1e3, "ms")
            )
    return figures
