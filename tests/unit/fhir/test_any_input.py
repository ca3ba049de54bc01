"""Whatever stands in a resource, the import ends with a report."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from service.fhir import import_resources
from tests.unit.fhir.building import (
    ATC,
    BY,
    LOINC,
    NOW,
    OURS,
    concept,
    engine,
    igg,
    observation,
    patient,
    quantity,
    resource,
)

JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=2), st.just("2026-02-30"), st.just("0001-01-01T00:00:00+14:00"),
)  # fmt: skip
SAMPLES: list[dict[str, Any]] = [
    igg(referenceRange=[{"high": quantity(16, "g/L")}], specimen={"display": "serum"}, interpretation=[concept(LOINC, "N")]),
    observation("85354-9", component=[{"code": concept(LOINC, "8480-6"), "valueQuantity": quantity(121, "mm[Hg]")}]),
    resource(
        "MedicationRequest", status="stopped", intent="order", authoredOn="2024-02-01", medicationCodeableConcept=concept(ATC, "L04AX01"),
        dosageInstruction=[{"timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}, "doseAndRate": [{"doseQuantity": quantity(50, "mg")}]}],
    ),
    resource("MedicationAdministration", status="completed", effectivePeriod={"start": "2025-12-01"}, medicationCodeableConcept=concept(ATC, "L01FA01"), dosage={"dose": quantity(1, "g")}),
    resource("Condition", code=concept(OURS, "diabetes"), recordedDate="2026-01-01", clinicalStatus=concept("x", "active")),
    resource("Procedure", status="completed", code=concept(OURS, "plasma_exchange"), performedPeriod={"start": "2026-02-14", "end": "2026-02-20"}),
    {"resourceType": "Immunization", "id": "1", "patient": {"reference": "Patient/p"}, "status": "completed", "occurrenceDateTime": "2025-10-01", "vaccineCode": {"text": "flu"}},
    patient(),
]  # fmt: skip


def paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where junk can be put."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(path for key, one in members for path in paths(one, (*here, key)))]


def replaced(value: Any, path: tuple[Any, ...], junk: Any) -> Any:
    result = copy.deepcopy(value)
    target = result
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = junk
    return result


@given(st.data())
def test_junk_anywhere_is_reported_and_never_raises(data: st.DataObject) -> None:
    on = engine()
    sample = data.draw(st.sampled_from(SAMPLES))
    path = data.draw(st.sampled_from([one for one in paths(sample) if one and one != ("resourceType",)]))
    broken = replaced(sample, path, data.draw(JUNK))
    report = import_resources(on, [patient("q"), patient(), broken], NOW, BY)
    again = import_resources(on, [patient("q"), patient(), broken], NOW, BY)
    assert again.changed == 0
    assert sum(report.resources.values()) == 3


@given(st.lists(st.one_of(JUNK, st.fixed_dictionaries({"resourceType": JUNK})), max_size=3))
def test_what_is_no_resource_at_all_is_reported(junk: list[Any]) -> None:
    report = import_resources(engine(), [*junk, patient()], NOW, BY)
    assert report.patients_created == 1
    assert len(report.problems) + sum(report.resources.values()) == len(junk) + 1
