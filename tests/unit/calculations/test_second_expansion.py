"""Second expansion (`icans.md` §8.3): below half of the first peak, then at least twice the minimum, by one method."""

from __future__ import annotations

import pytest

from engine.functions import NotKnown
from pathways.calculations.second_expansion import second_expansion
from tests.unit.calculations.fakes import FakeReader, fact

INFUSION = fact("car_t_infusion", "2026-06-01", event="given")


def series(*values: str, method: str | None = "flow_count") -> list[object]:
    stated = {"method": method} if method else {}
    return [fact("car_t_expansion", f"2026-06-{day:02}", value, **stated) for day, value in enumerate(values, start=2)]


@pytest.mark.parametrize(
    ("values", "again"),
    [
        (("62", "4", "40"), True),
        (("80", "3", "9"), True),
        (("10", "80", "39", "30", "60"), True),
        (("80", "40", "80"), False),
        (("80", "39", "77"), False),
        (("80", "39", "78"), True),
        (("10", "40", "80"), False),
        (("80", "0", "0"), False),
        (("80", "0", "1"), True),
        (("80",), False),
    ],
)
def test_fall_below_half_of_the_peak_and_rise_to_twice_the_minimum(values: tuple[str, ...], again: bool) -> None:
    """The vignettes I3 and I5, and both limits: exactly half is no fall, exactly twice is a rise."""
    assert second_expansion(FakeReader(INFUSION, *series(*values))) is again  # type: ignore[arg-type]


def test_methods_are_never_compared() -> None:
    mixed = [*series("62", "4"), fact("car_t_expansion", "2026-06-10", "40", method="qpcr")]
    assert second_expansion(FakeReader(INFUSION, *mixed)) is False  # type: ignore[arg-type]


def test_what_was_measured_before_the_infusion_does_not_count() -> None:
    earlier = fact("car_t_expansion", "2026-05-01", "500", method="flow_count")
    assert second_expansion(FakeReader(INFUSION, earlier, *series("4", "40"))) is False  # type: ignore[arg-type]


def test_limits_are_settings() -> None:
    strict = FakeReader(INFUSION, *series("62", "4", "40"), settings={"second_expansion_rise": 20})  # type: ignore[arg-type]
    assert second_expansion(strict) is False


def test_without_values_or_methods_nobody_knows() -> None:
    with pytest.raises(NotKnown) as gap:
        second_expansion(FakeReader(INFUSION))
    assert gap.value.reason == "never_recorded"
    with pytest.raises(NotKnown) as gap:
        second_expansion(FakeReader(INFUSION, *series("62", "4", method=None)))  # type: ignore[arg-type]
    assert gap.value.reason == "no_unit_limit_or_time"
