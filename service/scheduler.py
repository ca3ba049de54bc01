"""Rings the bell: APScheduler calls the chores at an interval, and that is all it does.

Each chore has a bell of its own, so that a mail server that does not answer holds up nothing that is due.

What is due lives in our tables. Its own job stores lose late one-shot jobs and can die silently, so there is one job in
memory, which is never "missed" (`misfire_grace_time=None`), never piles up (`coalesce`) and never runs twice at once
(`max_instances=1`). Its interval trigger counts through every interval that passed when the machine's clock jumps
forward, and sleeps when the clock is set back: so the trigger is ours, and the watchdog measures on a clock that nobody
sets. The watchdog reads how many passes were completed; when there were no more for too long it says so in the log and
starts the bell anew. It runs in a thread of its own, which nothing that a pass does can hold up.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from engine.errors import CarewayError
from service.chores import DUE, PassResult, due_pass
from service.messages import DeliveryResult
from service.wiring import Careway

log = structlog.get_logger("careway.bell")


class Result(Protocol):
    """What a pass did."""

    more: bool
    """There is more to do at once."""


Pass = Callable[[Careway], Result]


class Every(BaseTrigger):  # type: ignore[misc]
    """At once, and then this long after each time that it fired, however the clock was set meanwhile."""

    def __init__(self, interval: timedelta) -> None:
        """The time between two firings."""
        self._interval = interval

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """The scheduler's question; `now` is the machine's clock."""
        return now if previous is None else now + self._interval


def _tell(result: Result) -> None:
    """A line in the log for a pass that did something."""
    if isinstance(result, PassResult) and (result.fired or result.failures):
        log.info("due pass", count=result.fired, patients=result.patients, failed=len(result.failures))
    elif isinstance(result, DeliveryResult) and result.counts:
        log.info("delivery pass", down=result.down, **result.counts)


class Bell:
    """Rings while it is started. Not started twice; `stop` waits for the pass that is under way."""

    def __init__(
        self, careway: Careway, chore: Pass = due_pass, seconds: Callable[[], float] = time.monotonic, *,
        name: str = DUE, interval: float | None = None,
    ) -> None:  # fmt: skip
        """`chore` is what it calls, `name` that of its heartbeat, `interval` in seconds (default: that of the due pass).

        `seconds` is the clock of the watchdog.
        """
        self._name = name
        self._interval = careway.settings.pass_seconds if interval is None else interval
        self._careway = careway
        self._chore = chore
        self._seconds = seconds
        self._scheduler: BackgroundScheduler | None = None
        self._stopping = threading.Event()
        self._watchdog = threading.Thread(target=self._watch, name=f"careway-watchdog-{name}", daemon=True)
        self._passes, self._since = -1, seconds()

    def start(self) -> None:
        """Ring at once, and then at the interval of the settings."""
        self._since = self._seconds()
        self._scheduler = self._started()
        self._watchdog.start()

    def stop(self) -> None:
        """Ring no more; a pass under way is completed."""
        self._stopping.set()
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=True)
        if self._watchdog.is_alive():
            self._watchdog.join(timeout=5)

    def ring(self) -> Result | None:
        """Make passes until nothing more is due; what the last one did, None where the database did not answer."""
        result = None
        try:
            while not self._stopping.is_set():
                result = self._chore(self._careway)
                _tell(result)
                if not result.more:
                    break
        except CarewayError as error:
            log.warning("a pass broke off", chore=self._name, code=error.code)
        except Exception:  # the bell must ring again, whatever one pass ran into
            log.exception("a pass failed", chore=self._name)
        return result

    def look(self) -> bool:
        """Whether passes are completed; otherwise it is said and the bell is started anew."""
        try:
            beat = self._careway.store.heartbeat(self._name)
        except CarewayError as error:
            log.warning("no heartbeat can be read", code=error.code)
            return False
        if beat is not None and beat.passes != self._passes:
            self._passes, self._since = beat.passes, self._seconds()
            return True
        waited = self._seconds() - self._since
        if waited <= self._careway.settings.watchdog_seconds:
            return True
        log.error(
            "the due pass stands still" if self._name == DUE else "a pass stands still",
            chore=self._name,
            lag_seconds=round(waited, 1),
        )
        self._restart()
        return False

    def _restart(self) -> None:
        self._since = self._seconds()
        if self._scheduler is not None and not self._stopping.is_set():
            self._scheduler.shutdown(wait=False)
            self._scheduler = self._started()

    def _started(self) -> BackgroundScheduler:
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        executors = {"default": ThreadPoolExecutor(1)}
        scheduler = BackgroundScheduler(job_defaults=defaults, executors=executors, timezone="UTC")
        scheduler.add_job(self.ring, Every(timedelta(seconds=self._interval)), id=self._name)
        scheduler.start()
        return scheduler

    def _watch(self) -> None:
        interval = max(self._careway.settings.watchdog_seconds / 3, 0.1)
        while not self._stopping.wait(interval):
            self.look()
