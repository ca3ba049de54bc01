"""Criteria that walk a series: running and stopped courses, unbroken runs, each day, changes, planned results."""

from __future__ import annotations

import pytest

from tests.living import Life, bare


def after(*entries: tuple[str, object, str], now: str = "2026-03-31", more: str = "") -> Life:
    life = Life(bare(more), start=now)
    for code, value, when in entries:
        life.record(code, value, when)
    return life


STARTED, STOPPED, GIVEN = ({"event": name} for name in ("started", "stopped", "given"))


@pytest.mark.parametrize(
    ("sentence", "state"),
    [
        ("prednisone is running", "met"), ("systemic_corticosteroid is running", "met"), ("tofacitinib is running", "not_met"),
        ("azathioprine is running", "not_met"), ("prednisone is running for at least 30 days", "met"),
        ("prednisone is running for at least 31 days", "not_met"), ("prednisone is running for at least 1 month", "not_met"),
        ("prednisone is running for at least 700 hours", "met"), ("prednisone is running for at least 800 hours", "not_met"), ("inebilizumab is running", "not_met"),
    ],
)  # fmt: skip
def test_a_course_runs_from_its_start_until_it_is_stopped(sentence: str, state: str) -> None:
    """A new start of a running course is a change of dose and does not restart it; a single dose is no course."""
    life = after(
        ("prednisone", STARTED, "2026-03-01"), ("prednisone", STARTED, "2026-03-20"), ("azathioprine", STARTED, "2026-01-01"),
        ("azathioprine", STOPPED, "2026-02-01"), ("inebilizumab", GIVEN, "2026-03-30"),
    )  # fmt: skip
    assert life.state(sentence) == state


def test_a_course_that_starts_again_runs_from_then() -> None:
    life = after(
        ("prednisone", STARTED, "2026-01-01"),
        ("prednisone", STOPPED, "2026-02-01"),
        ("prednisone", STARTED, "2026-03-20"),
    )
    assert life.state("prednisone is running for at least 30 days") == "not_met"
    assert life.judge("prednisone is running for at least 30 days").until is not None


@pytest.mark.parametrize(
    ("sentence", "state"),
    [
        ("tofacitinib stopped at least 14 days before today", "met"), ("azathioprine stopped at least 14 days before 2026-03-15", "met"),
        ("azathioprine stopped at least 14 days before 2026-03-14", "not_met"), ("systemic_corticosteroid stopped at least 1 day before today", "not_met"),
        ("rituximab stopped at least 1 month before 2026-04-20", "met"), ("rituximab stopped at least 1 month before 2026-04-19", "not_met"),
        ("immunosuppressant stopped at least 1 month before 2026-04-19", "not_met"), ("rituximab stopped at least 1 month before symptom_onset_date", "unknown"),
    ],
)  # fmt: skip
def test_a_drug_is_stopped_since_the_later_of_stop_and_last_dose_and_a_class_when_all_of_it_is(
    sentence: str, state: str
) -> None:
    """Never given counts as stopped; a course that still runs never."""
    life = after(
        ("azathioprine", STARTED, "2026-01-01"), ("azathioprine", STOPPED, "2026-03-01"), ("prednisone", STARTED, "2026-01-01"),
        ("rituximab", STARTED, "2026-01-01"), ("rituximab", STOPPED, "2026-03-10"), ("rituximab", GIVEN, "2026-03-20"),
    )  # fmt: skip
    assert life.state(sentence) == state


# --- runs -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "period", "state"),
    [
        ("2025-09-30:6 2026-01-15:7 2026-03-01:8", "6 months", "met"), ("2025-10-01:6 2026-03-01:8", "6 months", "unknown"),
        ("2025-09-30:5 2025-10-01:6 2026-03-01:8", "6 months", "not_met"), ("2025-09-30:6 2026-03-01:5", "6 months", "not_met"),
        ("2025-09-30:6 2026-01-01:5 2026-03-01:8", "2 months", "not_met"), ("2026-01-01:5 2026-01-31:8", "2 months", "met"),
    ],
)  # fmt: skip
def test_a_run_is_unbroken_and_reaches_back_far_enough(values: str, period: str, state: str) -> None:
    """A contrary value is not met; a record that does not reach back that far is unknown."""
    life = after(*(("mg_adl", one.split(":")[1], one.split(":")[0]) for one in values.split()))
    assert life.state(f"mg_adl >= 6 for at least {period}") == state


def test_a_run_through_a_conflict_is_unknown() -> None:
    """Neither broken nor unbroken."""
    life = after(
        ("mg_adl", "6", "2025-09-01"),
        ("mg_adl", "7", "2026-01-01"),
        ("mg_adl", "3", "2026-01-01"),
        ("mg_adl", "7", "2026-03-01"),
    )
    assert life.state("mg_adl >= 6 for at least 6 months") == "unknown"
    assert life.state("mg_adl >= 6 for at least 30 days") == "met", "the conflict lies before"


