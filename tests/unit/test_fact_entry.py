"""Entering a fact: what is accepted becomes canonical, everything else is refused with reason and remedy."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalogue import REASONS
from engine.errors import InvalidFact
from engine.model import FactStatus, Person
from tests.unit.entering import CATALOGUE, NOW, enter, refusal

D = Decimal


def test_a_fact_bears_its_two_times_and_what_was_reported() -> None:
    fact = enter("igg", {"value": "510 mg/dL", "effective": "2026-01-01"}, source="fhir:Observation/1")
    assert (fact.id, fact.code, fact.seq, fact.value) == ("f7", "igg", 7, D("5.10"))
    assert (fact.effective, fact.effective_day, fact.timed) == (
        datetime(2025, 12, 31, 16, tzinfo=UTC),
        date(2026, 1, 1),
        False,
    )
    assert (fact.recorded, fact.recorder, fact.source) == (NOW, Person("nurse"), "fhir:Observation/1")
    assert (fact.as_reported, fact.status) == ("510 mg/dL", FactStatus.FINAL)


def test_without_an_effective_time_a_fact_is_effective_now() -> None:
    fact = enter("igg", "4.2 g/L")
    assert (fact.effective, fact.effective_day, fact.timed) == (NOW, date(2026, 1, 5), True)


def test_an_effective_time_is_local_to_the_site() -> None:
    fact = enter("igg", {"value": "4.2 g/L", "effective": "2026-01-05 08:30"})
    assert (fact.effective, fact.timed) == (datetime(2026, 1, 5, 0, 30, tzinfo=UTC), True)
    assert enter("igg", "4.2 g/L", effective=date(2026, 1, 4)).effective_day == date(2026, 1, 4)


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("igg", "4.2 g/L", "4.2"),
        ("igg", "420 mg/dL", "4.2"),
        ("igg", {"value": 4.2, "unit": "g/L"}, "4.2"),
        ("igg", "４．２ g/L", "4.2"),
        ("igg", "4.2 克/升", "4.2"),
        ("neutrophil_count", "1.9 ×10⁹/L", "1.9"),
        ("neutrophil_count", "1900 /uL", "1.9"),
        ("hbv_dna", "3 log10 IU/mL", "1000"),
        ("total_bilirubin", "1 mg/dL", "17.1"),
        ("creatinine", "0.7 mg/dL", "61.88"),
        ("body_temperature", "99.5 °F", "37.5"),
        ("antibody_titre_serum", "1:320", "320"),
        ("mrs", 5, "5"),
        ("edss", 6.5, "6.5"),
        ("mrs", "3 points", "3"),
        ("spo2", "0.97 1", "97"),
        ("egfr", "90 mL/min", "90"),
        ("spasm_frequency", "14 /wk", "2"),
        ("esr", "12 mm/h", "12"),
        ("bmi", "22 kg/m2", "22"),
        ("inr", "1.1", "1.1"),
    ],
)
def test_quantities_are_converted_exactly_into_the_unit_of_the_fact(name: str, raw: Any, value: str) -> None:
    assert enter(name, raw).value == D(value)


@given(st.decimals(min_value=D("0.01"), max_value=100, places=2))
def test_the_unit_of_a_report_does_not_change_the_fact(value: Decimal) -> None:
    """Entered in g/L, mg/dL or mg/L, the stored IgG is the same."""
    stored = {
        enter("igg", f"{value * factor} {unit}").value for unit, factor in (("g/L", 1), ("mg/dL", 100), ("mg/L", 1000))
    }
    assert stored == {value}


@pytest.mark.parametrize(
    ("raw", "value", "comparator", "detection"),
    [
        ("< 10 IU/mL, target detected", "10", "<", "detected_below_quantification"),
        ("＜１０ IU/mL，检出", "10", "<", "detected_below_quantification"),
        ("<20 IU/mL, target not detected", "20", "<", "not_detected"),
        ("< 20 IU/mL", "20", "<", None),
        ("> 170000000 IU/mL", "170000000", ">", None),
        ("≤20 IU/mL", "20", "<=", None),
        ("小于20 IU/mL", "20", "<", None),
        ("35 IU/mL 检出", "35", "", "detected"),
        ("未检出", "0", "", "not_detected"),
        ("not detected", "0", "", "not_detected"),
        ("TND", "0", "", "not_detected"),
        ("detected", "0", ">", "detected"),
    ],
)
def test_detection_limits_keep_their_meaning(raw: str, value: str, comparator: str, detection: str | None) -> None:
    fact = enter("hbv_dna", raw)
    assert (fact.value, fact.comparator, fact.attributes.get("detection")) == (D(value), comparator, detection)


def test_a_stated_comparator_and_detection_are_kept_letter_for_letter() -> None:
    fact = enter(
        "hbv_dna",
        {"value": "10 IU/mL", "comparator": "<", "detection": "detected", "lower_limit": "20", "method": "PCR"},
    )
    assert fact.comparator == "<"
    assert fact.attributes == {"detection": "detected", "lower_limit": D(20), "method": "PCR"}
    assert refusal("hbv_dna", {"value": "< 10 IU/mL", "comparator": ">"}).details["reason"] == "contradiction"
    assert refusal("hbv_dna", {"value": "35 IU/mL", "detection": "not_detected"}).details["reason"] == "contradiction"


def test_laboratory_limits_are_in_the_unit_of_the_value() -> None:
    assert enter("alt", {"value": "22 U/L", "uln": "40"}).attributes == {"uln": D(40)}
    assert enter("alt", {"value": "22 U/L", "uln": "40 U/L"}).attributes == {"uln": D(40)}
    assert enter("alt", {"value": "0.5 ukat/L", "uln": 0.7}).attributes == {"uln": D("42.0")}


def test_units_of_separate_series_are_kept_apart() -> None:
    fact = enter("cmv_dna", "500 copies/mL")
    assert (fact.value, fact.attributes) == (D(500), {"unit": "{copies}/mL"})
    assert enter("car_t_expansion", {"value": "12 %", "method": "flow_percent_cd3"}).attributes == {
        "unit": "%",
        "method": "flow_percent_cd3",
    }


@pytest.mark.parametrize(
    ("name", "raw", "reason"),
    [
        ("igg", "4.2", "missing_unit"),
        ("igg", 4.2, "missing_unit"),
        ("igg", "3-4 g/L", "range"),
        ("mrs", "3-4", "range"),
        ("igg", "4.2–5 g/L", "range"),
        ("igg", "4.2 quux", "unknown_unit"),
        ("igg", "low", "not_a_number"),
        ("igg", True, "not_a_number"),
        ("igg", "30 umol/L", "wrong_unit"),
        ("cmv_dna", "30 mg/L", "wrong_unit"),
        ("igg", "420 g/L", "implausible"),
        ("mrs", 7, "implausible"),
        ("mrs", "2.5", "implausible"),
        ("edss", "6.3", "implausible"),
        ("hbv_dna", "40 log10 IU/mL", "implausible"),
        ("hbsag", "maybe", "unknown_code"),
        ("hbsag", "弱阳性", "unknown_code"),
        ("diabetes", "perhaps", "unknown_code"),
        ("hbsag", None, "missing_value"),
        ("hbsag", ["positive"], "missing_value"),
        ("hbsag", {"value": ["positive"]}, "bad_value"),
        ("hbsag", {"value": "positive", "unit": "IU/mL"}, "unknown_attribute"),
        ("hbsag", {"value": "positive", "colour": "red"}, "unknown_attribute"),
        ("hbsag", {"value": "positive", "status": "entered_in_error"}, "unknown_code"),
        ("hbsag", {"event": "given"}, "missing_value"),
        ("cytokine_panel", "", "bad_value"),
        ("birth_date", "1980-02-30", "bad_date"),
        ("birth_date", "2027-01-01", "future"),
        ("observation_end", "2026-01-05", "bad_date"),
        ("igg", {"value": "4.2 g/L", "effective": "2026-01-06"}, "future"),
        ("igg", {"value": "4.2 g/L", "effective": "2026-01-05 09:01"}, "future"),
        ("igg", {"value": "4.2 g/L", "effective": "yesterday"}, "bad_date"),
        ("alt", {"value": "22 U/L", "uln": "40 g"}, "wrong_unit"),
        ("alt", {"value": "22 U/L", "uln": None}, "missing_value"),
        ("rituximab", {"dose": "1000 mg"}, "missing_event"),
        ("rituximab", {"event": "taken"}, "unknown_code"),
        ("rituximab", {"event": "given", "value": "1000 mg"}, "bad_value"),
        ("rituximab", {"event": "given", "dose": "1000"}, "missing_unit"),
        ("rituximab", {"event": "given", "dose": "-5 mg"}, "implausible"),
        ("rituximab", {"event": "given", "dose": "500-1000 mg"}, "range"),
        ("rituximab", {"event": "given", "dose": "5 quux"}, "unknown_unit"),
        ("rituximab", {"event": "given", "dose_numbr": 2}, "unknown_attribute"),
        ("rituximab", {"event": "given", "dose_number": "two"}, "not_a_number"),
        ("rituximab", {"event": "given", "dose_number": 1.5}, "not_a_number"),
        ("rituximab", {"event": "given", "route": "nasal"}, "unknown_code"),
        ("mycophenolate", {"event": "given"}, "unknown_code"),
        ("other_drug", {"event": "given", "classes": ["zzz"]}, "unknown_code"),
        ("infusion_reaction", {"event": "occurred", "drug": "zzz"}, "unknown_code"),
        ("informed_consent", {"event": "occurred", "topics": ["zzz"]}, "unknown_code"),
        ("ice_score", {"value": 7, "orientation": 5}, "implausible"),
        ("lymphodepletion", {"event": "started", "dose_mg_m2": "30"}, "bad_value"),
        ("surgery", {"event": "occurred", "procedure": {"a": 1}}, "bad_value"),
        ("jcv_antibody", {"value": "positive", "index": True}, "not_a_number"),
        ("jcv_antibody", {"value": "positive", "index": "NaN"}, "not_a_number"),
    ],
)
def test_a_bad_entry_is_refused_with_its_reason(name: str, raw: Any, reason: str) -> None:
    error = refusal(name, raw)
    assert error.details["reason"] == reason
    assert error.place.startswith(name)
    assert error.details["fact"] == name


def test_a_refusal_names_the_nearest_known_name() -> None:
    assert refusal("haemoglobine", "98 g/L").details["nearest"] == "haemoglobin"
    assert refusal("igq", "4.2 g/L").details["reason"] == "unknown_fact"
    assert refusal("hbsag", "positiv").details["nearest"] == "positive"
    error = refusal("rituximab", {"event": "given", "dose_numbr": 2})
    assert (error.place, error.details["nearest"]) == ("rituximab.dose_numbr", "dose_number")
    assert refusal("easix", "4").message == "easix is computed from facts"


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("hbsag", "positive", "positive"),
        ("hbsag", "Positive", "positive"),
        ("hbsag", "pos", "positive"),
        ("hbsag", "阳性", "positive"),
        ("hbsag", "阳性(+)", "positive"),
        ("hbsag", "阴性（-）", "negative"),
        ("hbsag", "＋", "positive"),
        ("hbsag", "不确定", "indeterminate"),
        ("hbsag", "可疑", "indeterminate"),
        ("csf_jcv_pcr", "未检出", "not_detected"),
        ("csf_jcv_pcr", "阴性", "not_detected"),
        ("csf_jcv_pcr", "待回报", "pending"),
        ("tb_status", "negative", "none"),
        ("tb_status", "阴性", "none"),
        ("tb_status", "潜伏感染", "latent"),
        ("active_infection", True, "active_uncontrolled"),
        ("active_infection", "no", "none"),
        ("lactation", "true", "lactating"),
        ("infection_excluded", False, "not_excluded"),
        ("pregnancy_status", "阴性", "not_pregnant"),
        ("neural_antibody", "nmdar", "NMDAR"),
        ("sex", "女", "female"),
        ("diabetes", "yes", True),
        ("diabetes", False, False),
        ("diabetes", "是", True),
        ("diabetes", "无", False),
        ("birth_date", "1980-03-01", date(1980, 3, 1)),
        ("birth_date", date(1980, 3, 1), date(1980, 3, 1)),
        ("observation_end", "2026-01-05 08:00", datetime(2026, 1, 5, 0, 0, tzinfo=UTC)),
        ("cytokine_panel", " IL-6 unchanged ", "IL-6 unchanged"),
    ],
)
def test_codes_answers_dates_and_texts_are_read_in_english_and_chinese(name: str, raw: Any, value: object) -> None:
    assert enter(name, raw).value == value


def test_a_date_known_to_the_month_says_so() -> None:
    fact = enter("symptom_onset_date", "2025-11")
    assert (fact.value, fact.attributes) == (date(2025, 11, 1), {"date_precision": "month"})


def test_an_alias_is_stored_under_its_id_with_what_it_implies() -> None:
    fact = enter("sao2", "97 %")
    assert (fact.code, fact.attributes) == ("spo2", {"method": "arterial_gas"})
    assert enter("infection_excluded_csf", True).attributes == {"specimen": "csf"}
    assert enter("infusion_event", "given", pathway="car_t").code == "car_t_infusion"


def test_a_preliminary_result_says_so() -> None:
    assert enter("igg", {"value": "4.2 g/L", "status": "preliminary"}).status is FactStatus.PRELIMINARY


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "event", "dose", "uln", "effective", "zzz"]), inner, max_size=4)
    ),
    max_leaves=6,
)


@given(st.sampled_from(sorted(CATALOGUE.facts)), ANYTHING)
def test_whatever_is_entered_is_either_accepted_or_refused_in_words(name: str, raw: Any) -> None:
    reason, effective = "", NOW
    try:
        effective = enter(name, raw).effective
    except InvalidFact as error:
        reason = error.details["reason"]
    assert effective <= NOW
    assert reason in ("", *REASONS)
