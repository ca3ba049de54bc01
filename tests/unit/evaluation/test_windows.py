"""Windows in time: inclusive at both ends, months added and clamped, minutes against days of which the time is not known."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from tests.living import ZONE, Life, bare

NAMED = bare("values: {onset: symptom_onset_date, lead: '30 days'}\n")


def counted(when: str, window: str, *, now: str = "2026-03-31 12:00", onset: str = "") -> str:
    """Whether a relapse at a time (local; a day alone has no time) lies in a window."""
    life = Life(NAMED, start=now)
    if onset:
        life.record("symptom_onset_date", onset, "2026-01-01")
    life.record("relapse", {"event": "occurred"}, when)
    return life.state(f"any relapse {window}")


@pytest.mark.parametrize(
    ("when", "window", "expected"),
    [
        # within: both boundary days count
        ("2026-03-01", "within 30 days", "met"), ("2026-02-28", "within 30 days", "not_met"), ("2026-03-31", "within 0 days", "met"),
        ("2026-03-01 23:59", "within 30 days", "met"), ("2026-02-28 23:59", "within 30 days", "not_met"),
        ("2026-03-01", "within lead", "met"),
        ("2026-03-01", "within 10 days before 2026-03-11", "met"), ("2026-02-28", "within 10 days before 2026-03-11", "not_met"),
        ("2026-03-11", "within 10 days before 2026-03-11", "met"), ("2026-03-12", "within 10 days before 2026-03-11", "not_met"),
        ("2026-03-11", "within 10 days after 2026-03-01", "met"), ("2026-03-12", "within 10 days after 2026-03-01", "not_met"),
        ("2026-02-28", "within 10 days after 2026-03-01", "not_met"),
        # at least: the boundary day counts, too
        ("2026-03-01", "at least 30 days ago", "met"), ("2026-03-02", "at least 30 days ago", "not_met"),
        ("2026-03-01", "at least 10 days before 2026-03-11", "met"), ("2026-03-02", "at least 10 days before 2026-03-11", "not_met"),
        ("2026-03-11", "at least 10 days after 2026-03-01", "met"), ("2026-03-10", "at least 10 days after 2026-03-01", "not_met"),
        # between, from the nearer to the farther end
        ("2026-03-21", "between 10 days and 20 days before 2026-03-31", "met"), ("2026-03-11", "between 10 days and 20 days before 2026-03-31", "met"),
        ("2026-03-22", "between 10 days and 20 days before 2026-03-31", "not_met"), ("2026-03-10", "between 10 days and 20 days before 2026-03-31", "not_met"),
        ("2026-03-11", "between 10 days and 20 days after 2026-03-01", "met"), ("2026-03-21", "between 10 days and 20 days after 2026-03-01", "met"),
        ("2026-03-10", "between 10 days and 20 days after 2026-03-01", "not_met"), ("2026-03-22", "between 10 days and 20 days after 2026-03-01", "not_met"),
        # since and until include the day, after and before do not
        ("2026-03-10", "since 2026-03-10", "met"), ("2026-03-09", "since 2026-03-10", "not_met"),
        ("2026-03-10", "until 2026-03-10", "met"), ("2026-03-11", "until 2026-03-10", "not_met"),
        ("2026-03-10", "after 2026-03-10", "not_met"), ("2026-03-11", "after 2026-03-10", "met"),
        ("2026-03-10", "before 2026-03-10", "not_met"), ("2026-03-09", "before 2026-03-10", "met"),
        ("2026-03-10", "on 2026-03-10", "met"), ("2026-03-11", "on 2026-03-10", "not_met"), ("2026-03-10 22:00", "on 2026-03-10", "met"),
        ("2026-03-31", "since today", "met"), ("2026-03-30", "before today", "met"), ("2026-03-31", "before now", "not_met"),
        # two windows side by side: both
        ("2026-03-10", "since 2026-03-01 within 10 days", "not_met"), ("2026-03-25", "since 2026-03-01 within 10 days", "met"),
    ],
)  # fmt: skip
def test_the_boundaries_of_every_window(when: str, window: str, expected: str) -> None:
    assert counted(when, window) == expected


@pytest.mark.parametrize(
    ("when", "now", "window", "expected"),
    [
        ("2025-08-31", "2026-02-28", "within 6 months", "met"),
        ("2025-08-31", "2026-03-01", "within 6 months", "not_met"),
        ("2025-08-31", "2026-02-28", "at least 6 months ago", "met"),
        ("2025-08-28", "2026-02-28", "within 6 months", "met"),
        ("2024-02-29", "2025-02-28", "at least 12 months ago", "met"),
        ("2024-02-29", "2025-02-27", "at least 12 months ago", "not_met"),
        ("2026-01-31", "2026-02-28", "at least 1 month ago", "met"),
        ("2026-01-31", "2026-02-27", "at least 1 month ago", "not_met"),
    ],
)
def test_months_are_added_to_the_entry_and_clamped(when: str, now: str, window: str, expected: str) -> None:
    """31 August + 6 months is 28 February; nothing is subtracted from today."""
    assert counted(when, window, now=f"{now} 12:00") == expected


@pytest.mark.parametrize(
    ("when", "window", "expected"),
    [
        ("2026-03-31 11:30", "within 30 minutes", "met"), ("2026-03-31 11:29", "within 30 minutes", "not_met"),
        ("2026-03-31", "within 30 minutes", "unknown"), ("2026-03-30", "within 30 minutes", "not_met"),
        ("2026-03-30", "within 48 hours", "met"), ("2026-03-29", "within 48 hours", "unknown"), ("2026-03-28", "within 48 hours", "not_met"),
        ("2026-03-31 11:30", "at least 30 minutes ago", "met"), ("2026-03-31 11:31", "at least 30 minutes ago", "not_met"),
        ("2026-03-31", "at least 30 minutes ago", "unknown"), ("2026-03-30", "at least 30 minutes ago", "met"),
        ("2026-03-31 11:15", "between 30 minutes and 60 minutes before now", "met"),
        ("2026-03-31 11:45", "between 30 minutes and 60 minutes before now", "not_met"),
        ("2026-03-31", "between 30 minutes and 60 minutes before now", "unknown"),
        ("2026-03-10", "within 30 minutes before 2026-03-10", "unknown"), ("2026-03-08", "within 30 minutes before 2026-03-10", "not_met"),
        ("2026-03-10 09:00", "within 30 minutes before 2026-03-10", "unknown"),
        ("2026-03-10 09:00", "within 30 minutes after 2026-03-10", "unknown"), ("2026-03-12", "within 30 minutes after 2026-03-10", "not_met"),
    ],
)  # fmt: skip
def test_where_minutes_count_a_day_without_a_time_is_a_stretch(when: str, window: str, expected: str) -> None:
    """It counts only where the whole day does, and not at all only where no moment of it does."""
    assert counted(when, window) == expected
    opposite = {"met": "not_met", "not_met": "met", "unknown": "unknown"}[expected]
    life = Life(NAMED, start="2026-03-31 12:00")
    life.record("relapse", {"event": "occurred"}, when)
    assert life.state(f"no relapse {window}") == opposite


def test_a_window_whose_date_is_unknown_may_hold_any_entry() -> None:
    life = Life(NAMED, start="2026-03-31")
    life.record("relapse", {"event": "occurred"}, "2026-03-10")
    assert life.state("any relapse since onset") == "unknown"
    assert life.why("no relapse within 10 days after onset") == [("symptom_onset_date", "never_recorded")]
    assert life.state("no mri_activity since onset") == "met", "nothing happened, whenever the date is"


@pytest.mark.parametrize(
    "window", ["within setting.low", "since (5 g/L)", "within 10 days before setting.low", "at least 99999 months ago"]
)
def test_a_window_that_makes_no_sense_is_unknown_and_no_exception(window: str) -> None:
    life = Life(bare("settings: {low: {value: 5 g/L, reason: test}}\n"), start="2026-03-31")
    life.record("relapse", {"event": "occurred"}, "2026-03-10")
    assert life.state(f"any relapse {window}") == "unknown"


@pytest.mark.parametrize(
    ("sentence", "turn"),
    [
        ("any relapse within 30 days", "2026-04-10 00:00"), ("any relapse at least 30 days ago", "2026-04-09 00:00"),
        ("any relapse between 30 days and 40 days before today", "2026-04-09 00:00"), ("any relapse on today", None),
        ("any relapse before today", None), ("any relapse within 1 month", "2026-04-11 00:00"), ("any relapse since 2026-01-01", None),
        ("today >= 2026-04-01", "2026-04-01 00:00"), ("today > 2026-04-01", "2026-04-02 00:00"), ("now >= 2026-04-01", "2026-04-01 00:00"),
        ("age >= 46 years", "2027-03-01 00:00"), ("today = 2026-04-01", "2026-04-01 00:00"), ("today != 2026-04-01", "2026-04-01 00:00"),
        ("today < earliest of (symptom_onset_date; 2026-04-05)", "2026-04-05 00:00"),
    ],
)  # fmt: skip
def test_time_alone_changes_an_answer_at_a_moment_that_is_foretold(sentence: str, turn: str | None) -> None:
    """The relapse was on 10 March; judged on 31 March."""
    life = Life(NAMED, start="2026-03-31 12:00")
    life.record("relapse", {"event": "occurred"}, "2026-03-10")
    until = life.judge(sentence).until
    assert (until and until.astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%d %H:%M")) == turn
    assert life.judge(sentence, as_of="2026-03-31").until is None, "a fixed moment never changes"
