"""Granulocyte recovery: at least 0.5 × 10*9/L on three consecutive days, counts every other day interpolated (§6.6, car-t.md P2)."""

from __future__ import annotations

import pytest

from engine.functions import NotKnown
from engine.model import Fact
from pathways.calculations.granulocyte_recovery import granulocyte_recovery
from tests.unit.calculations.fakes import FakeReader, fact

INFUSION = fact("car_t_infusion", "2026-06-01", event="given", dose="100")


def counts(*pairs: tuple[str, str]) -> list[Fact]:
    """Neutrophil counts by day of June 2026."""
    return [fact("neutrophil_count", f"2026-06-{day}", value) for day, value in pairs]


@pytest.mark.parametrize(
    ("series", "recovered"),
    [
        ((("08", "0.2"), ("10", "0.5"), ("11", "0.6"), ("12", "0.8")), True),
        ((("08", "0.2"), ("11", "0.6"), ("12", "0.8")), False),
        ((("08", "0.2"), ("10", "0.5"), ("12", "0.8")), True),
        ((("08", "0.2"), ("10", "0.49"), ("12", "0.8")), False),
        ((("10", "0.9"), ("11", "0.9"), ("12", "0.4")), False),
    ],
)
def test_three_days_at_or_above_the_threshold(series: tuple[tuple[str, str], ...], recovered: bool) -> None:
    """The lowest value of a day counts, and the latest three days decide."""
    assert granulocyte_recovery(FakeReader(INFUSION, *counts(*series))) is recovered


def test_the_lowest_count_of_a_day_decides() -> None:
    series = (
        *counts(("10", "0.9"), ("11", "0.9"), ("12", "0.9")),
        fact("neutrophil_count", "2026-06-12", "0.4", at="18:00"),
    )
    assert granulocyte_recovery(FakeReader(INFUSION, *series)) is False


def test_a_gap_of_more_than_seven_days_is_unknown() -> None:
    """A value, nine days without a blood count, a good value: nobody knows the days between."""
    with pytest.raises(NotKnown) as gap:
        granulocyte_recovery(FakeReader(INFUSION, *counts(("02", "1.2"), ("12", "0.9"))))
    assert (gap.value.reason, gap.value.code) == ("imprecise", "neutrophil_count")


def test_one_count_is_too_few() -> None:
    with pytest.raises(NotKnown):
        granulocyte_recovery(FakeReader(INFUSION, *counts(("12", "0.9"))))


def test_before_an_infusion_there_is_nothing_to_recover_from() -> None:
    with pytest.raises(NotKnown) as gap:
        granulocyte_recovery(FakeReader(*counts(("12", "0.9"))))
    assert gap.value.reason == "has_not_happened_yet"


def test_counts_before_the_infusion_do_not_count() -> None:
    with pytest.raises(NotKnown) as gap:
        granulocyte_recovery(FakeReader(fact("neutrophil_count", "2026-05-20", "3.0"), INFUSION))
    assert gap.value.reason == "never_recorded"


def test_a_hospital_may_set_threshold_and_days() -> None:
    series = counts(("10", "0.9"), ("11", "1.0"))
    settings = {"granulocyte_recovery": "0.9", "granulocyte_recovery_days": 2}
    assert granulocyte_recovery(FakeReader(INFUSION, *series, settings=settings)) is True
    assert (
        granulocyte_recovery(FakeReader(INFUSION, *series, settings={"granulocyte_recovery": {"anc": 1, "days": 2}}))
        is False
    )
