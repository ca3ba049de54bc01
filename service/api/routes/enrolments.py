"""Enrolments and their actions: how one stands, what each action would lead to and why, and doing one on the version seen."""

from __future__ import annotations

from typing import Any

import structlog
from fastapi import APIRouter, Request, Response

from engine.model import Enrolment
from service.accounts.guard import Acting
from service.accounts.rights import Right, needs
from service.api import asked
from service.api import schemas as s
from service.api.answers import CHANGING, CONDITIONAL, DOCUMENTED, numbered, prospect, refused, result
from service.api.conditional import IdempotencyKey, SeenVersion, etag
from service.api.doing import Doer, previewed, with_shown
from service.api.explanations import explanation
from service.api.language import Language
from service.api.looking import Look
from service.api.parts import Counted, Parts
from service.api.shown import Shower
from service.api.strict_json import StrictRoute
from service.wiring import Careway

router = APIRouter(prefix="/enrolments/{enrolment}", tags=["enrolments"], route_class=StrictRoute, responses=DOCUMENTED)


@router.get("", operation_id="readEnrolment")
@needs(Right.READ_PATIENT)
def read(parts: Parts, language: Language, response: Response, enrolment: str) -> s.Enrolment:
    """Stage, holds, open tasks, messages and next event. The ETag is the version to send as If-Match."""
    chart = parts.engine.chart(_patient(parts, enrolment))
    one = chart.enrolments[enrolment]
    response.headers["etag"] = etag(one.version)
    return Shower(parts, language).enrolment(chart, one)


@router.get("/actions", operation_id="listActions")
@needs(Right.READ_PATIENT)
def actions(parts: Parts, language: Language, response: Response, enrolment: str) -> s.Actions:
    """Every action with what would happen now: accepted, accepted with warnings or refused, with every requirement."""
    look, one = _looking(parts, enrolment, language)
    response.headers["etag"] = etag(one.version)
    items = [prospect(found) for found in look.prospects(one)]
    return s.Actions(enrolment=one.id, version=one.version, items=items)


@router.post("/actions/{action}/preview", operation_id="previewAction")
@needs(Right.READ_PATIENT)
def preview(parts: Parts, language: Language, enrolment: str, action: str, body: asked.Considered) -> s.ActionProspect:
    """What an action with these parameters would lead to; changes nothing."""
    chart = parts.engine.chart(_patient(parts, enrolment))
    one = chart.enrolments[enrolment]
    found = previewed(parts, chart, one, action, body.parameters, language)
    return with_shown(one, found, body.parameters)


@router.post(
    "/actions/{action}", operation_id="performAction", response_model=s.Result, responses={**CHANGING, **CONDITIONAL}
)
@needs(Right.ACT)
def perform(
    *, parts: Parts, metrics: Counted, by: Acting, language: Language, request: Request, response: Response, enrolment: str, action: str,
    body: asked.Performed, seen: SeenVersion, key: IdempotencyKey = "",
) -> Any:  # fmt: skip
    """Do an action on the version that was seen. A medical refusal is a 409 with its reasons."""
    patient = _patient(parts, enrolment)
    one = parts.engine.chart(patient).enrolments[enrolment]
    outcome = Doer(parts, metrics, by, patient, key).perform(request, one, action, body, seen, language)
    answer = result(parts, patient, outcome, language)
    return numbered(response, answer) if outcome.accepted else refused(request, answer, language)


@router.get("/explanations/{action}", operation_id="explainAction")
@needs(Right.READ_PATIENT)
def explain(
    parts: Parts, language: Language, request: Request, response: Response, enrolment: str, action: str
) -> s.Explanation:
    """Why an action is or is not possible: what blocks, value, age, limit, statement, what is missing, earliest date.

    What the action asks for may stand in the query: `?planned_start=2026-01-12`.
    """
    look, one = _looking(parts, enrolment, language)
    given = dict(request.query_params)
    response.headers["content-language"] = language
    return explanation(look.explained(one, action, given), look.prospect(one, action, given))


def _looking(parts: Careway, enrolment: str, language: str) -> tuple[Look, Enrolment]:
    chart = parts.engine.chart(_patient(parts, enrolment))
    return Look(parts, chart, parts.clock.now(), language), chart.enrolments[enrolment]


def _patient(parts: Careway, enrolment: str) -> str:
    patient = parts.store.patient_of(enrolment)
    structlog.contextvars.bind_contextvars(enrolment=enrolment)
    return patient
