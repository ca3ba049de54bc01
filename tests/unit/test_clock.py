"""Time is handed in: the machine's clock speaks UTC, the virtual one stands still and never goes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clock import Clock, ClockMovedBack, NaiveInstant, SystemClock, VirtualClock, as_utc

START = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


def test_the_machine_tells_aware_instants_in_utc() -> None:
    clock: Clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert clock.now() <= clock.now()


def test_a_virtual_clock_stands_still() -> None:
    clock: Clock = VirtualClock(START)
    assert clock.now() == clock.now() == START


def test_a_virtual_clock_tells_utc_whatever_zone_it_was_given() -> None:
    clock = VirtualClock(datetime(2026, 3, 1, 9, 0, tzinfo=timezone(timedelta(hours=8))))
    assert clock.now() == START
    assert clock.now().tzinfo is UTC


def test_fifteen_years_pass_in_one_step() -> None:
    clock = VirtualClock(START)
    assert clock.advance(timedelta(days=15 * 365)) == START + timedelta(days=15 * 365) == clock.now()


def test_setting_the_same_instant_again_is_allowed() -> None:
    assert VirtualClock(START).set(START) == START


def test_going_back_is_refused_with_a_remedy_and_leaves_the_clock_alone() -> None:
    clock = VirtualClock(START)
    with pytest.raises(ClockMovedBack) as refused:
        clock.set(START - timedelta(microseconds=1))
    assert refused.value.code == "clock_moved_back"
    assert refused.value.remedy
    assert clock.now() == START


def test_an_instant_without_offset_is_refused() -> None:
    with pytest.raises(NaiveInstant) as refused:
        VirtualClock(datetime(2026, 3, 1, 9, 0))
    assert refused.value.code == "naive_instant"
    assert "offset" in refused.value.remedy


@given(st.lists(st.timedeltas(min_value=timedelta(days=-400), max_value=timedelta(days=400)), max_size=20))
def test_no_sequence_of_moves_takes_the_clock_back(spans: list[timedelta]) -> None:
    clock = VirtualClock(START)
    for span in spans:
        before = clock.now()
        try:
            clock.advance(span)
        except ClockMovedBack:
            assert span < timedelta(0)
        assert clock.now() == max(before, before + span)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.timezones(), allow_imaginary=False))
def test_conversion_to_utc_keeps_the_instant(instant: datetime) -> None:
    """Also in the hour that daylight saving repeats, where Python calls no two zones' instants equal."""
    converted = as_utc(instant)
    assert converted.timestamp() == instant.timestamp()
    assert converted.tzinfo is UTC