def test_a_run_by_the_clock() -> None:
    life = after(("active_infection", "none", "2026-03-30 12:00"), now="2026-03-31 12:00")
    assert life.state("active_infection is none for at least 24 hours") == "met"
    assert life.state("active_infection is none for at least 25 hours") == "unknown"
    assert life.state("mg_adl >= 6 for at least 1 day") == "unknown"
    assert life.state("active_infection is none for at least symptom_onset_date") == "unknown"


# --- days -------------------------------------------------------------------------------------------------------------


def test_each_of_the_days_is_judged_as_of_its_end() -> None:
    life = after(
        *(("mg_adl", "5", f"2026-03-{day}") for day in (24, 25)),
        ("mg_adl", "9", "2026-03-26"),
        ("mg_adl", "5", "2026-03-27"),
    )
    assert life.state("on each of the 3 days before 2026-03-30, (mg_adl < 6)") == "met"
    assert life.state("on each of the 4 days before 2026-03-30, (mg_adl < 6)") == "not_met"
    assert life.state("on each of the 2 days before 2026-03-26, (any mg_adl on today)") == "met"
    assert life.state("on each of the 3 days before 2026-03-26, (any mg_adl on today)") == "unknown", (
        "nothing was known on the 23rd"
    )


def test_a_day_that_has_not_come_is_unknown_and_is_looked_at_when_it_comes() -> None:
    life = after(("mg_adl", "5", "2026-03-31"))
    verdict = life.judge("on each of the 3 days before 2026-04-03, (mg_adl < 6)")
    assert verdict.state.value == "unknown"
    assert {gap.why.value for gap in verdict.gaps} == {"has_not_happened_yet"}
    assert str(verdict.until) == "2026-03-31 16:00:00+00:00", "midnight at the site"


@pytest.mark.parametrize("days", ["401", "setting.bad", "setting.absent"])
def test_a_stretch_that_cannot_be_counted_is_unknown(days: str) -> None:
    life = after(more="settings: {bad: {value: often, reason: test}, absent: {value: {other: 3}, reason: test}}\n")
    assert life.state(f"on each of the {days} days before today, (mg_adl < 6)") == "unknown"


# --- changes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "window", "state"),
    [
        ("negative positive", "", "met"), ("negative indeterminate positive", "", "met"), ("positive negative", "", "not_met"),
        ("positive negative positive", "", "met"), ("positive", "", "not_met"), ("", "", "unknown"), ("negative", "", "not_met"),
        ("negative positive", " since 2026-03-02", "met"), ("negative positive", " since 2026-03-03", "not_met"),
        ("negative positive positive", " since 2026-03-03", "not_met"), ("negative positive", " since symptom_onset_date", "unknown"),
        ("negative positive/negative", "", "unknown"), ("negative/positive positive", "", "unknown"), ("negative positive/negative positive", "", "met"),
        ("negative positive/negative positive", " since 2026-03-03", "unknown"), ("positive positive/negative", "", "not_met"),
    ],
)  # fmt: skip
def test_a_change_is_a_first_value_and_later_another(values: str, window: str, state: str) -> None:
    """What lies between does not hide it; a conflict or an unknown window leaves it open."""
    life = after(
        *(
            ("hbsag", one, f"2026-03-{day:02} 08:00")
            for day, group in enumerate(values.split(), 1)
            for one in group.split("/")
        )
    )
    assert life.state(f"hbsag changed from negative to positive{window}") == state


def test_a_fall_and_a_rise_are_measured_from_a_reference() -> None:
    life = after(("ice_score", "7", "2026-03-31"))
    assert life.state("ice_score fell by at least 2 from 9") == "met"
    assert life.state("ice_score fell by at least 3 from 9") == "not_met"
    assert life.state("ice_score rose by at least 1 from 6") == "met"
    assert life.state("edss rose by at least 1 from 6") == "unknown"


# --- planned results --------------------------------------------------------------------------------------------------

GRID = """
tasks:
  monitoring: {label: {en: M, zh: M}, for: nurse, grid: {months: [1, 2], from: symptom_onset_date}, opens: 7 days, until: 7 days, done_by: {all: [cd20_b_cell_count]}}
"""


def test_every_planned_result_must_be_there_and_good() -> None:
    """One missing is unknown, one bad is not met, a retracted one is missing again."""
    life = after(("symptom_onset_date", "2026-01-01", "2026-01-01"), now="2026-03-31", more=GRID)
    sentence = "every result of task monitoring <= 4 /uL"
    assert life.state(sentence) == "unknown"
    life.record("cd20_b_cell_count", "3 /uL", "2026-02-01")
    assert life.state(sentence) == "unknown"
    second = life.record("cd20_b_cell_count", "4 /uL", "2026-03-01")
    assert life.state(sentence) == "met"
    second = life.correct(second, "5 /uL")
    assert life.state(sentence) == "not_met"
    life.retract(second)
    assert life.state(sentence) == "unknown"
