"""CRS and ICANS grades of `icans.md` §2.3: every column and domain, the baseline, masked fever, and each sign missing once."""

from __future__ import annotations

from typing import Any

import pytest

from engine.functions import AtLeast, NotKnown
from engine.model import Fact
from pathways.calculations.crs_grade import crs_grade_proposed
from pathways.calculations.icans_grade import icans_grade_proposed
from tests.unit.calculations.fakes import FakeReader, fact

DAY = "2026-06-08"
INFUSION = fact("car_t_infusion", "2026-06-01", event="given")
SIGNS = {
    "body_temperature": "38.5",
    "systolic_blood_pressure": "120",
    "spo2": "97",
    "vasopressor": "none",
    "oxygen_support": "none",
}
MIND = {"ice_baseline": "10", "ice_score": "10", "consciousness_level": "alert"}


def reader(base: dict[str, Any], *more: Fact, without: str = "", **changed: Any) -> FakeReader:
    """A patient with these signs on one day."""
    signs = {code: value for code, value in {**base, **changed}.items() if code != without}
    return FakeReader(
        INFUSION, *(fact(code, DAY, value, at="08:00") for code, value in signs.items()), *more, today=DAY
    )


@pytest.mark.parametrize(
    ("changed", "grade"),
    [
        ({}, 1),
        ({"body_temperature": "37.9"}, 0),
        ({"systolic_blood_pressure": "90"}, 1),
        ({"systolic_blood_pressure": "89"}, 2),
        ({"vasopressor": "one"}, 3),
        ({"vasopressor": "one_with_vasopressin"}, 3),
        ({"vasopressor": "multiple"}, 4),
        ({"oxygen_support": "low_flow"}, 2),
        ({"oxygen_support": "high_flow"}, 3),
        ({"oxygen_support": "positive_pressure", "systolic_blood_pressure": "85"}, 4),
        ({"spo2": "89"}, 2),
    ],
)
def test_the_gravest_column_grades_crs(changed: dict[str, str], grade: int) -> None:
    assert crs_grade_proposed(reader(SIGNS, **changed)) == grade


def test_more_than_six_litres_are_high_flow() -> None:
    flow = fact("oxygen_support", DAY, "low_flow", at="09:00", flow_l_min="8")
    assert crs_grade_proposed(reader(SIGNS, flow)) == 3


def test_fever_is_no_longer_asked_for_once_it_is_masked() -> None:
    """After tocilizumab, low blood pressure alone grades; without any masking drug it is suspected and not graded (IA12)."""
    given = fact("tocilizumab", "2026-06-05", event="given", at="09:00")
    assert crs_grade_proposed(reader(SIGNS, given, body_temperature="36.8", systolic_blood_pressure="85")) == 2
    assert crs_grade_proposed(reader(SIGNS, given, body_temperature="38.5")) == 0
    with pytest.raises(NotKnown):
        crs_grade_proposed(reader(SIGNS, body_temperature="36.8", systolic_blood_pressure="85"))


def test_a_drug_before_the_infusion_masks_nothing() -> None:
    before = fact("dexamethasone", "2026-05-20", event="given", at="09:00")
    assert crs_grade_proposed(reader(SIGNS, before)) == 1


def test_a_missing_sign_leaves_at_least_a_grade() -> None:
    assert crs_grade_proposed(reader(SIGNS, without="systolic_blood_pressure")) == AtLeast(1)
    assert crs_grade_proposed(reader({**SIGNS, "vasopressor": "one"}, without="systolic_blood_pressure")) == 3
    only = {code: value for code, value in SIGNS.items() if code not in ("spo2", "oxygen_support")}
    assert crs_grade_proposed(reader(only)) == AtLeast(1)
    with pytest.raises(NotKnown) as gap:
        crs_grade_proposed(reader(SIGNS, without="body_temperature"))
    assert gap.value.code == "body_temperature"
    with pytest.raises(NotKnown):
        crs_grade_proposed(reader({"body_temperature": "36.5"}))


@pytest.mark.parametrize(("score", "grade"), [("10", 0), ("9", 1), ("7", 1), ("6", 2), ("3", 2), ("2", 3), ("0", 3)])
def test_the_ice_score_grades_icans(score: str, grade: int) -> None:
    assert icans_grade_proposed(reader(MIND, ice_score=score)) == grade


