"""The span of days that a picture shows: chosen by the address, with its ticks and the addresses of its neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from engine.calendar import add_months, days_between, local_day, zone_info
from engine.model import When

LEAST, MOST = 14, 16 * 366
"""Days that a picture can show."""
_STEPS = ((45, 0), (200, 1), (500, 2), (1200, 6), (MOST + 1, 12))
"""Up to so many days the ticks are that many months apart; 0: a week."""


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last one, both of them shown, in the zone of the patient's site."""

    first: date
    last: date
    zone: str

    @property
    def days(self) -> int:
        """Length in days."""
        return days_between(self.first, self.last) + 1

    def part(self, when: When) -> float:
        """Where a moment lies: 0 at the beginning of the first day, 1 at the end of the last; outside it may be less or more."""
        day = local_day(when, self.zone)
        share = 0.5
        if isinstance(when, datetime):
            local = when.astimezone(zone_info(self.zone))
            share = (local.hour * 60 + local.minute) / 1440
        return (days_between(self.first, day) + share) / self.days

    def start(self, when: When) -> float:
        """Where a span begins: a day begins at midnight."""
        return self.part(when) - (0.0 if isinstance(when, datetime) else 0.5 / self.days)

    def end(self, when: When) -> float:
        """Where a span ends: a day ends at midnight."""
        return self.part(when) + (0.0 if isinstance(when, datetime) else 0.5 / self.days)

    def meets(self, first: When, last: When | None = None) -> bool:
        """Whether something from one moment to another (None: for ever) is to be seen."""
        return self.start(first) <= 1 and (last is None or self.end(last) >= 0)

    def shows(self, when: When) -> bool:
        """Whether a moment is to be seen."""
        return 0 <= self.part(when) <= 1

    def ticks(self) -> Iterator[date]:
        """Mondays, or firsts of months, at a distance that leaves room for their names."""
        months = next(step for most, step in _STEPS if self.days <= most)
        if not months:
            yield from self._mondays()
            return
        day = self.first.replace(day=1)
        while day.month % months != 1 % months:
            day = add_months(day, -1)
        while day <= self.last:
            if day >= self.first:
                yield day
            day = add_months(day, months)

    def _mondays(self) -> Iterator[date]:
        day = self.first + timedelta(days=-self.first.weekday() % 7)
        while day <= self.last:
            yield day
            day += timedelta(days=7)

    def moved(self, parts: float) -> Period:
        """The period that many of its own lengths later."""
        shift = timedelta(days=round(self.days * parts))
        return Period(self.first + shift, self.last + shift, self.zone)


def chosen(first: date | None, last: date | None, usual: Period) -> Period:
    """The period that was asked for, the missing end taken from the usual one; too long or turned around it is made to fit."""
    if first is None and last is None:
        return usual
    begin = first or min(usual.first, (last or usual.last) - timedelta(days=LEAST))
    end = last or max(usual.last, begin + timedelta(days=LEAST))
    begin, end = min(begin, end), max(begin, end)
    end = min(max(end, begin + timedelta(days=LEAST - 1)), begin + timedelta(days=MOST - 1))
    return Period(begin, end, usual.zone)
