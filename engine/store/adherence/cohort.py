"""Who belongs to a report: patients with the enrolments opened in the period, and the version of each patient."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, select

from engine.store.adherence.scope import Scope, in_period, of_enrolment
from engine.store.schema import enrolment, patient
from engine.store.session import answered


@dataclass(frozen=True, slots=True)
class Member:
    """A patient, and which of the enrolments count."""

    patient: str
    version: int
    """What was judged about the patient is good for this version."""
    enrolments: frozenset[str]


def members(engine: Engine, scope: Scope) -> list[Member]:
    """Patients in the order of their ids. Raises StoreBusy."""
    query = (
        select(enrolment.c.patient, patient.c.version, enrolment.c.id)
        .select_from(enrolment.join(patient, patient.c.id == enrolment.c.patient))
        .where(of_enrolment(scope), in_period(enrolment.c.opened, scope))
        .order_by(enrolment.c.patient, enrolment.c.id)
    )
    found: dict[str, tuple[int, list[str]]] = {}
    with answered(), engine.connect() as connection:
        for row in connection.execute(query):
            found.setdefault(row.patient, (row.version, []))[1].append(row.id)
    return [Member(name, version, frozenset(ids)) for name, (version, ids) in found.items()]
