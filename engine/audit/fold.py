"""The state as the audit tells it: applying every entry's changes in turn must give the stored records.

A difference means that something was written past the audit, or that the audit lost something.
"""

from __future__ import annotations

import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from engine.audit.completion import patient_state
from engine.codec import from_json
from engine.errors import NotFound
from engine.model import RECORDS, Chart, Patient
from engine.ports import AuditEntry


@dataclass(frozen=True, slots=True)
class Difference:
    """A record that is not the same in the store and in the fold; None where it is absent."""

    map: str
    id: str
    stored: Any
    folded: Any


RECORD_TYPES: dict[str, type] = {
    name: typing.get_args(hint)[1] for name, hint in typing.get_type_hints(Chart).items() if name in RECORDS
}
"""The record class of each map of a chart."""


def fold(entries: Iterable[AuditEntry]) -> Chart:
    """The chart that the entries of one patient describe, in the order of writing. Raises NotFound without a patient.

    The counters of the patient (`version`, `seq`) are not part of the audit and stay 0.
    """
    patients: dict[str, Any] = {}
    chart = Chart(Patient(""))
    for entry in entries:
        changes = orjson.loads(entry.content).get("changes", {})
        patients |= changes.pop("patient", {})
        apply_changes(chart, changes)
    for identity, state in patients.items():
        chart.patient = from_json(Patient, {**state, "id": identity, "version": 0, "seq": 0})
        return chart
    raise NotFound("The audit registers no patient.", place="audit")


def compare(stored: Chart, folded: Chart) -> list[Difference]:
    """What differs between the stored chart and the folded one; empty when the audit tells the whole state."""
    found = [item for name in RECORDS for item in _compare_maps(name, getattr(stored, name), getattr(folded, name))]
    before, after = patient_state(stored.patient), patient_state(folded.patient)
    return found if before == after else [Difference("patient", stored.patient.id, before, after), *found]


def apply_changes(chart: Chart, changes: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the states of changed records, as an entry lists them (`content["changes"]` without the patient), into a chart."""
    for name, records in changes.items():
        target = getattr(chart, name)
        for key, state in records.items():
            target[key] = from_json(RECORD_TYPES[name], state)


def _compare_maps(name: str, stored: dict[str, Any], folded: dict[str, Any]) -> list[Difference]:
    keys = [*stored, *(key for key in folded if key not in stored)]
    return [
        Difference(name, key, stored.get(key), folded.get(key)) for key in keys if stored.get(key) != folded.get(key)
    ]
