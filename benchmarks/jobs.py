"""The peer of W2: APScheduler's own SQLAlchemy job store, with an effect that only counts."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from benchmarks.measuring import Spent, spent


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


def scheduler_alone(url: str, jobs: int = 500) -> Spent:
    """What a due one-shot job costs, for each of `jobs`."""
    scheduler = BackgroundScheduler(jobstores={"default": SQLAlchemyJobStore(url=url)}, timezone=UTC)
    scheduler.start(paused=True)
    _Counter.reset(jobs)
    past = datetime.now(UTC)
    for _ in range(jobs):
        scheduler.add_job(count, "date", run_date=past, misfire_grace_time=None)

    def fire() -> None:
        scheduler.resume()
        assert _Counter.done.wait(300)

    found = spent(fire)
    scheduler.shutdown()
    return Spent(found.wall / jobs, found.cpu / jobs)
