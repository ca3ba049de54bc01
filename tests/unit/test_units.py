"""Quantities are exact, and no unit is ever guessed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.units import Duration, Quantity, UnitError, add, compare, convert, multiply, plain, to_unit

D = Decimal
FINITE = st.decimals(min_value=0, max_value=10**9, places=4, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("4.2 g/L", "4.2", "g/L"),
        ("4.2g/L", "4.2", "g/L"),
        ("120 ×10⁹/L", "120", "10*9/L"),
        ("1.2×10^9/L", "1.2", "10*9/L"),
        ("1.2 x 10^9/L", "1.2", "10*9/L"),
        ("１２０ 10*9/L", "120", "10*9/L"),
        ("100 10*6", "100", "10*6"),
        ("3.1 log10 IU/mL", "3.1", "{Log_IU}/mL"),
        ("35 IU/ml", "35", "[IU]/mL"),
        ("12 mIU/mL", "12", "m[IU]/mL"),
        ("1:40", "40", "{titer}"),
        ("1：320", "320", "{titer}"),
        ("36.6℃", "36.6", "Cel"),
        ("98 °F", "98", "[degF]"),
        ("120 mmHg", "120", "mm[Hg]"),
        ("62 μmol/L", "62", "umol/L"),
        ("50 cells/µL", "50", "/uL"),
        ("50 个/μL", "50", "/uL"),
        ("80 次/分", "80", "/min"),
        ("4.2 克/升", "4.2", "g/L"),
        ("62 公斤", "62", "kg"),
        ("90 mL/min/1.73m2", "90", "mL/min/{1.73_m2}"),
        ("1 g/day", "1", "g/d"),
        ("2 MIU", "2", "10*6.[IU]"),
        ("7", "7", ""),
        ("-3 mmol/L", "-3", "mmol/L"),
    ],
)
def test_a_number_with_its_unit_is_read_as_laboratories_write_it(text: str, value: str, unit: str) -> None:
    assert Quantity.parse(text) == Quantity(D(value), unit)


@pytest.mark.parametrize(
    "text",
    ["3-4", "3 - 4 g/L", "4.2–5 g/L", "3～4", "1.5至2 g/L", "g/L", "", "4 quux", "4 g/L/", "4 Mg", "4 g_L", "abc"],
)
def test_ranges_unknown_units_and_words_are_no_quantity(text: str) -> None:
    with pytest.raises(UnitError):
        Quantity.parse(text)


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        ("496", "mg/dL", "g/L", "4.96"),
        ("1200", "/uL", "10*9/L", "1.2"),
        ("1200", "/mm3", "10*9/L", "1.2"),
        ("1", "10*9/L", "10*6/L", "1000"),
        ("99.5", "[degF]", "Cel", "37.5"),
        ("310.15", "K", "Cel", "37"),
        ("1", "ukat/L", "U/L", "60"),
        ("2", "L", "mL", "2000"),
        ("70", "[in_i]", "cm", "177.8"),
        ("1", "g/d", "mg/d", "1000"),
        ("7", "mg/wk", "mg/d", "1"),
        ("0.97", "1", "%", "97"),
        ("2", "10*6.[IU]", "[IU]", "2000000"),
        ("2", "a", "mo", "24"),
        ("1", "wk", "h", "168"),
    ],
)
def test_conversion_is_exact(value: str, source: str, target: str, expected: str) -> None:
    assert convert(D(value), source, target) == D(expected)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("mg/dL", "umol/L"),
        ("[IU]", "mg"),
        ("mo", "d"),
        ("{score}", "{grade}"),
        ("{copies}/mL", "[IU]/mL"),
        ("meq/L", "mmol/L"),
        ("mg/kg", "mg"),
    ],
)
def test_units_of_different_kinds_are_never_converted(source: str, target: str) -> None:
    with pytest.raises(UnitError):
        convert(D(1), source, target)


@given(FINITE)
def test_converting_there_and_back_changes_nothing(value: Decimal) -> None:
    for one, other in (("g/L", "mg/dL"), ("10*9/L", "/uL"), ("kg", "[lb_av]"), ("mg/d", "g/wk")):
        assert abs(convert(convert(value, one, other), other, one) - value) <= value * D("1e-25")


@given(FINITE, FINITE)
def test_comparison_does_not_depend_on_the_unit(one: Decimal, other: Decimal) -> None:
    assert compare(Quantity(one, "g/L"), Quantity(other, "mg/dL")) == compare(
        Quantity(one * 1000, "mg/L"), Quantity(other / 100, "g/L")
    )


def test_products_cancel_their_units() -> None:
    assert multiply(Quantity(D(8), "mg/kg"), Quantity(D(52), "kg")) == Quantity(D(416), "mg")
    assert multiply(Quantity(D(52), "kg"), Quantity(D(8), "mg/kg")) == Quantity(D(416), "mg")
    assert multiply(Quantity(D(12), "mL/kg"), Quantity(D(60000), "g")) == Quantity(D(720), "mL")
    assert multiply(Quantity(D(375), "mg/m2"), Quantity(D("1.52"), "m2")) == Quantity(D(570), "mg")
    assert multiply(Quantity(D(2), "mg/kg/d"), Quantity(D(60), "kg")) == Quantity(D(120), "mg/d")
    assert Quantity(D(2), "mg") * 3 == Quantity(D(6), "mg")


def test_sums_are_in_the_unit_of_the_first_and_a_bare_number_has_no_unit() -> None:
    assert add(Quantity(D(1), "g"), Quantity(D(500), "mg")) == Quantity(D("1.5"), "g")
    assert str(Quantity(D("1.50"), "g").to("mg")) == "1500 mg"
    with pytest.raises(UnitError, match="has no unit"):
        to_unit(Quantity(D(5), ""), "g/L")


@pytest.mark.parametrize(
    ("text", "duration", "printed"),
    [
        ("7 d", Duration(days=7), "7 days"),
        ("4 weeks", Duration(days=28), "28 days"),
        ("48 h", Duration(seconds=172800), "48 hours"),
        ("30 minutes", Duration(seconds=1800), "30 minutes"),
        ("1.5 h", Duration(seconds=5400), "1 hour 30 minutes"),
        ("1 month", Duration(months=1), "1 month"),
        ("12 mo", Duration(months=12), "12 months"),
        ("65 a", Duration(months=780), "780 months"),
        ("6个月", Duration(months=6), "6 months"),
    ],
)
def test_months_days_and_clock_hours_are_kept_apart(text: str, duration: Duration, printed: str) -> None:
    assert Duration.parse(text) == duration
    assert str(duration) == printed
    assert Duration.parse(text).clock == (duration.seconds > 0)


@pytest.mark.parametrize("text", ["7", "7 m", "1.5 d", "0.5 months", "d", "-7 d", "7 d 3 h"])
def test_an_ambiguous_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(UnitError, match="not a length of time"):
        Duration.parse(text)


def test_multiples_and_nothing_are_durations_too() -> None:
    assert Duration(months=1, days=2) * 3 == Duration(months=3, days=6)
    assert str(Duration()) == "0 days"


def test_typographic_signs_become_plain_ones() -> None:
    assert plain("＜１０　IU/mL，检出") == "<10 IU/mL,检出"
    assert plain("≥5 ×10⁹/L") == ">=5 x10^9/L"
