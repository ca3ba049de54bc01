"""W2: how late a due timer is, with 10⁶ others pending and the service idle: from its due time to the end of the pass that fired it.

The bell of the service rings as it does in service. Only its clock is shifted, to the year of the template's course.
"""

from __future__ import annotations

import tempfile
import threading
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import quantiles

from sqlalchemy import update

from benchmarks.due import due_store
from benchmarks.measuring import Figure
from benchmarks.population import copied
from engine.clock import SystemClock
from engine.store.schema import timer
from pathways.registry import load_registry
from service.chores import PassResult, due_pass
from service.scheduler import Bell
from service.settings import Settings
from service.wiring import Careway, build

TIMERS = 100
SECONDS = 40
PENDING = 1_000_000


class Shifted:
    """The machine's clock, so much later."""

    def __init__(self, start: datetime) -> None:
        self._by = start - SystemClock().now()

    def now(self) -> datetime:
        """The instant."""
        return SystemClock().now() + self._by


def _ring(careway: Careway, last: datetime) -> list[tuple[datetime, datetime]]:
    """Let the bell ring until everything is fired; begin and end of each pass that fired something."""
    passes: list[tuple[datetime, datetime]] = []
    done = threading.Event()

    def chore(one: Careway) -> PassResult:
        result = due_pass(one)
        if result.fired:
            passes.append((result.at, one.clock.now()))
        if one.clock.now() > last + timedelta(seconds=3):
            done.set()
        return result

    bell = Bell(careway, chore)
    bell.start()
    assert done.wait(SECONDS * 5)
    bell.stop()
    return passes


def measure(pending: int = PENDING) -> list[Figure]:
    """The second line of W2."""
    registry, chance = load_registry(), Random(7)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder)}/late.db"
        with due_store(url, registry, pending) as (store, start):
            dues = sorted(start + timedelta(seconds=20 + chance.random() * SECONDS) for _ in range(TIMERS))
            copied(store, "case-W2", "late", TIMERS)
            with store.database.writer.begin() as connection:
                for number, due in enumerate(dues, start=1):
                    here = (timer.c.patient == f"late{number}") & (timer.c.due == start)
                    connection.execute(update(timer).where(here).values(due=due))
        with build(Settings(database_url=url), clock=Shifted(start), registry=registry) as careway:
            passes = _ring(careway, dues[-1])
            fired = [careway.store.read(f"late{number}").timers.values() for number in range(1, TIMERS + 1)]
        assert all(any(timer.fired for timer in timers) for timers in fired)
    # A pass handles what was due when it began; one due meanwhile waits for the next.
    late = [(next(end for began, end in passes if began >= due) - due).total_seconds() for due in dues]
    p99 = quantiles(late, n=100)[-1]
    what = f"lateness of a due timer, p99 of {TIMERS}, {pending} pending, idle service, SQLite"
    return [Figure("W2", what, p99, "s", "<= 1.5 s", p99 <= 1.5)]
