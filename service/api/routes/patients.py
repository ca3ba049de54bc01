"""Patients: registering them by pseudonym, reading how they stand, putting them on pathways, reading their audit."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Response

from engine.model import Chart
from engine.ports import AuditEntry
from service.accounts.guard import Acting, Reach
from service.accounts.placing import Place
from service.accounts.rights import Right, needs
from service.api import asked
from service.api import schemas as s
from service.api.answers import CHANGING, DOCUMENTED, numbered, result
from service.api.conditional import IdempotencyKey, etag
from service.api.cursors import MOST, decode, encode
from service.api.doing import Doer, register
from service.api.language import Language
from service.api.parts import Counted, Parts
from service.api.shown import Shower
from service.api.strict_json import StrictRoute

router = APIRouter(prefix="/patients", tags=["patients"], route_class=StrictRoute, responses=DOCUMENTED)
Limit = Annotated[int, Query(ge=1, le=MOST)]
Cursor = Annotated[str | None, Query(max_length=600, description="`next` of the page before.")]


@router.post("", status_code=201, operation_id="createPatient", responses=CHANGING)
@needs(Right.REGISTER_PATIENT)
def create(
    parts: Parts, by: Acting, place: Place, response: Response, body: asked.NewPatient, key: IdempotencyKey = ""
) -> s.Patient:
    """Register a patient. The same Idempotency-Key gives the same patient."""
    patient = register(parts, by, place, body, key)
    response.headers["location"] = f"/api/v1/patients/{patient.id}"
    response.headers["etag"] = etag(patient.version)
    return patient


@router.get("", operation_id="listPatients")
@needs(Right.READ_PATIENT)
def listed(parts: Parts, sites: Reach, cursor: Cursor = None, limit: Limit = 50) -> s.PatientIds:
    """Ids of patients, a page at a time."""
    after = decode(cursor, str)[0] if cursor else ""
    found = parts.store.patients(after, limit + 1, sites)
    return s.PatientIds(items=found[:limit], next=encode(found[limit - 1]) if len(found) > limit else None)


@router.get("/{patient}", operation_id="readPatient")
@needs(Right.READ_PATIENT)
def read(parts: Parts, language: Language, response: Response, patient: str) -> s.PatientSummary:
    """How a patient stands: every enrolment with stage, holds, open tasks, messages and next event. ETag: version."""
    chart = parts.engine.chart(patient)
    response.headers["etag"] = etag(chart.patient.version)
    return Shower(parts, language).summary(chart)


@router.post("/{patient}/enrolments", status_code=201, operation_id="enrol", responses=CHANGING)
@needs(Right.ENROL)
def enrol(
    *, parts: Parts, metrics: Counted, by: Acting, language: Language, response: Response, patient: str, body: asked.NewEnrolment,
    key: IdempotencyKey = "",
) -> s.Result:  # fmt: skip
    """Put the patient on a pathway."""
    outcome = Doer(parts, metrics, by, patient, key).enrol(body)
    response.headers["location"] = f"/api/v1/enrolments/{outcome.enrolment}"
    return numbered(response, result(parts, patient, outcome, language))


@router.get("/{patient}/audit", operation_id="readAudit")
@needs(Right.READ_AUDIT)
def audit(parts: Parts, patient: str, cursor: Cursor = None, limit: Limit = 50) -> s.AuditPage:
    """What happened to a patient, in the order of writing, with the hash of each entry."""
    chart: Chart = parts.engine.chart(patient)
    after = decode(cursor, int)[0] if cursor else 0
    found = [one for one in parts.store.entries(chart.patient.id) if one.position > after]
    following = encode(found[limit - 1].position) if len(found) > limit else None
    return s.AuditPage(items=[_entry(one) for one in found[:limit]], next=following)


def _entry(one: AuditEntry) -> s.AuditItem:
    return s.AuditItem(
        chain=one.chain, number=one.number, position=one.position, enrolment=one.enrolment, event=one.event,
        actor=orjson.loads(one.actor), occurred=one.occurred, recorded=one.recorded, content=orjson.loads(one.content), hash=one.hash,
    )  # fmt: skip
