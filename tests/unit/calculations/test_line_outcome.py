"""The outcome of a treatment line (ae-escalation.md §8.4): every item, the baseline, the window, each input unknown once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine.calendar import parse_when
from engine.functions import NotKnown
from engine.model import Fact
from engine.units import Duration
from pathways.calculations.line_outcome import (
    first_line_judged_again,
    judging_score_early,
    line_outcome_proposed,
    rituximab_judged_again,
)
from tests.unit.calculations.fakes import ZONE, FakeReader, fact

WEEK = Duration(days=7)


def scores(base: tuple[str, str], now: tuple[str, str], day: str = "2026-06-15") -> list[Fact]:
    """The two scores on the day of the first dose and on the day of the judgement."""
    return [
        fact("mrs", "2026-06-01", base[0], at="07:00"),
        fact("case_score", "2026-06-01", base[1], at="07:00"),
        fact("mrs", day, now[0]),
        fact("case_score", day, now[1]),
    ]


def reader(
    *facts: Fact, opens: str = "2026-06-12", on: str = "2026-06-15", age: Duration = WEEK, without: str = "",
    settings: dict[str, Any] | None = None, **values: Any,
) -> FakeReader:  # fmt: skip
    """A line that began on 1 June at 08:00 and is judged on a day."""
    known = {
        "judged_first_dose": parse_when("2026-06-01 08:00", ZONE),
        "judged_opens": date.fromisoformat(opens),
        "judged_on": date.fromisoformat(on),
        "score_age": age,
        **values,
    }
    known.pop(without, None)
    return FakeReader(*facts, today="2026-06-15", values=known, settings=settings or {})


@pytest.mark.parametrize(
    ("base", "now", "outcome"),
    [
        (("3", "8"), ("2", "8"), "good"),  # mRS 2 or better from 3 or worse
        (("5", "20"), ("3", "20"), "good"),  # two points
        (("2", "8"), ("1", "8"), "partial"),  # one point; already favourable before
        (("5", "20"), ("4", "20"), "partial"),
        (("5", "20"), ("5", "17"), "partial"),  # CASE three points
        (("5", "20"), ("5", "18"), "stable"),
        (("3", "7"), ("3", "6"), "stable"),  # vignette 2
        (("4", "8"), ("5", "8"), "worse"),
        (("4", "8"), ("4", "11"), "worse"),
        (("4", "8"), ("4", "10"), "stable"),
        (("4", "8"), ("3", "11"), "unclear"),  # better and worse at once
        (("4", "14"), ("5", "11"), "unclear"),
        (("4", "8"), ("6", "8"), "dead"),
        (("5", "22"), ("4", "15"), "partial"),  # vignette 1, Z0+28
        (("5", "20"), ("3", "18"), "good"),  # vignette 6
        (("5", "24"), ("5", "20"), "partial"),  # vignette 7
    ],
)
def test_the_class_follows_mrs_and_case(base: tuple[str, str], now: tuple[str, str], outcome: str) -> None:
    assert line_outcome_proposed(reader(*scores(base, now))) == outcome


def test_settings_move_the_limits() -> None:
    one = reader(*scores(("5", "20"), ("5", "18")), settings={"case_change": 2})
    assert line_outcome_proposed(one) == "partial"


def test_without_case_the_class_rests_on_mrs() -> None:
    """Item 6."""
    only_mrs = [one for one in scores(("5", "20"), ("4", "20")) if one.code == "mrs"]
    assert line_outcome_proposed(reader(*only_mrs)) == "partial"


@pytest.mark.parametrize("kept", ["base", "now", "none"])
def test_without_mrs_the_outcome_is_unclear(kept: str) -> None:
    """Item 6: one of the two scores missing, or both."""
    base, case_base, now, case_now = scores(("5", "20"), ("4", "15"))
    facts = {"base": [base], "now": [now], "none": []}[kept]
    assert line_outcome_proposed(reader(*facts, case_base, case_now)) == "unclear"


def test_a_score_before_the_window_speaks_of_worsening_only() -> None:
    """G-FRESH."""
    early = scores(("4", "12"), ("2", "5"), day="2026-06-11")
    assert line_outcome_proposed(reader(*early)) == "unclear"
    assert line_outcome_proposed(reader(*scores(("4", "12"), ("5", "12"), day="2026-06-11"))) == "worse"
    assert line_outcome_proposed(reader(*scores(("4", "12"), ("2", "5"), day="2026-06-12"))) == "good"


def test_it_is_told_whether_the_score_is_early() -> None:
    assert judging_score_early(reader(*scores(("4", "12"), ("2", "5"), day="2026-06-11"))) is True
    assert judging_score_early(reader(*scores(("4", "12"), ("2", "5")))) is False
    with pytest.raises(NotKnown):
        judging_score_early(reader())
    with pytest.raises(NotKnown):
        judging_score_early(reader(fact("mrs", "2026-06-01", "4")))


def test_a_stale_score_judges_nothing() -> None:
    old = scores(("4", "12"), ("2", "5"), day="2026-06-07")
    assert line_outcome_proposed(reader(*old, opens="2026-06-05")) == "unclear"
    fresh = scores(("4", "12"), ("2", "5"), day="2026-06-08")
    assert line_outcome_proposed(reader(*fresh, opens="2026-06-05")) == "good"


def test_in_intensive_care_hours_count() -> None:
    """48 clock hours; the moment judged is the end of the day."""
    two_days = Duration(seconds=48 * 3600)
    base = fact("mrs", "2026-06-01", "5", at="07:00")
    assert line_outcome_proposed(reader(base, fact("mrs", "2026-06-14", "4", at="08:00"), age=two_days)) == "partial"
    assert line_outcome_proposed(reader(base, fact("mrs", "2026-06-13", "4", at="08:00"), age=two_days)) == "unclear"


def test_the_baseline_is_the_last_score_before_the_first_dose_if_it_is_fresh() -> None:
    now = fact("mrs", "2026-06-15", "3")
    assert line_outcome_proposed(reader(fact("mrs", "2026-05-25", "5"), now)) == "good"
    assert line_outcome_proposed(reader(fact("mrs", "2026-05-24", "5"), now)) == "unclear"


def test_else_the_first_score_within_24_hours_after_it() -> None:
    now = fact("mrs", "2026-06-15", "3")
    after = fact("mrs", "2026-06-02", "5", at="08:00")
    assert line_outcome_proposed(reader(fact("mrs", "2026-05-20", "3"), after, now)) == "good"
    assert line_outcome_proposed(reader(fact("mrs", "2026-06-02", "5", at="08:01"), now)) == "unclear"


def test_a_score_of_the_day_without_a_time_counts_as_before_the_dose() -> None:
    assert line_outcome_proposed(reader(fact("mrs", "2026-06-01", "5"), fact("mrs", "2026-06-15", "3"))) == "good"


def test_two_scores_of_one_moment_that_disagree_are_not_judged() -> None:
    facts = [*scores(("5", "20"), ("4", "20")), fact("mrs", "2026-06-15", "5")]
    with pytest.raises(NotKnown):
        line_outcome_proposed(reader(*facts))


@pytest.mark.parametrize("missing", ["judged_first_dose", "judged_opens", "judged_on", "score_age"])
def test_each_input_unknown_leaves_it_unknown(missing: str) -> None:
    one = reader(*scores(("5", "20"), ("4", "20")), without=missing)
    with pytest.raises(NotKnown):
        line_outcome_proposed(one)


def test_a_day_earlier_than_today_is_judged_by_what_was_known_on_it() -> None:
    later = [*scores(("5", "20"), ("4", "20"), day="2026-06-13"), fact("mrs", "2026-06-15", "2")]
    assert line_outcome_proposed(reader(*later, on="2026-06-13")) == "partial"


def test_a_signed_line_is_judged_again_by_the_scores_as_they_stand() -> None:
    """After a correction, for the day on which the line had been judged, whatever line runs now."""
    known: dict[str, Any] = {
        "judged_line": "tocilizumab",
        "d0_at": parse_when("2026-06-01 08:00", ZONE),
        "r0_at": parse_when("2026-06-01 08:00", ZONE),
        "opens_first_line": date(2026, 6, 12),
        "opens_rituximab": date(2026, 6, 16),
        "judged_first_line": date(2026, 6, 15),
        "judged_rituximab": date(2026, 6, 15),
    }
    facts = scores(("5", "20"), ("3", "20"))
    assert first_line_judged_again(reader(*facts, **known)) == "good"
    assert rituximab_judged_again(reader(*facts, **known)) == "unclear"
    with pytest.raises(NotKnown):
        first_line_judged_again(reader(*facts, without="d0_at", **known))
