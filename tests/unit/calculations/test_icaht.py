"""ICAHT grades of `car-t.md` §8.7 (CART-P1): runs of days, joined gaps, interpolation, late thresholds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.functions import NotKnown
from engine.model import Fact
from pathways.calculations.icaht import icaht_grade_early, icaht_grade_late
from tests.unit.calculations.fakes import FakeReader, fact

D0 = date(2026, 6, 1)
INFUSION = fact("car_t_infusion", "2026-06-01", event="given", dose="100")


def counts(*pairs: tuple[int, str]) -> list[Fact]:
    """Neutrophil counts by day after the infusion."""
    return [fact("neutrophil_count", str(D0 + timedelta(days=day)), value) for day, value in pairs]


def reader(*pairs: tuple[int, str], day: int) -> FakeReader:
    return FakeReader(INFUSION, *counts(*pairs), today=str(D0 + timedelta(days=day)))


@pytest.mark.parametrize(
    ("series", "grade"),
    [
        (((0, "2.0"), (7, "1.0"), (14, "1.5")), 0),
        (((0, "2.0"), (3, "0.5"), (8, "0.5"), (9, "0.9")), 1),
        (((2, "0.9"), (3, "0.5"), (10, "0.5"), (11, "0.9")), 2),
        (((2, "0.9"), (3, "0.5"), (9, "0.5"), (16, "0.5"), (17, "0.9")), 3),
        (((2, "0.9"), (3, "0.1"), (9, "0.1"), (10, "0.9")), 3),
        (((2, "0.9"), (3, "0.1"), (9, "0.1"), (16, "0.1"), (17, "0.9")), 4),
    ],
)
def test_the_longest_run_grades(series: tuple[tuple[int, str], ...], grade: int) -> None:
    """Eight days (D3 to D10) are grade 2; fourteen are 3; a week at 0.1 is 3, two weeks are 4."""
    assert icaht_grade_early(reader(*series, day=20)) == grade


def test_a_gap_of_two_days_is_joined_and_counted() -> None:
    assert (
        icaht_grade_early(reader((3, "0.4"), (5, "0.4"), (6, "0.9"), (7, "0.9"), (8, "0.4"), (9, "0.4"), day=12)) == 2
    )
    three = ((3, "0.4"), (5, "0.4"), (6, "0.9"), (7, "0.9"), (8, "0.9"), (9, "0.4"))
    assert icaht_grade_early(reader(*three, day=12)) == 1


def test_never_above_the_limit_in_the_whole_month_is_grade_4() -> None:
    low = tuple((day, "0.4") for day in (0, 5, 10, 15, 20, 25, 30))
    assert icaht_grade_early(reader(*low, day=31)) == 4


def test_more_than_a_week_without_a_count_leaves_it_open_where_it_decides() -> None:
    with pytest.raises(NotKnown):
        icaht_grade_early(reader((3, "0.4"), (12, "0.4"), day=14))


def test_before_the_infusion_and_without_a_count_nothing_is_known() -> None:
    with pytest.raises(NotKnown):
        icaht_grade_early(FakeReader(*counts((3, "0.4"))))
    with pytest.raises(NotKnown):
        icaht_grade_early(FakeReader(INFUSION))


@pytest.mark.parametrize(
    ("series", "grade"),
    [
        (((31, "1.6"), (40, "1.7")), 0),
        (((31, "1.5"), (40, "1.5")), 1),
        (((31, "0.5"), (40, "1.0")), 2),
        (((31, "0.1"), (40, "0.5"), (50, "2.0")), 3),
        (((31, "0.1"), (40, "0.1")), 4),
        (((30, "0.1"), (40, "1.2")), 1),
    ],
)
def test_late_grades_need_two_values(series: tuple[tuple[int, str], ...], grade: int) -> None:
    """The gravest threshold that two values reach; a single value after day 30 grades provisionally."""
    assert icaht_grade_late(reader(*series, day=60)) == grade
