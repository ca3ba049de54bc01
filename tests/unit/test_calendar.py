"""Date rules: clamping from the anchor, never chained; days and instants across clock changes."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import calendar
from engine.units import Duration

DAYS = st.dates(date(1950, 1, 1), date(2080, 12, 31))
MONTHS = st.integers(0, 600)
ZONES = st.sampled_from(
    [
        "Asia/Shanghai",
        "Europe/Berlin",
        "America/Sao_Paulo",
        "Africa/Cairo",
        "Asia/Beirut",
        "America/Havana",
        "Australia/Lord_Howe",
        "Pacific/Apia",
    ]
)
SHANGHAI = "Asia/Shanghai"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_day_number_is_clamped_to_the_end_of_the_month() -> None:
    assert calendar.add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert calendar.add_months(date(2024, 8, 31), 6) == date(2025, 2, 28)
    assert calendar.add_months(date(2023, 8, 31), 6) == date(2024, 2, 29)
    assert calendar.add_months(date(2026, 3, 31), -1) == date(2026, 2, 28)


@given(DAYS, MONTHS)
def test_adding_months_keeps_the_day_or_takes_the_last(day: date, months: int) -> None:
    moved = calendar.add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == day.day or (moved.day < day.day and (moved + timedelta(1)).day == 1)


@given(DAYS, DAYS, MONTHS)
def test_adding_months_keeps_the_order_of_days(one: date, other: date, months: int) -> None:
    early, late = sorted((one, other))
    assert calendar.add_months(early, months) <= calendar.add_months(late, months)


@given(DAYS, st.integers(1, 24), st.integers(0, 40))
def test_a_grid_is_counted_from_its_anchor_and_never_chained(anchor: date, months: int, n: int) -> None:
    assert calendar.grid_date(anchor, months, n) == calendar.add_months(anchor, months * n)
    later = next(islice(calendar.grid(anchor, Duration(months=months), first=n), 0, None))
    assert later == calendar.grid_date(anchor, months, n)


def test_a_grid_returns_to_the_day_number_of_its_anchor() -> None:
    dates = list(islice(calendar.grid(date(2026, 1, 31), Duration(months=1)), 3))
    assert dates == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]


@given(DAYS, st.integers(0, 14), st.integers(0, 40), DAYS)
def test_the_next_grid_date_is_the_first_one_later(anchor: date, months: int, days: int, after: date) -> None:
    every = Duration(months=months, days=days or (months == 0))
    n = calendar.grid_index_after(anchor, every, after)
    found = calendar.next_on_grid(anchor, every, after)
    assert found > after
    assert found == calendar.grid_point(anchor, every, n)
    assert n == 0 or calendar.grid_point(anchor, every, n - 1) <= after


def test_the_next_date_may_be_asked_in_months_and_a_grid_needs_a_step() -> None:
    assert calendar.next_on_grid(date(2026, 8, 31), 6, date(2026, 8, 31)) == date(2027, 2, 28)
    with pytest.raises(ValueError, match="positive step"):
        calendar.grid_index_after(date(2026, 1, 1), Duration(seconds=60), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        (date(2008, 2, 29), date(2026, 2, 27), 17),
        (date(2008, 2, 29), date(2026, 2, 28), 18),
        (date(2008, 2, 29), date(2024, 2, 28), 15),
        (date(2008, 2, 29), date(2024, 2, 29), 16),
        (date(1960, 6, 15), date(2026, 6, 14), 65),
        (date(1960, 6, 15), date(2026, 6, 15), 66),
    ],
)
def test_a_leap_day_birthday_is_kept_on_28_february(birth: date, on: date, age: int) -> None:
    assert calendar.age_in_years(birth, on) == age


@given(DAYS, st.integers(0, 99))
def test_n_years_are_reached_on_the_day_that_months_give(birth: date, years: int) -> None:
    birthday = calendar.add_months(birth, 12 * years)
    assert calendar.age_in_years(birth, birthday) == years
    assert calendar.age_in_years(birth, birthday - timedelta(1)) == years - 1


@given(DAYS, ZONES)
def test_a_day_begins_at_the_first_instant_of_that_day(day: date, zone: str) -> None:
    start = calendar.start_of_day(day, zone)
    assert start.tzinfo is UTC
    local = start.astimezone(ZoneInfo(zone))
    if (zone, day) == ("Pacific/Apia", date(2011, 12, 30)):  # the day that Samoa left out
        assert local.date() == date(2011, 12, 31)
        return
    assert local.date() == day
    before = (start - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
    assert before.date() < day


@given(DAYS, ZONES)
def test_days_follow_each_other_without_overlap(day: date, zone: str) -> None:
    assert calendar.start_of_day(day, zone) <= calendar.start_of_day(day + timedelta(1), zone)
    assert calendar.end_of(day, zone) == calendar.start_of_day(day + timedelta(1), zone)


def test_where_the_clocks_skip_midnight_the_day_begins_at_the_jump() -> None:
    assert calendar.start_of_day(date(2018, 11, 4), "America/Sao_Paulo") == utc("2018-11-04 03:00")
    assert calendar.start_of_day(date(1919, 3, 31), "America/Toronto") == utc("1919-03-31 04:30")  # 23:30 became 00:30


def test_a_skipped_time_moves_on_and_a_double_time_is_the_first() -> None:
    assert calendar.local_to_utc(datetime(2026, 3, 29, 2, 30), "Europe/Berlin") == utc("2026-03-29 01:30")
    assert calendar.local_to_utc(datetime(2026, 10, 25, 2, 30), "Europe/Berlin") == utc("2026-10-25 00:30")


def test_a_task_is_overdue_from_midnight_after_its_last_day() -> None:
    assert calendar.overdue_at(date(2026, 7, 5), SHANGHAI) == utc("2026-07-05 16:00")
    assert calendar.overdue_at(utc("2026-07-05 01:00"), SHANGHAI) == utc("2026-07-05 01:00")


def test_the_local_day_of_an_instant_is_that_of_the_site() -> None:
    assert calendar.local_day(utc("2026-07-05 16:00"), SHANGHAI) == date(2026, 7, 6)
    assert calendar.local_day(date(2026, 7, 5), SHANGHAI) == date(2026, 7, 5)


def test_days_keep_wall_time_and_hours_keep_clock_time() -> None:
    evening = calendar.local_to_utc(datetime(2026, 3, 28, 12, 0), "Europe/Berlin")
    assert calendar.add(evening, Duration(days=1), "Europe/Berlin") == utc("2026-03-29 10:00")
    assert calendar.add(evening, Duration(seconds=86400), "Europe/Berlin") == utc("2026-03-29 11:00")


def test_a_day_plus_days_stays_a_day_and_plus_hours_becomes_an_instant() -> None:
    assert calendar.add(date(2026, 1, 31), Duration(months=1, days=1), SHANGHAI) == date(2026, 3, 1)
    assert calendar.add(date(2026, 1, 31), Duration(seconds=3600), SHANGHAI) == utc("2026-01-30 17:00")


def test_months_are_never_subtracted() -> None:
    with pytest.raises(ValueError, match="never subtracted"):
        calendar.subtract(date(2026, 8, 31), Duration(months=6), SHANGHAI)
    assert calendar.subtract(date(2026, 3, 1), Duration(days=1), SHANGHAI) == date(2026, 2, 28)


def test_six_months_within_are_counted_from_the_event() -> None:
    """2026-02-28 + 6 months lies before 2026-08-31, although 31 August minus 6 months would be 28 February."""
    half_year = Duration(months=6)
    assert not calendar.within(date(2026, 2, 28), half_year, date(2026, 8, 31), SHANGHAI)
    assert calendar.within(date(2026, 2, 28), half_year, date(2026, 8, 28), SHANGHAI)
    assert calendar.reached(date(2026, 2, 28), half_year, date(2026, 8, 28), SHANGHAI)


@given(DAYS, st.integers(0, 400))
def test_both_windows_contain_the_boundary_day(event: date, days: int) -> None:
    boundary = event + timedelta(days)
    assert calendar.within(event, Duration(days=days), boundary, SHANGHAI)
    assert calendar.reached(event, Duration(days=days), boundary, SHANGHAI)


def test_moments_are_compared_at_the_coarser_precision() -> None:
    morning, night = utc("2026-07-05 01:00"), utc("2026-07-05 15:59")
    assert calendar.compare(morning, date(2026, 7, 5), SHANGHAI) == 0
    assert calendar.compare(date(2026, 7, 5), night, SHANGHAI) == 0
    assert calendar.compare(morning, night, SHANGHAI) == -1
    assert calendar.compare(night, date(2026, 7, 4), SHANGHAI) == 1


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2026-01-05", date(2026, 1, 5)),
        ("2026-01-05 09:00", utc("2026-01-05 01:00")),
        ("2026-01-05T09:00:30", utc("2026-01-05 01:00:30")),
        ("2026-01-05T09:00:00+02:00", utc("2026-01-05 07:00")),
    ],
)
def test_a_written_time_is_local_unless_it_bears_an_offset(text: str, when: date) -> None:
    assert calendar.parse_when(text, SHANGHAI) == when


@pytest.mark.parametrize("text", ["2026-02-30", "5 January", "2026-01", ""])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        calendar.parse_when(text, SHANGHAI)


def test_days_between_are_calendar_days() -> None:
    assert calendar.days_between(date(2026, 2, 27), date(2026, 3, 1)) == 2
    assert calendar.instant(date(2026, 3, 1), SHANGHAI) == utc("2026-02-28 16:00")
