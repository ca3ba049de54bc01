"""Corrections and retractions are new records that supersede the old ones."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.errors import InvalidFact, NotFound
from engine.model import ExposureEvent, Fact, FactStatus
from tests.unit.entering import CATALOGUE, NOW, enter

D = Decimal


def amend(original: Fact, changes: Any, **more: Any) -> Fact:
    return CATALOGUE.amend(
        original, changes, now=NOW + timedelta(hours=1), zone="Asia/Shanghai", seq=8, id="f8", **more
    )


def test_a_correction_keeps_the_qualifiers_that_it_does_not_name() -> None:
    """decisions.md, General (2)."""
    original = enter("alt", {"value": "22 U/L", "uln": 40, "effective": "2026-01-02"})
    fact = amend(
        original,
        {"fact": "alt", "effective": "2026-01-02", "value": "220 U/L", "reason": "laboratory amended the report"},
    )
    assert (fact.value, fact.attributes, fact.supersedes, fact.status) == (
        D(220),
        {"uln": D(40)},
        "f7",
        FactStatus.AMENDED,
    )
    assert (fact.effective, fact.effective_day, fact.reason) == (
        original.effective,
        date(2026, 1, 2),
        "laboratory amended the report",
    )
    assert (fact.id, fact.seq, fact.recorded) == ("f8", 8, NOW + timedelta(hours=1))


def test_a_correction_drops_a_detection_that_the_new_number_contradicts() -> None:
    original = enter("hbv_dna", {"value": "0 IU/mL", "detection": "not_detected", "lower_limit": 20})
    assert amend(original, {"value": "35 IU/mL"}).attributes == {"lower_limit": D(20)}
    assert amend(original, "< 20 IU/mL").attributes == {"detection": "not_detected", "lower_limit": D(20)}
    below = enter("hbv_dna", "< 10 IU/mL, target detected")
    assert amend(below, "35 IU/mL").attributes == {}


def test_a_qualifier_alone_may_be_corrected() -> None:
    original = enter("neural_antibody", {"value": "NMDAR", "specimen": "serum"})
    assert amend(original, {"specimen": "csf"}, reason="label").attributes == {"specimen": "csf"}
    assert amend(original, {"specimen": "csf"}).value == "NMDAR"
    assert amend(original, {"value": "NMDAR", "status": "corrected"}).status is FactStatus.CORRECTED


def test_the_dose_of_an_exposure_may_be_corrected() -> None:
    original = enter("rituximab", {"event": "given", "dose": "1000 mg", "planned_next": "2026-07-01"})
    fact = amend(original, {"dose": "500 mg"})
    assert (fact.event, fact.attributes) == (
        ExposureEvent.GIVEN,
        {"dose": D(500), "dose_unit": "mg", "planned_next": date(2026, 7, 1)},
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"reason": "none"}, "missing_value"),
        ({"value": "4"}, "missing_unit"),
        ({"detection": "not_detected"}, "contradiction"),
    ],
)
def test_a_bad_correction_is_refused(changes: dict[str, str], reason: str) -> None:
    with pytest.raises(InvalidFact) as error:
        amend(enter("hbv_dna", "35 IU/mL"), changes)
    assert error.value.details["reason"] == reason


def test_a_retraction_is_a_record_of_its_own() -> None:
    original = enter("tb_igra", "positive")
    fact = CATALOGUE.retract(original, now=NOW, seq=9, id="f9", reason="wrong patient")
    assert (fact.status, fact.supersedes, fact.value, fact.reason) == (
        FactStatus.ENTERED_IN_ERROR,
        "f7",
        "positive",
        "wrong patient",
    )


PICKS: list[tuple[dict[str, Any], str]] = [
    ({"effective": "2026-01-02"}, "b"),
    ({"effective": "2026-01-02", "was": "4.2 g/L"}, "a"),
    ({"effective": "2026-01-02", "was": "420 mg/dL"}, "a"),
    ({"effective": "2026-01-05 09:00"}, "c"),
]


@pytest.fixture
def recorded() -> Callable[[], list[Fact]]:
    def make() -> list[Fact]:
        entries = [
            ("a", "4.2 g/L", "2026-01-02"),
            ("b", "4.4 g/L", "2026-01-02"),
            ("c", "5 g/L", None),
            ("d", "6 g/L", "2026-01-03"),
        ]
        facts = [
            CATALOGUE.enter("igg", value, now=NOW, zone="Asia/Shanghai", seq=number, id=name, effective=effective)
            for number, (name, value, effective) in enumerate(entries)
        ]
        return [*facts, CATALOGUE.retract(facts[3], now=NOW, seq=9, id="e")]

    return make


@pytest.mark.parametrize(("words", "wanted"), PICKS)
def test_a_correction_means_the_last_recorded_fact_of_that_time(
    recorded: Callable[[], list[Fact]], words: dict[str, Any], wanted: str
) -> None:
    assert CATALOGUE.pick(recorded(), "igg", zone="Asia/Shanghai", **words).id == wanted


def test_a_voided_or_unknown_fact_cannot_be_corrected(recorded: Callable[[], list[Fact]]) -> None:
    for effective in ("2026-01-03", "2026-01-04"):
        with pytest.raises(NotFound):
            CATALOGUE.pick(recorded(), "igg", zone="Asia/Shanghai", effective=effective)
