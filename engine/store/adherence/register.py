"""Reading and writing the register of deviations; a change and its audit entry are one transaction.

Deviations are recorded by the engine and never change. What people make of them stands beside: an assessment, which may
be revised until another person has signed it off, and not afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, func, insert, or_, select, true, tuple_, update

from engine.errors import Conflict, NotFound
from engine.model import AuditDraft
from engine.store import audit_log
from engine.store.adherence.schema import deviation_review
from engine.store.adherence.scope import Scope, in_period, of_enrolment
from engine.store.connect import Database
from engine.store.schema import deviation, enrolment, patient
from engine.store.session import answered

STATES = ("new", "assessed", "signed")
"""Life of an entry: nobody looked yet, assessed, signed off."""


@dataclass(frozen=True, slots=True)
class Review:
    """What people made of a deviation."""

    patient: str
    deviation: str
    version: int
    classification: str
    """`minor`, `major` or `critical`."""
    assessment: str
    corrective_action: str
    assessed: datetime
    assessed_by: str
    assessed_role: str
    signed: datetime | None = None
    signed_by: str = ""
    signed_role: str = ""
    shown: str = ""
    """SHA-256 of what the signer saw."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One deviation with its review; None where nobody looked yet."""

    patient: str
    zone: str
    enrolment: str
    pathway: str
    definition: str
    id: str
    code: str
    occurrence: str
    at: datetime
    detail: str
    review: Review | None

    @property
    def state(self) -> str:
        """One of `STATES`."""
        return STATES[0] if self.review is None else STATES[2] if self.review.signed else STATES[1]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are listed; empty texts ask for all."""

    scope: Scope
    code: str = ""
    state: str = ""
    classification: str = ""
    patient: str = ""


_REVIEW = tuple(deviation_review.c[one.name] for one in fields(Review))
_ENTRY = (
    deviation.c.patient, patient.c.zone, deviation.c.enrolment, enrolment.c.pathway, enrolment.c.definition,
    deviation.c.id, deviation.c.code, deviation.c.occurrence, deviation.c.at, deviation.c.detail,
)  # fmt: skip
_ALL = (
    deviation.join(enrolment, and_(enrolment.c.patient == deviation.c.patient, enrolment.c.id == deviation.c.enrolment))
    .join(patient, patient.c.id == deviation.c.patient)
    .outerjoin(
        deviation_review,
        and_(
            deviation_review.c.patient == deviation.c.patient,
            deviation_review.c.deviation == deviation.c.id,
        ),
    )
)
_STATE: dict[str, ColumnElement[bool]] = {
    "": true(),
    "new": deviation_review.c.version.is_(None),
    "assessed": and_(deviation_review.c.version.is_not(None), deviation_review.c.signed.is_(None)),
    "signed": deviation_review.c.signed.is_not(None),
}


def page(
    engine: Engine, wanted: Wanted, *, after: tuple[datetime, str, str] | None = None, limit: int = 50
) -> list[Entry]:
    """Entries of the period, the newest first, after a place (moment, patient, id). Raises StoreBusy."""
    key = (deviation.c.at, deviation.c.patient, deviation.c.id)
    query = _filtered(select(*_ENTRY, *_REVIEW), wanted).order_by(*(one.desc() for one in key)).limit(limit)
    if after is not None:
        earlier = and_(
            deviation.c.at == after[0], tuple_(deviation.c.patient, deviation.c.id) < tuple_(after[1], after[2])
        )
        query = query.where(deviation.c.at <= after[0], or_(deviation.c.at < after[0], earlier))
    with answered(), engine.connect() as connection:
        return [_entry(row) for row in connection.execute(query)]


def counts(engine: Engine, wanted: Wanted) -> dict[str, int]:
    """How many entries of the period each state has, whatever state is asked for. Raises StoreBusy."""
    found = {}
    with answered(), engine.connect() as connection:
        for state in STATES:
            query = _filtered(select(func.count()), replace(wanted, state=state))
            found[state] = connection.execute(query).scalar_one()
    return found


def find(engine: Engine, patient_id: str, id: str) -> Entry:
    """One entry. Raises NotFound, StoreBusy."""
    query = select(*_ENTRY, *_REVIEW).select_from(_ALL).where(deviation.c.patient == patient_id, deviation.c.id == id)
    with answered(), engine.connect() as connection:
        row = connection.execute(query).first()
    if row is None:
        raise NotFound(f"There is no deviation {id}.", place=id)
    return _entry(row)


def save(database: Database, review: Review, drafts: Sequence[AuditDraft], now: datetime) -> None:
    """Store a review that is one version later than what stands, with its audit entries. Raises Conflict, StoreBusy."""
    with answered(), database.writer.begin() as connection:
        if not _written(connection, review):
            raise Conflict(
                "Somebody else has written to this deviation meanwhile, or it is signed off.",
                place=review.deviation,
                remedy="Look at it again.",
            )
        audit_log.add(connection, drafts, now)


def _written(connection: Connection, review: Review) -> bool:
    values = asdict(review)
    row = deviation_review.c
    same = and_(row.patient == review.patient, row.deviation == review.deviation)
    if review.version == 1:
        if connection.execute(select(row.version).where(same)).first() is not None:
            return False
        connection.execute(insert(deviation_review), values)
        return True
    standing = and_(same, row.version == review.version - 1, row.signed.is_(None))
    return connection.execute(update(deviation_review).where(standing).values(values)).rowcount == 1


def _filtered(query: Select[Any], wanted: Wanted) -> Select[Any]:
    query = query.select_from(_ALL).where(of_enrolment(wanted.scope), in_period(deviation.c.at, wanted.scope))
    query = query.where(_STATE[wanted.state])
    if wanted.code:
        query = query.where(deviation.c.code == wanted.code)
    if wanted.classification:
        query = query.where(deviation_review.c.classification == wanted.classification)
    return query.where(deviation.c.patient == wanted.patient) if wanted.patient else query


def _entry(row: Any) -> Entry:
    width = len(_ENTRY)
    review = Review(*row[width:]) if row[width] is not None else None
    values: list[Any] = [*row[:width], review]
    return Entry(*values)
