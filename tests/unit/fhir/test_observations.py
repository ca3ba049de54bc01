"""Results come in with their unit, limits, status and meaning, or stay out with the reason."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.model import FactStatus
from tests.unit.fhir.building import LOINC, OURS, concept, engine, facts, igg, observation, only, quantity, taken

INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"


@pytest.mark.parametrize(
    ("value", "unit"),
    [(9.8, "g/L"), (980, "mg/dL"), (980, "mg/dl"), (9.8, "克/升")],
    ids=["g/L", "mg/dL", "mg/dl", "克/升"],
)
def test_any_known_unit_is_converted_exactly(value: float, unit: str) -> None:
    on = engine()
    assert taken(on, observation("2465-3", valueQuantity={"value": value, "unit": unit})).ok
    assert only(facts(on, "igg")).value == Decimal("9.8")


def test_the_ucum_code_counts_and_the_written_unit_is_the_second_choice() -> None:
    on = engine()
    taken(on, observation("2465-3", valueQuantity=quantity(9.8, "g/L", code="nonsense")))
    assert only(facts(on, "igg")).value == Decimal("9.8")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"valueCodeableConcept": {"text": "阴性"}}, "negative"),
        ({"valueCodeableConcept": {"text": "Positive"}}, "positive"),
        ({"valueCodeableConcept": concept(INTERPRETATION, "POS")}, "positive"),
        ({"valueCodeableConcept": concept(OURS, "hbsag:indeterminate")}, "indeterminate"),
        ({"valueString": "阳性(+)"}, "positive"),
        ({"valueQuantity": quantity(0.02, "[IU]/mL"), "interpretation": [concept(INTERPRETATION, "NEG")]}, "negative"),
        ({"interpretation": [concept(INTERPRETATION, "NEG")]}, "negative"),
    ],
    ids=[
        "chinese",
        "english",
        "interpretation code",
        "own code",
        "sign",
        "number with interpretation",
        "bare interpretation",
    ],
)
def test_positive_and_negative_are_read_however_the_laboratory_says_it(value: dict[str, Any], expected: str) -> None:
    on = engine()
    assert taken(on, observation("5196-1", **value)).ok
    assert only(facts(on, "hbsag")).value == expected


def test_a_limit_keeps_its_meaning_and_whether_the_target_was_detected() -> None:
    on = engine()
    low = quantity(10, "[IU]/mL", comparator="<")
    taken(on, observation("42595-9", valueQuantity=low, interpretation=[concept(INTERPRETATION, "ND")]))
    fact = only(facts(on, "hbv_dna"))
    assert (fact.value, fact.comparator, fact.attributes["detection"]) == (Decimal(10), "<", "not_detected")


def test_the_upper_limit_of_normal_comes_from_the_reference_range() -> None:
    on = engine()
    limits = [{"high": quantity(80, "U/L"), "type": concept("x", "therapeutic")}, {"high": quantity(40, "U/L")}]
    taken(on, observation("1742-6", valueQuantity=quantity(64, "U/L"), referenceRange=limits))
    assert only(facts(on, "alt")).attributes["uln"] == Decimal(40)


def test_a_titre_comes_as_a_ratio() -> None:
    on = engine()
    titre = {"numerator": {"value": 1}, "denominator": {"value": 320}}
    taken(on, observation("aqp4_igg_titre", system=OURS, valueRatio=titre))
    assert only(facts(on, "aqp4_igg_titre")).value == Decimal(320)


def test_specimen_and_method_are_kept() -> None:
    on = engine()
    taken(on, observation("43638-6", valueString="阳性", specimen={"display": "脑脊液"}, method={"text": "CBA"}))
    assert dict(only(facts(on, "aqp4_igg")).attributes) == {"specimen": "csf", "method": "CBA"}


def test_a_specimen_that_is_not_known_keeps_the_result_out() -> None:
    on = engine()
    report = taken(on, igg(specimen={"display": "胸水"}))
    assert report.kept_out == {"specimen is not known": 1}
    assert not facts(on)


def test_components_are_facts_of_their_own_and_what_is_not_mapped_is_counted() -> None:
    on = engine()
    parts = [
        {"code": concept(LOINC, "8480-6"), "valueQuantity": quantity(121, "mm[Hg]")},
        {"code": concept(LOINC, "8462-4"), "valueQuantity": quantity(70, "mm[Hg]")},
    ]
    report = taken(on, observation("85354-9", component=parts))
    assert only(facts(on)).code == "systolic_blood_pressure"
    assert report.unmapped == {"http://loinc.org|8462-4": 1}
    assert "no fact of the catalogue" in report.unmapped_reasons["http://loinc.org|8462-4"]


@pytest.mark.parametrize("status", ["registered", "unknown", "cancelled"])
def test_a_result_that_is_none_stays_out(status: str) -> None:
    on = engine()
    report = taken(on, igg(status=status))
    assert report.kept_out == {f"status {status}": 1}
    assert not facts(on)


def test_a_preliminary_result_is_preliminary() -> None:
    on = engine()
    taken(on, igg(status="preliminary"))
    assert only(facts(on)).status is FactStatus.PRELIMINARY


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"valueQuantity": {"value": 9.8}}, "missing_unit"),
        ({"valueQuantity": {"value": 9.8, "unit": "apples"}}, "unknown_unit"),
        ({"valueQuantity": quantity(9800, "g/L")}, "implausible"),
        ({"valueQuantity": quantity(9.8, "g/L"), "effectiveDateTime": "2027-01-01"}, "future"),
        ({"valueQuantity": {"value": "9.8", "unit": "g/L"}}, "broken_resource"),
        ({"valueQuantity": [1]}, "broken_resource"),
        ({"valueQuantity": quantity(9.8, "g/L"), "effectiveDateTime": "yesterday"}, "broken_resource"),
    ],
)
def test_what_no_result_can_be_is_a_problem_with_its_place_and_the_rest_goes_on(
    content: dict[str, Any], reason: str
) -> None:
    on = engine()
    report = taken(
        on, observation("2465-3", "bad", **content), observation("1742-6", "good", valueQuantity=quantity(20, "U/L"))
    )
    (problem,) = report.problems
    assert (problem.code, problem.resource, problem.place) == (reason, "Observation/bad", "resource[1]")
    assert only(facts(on)).code == "alt"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"effectiveDateTime": "2026-01"}, "date is known only to the month or year"),
        ({"effectiveDateTime": None}, "no effective time"),
        ({"valueQuantity": None, "dataAbsentReason": {"text": "sample lost"}}, "no value"),
        ({"valueQuantity": None, "valueRange": {"low": {"value": 1}}}, "valueRange is not one value"),
    ],
)
def test_what_is_no_fact_is_counted_by_its_reason(content: dict[str, Any], reason: str) -> None:
    on = engine()
    report = taken(on, {**igg(), **content})
    assert report.ok
    assert report.kept_out == {reason: 1}
    assert not facts(on)


def test_a_code_that_nobody_has_checked_means_nothing() -> None:
    on = engine()
    report = taken(
        on, observation("9558-8", valueQuantity=quantity(4, "/uL")), observation("99999-9", "2", valueString="x")
    )
    assert set(report.unmapped) == {"http://loinc.org|9558-8", "http://loinc.org|99999-9"}
    assert not facts(on)


def test_codes_that_mean_two_facts_are_a_problem() -> None:
    on = engine()
    both = {"coding": [{"system": LOINC, "code": "2465-3"}, {"system": LOINC, "code": "2458-8"}]}
    report = taken(on, {**igg(), "code": both})
    assert "iga and igg" in report.problems[0].reason


def test_extensions_of_ours_carry_what_fhir_has_no_element_for() -> None:
    on = engine()
    more = [{"url": "urn:careway:fhir:attribute:last_programme_dose", "valueDate": "2025-07-31"}]
    taken(on, observation("vaccination_record", system=OURS, valueCodeableConcept={"text": "complete"}, extension=more))
    assert str(only(facts(on)).attributes["last_programme_dose"]) == "2025-07-31"


def test_an_event_of_ours_is_recorded_with_its_attributes() -> None:
    on = engine()
    more = [{"url": "urn:careway:fhir:attribute:severity", "valueCode": "moderate"}]
    taken(on, observation("relapse", system=OURS, extension=more))
    fact = only(facts(on, "relapse"))
    assert (fact.event, dict(fact.attributes)) == ("occurred", {"severity": "moderate"})


def test_what_binary_floating_point_leaves_behind_is_rounded_away() -> None:
    on = engine()
    assert taken(on, igg(Decimal("9.799999999999999822"))).ok  # type: ignore[arg-type]
    assert only(facts(on, "igg")).value == Decimal("9.8")
