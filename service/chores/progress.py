"""Whether the chores get on: reads what completed passes left behind, not whether a thread claims to be running.

A scheduler can look alive and do nothing; a heartbeat row is written by a pass that went through.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from service.chores.due import DUE
from service.wiring import Careway


@dataclass(frozen=True, slots=True)
class Progress:
    """How the due pass is getting on."""

    at: datetime
    last_pass: datetime | None
    oldest_due: datetime | None
    """Due time of the oldest pending timer."""
    stands_still: bool

    @property
    def lag(self) -> timedelta:
        """How long the oldest due timer has been waiting."""
        return max(self.at - self.oldest_due, timedelta(0)) if self.oldest_due is not None else timedelta(0)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "last_pass": self.last_pass.isoformat() if self.last_pass else None,
            "lag_seconds": self.lag.total_seconds(), "stands_still": self.stands_still,
        }  # fmt: skip


def progress(careway: Careway, since: datetime | None = None) -> Progress:
    """How the due pass is getting on; `since` is when this process began to wait for one. Raises `StoreBusy`."""
    now = careway.clock.now()
    beat = careway.store.heartbeat(DUE)
    last = beat.at if beat is not None else None
    known = max((moment for moment in (last, since) if moment is not None), default=None)
    patience = timedelta(seconds=careway.settings.watchdog_seconds)
    late = known is None or now - known > patience
    return Progress(now, last, careway.store.oldest_due(), late)
