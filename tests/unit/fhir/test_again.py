"""Importing again changes nothing; what was corrected or voided at its source is looked at anew."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.commands import Enrol
from engine.model import FactStatus
from tests.unit.fhir.building import (
    ATC,
    BY,
    NOW,
    OURS,
    bundle,
    concept,
    engine,
    facts,
    igg,
    imported,
    observation,
    only,
    patient,
    quantity,
    resource,
    taken,
    written,
)  # fmt: skip

LOW, HIGH = {"versionId": "1"}, {"versionId": "2"}


def test_importing_again_changes_nothing(tmp_path: Path) -> None:
    on = engine()
    course: dict[str, Any] = {"status": "stopped", "effectivePeriod": {"start": "2024-02-01", "end": "2025-02-01"}}
    file = written(
        tmp_path / "a.json",
        bundle(
            patient(),
            igg(),
            resource("MedicationStatement", medicationCodeableConcept=concept(ATC, "L04AX01"), **course),
        ),
    )
    first = imported(on, file)
    before = on.chart("P000001")
    second = imported(on, file)
    assert (first.changed, second.changed, second.unchanged) == (3, 0, 3)
    assert on.chart("P000001") == before


def test_an_amended_result_of_the_same_resource_corrects_the_fact() -> None:
    on = engine()
    taken(on, igg(9.8, meta=LOW))
    report = taken(on, igg(4.2, meta=HIGH, status="amended"))
    fact = only(facts(on, "igg"))
    assert (fact.value, fact.status) == (Decimal("4.2"), FactStatus.AMENDED)
    assert report.corrected == {"igg": 1}
    assert len(on.chart("P000001").facts) == 2


def test_a_final_result_replaces_the_preliminary_one() -> None:
    on = engine()
    taken(on, igg(9.8, status="preliminary", meta=LOW))
    taken(on, igg(9.8, status="final", meta=HIGH))
    assert only(facts(on, "igg")).status is FactStatus.FINAL


def test_a_result_entered_in_error_counts_as_never_recorded_and_stays_so() -> None:
    on = engine()
    taken(on, igg(9.8, meta=LOW))
    wrong = igg(9.8, meta=HIGH, status="entered-in-error")
    assert taken(on, wrong).retracted == {"igg": 1}
    assert not facts(on)
    assert taken(on, wrong).changed == 0
    assert taken(on, igg(9.8, meta=LOW)).changed == 0
    assert not facts(on)


def test_what_was_never_recorded_need_not_be_voided() -> None:
    on = engine()
    report = taken(on, igg(status="entered-in-error"))
    assert report.changed == 0
    assert report.kept_out == {"status entered-in-error": 1}


def test_an_older_version_that_comes_later_changes_nothing() -> None:
    on = engine()
    taken(on, igg(4.2, meta=HIGH, status="amended"))
    report = taken(on, igg(9.8, meta=LOW))
    assert only(facts(on, "igg")).value == Decimal("4.2")
    assert report.kept_out == {"older version": 1}


def test_versions_in_one_file_are_taken_in_their_order() -> None:
    on = engine()
    report = taken(on, igg(4.2, meta=HIGH, status="corrected"), igg(9.8, meta=LOW))
    assert only(facts(on, "igg")).value == Decimal("4.2")
    assert (report.recorded, report.corrected) == ({"igg": 1}, {"igg": 1})


def test_without_a_version_the_content_tells_whether_something_changed() -> None:
    on = engine()
    taken(on, igg(9.8))
    assert taken(on, igg(9.8)).changed == 0
    assert taken(on, igg(9.6)).corrected == {"igg": 1}


def test_a_new_version_that_says_the_same_writes_nothing() -> None:
    on = engine()
    taken(on, igg(9.8, meta=LOW))
    assert taken(on, igg(9.8, meta=HIGH)).changed == 0


def test_another_time_is_another_fact_so_the_old_one_is_voided() -> None:
    on = engine()
    taken(on, igg(9.8, meta=LOW))
    report = taken(on, igg(9.8, meta=HIGH, effectiveDateTime="2026-01-15"))
    assert str(only(facts(on, "igg")).effective_day) == "2026-01-15"
    assert (report.retracted, report.recorded) == ({"igg": 1}, {"igg": 1})


def test_a_course_that_ends_in_a_later_version_gets_its_end() -> None:
    on = engine()
    running: dict[str, Any] = {
        "effectivePeriod": {"start": "2024-02-01"},
        "medicationCodeableConcept": concept(ATC, "L04AX01"),
    }
    taken(on, resource("MedicationStatement", status="active", meta=LOW, **running))
    ended = {**running, "effectivePeriod": {"start": "2024-02-01", "end": "2026-01-01"}}
    report = taken(on, resource("MedicationStatement", status="stopped", meta=HIGH, **ended))
    assert report.recorded == {"azathioprine": 1}
    assert [str(one.event) for one in facts(on, "azathioprine")] == ["started", "stopped"]


def test_a_code_that_no_longer_means_a_fact_voids_what_it_said() -> None:
    on = engine()
    taken(on, igg(9.8, meta=LOW))
    taken(on, observation("99999-9", "igg", valueQuantity=quantity(9.8, "g/L"), meta=HIGH))
    assert not facts(on)


def test_a_broken_new_version_leaves_what_stands() -> None:
    on = engine()
    taken(on, igg(9.8, meta=LOW))
    report = taken(on, igg(9800, meta=HIGH, status="amended"))
    assert only(facts(on, "igg")).value == Decimal("9.8")
    assert report.problems[0].code == "implausible"


def test_a_correction_makes_the_engine_look_again() -> None:
    on = engine()
    taken(on)
    on.execute(Enrol(patient="P000001", at=NOW, by=BY, pathway="toy"))
    found = {"valueCodeableConcept": concept(OURS, "active_infection:active_uncontrolled"), "meta": LOW}
    taken(on, observation("active_infection", "i", OURS, **found))
    assert [one.code for one in on.chart("P000001").holds.values() if one.released is None] == ["infection"]
    better = {"valueCodeableConcept": concept(OURS, "active_infection:none"), "meta": HIGH, "status": "corrected"}
    taken(on, observation("active_infection", "i", OURS, **better))
    assert not [one for one in on.chart("P000001").holds.values() if one.released is None]


def test_facts_are_recorded_in_order_of_their_effective_time() -> None:
    on = engine()
    later = igg(9.8, "a", effectiveDateTime="2026-02-10")
    timed = igg(9.7, "b", effectiveDateTime="2026-02-01T08:00:00+08:00")
    taken(on, later, timed, igg(9.6, "c", effectiveDateTime="2025-12-31T23:00:00Z"))
    assert [str(one.value) for one in sorted(facts(on), key=lambda one: one.seq)] == ["9.6", "9.7", "9.8"]
