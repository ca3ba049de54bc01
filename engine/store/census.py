"""How many enrolments are open in each stage and version of a pathway, and which: read for the pages of pathways.

The counts come from one index alone and cost what is open on the pathway. Patients of other sites are counted apart, by the
shorter list of those who belong to a site of their own, and subtracted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select

from engine.store.accounts.reach import MAIN, within
from engine.store.accounts.schema import patient_site
from engine.store.schema import enrolment, patient
from engine.store.session import answered


@dataclass(frozen=True, slots=True)
class Count:
    """Open enrolments of one pathway that are in one stage and run on one version."""

    pathway: str
    stage: str
    definition: str
    open: int


@dataclass(frozen=True, slots=True)
class Present:
    """One enrolment that is in a stage now."""

    patient: str
    zone: str
    id: str
    opened: datetime
    definition: str


_KEY = (enrolment.c.pathway, enrolment.c.stage, enrolment.c.definition)


def counts(engine: Engine, *, pathway: str = "", sites: frozenset[str] | None = None) -> list[Count]:
    """Open enrolments by pathway, stage and version, of the patients within reach. Raises StoreBusy."""
    query = select(*_KEY, func.count()).where(enrolment.c.closed.is_(None))
    if pathway:
        query = query.where(enrolment.c.pathway == pathway)
    found: dict[tuple[str, str, str], int] = {}
    with answered(), engine.connect() as connection:
        if sites is None or MAIN in sites:
            found = {(row[0], row[1], row[2]): row[3] for row in connection.execute(query.group_by(*_KEY))}
        if sites is not None:
            placed = query.join(patient_site, patient_site.c.patient == enrolment.c.patient)
            sign = -1 if MAIN in sites else 1
            where = patient_site.c.site.not_in(sites) if MAIN in sites else patient_site.c.site.in_(sites)
            for row in connection.execute(placed.where(where).group_by(*_KEY)):
                key = (row[0], row[1], row[2])
                found[key] = found.get(key, 0) + sign * row[3]
    return [Count(*key, number) for key, number in sorted(found.items()) if number]


def present(
    engine: Engine,
    pathway: str,
    stage: str,
    *,
    after: tuple[str, str] = ("", ""),
    limit: int = 50,
    sites: frozenset[str] | None = None,
) -> list[Present]:
    """Open enrolments in a stage in the order of (patient, id), after a place. Raises StoreBusy."""
    query = (
        select(enrolment.c.patient, patient.c.zone, enrolment.c.id, enrolment.c.opened, enrolment.c.definition)
        .select_from(enrolment.join(patient, patient.c.id == enrolment.c.patient))
        .where(enrolment.c.pathway == pathway, enrolment.c.stage == stage, enrolment.c.closed.is_(None))
        .where(enrolment.c.patient >= after[0], within(enrolment.c.patient, sites))
        .where((enrolment.c.patient > after[0]) | (enrolment.c.id > after[1]))
        .order_by(enrolment.c.patient, enrolment.c.id)
    )
    with answered(), engine.connect() as connection:
        return [Present(*row) for row in connection.execute(query.limit(limit))]
