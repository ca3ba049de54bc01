"""Lengths of time as clinicians state them: calendar months, whole days, clock hours, never mixed up.

`18 months` is not a number of days and `48 h` is not two calendar days: an age limit in hours counts the clock, one in
days counts calendar days. So the three are kept apart and only `engine.calendar` brings them to a date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from engine.units.spelling import plain
from engine.units.table import UnitError

_SECONDS = {
    "s": 1,
    "second": 1,
    "seconds": 1,
    "min": 60,
    "minute": 60,
    "minutes": 60,
    "h": 3600,
    "hour": 3600,
    "hours": 3600,
}
_SECONDS |= {"秒": 1, "分钟": 60, "小时": 3600}
_DAYS = {"d": 1, "day": 1, "days": 1, "wk": 7, "week": 7, "weeks": 7, "天": 1, "日": 1, "周": 7}
_MONTHS = {
    "mo": 1,
    "month": 1,
    "months": 1,
    "a": 12,
    "yr": 12,
    "year": 12,
    "years": 12,
    "月": 1,
    "个月": 1,
    "年": 12,
    "岁": 12,
}
_TEXT = re.compile(r"(\d{1,9}(?:\.\d{1,6})?) ?([^\d\s]+)")


@dataclass(frozen=True, slots=True)
class Duration:
    """Calendar months, then calendar days, then seconds on the clock."""

    months: int = 0
    days: int = 0
    seconds: int = 0

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read `7 d`, `48 h`, `6 months`, `65 a`, `30 minutes`, `4 weeks`; raises `UnitError`."""
        found = _TEXT.fullmatch(plain(text))
        duration = cls._of(Decimal(found.group(1)), found.group(2)) if found else None
        if duration is None:
            raise UnitError(
                f"{text!r} is not a length of time",
                remedy="Write for example 30 minutes, 48 h, 7 d, 4 weeks, 6 months or 2 years.",
            )
        return duration

    @classmethod
    def _of(cls, number: Decimal, unit: str) -> Duration | None:
        for name, table in (("months", _MONTHS), ("days", _DAYS), ("seconds", _SECONDS)):
            if unit in table and (amount := number * table[unit]) == int(amount):
                return cls(**{name: int(amount)})
        return None

    @property
    def clock(self) -> bool:
        """Whether it counts hours and minutes; a clock duration needs the time of day of what it is measured from."""
        return self.seconds != 0

    def __mul__(self, count: int) -> Duration:
        return Duration(self.months * count, self.days * count, self.seconds * count)

    def __str__(self) -> str:
        parts = [_plural(self.months, "month"), _plural(self.days, "day"), *self._clock_parts()]
        return " ".join(part for part in parts if part) or "0 days"

    def _clock_parts(self) -> list[str]:
        hours, rest = divmod(self.seconds, 3600)
        minutes, seconds = divmod(rest, 60)
        return [_plural(hours, "hour"), _plural(minutes, "minute"), _plural(seconds, "second")]


def _plural(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}" if number else ""
