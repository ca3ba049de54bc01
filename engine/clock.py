"""The one place that asks the machine for the time, so that everything else can live on a clock that tests set.

`tests/unit/test_layout.py` holds that no other module of the product reads the time. Instants are aware and in UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

from engine.errors import AuthorError


class ClockMovedBack(AuthorError):
    """A virtual clock was asked to go back; what has been decided at a later time cannot be undone."""

    code = "clock_moved_back"


class NaiveInstant(AuthorError):
    """An instant came without an offset, so that nobody can say when it is."""

    code = "naive_instant"


class Clock(Protocol):
    """Whatever can tell the present instant."""

    def now(self) -> datetime:
        """The present instant: aware, UTC."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """The present instant: aware, UTC. It follows the machine, also when somebody sets that back."""
        return datetime.now(UTC)


class VirtualClock:
    """A clock that stands still until it is set: for cases, simulations and tests."""

    def __init__(self, start: datetime) -> None:
        """Start at an aware instant of any zone. Raises `NaiveInstant`."""
        self._now = as_utc(start)

    def now(self) -> datetime:
        """The instant at which the clock stands: aware, UTC."""
        return self._now

    def set(self, instant: datetime) -> datetime:
        """Move to a later instant (the same one is allowed). Raises `ClockMovedBack` and `NaiveInstant`."""
        target = as_utc(instant)
        if target < self._now:
            raise ClockMovedBack(
                f"The clock stands at {self._now.isoformat()} and cannot go back to {target.isoformat()}.",
                remedy="Put the steps in order of time, or start a new clock.",
            )
        self._now = target
        return target

    def advance(self, span: timedelta) -> datetime:
        """Move on by a span of elapsed time. Raises `ClockMovedBack` for a negative one."""
        return self.set(self._now + span)


def as_utc(instant: datetime) -> datetime:
    """The same instant in UTC. Raises `NaiveInstant` where the offset is missing."""
    if instant.utcoffset() is None:
        raise NaiveInstant(
            f"{instant.isoformat()} has no offset from UTC.",
            remedy="Give the instant with its offset, for example 2026-03-01T09:00+08:00.",
        )
    return instant.astimezone(UTC)
