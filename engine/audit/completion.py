"""Puts the new state of every changed record into the audit, so that no change can be left out of it.

Whoever decides lists what happened; the states are added here, each to the chain that it belongs to: facts (and the
patient) to the patient's chain, everything else to its enrolment's. A chain that changes without an entry of its own
gets one that names the chain of the cause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from engine.codec import to_json
from engine.errors import AuthorError
from engine.model import RECORDS, AuditDraft, Changes, Chart, Patient

States = dict[str, dict[str, Any]]
"""By map of the chart, then by id, the JSON of the record."""


class UnauditedChange(AuthorError):
    """Records were to be saved without any audit entry."""

    code = "unaudited_change"


def complete(drafts: Sequence[AuditDraft], chart: Chart, changes: Changes, before: Patient | None) -> list[AuditDraft]:
    """The drafts with `content["changes"]` filled in; `before` is the patient as stored, None for a new one.

    Raises UnauditedChange when there are changes and no draft.
    """
    states = _states_by_chain(chart, changes, before)
    if states and not drafts:
        raise UnauditedChange("Records changed without an audit entry.", remedy="Hand over at least one AuditDraft.")
    completed = [_with_states(draft, states.pop(draft.chain, None)) for draft in drafts]
    completed += [_companion(drafts[0], chart, chain, rest) for chain, rest in states.items()]
    return completed


def patient_state(patient: Patient) -> dict[str, Any]:
    """What the audit keeps of a patient: no counters, no name."""
    state = to_json(patient)
    del state["version"], state["seq"]
    return state


def _states_by_chain(chart: Chart, changes: Changes, before: Patient | None) -> dict[str, States]:
    states: dict[str, States] = {}
    patient = chart.patient
    if before is None or _person(patient) != _person(before):
        states[patient.id] = {"patient": {patient.id: patient_state(patient)}}
    for name in RECORDS:
        records = getattr(chart, name)
        for key in getattr(changes, name):
            record = records[key]
            by_map = states.setdefault(_chain(name, record, patient.id), {})
            by_map.setdefault(name, {})[key] = to_json(record)
    return states


def _person(patient: Patient) -> tuple[object, ...]:
    return patient.birth_date, patient.sex, patient.zone


def _chain(name: str, record: Any, patient: str) -> str:
    if name == "facts":
        return patient
    return str(record.id if name == "enrolments" else record.enrolment)


def _with_states(draft: AuditDraft, states: States | None) -> AuditDraft:
    if states is None:
        return draft
    return replace(draft, content={**draft.content, "changes": states})


def _companion(cause: AuditDraft, chart: Chart, chain: str, states: States) -> AuditDraft:
    content = {"events": [], "cause": cause.chain, "changes": states}
    enrolment = chain if chain in chart.enrolments else None
    return replace(cause, chain=chain, enrolment=enrolment, content=content)
