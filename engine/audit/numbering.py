"""Versions of a patient and of enrolments: how each change numbers them, for the store and for whoever decides again."""

from __future__ import annotations

from dataclasses import replace

from engine.model import RECORDS, Changes, Chart


def numbered(chart: Chart, changes: Changes, stored: Chart) -> Chart:
    """A copy of the chart in which the patient and the changed enrolments bear the version that follows `stored`."""
    found = chart.copy()
    patient = replace(chart.patient, version=stored.patient.version)
    if patient != stored.patient or any(getattr(changes, name) for name in RECORDS):
        patient = replace(patient, version=stored.patient.version + 1)
    found.patient = patient
    for key in changes.enrolments:
        old = stored.enrolments.get(key)
        found.enrolments[key] = replace(found.enrolments[key], version=1 if old is None else old.version + 1)
    return found