@pytest.mark.parametrize(("level", "grade"), [("alert", 0), ("voice", 2), ("tactile", 3), ("unarousable", 4)])
def test_consciousness_grades_icans(level: str, grade: int) -> None:
    assert icans_grade_proposed(reader(MIND, consciousness_level=level)) == grade


@pytest.mark.parametrize(
    ("seizure", "grade"),
    [
        ({"duration_min": "0.67"}, 3),
        ({"duration_min": "5"}, 3),
        ({"duration_min": "6"}, 4),
        ({}, 3),
        ({"repetitive": True, "returned_to_baseline": False}, 4),
        ({"repetitive": True, "returned_to_baseline": True}, 3),
    ],
)
def test_a_seizure_is_grade_3_and_longer_than_five_minutes_4(seizure: dict[str, Any], grade: int) -> None:
    """ICE 5 with a short seizure is 3; exactly five minutes are 3 (vignette I2)."""
    assert (
        icans_grade_proposed(reader(MIND, fact("seizure", DAY, event="occurred", at="08:50", **seizure), ice_score="5"))
        == grade
    )


def test_a_seizure_counts_until_a_lower_grade_was_confirmed_after_it() -> None:
    seizure = fact("seizure", "2026-06-06", event="occurred", at="08:00")
    assert icans_grade_proposed(reader(MIND, seizure, fact("icans_grade", "2026-06-06", "3", at="09:00"))) == 3
    assert icans_grade_proposed(reader(MIND, seizure, fact("icans_grade", "2026-06-07", "0", at="09:00"))) == 0
    before = fact("seizure", "2026-05-06", event="occurred", at="08:00")
    assert icans_grade_proposed(reader(MIND, before)) == 0, "a seizure before the infusion is none of ICANS"


@pytest.mark.parametrize(
    ("finding", "grade"),
    [
        (fact("motor_deficit", DAY, "hemiparesis"), 4),
        (fact("motor_deficit", DAY, "hemiparesis", new_vs_baseline=False), 0),
        (fact("motor_deficit", DAY, "mild"), 0),
        (fact("icp_oedema", DAY, "focal"), 3),
        (fact("icp_oedema", DAY, "diffuse"), 4),
        (fact("icp_oedema", DAY, "focal", sign="papilloedema"), 4),
        (fact("icp_oedema", DAY, "focal", sign="none"), 3),
        (fact("new_neurological_sign", DAY, "tremor"), 0),
    ],
)
def test_weakness_and_oedema_grade_and_tremor_does_not(finding: Fact, grade: int) -> None:
    assert icans_grade_proposed(reader(MIND, finding)) == grade


def test_the_score_counts_against_the_own_baseline() -> None:
    """At the baseline no sign; below a baseline of 9 the raw score grades nothing (IA10)."""
    assert icans_grade_proposed(reader(MIND, ice_baseline="7", ice_score="7")) == 0
    assert icans_grade_proposed(reader(MIND, ice_baseline="9", ice_score="8")) == 1
    with pytest.raises(NotKnown):
        icans_grade_proposed(reader(MIND, ice_baseline="7", ice_score="5"))
    assert icans_grade_proposed(reader(MIND, ice_baseline="7", ice_score="5", consciousness_level="voice")) == AtLeast(
        2
    )


def test_missing_domains_leave_at_least_a_grade() -> None:
    assert icans_grade_proposed(reader(MIND, without="ice_score", consciousness_level="voice")) == AtLeast(2)
    assert icans_grade_proposed(reader(MIND, without="ice_score", consciousness_level="unarousable")) == 4
    assert icans_grade_proposed(reader({**MIND, "ice_score": "8"}, without="consciousness_level")) == 1
    assert icans_grade_proposed(reader({**MIND, "ice_score": "0"}, without="consciousness_level")) == AtLeast(3)
    assert icans_grade_proposed(reader({**MIND, "ice_score": "10"}, without="ice_baseline")) == 0
    with pytest.raises(NotKnown) as gap:
        icans_grade_proposed(reader(MIND, without="ice_score"))
    assert gap.value.code == "ice_score"
