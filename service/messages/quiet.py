"""Quiet hours: what can wait until the morning waits; critical messages never do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from engine.calendar import zone_info


@dataclass(frozen=True, slots=True)
class Quiet:
    """From one time of day to another, in the site's zone; the same twice means none."""

    begins: time = time(0)
    ends: time = time(0)

    @classmethod
    def parse(cls, text: str) -> Quiet:
        """Read `22:00-07:00`; empty means none. Raises `ValueError`."""
        if not text:
            return cls()
        begins, _, ends = text.partition("-")
        return cls(time.fromisoformat(begins.strip()), time.fromisoformat(ends.strip()))

    def after(self, moment: datetime, zone: str, urgency: str) -> datetime:
        """When a message may go out that was asked for at a moment (UTC)."""
        local = moment.astimezone(zone_info(zone))
        if urgency == "critical" or not self._within(local.time()):
            return moment
        end = local.replace(hour=self.ends.hour, minute=self.ends.minute, second=0, microsecond=0)
        return (end if end > local else end + timedelta(days=1)).astimezone(UTC)

    def _within(self, now: time) -> bool:
        if self.begins <= self.ends:
            return self.begins <= now < self.ends
        return now >= self.begins or now < self.ends
