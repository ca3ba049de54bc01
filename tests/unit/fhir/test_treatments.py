"""Drugs, diagnoses, procedures and vaccines: what counts as taken, from when to when, and what is not taken for granted."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.fhir.building import ATC, OURS, concept, engine, facts, observation, only, quantity, resource, taken

ATTRIBUTE = "urn:careway:fhir:attribute:"


def drug(code: str, system: str = ATC) -> dict[str, Any]:
    return {"medicationCodeableConcept": concept(system, code)}


def daily(value: float, unit: str, times: int = 1) -> dict[str, Any]:
    repeat = {"frequency": times, "period": 1, "periodUnit": "d"}
    return {"timing": {"repeat": repeat}, "doseAndRate": [{"doseQuantity": quantity(value, unit)}]}


def test_an_administration_is_given_with_dose_and_route() -> None:
    on = engine()
    dosage = {"dose": quantity(1000, "mg"), "route": {"text": "静脉滴注"}}
    more = [{"url": ATTRIBUTE + "planned_next", "valueDate": "2026-06-01"}]
    taken(
        on,
        resource(
            "MedicationAdministration",
            status="completed",
            effectiveDateTime="2025-12-01",
            dosage=dosage,
            extension=more,
            **drug("L01FA01"),
        ),
    )
    fact = only(facts(on, "rituximab"))
    assert (fact.event, fact.attributes["dose"], fact.attributes["route"]) == ("given", Decimal(1000), "iv")
    assert str(fact.attributes["planned_next"]) == "2026-06-01"


def test_the_old_code_of_a_drug_means_the_same_drug() -> None:
    on = engine()
    taken(
        on, resource("MedicationAdministration", status="completed", effectiveDateTime="2025-12-01", **drug("L01XC02"))
    )
    assert only(facts(on)).code == "rituximab"


@pytest.mark.parametrize("status", ["not-done", "in-progress", "on-hold", "unknown", None])
def test_what_was_not_given_is_no_exposure(status: str | None) -> None:
    on = engine()
    report = taken(
        on, resource("MedicationAdministration", status=status, effectiveDateTime="2025-12-01", **drug("L01FA01"))
    )
    assert report.ok
    assert not facts(on)


@pytest.mark.parametrize(
    ("mg", "code"), [(1000, "methylprednisolone_pulse"), (500, "methylprednisolone_pulse"), (100, "methylprednisolone")]
)
def test_intravenous_methylprednisolone_from_500_mg_is_a_pulse(mg: int, code: str) -> None:
    on = engine()
    dosage = {"dose": quantity(mg, "mg"), "route": {"text": "IV"}}
    taken(
        on,
        resource(
            "MedicationAdministration",
            status="completed",
            effectiveDateTime="2026-02-06",
            dosage=dosage,
            **drug("H02AB04"),
        ),
    )
    assert only(facts(on)).code == code


def test_an_active_order_is_a_course_from_its_start_with_its_daily_dose() -> None:
    on = engine()
    taken(
        on,
        resource(
            "MedicationRequest", status="active", intent="order", authoredOn="2024-02-01T10:00:00+08:00",
            dosageInstruction=[daily(500, "mg", 2)], **drug("L04AA06"),
        ),
    )  # fmt: skip
    fact = only(facts(on, "mycophenolate"))
    assert (fact.event, fact.attributes["dose"], fact.attributes["dose_unit"]) == ("started", Decimal(1000), "mg/d")


@pytest.mark.parametrize(
    ("status", "intent"),
    [("draft", "order"), ("cancelled", "order"), ("active", "plan"), ("active", "proposal"), ("unknown", "order")],
)
def test_a_plan_is_not_taken(status: str, intent: str) -> None:
    on = engine()
    report = taken(
        on, resource("MedicationRequest", status=status, intent=intent, authoredOn="2024-02-01", **drug("L04AA06"))
    )
    assert report.kept_out == {f"order {status} ({intent})": 1}
    assert not facts(on)


def test_an_order_of_a_drug_that_is_only_given_singly_is_no_administration() -> None:
    on = engine()
    report = taken(
        on, resource("MedicationRequest", status="active", intent="order", authoredOn="2026-02-01", **drug("L04AG10"))
    )
    assert not facts(on)
    assert sum(report.kept_out.values()) == 1


@pytest.mark.parametrize("status", ["stopped", "completed", "on-hold"])
def test_an_ended_order_has_two_ends(status: str) -> None:
    on = engine()
    timing = {"timing": {"repeat": {"boundsPeriod": {"start": "2024-02-01", "end": "2025-06-01"}}}}
    taken(
        on, resource("MedicationRequest", status=status, intent="order", dosageInstruction=[timing], **drug("L04AX01"))
    )
    assert [(str(one.event), str(one.effective_day)) for one in facts(on, "azathioprine")] == [
        ("started", "2024-02-01"), ("stopped", "2025-06-01"),
    ]  # fmt: skip


def test_without_an_end_the_day_of_the_last_change_ends_it() -> None:
    on = engine()
    meta = {"lastUpdated": "2026-01-10T20:00:00Z"}
    taken(
        on,
        resource(
            "MedicationStatement",
            status="stopped",
            effectivePeriod={"start": "2024-02-01"},
            meta=meta,
            **drug("L04AX01"),
        ),
    )
    assert [str(one.effective_day) for one in facts(on, "azathioprine")] == ["2024-02-01", "2026-01-11"]


def test_an_end_without_any_date_is_said_and_not_made_up() -> None:
    on = engine()
    report = taken(
        on,
        resource("MedicationStatement", status="stopped", effectivePeriod={"start": "2024-02-01"}, **drug("L04AX01")),
    )
    assert report.kept_out == {"course ended without a date": 1}
    assert only(facts(on)).event == "started"


@pytest.mark.parametrize("code", ["J04AC01", "J04AB02"])
def test_isoniazid_and_rifampicin_are_no_preventive_treatment_until_a_person_says_so(code: str) -> None:
    on = engine()
    report = taken(
        on, resource("MedicationStatement", status="active", effectivePeriod={"start": "2026-01-01"}, **drug(code))
    )
    assert report.needs_confirmation == {f"{ATC}|{code}": 1}
    assert report.ok
    assert not facts(on)


def test_our_own_code_states_the_preventive_treatment() -> None:
    on = engine()
    more = [{"url": ATTRIBUTE + "drug", "valueString": "isoniazid"}]
    own = drug("tb_preventive_treatment", OURS)
    taken(
        on,
        resource(
            "MedicationStatement", status="active", effectivePeriod={"start": "2026-01-01"}, extension=more, **own
        ),
    )
    assert only(facts(on, "tb_preventive_treatment")).event == "started"


def test_a_medication_may_stand_beside_or_inside_the_resource() -> None:
    on = engine()
    beside = {"resourceType": "Medication", "id": "m1", "code": concept(ATC, "L04AA06")}
    inside = {"resourceType": "Medication", "id": "m2", "code": concept(ATC, "L04AX01")}
    when = {"status": "active", "effectivePeriod": {"start": "2025-01-01"}}
    report = taken(
        on, beside,
        resource("MedicationStatement", "a", medicationReference={"reference": "Medication/m1"}, **when),
        resource("MedicationStatement", "b", medicationReference={"reference": "#m2"}, contained=[inside], **when),
        resource("MedicationStatement", "c", medicationReference={"reference": "Medication/none"}, **when),
    )  # fmt: skip
    assert {one.code for one in facts(on)} == {"mycophenolate", "azathioprine"}
    assert [one.resource for one in report.problems] == ["MedicationStatement/c"]


def test_a_dose_that_cannot_be_read_is_left_out_and_said() -> None:
    on = engine()
    report = taken(
        on,
        resource(
            "MedicationStatement",
            status="active",
            effectivePeriod={"start": "2025-01-01"},
            dosage=[daily(2, "spoons")],
            **drug("L04AX01"),
        ),
    )
    assert "dose" not in only(facts(on)).attributes
    assert report.dose_left_out == {"azathioprine": 1}


# --- conditions, procedures, vaccines ---


def condition(code: str, **content: Any) -> dict[str, Any]:
    return resource("Condition", **{"code": concept(OURS, code), "recordedDate": "2026-02-20", **content})


def test_a_diagnosis_has_its_value_in_our_code_and_counts_from_its_onset() -> None:
    on = engine()
    taken(on, condition("diagnosis_nad:nmosd", onsetDateTime="2019-05-01"))
    fact = only(facts(on, "diagnosis_nad"))
    assert (fact.value, str(fact.effective_day)) == ("nmosd", "2019-05-01")


def test_a_yes_counts_from_its_last_confirmation_and_a_no_from_its_end() -> None:
    on = engine()
    gone = {"clinicalStatus": concept("x", "resolved"), "abatementDateTime": "2025-01-01", "id": "2"}
    taken(on, condition("diabetes", onsetDateTime="2001-01-01"), {**condition("aids"), **gone})
    assert [(one.code, one.value, str(one.effective_day)) for one in facts(on)] == [
        ("aids", False, "2025-01-01"), ("diabetes", True, "2026-02-20"),
    ]  # fmt: skip


def test_a_diagnosis_of_another_code_system_is_counted_since_no_map_was_checked() -> None:
    on = engine()
    report = taken(
        on, resource("Condition", code=concept("http://snomed.info/sct", "25044007"), recordedDate="2026-02-20")
    )
    assert report.unmapped == {"http://snomed.info/sct|25044007": 1}


def test_a_refuted_diagnosis_says_nothing() -> None:
    on = engine()
    taken(on, condition("diabetes", verificationStatus=concept("x", "refuted")))
    assert not facts(on)


def test_an_exchange_is_a_session_or_a_course() -> None:
    on = engine()
    session = resource(
        "Procedure",
        "s",
        status="completed",
        code=concept(OURS, "plasma_exchange"),
        performedDateTime="2026-02-14T10:00:00+08:00",
    )
    course = {"performedPeriod": {"start": "2026-02-14", "end": "2026-02-20"}}
    taken(on, session, resource("Procedure", "c", status="completed", code=concept(OURS, "plasma_exchange"), **course))
    assert sorted(str(one.event) for one in facts(on, "plasma_exchange")) == ["given", "started", "stopped"]


def test_a_vaccine_dose_tells_whether_it_is_live_only_where_that_is_said() -> None:
    on = engine()
    more = [{"url": ATTRIBUTE + "type", "valueCode": "inactivated"}]
    dose = {"status": "completed", "occurrenceDateTime": "2025-10-01", "vaccineCode": {"text": "流感疫苗"}}
    told = {"resourceType": "Immunization", "id": "1", "patient": {"reference": "Patient/p"}, **dose, "extension": more}
    taken(on, told, {**told, "id": "2", "extension": []})
    assert [one.attributes.get("type") for one in facts(on, "vaccination")] == ["inactivated", None]


def test_encounters_are_counted_and_other_types_named() -> None:
    on = engine()
    report = taken(
        on, resource("Encounter", status="finished"), resource("CarePlan"), observation("2465-3", valueString="9.8 g/L")
    )
    assert report.resources == {"Patient": 1, "Encounter": 1, "CarePlan": 1, "Observation": 1}
    assert report.kept_out == {"CarePlan is not imported": 1}
