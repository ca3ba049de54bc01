"""Which patients belong to which site, as a condition of a query."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, false, not_, true

from engine.store.accounts.schema import patient_site

MAIN = "main"
"""The site of patients of whom nothing else is said."""


def within(patient: ColumnElement[str], sites: frozenset[str] | None) -> ColumnElement[bool]:
    """That a patient belongs to one of these sites; always so where they are None."""
    if sites is None:
        return true()
    if not sites:
        return false()
    of_patient = patient_site.c.patient == patient
    if MAIN in sites:
        return not_(exists().where(of_patient, patient_site.c.site.not_in(sites)))
    return exists().where(of_patient, patient_site.c.site.in_(sites))
