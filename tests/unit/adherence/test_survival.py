"""Kaplan-Meier against a worked example, and what holds for every estimate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.adherence.survival import Spell, kaplan_meier

SIX_MP = [(6, 1), (6, 1), (6, 1), (6, 0), (7, 1), (9, 0), (10, 1), (10, 0), (11, 0), (13, 1), (16, 1), (17, 0), (19, 0),
          (20, 0), (22, 1), (23, 1), (25, 0), (32, 0), (34, 0), (35, 0), (35, 0)]  # fmt: skip
"""Weeks of remission under 6-mercaptopurine (Freireich 1963), the example of many textbooks; 0 is censored."""

spells = st.lists(st.builds(Spell, st.integers(0, 40).map(float), st.booleans()), max_size=60)


def test_the_textbook_example_gives_the_textbook_numbers() -> None:
    curve = kaplan_meier(Spell(weeks, bool(event)) for weeks, event in SIX_MP)
    found = {one.length: (one.at_risk, round(one.waiting, 4), round(one.error, 4)) for one in curve.steps if one.events}
    assert found == {
        6: (21, 0.8571, 0.0764), 7: (17, 0.8067, 0.0869), 10: (15, 0.7529, 0.0963), 13: (12, 0.6902, 0.1068),
        16: (11, 0.6275, 0.1141), 22: (7, 0.5378, 0.1282), 23: (6, 0.4482, 0.1346),
    }  # fmt: skip
    assert (curve.total, curve.events, curve.censored, curve.median) == (21, 9, 12, 23)


def test_the_limits_are_those_of_the_log_log_transformation() -> None:
    curve = kaplan_meier(Spell(weeks, bool(event)) for weeks, event in SIX_MP)
    at_six = curve.steps[0]
    assert (round(at_six.low, 3), round(at_six.high, 3)) == (0.620, 0.952)


def test_without_censoring_the_estimate_is_the_plain_share() -> None:
    curve = kaplan_meier(Spell(float(day), event=True) for day in (1, 2, 3, 4))
    assert [one.waiting for one in curve.steps] == pytest.approx([0.75, 0.5, 0.25, 0])
    assert curve.median == 2


def test_who_is_never_reached_has_no_median() -> None:
    assert kaplan_meier([Spell(5.0, event=False)]).median is None
    assert kaplan_meier([]).steps == ()


def test_a_negative_wait_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        kaplan_meier([Spell(-1.0, event=True)])


@given(spells)
def test_the_share_waiting_never_rises_and_stays_between_its_limits(found: list[Spell]) -> None:
    curve = kaplan_meier(found)
    shares = [1.0, *(one.waiting for one in curve.steps)]
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= one.low <= one.waiting + 1e-9 <= one.high + 2e-9 <= 1 + 3e-9 for one in curve.steps)
    assert sum(one.events + one.censored for one in curve.steps) == curve.total


@given(spells, st.integers(0, 40))
def test_somebody_more_who_is_still_waiting_never_makes_the_estimate_look_faster(
    found: list[Spell], length: int
) -> None:
    """Open and lost patients belong to the denominator: leaving them out would flatter."""
    before, after = kaplan_meier(found), kaplan_meier([*found, Spell(float(length), event=False)])
    assert all(_at(after.steps, one.length) >= one.waiting - 1e-9 for one in before.steps)


def _at(steps: object, length: float) -> float:
    share = 1.0
    for one in steps:  # type: ignore[attr-defined]
        if one.length <= length:
            share = one.waiting
    return share
