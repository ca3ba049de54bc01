"""The calendar rules of treatment (`shared-subpathways.md` §1), as pure functions in one place.

Days are clinical: a `date` is a day in the zone of the patient's site, an instant is an aware datetime in UTC. Months
are only ever added to an anchor, with the day number clamped to the end of the month and counted from the anchor each
time, never from the previous date (31 January + 1 month is 28 February, + 2 months is 31 March again). Nothing here
asks a clock.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from engine.model import When
from engine.units import Duration

Zone = ZoneInfo | str
"""A time zone or its IANA name, such as `Asia/Shanghai`."""

_SECOND = timedelta(seconds=1)


@lru_cache(maxsize=64)
def _named(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def zone_info(zone: Zone) -> ZoneInfo:
    """The zone of an IANA name; raises `zoneinfo.ZoneInfoNotFoundError` for an unknown one."""
    return _named(zone) if isinstance(zone, str) else zone


# --- days ---------------------------------------------------------------------------------------------------------


def add_months(day: date, months: int) -> date:
    """The same day number `months` later (or earlier), clamped to the last day of that month."""
    if not months:
        return day
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_days(day: date, days: int) -> date:
    """`days` calendar days later (or earlier)."""
    return day + timedelta(days=days)


def days_between(first: date, last: date) -> int:
    """Calendar days from `first` to `last`; negative when `last` is earlier."""
    return (last - first).days


def age_in_years(birth: date, on: date) -> int:
    """Whole years completed: n years are reached on `add_months(birth, 12n)`, so on 28 February for leap-day births."""
    years = on.year - birth.year
    return years if add_months(birth, 12 * years) <= on else years - 1


# --- days and instants --------------------------------------------------------------------------------------------


def is_day(when: When) -> bool:
    """Whether only the day is known (a `datetime` is also a `date`, so `isinstance` alone would mislead)."""
    return not isinstance(when, datetime)


def local_day(when: When, zone: Zone) -> date:
    """The calendar day of an instant at the site; a day is its own."""
    return _day_of(when, zone) if isinstance(when, datetime) else when


@lru_cache(maxsize=65536)
def _day_of(moment: datetime, zone: Zone) -> date:
    return moment.astimezone(zone_info(zone)).date()


def local_to_utc(wall: datetime, zone: Zone) -> datetime:
    """The instant of a naive local time. A time that the clocks skip means as long after the jump as it is into it;
    a time that occurs twice means the first of the two.
    """
    return wall.replace(tzinfo=zone_info(zone), fold=0).astimezone(UTC)


@lru_cache(maxsize=65536)
def start_of_day(day: date, zone: Zone) -> datetime:
    """The first instant of a local day, in UTC; where the clocks skip midnight, the moment of the jump."""
    midnight = datetime.combine(day, time(), zone_info(zone))
    later, earlier = midnight.astimezone(UTC), midnight.replace(fold=1).astimezone(UTC)
    return later if later <= earlier else _jump(earlier, later, zone_info(zone))


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second at which the offset changes between two instants, `after` being past the change."""
    new_offset = after.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + timedelta(seconds=(after - before) // _SECOND // 2)
        before, after = (before, middle) if middle.astimezone(zone).utcoffset() == new_offset else (middle, after)
    return after


def instant(when: When, zone: Zone) -> datetime:
    """The moment at which `when` begins: an instant is itself, a day begins at its local midnight."""
    return when.astimezone(UTC) if isinstance(when, datetime) else start_of_day(when, zone)


def end_of(when: When, zone: Zone) -> datetime:
    """The first moment after `when`: the start of the next day, or the instant itself."""
    return when.astimezone(UTC) if isinstance(when, datetime) else start_of_day(add_days(when, 1), zone)


def overdue_at(until: When, zone: Zone) -> datetime:
    """When a task is overdue: 00:00 of the day after its last day; where minutes matter, the end itself."""
    return end_of(until, zone)


# --- lengths of time ----------------------------------------------------------------------------------------------


def add(when: When, duration: Duration, zone: Zone) -> When:
    """`when` plus months, then days (both on the local calendar), then clock time.

    A day plus months and days stays a day. Clock time added to a day counts from its local midnight.
    """
    if not (duration.months or duration.days or duration.seconds):
        return when.astimezone(UTC) if isinstance(when, datetime) and when.tzinfo is not UTC else when
    moved = _add_calendar(when, duration, zone)
    return instant(moved, zone) + timedelta(seconds=duration.seconds) if duration.seconds else moved


def _add_calendar(when: When, duration: Duration, zone: Zone) -> When:
    if not isinstance(when, datetime):
        return add_days(add_months(when, duration.months), duration.days)
    if not (duration.months or duration.days):
        return when.astimezone(UTC)
    wall = when.astimezone(zone_info(zone)).replace(tzinfo=None)
    day = add_days(add_months(wall.date(), duration.months), duration.days)
    return local_to_utc(datetime.combine(day, wall.time()), zone)


def subtract(when: When, duration: Duration, zone: Zone) -> When:
    """`when` minus days and clock time. Months raise `ValueError`: ask with `reached` or `within` from the anchor."""
    if duration.months:
        raise ValueError("Months are only added to an anchor, never subtracted; compare anchor + months instead.")
    return add(when, Duration(days=-duration.days, seconds=-duration.seconds), zone)


def compare(one: When, other: When, zone: Zone) -> int:
    """-1, 0 or 1 at the coarser precision: when either is a day, only the days count."""
    if isinstance(one, datetime) != isinstance(other, datetime):
        one, other = local_day(one, zone), local_day(other, zone)
    return (one > other) - (one < other)


def within(event: When, duration: Duration, anchor: When, zone: Zone) -> bool:
    """Whether `event` lies in the window that ends at `anchor` and opens `duration` before it; both ends count."""
    return compare(event, anchor, zone) <= 0 <= compare(add(event, duration, zone), anchor, zone)


def reached(event: When, duration: Duration, on: When, zone: Zone) -> bool:
    """Whether `on` is at least `duration` after `event`; the boundary day counts."""
    return compare(on, add(event, duration, zone), zone) >= 0


# --- fixed grids --------------------------------------------------------------------------------------------------


def grid_date(anchor: date, months: int, n: int) -> date:
    """The n-th date of a grid of `months` from `anchor` (n = 0 is the anchor), always counted from the anchor."""
    return add_months(anchor, months * n)


def grid(anchor: date, every: Duration, *, first: int = 1) -> Iterator[date]:
    """The dates of a fixed grid from number `first` on, endlessly, each counted from the anchor."""
    number = first
    while True:
        yield grid_point(anchor, every, number)
        number += 1


def grid_point(anchor: date, every: Duration, n: int) -> date:
    """The n-th date of a grid of months and days from `anchor`."""
    return add_days(add_months(anchor, every.months * n), every.days * n)


def grid_index_after(anchor: date, every: Duration, after: date) -> int:
    """Number (from 0) of the first grid date later than `after`; raises `ValueError` for a grid without step."""
    if every.seconds or every.months < 0 or every.days < 0 or not (every.months or every.days):
        raise ValueError("A grid needs a positive step in months or days.")
    longest = every.months * 31 + every.days
    number = max(0, days_between(anchor, after) // longest)
    while grid_point(anchor, every, number) <= after:
        number += 1
    return number


def next_on_grid(anchor: date, every: Duration | int, after: date) -> date:
    """The first grid date later than `after`; `every` is a duration or a number of months."""
    step = Duration(months=every) if isinstance(every, int) else every
    return grid_point(anchor, step, grid_index_after(anchor, step, after))


# --- reading ------------------------------------------------------------------------------------------------------


def parse_when(value: str | date | datetime, zone: Zone) -> When:
    """Read `2026-01-05`, `2026-01-05 09:00` or an ISO instant; a time without an offset is local to the site.

    Raises `ValueError` for anything else.
    """
    if isinstance(value, str):
        text = value.strip()
        value = date.fromisoformat(text) if len(text) == len("2026-01-05") else datetime.fromisoformat(text)
    if not isinstance(value, datetime):
        return value
    return local_to_utc(value, zone) if value.tzinfo is None else value.astimezone(UTC)
