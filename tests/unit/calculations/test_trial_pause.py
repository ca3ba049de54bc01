"""Days that a trial adds to a clock (AE-T26), and the calendar of mRS and CASE (AE-LD-29)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from engine.functions import Answer, NotKnown, Reader
from engine.model import Fact
from engine.units import Duration
from pathways.calculations.trial_pause import (
    assessment_points,
    cyclophosphamide_trial_pause,
    first_line_trial_pause,
    rituximab_trial_pause,
)
from tests.unit.calculations.fakes import FakeReader, fact


def trial(day: str, running: bool) -> Fact:
    return fact("clinical_trial_enrolment", day, running)


def pause(*facts: Fact, d0: str = "2026-01-05") -> Answer:
    return first_line_trial_pause(FakeReader(*facts, values={"d0": date.fromisoformat(d0)}))


def points(settings: dict[str, int] | None = None) -> tuple[Duration, ...]:
    found = assessment_points(FakeReader(settings=settings or {}))
    assert isinstance(found, tuple)
    return found


def test_without_a_trial_nothing_is_added() -> None:
    assert pause() == Duration()


def test_the_days_of_all_trials_that_ended_are_added() -> None:
    """Ten days and five days; one that still runs has no length yet."""
    facts = [
        trial("2026-01-10", True),
        trial("2026-01-20", False),
        trial("2026-02-01", True),
        trial("2026-02-06", False),
    ]
    assert pause(*facts) == Duration(days=15)
    assert pause(*facts, trial("2026-03-01", True)) == Duration(days=15)


def test_only_the_days_after_the_anchor_count() -> None:
    facts = [trial("2026-01-10", True), trial("2026-01-20", False)]
    assert pause(*facts, d0="2026-01-15") == Duration(days=5)
    assert pause(*facts, d0="2026-02-01") == Duration()


def test_an_end_without_a_beginning_adds_nothing() -> None:
    assert pause(trial("2026-01-20", False)) == Duration()


@pytest.mark.parametrize("read", [first_line_trial_pause, rituximab_trial_pause, cyclophosphamide_trial_pause])
def test_without_the_anchor_it_is_not_known(read: Callable[[Reader], Answer]) -> None:
    with pytest.raises(NotKnown):
        read(FakeReader(trial("2026-01-10", True)))


def test_each_line_has_its_own_anchor() -> None:
    values = {"r0": date(2026, 1, 15), "c0": date(2026, 1, 18)}
    read = FakeReader(trial("2026-01-10", True), trial("2026-01-20", False), values=values)
    assert rituximab_trial_pause(read) == Duration(days=5)
    assert cyclophosphamide_trial_pause(read) == Duration(days=2)


def test_two_weeks_for_twelve_weeks_then_months_4_5_6_then_every_three_months() -> None:
    assert [one.days for one in points() if one.days] == [14, 28, 42, 56, 70, 84]
    assert [one.months for one in points() if one.months] == [4, 5, 6, 9, 12, 15, 18, 21, 24]


def test_the_calendar_is_a_setting() -> None:
    settings = {
        "assessment_calendar.every_14_d_to_day": 28,
        "assessment_calendar.monthly_to_month": 3,
        "assessment_calendar.then_every_months": 6,
        "assessment_calendar.to_month": 12,
    }
    assert [one.days for one in points(settings) if one.days] == [14, 28]
    assert [one.months for one in points(settings) if one.months] == [2, 3, 9]
