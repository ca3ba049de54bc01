"""Every record comes back from the tables, and from the audit, exactly as it was saved."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.audit.fold import RECORD_TYPES
from engine.model import Changes, TimerState
from engine.store import SqlStore
from tests.store.builders import NOW, draft, enrolment, forget, put, register, saved
from tests.store.strategies import records

FIXED: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "enrolments": {"ordinal": st.integers(1, 9), "parent": st.none(), "id": st.just("e2"), "pathway": st.just("other")},
    "facts": {"supersedes": st.none(), "comparator": st.sampled_from(["", "<", "<=", ">", ">="])},
}
numbers = count(1)


def consistent(record: Any) -> Any:
    """The record, made to obey the rules that the schema holds for its class."""
    match type(record).__name__:
        case "Task":
            return replace(record, closed=None if record.status == "open" else NOW)
        case "Timer":
            return replace(record, fired=NOW if record.state is TimerState.FIRED else None)
        case "Hold":
            return replace(record, released_by=record.released_by if record.released else "")
        case "Message":
            return replace(record, acknowledged_by=record.acknowledged_by if record.acknowledged else None)
    return record


@pytest.mark.parametrize("name", RECORD_TYPES)
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
def test_a_saved_record_is_read_as_it_was(store: SqlStore, name: str, data: st.DataObject) -> None:
    """From the tables and from the fold of the audit, for random records of each class."""
    fixed = {"enrolment": st.just("e1"), **FIXED.get(name, {})}
    cls = RECORD_TYPES[name]
    known = {key: strategy for key, strategy in fixed.items() if key in cls.__dataclass_fields__}  # type: ignore[attr-defined]
    record = consistent(data.draw(records(cls, **known)))
    patient = f"p{next(numbers)}"
    register(store, patient)
    live = saved(store, enrolment(), record, patient=patient)
    forget(store)
    assert getattr(store.read(patient), name)[record.id] == getattr(live, name)[record.id]
    assert store.read(patient) == live
    assert store.check_fold(patient) == []


def test_a_chart_is_loaded_in_the_order_in_which_it_grew(store: SqlStore) -> None:
    """Iteration over a map does not depend on whether the chart was in memory."""
    register(store)
    keys = ["e10", "e2", "e1"]
    for ordinal, key in enumerate(keys, 1):
        saved(store, enrolment(key, ordinal=ordinal))
    saved(store, enrolment("e2", ordinal=2, stage="ended"))
    forget(store)
    assert list(store.read("p1").enrolments) == keys


def test_a_patients_own_data_may_change(store: SqlStore) -> None:
    """Sex, birth date and zone are written, audited and read back."""
    register(store)
    with store.unit("p1") as unit:
        chart = unit.chart
        chart.patient = replace(chart.patient, zone="Europe/Berlin", seq=7)
        unit.save(chart, Changes(), [draft("p1", "patient:changed")], now=NOW)
    forget(store)
    patient = store.read("p1").patient
    assert (patient.zone, patient.seq, patient.version) == ("Europe/Berlin", 7, 1)
    assert store.check_fold("p1") == []


def test_records_of_two_patients_may_bear_the_same_id(store: SqlStore) -> None:
    """Ids are unique within a patient."""
    for patient in ("p1", "p2"):
        register(store, patient)
        with store.unit(patient) as unit:
            put(unit, enrolment(), event="enrolment:opened")
    assert list(store.read("p2").enrolments) == ["e1"]
