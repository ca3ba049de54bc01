"""The pages of emergencies: breaking the glass for one patient, and the list on which each case is reviewed."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from engine.errors import Conflict, InvalidCommand, NotFound
from engine.model import Person as Actor
from service.accounts.emergencies import CODES, SHORTEST, break_glass, breaking_role, review, waiting
from service.accounts.guard import Allowed
from service.accounts.rights import Right, needs
from service.accounts.sign_in_pages import access_of
from service.api.parts import Parts
from service.api.problems import Refusal
from service.worklist.rendering import page

router = APIRouter(include_in_schema=False)
Typed = Annotated[str, Form(max_length=1000)]


@router.get("/emergency")
@needs(Right.READ_PATIENT)
def form(request: Request, allowed: Allowed, patient: Annotated[str, Query(max_length=64)] = "") -> Response:
    """The question why. Raises Refusal 403 for who may not break the glass."""
    if not breaking_role(allowed.identity):
        raise Refusal(403, "role_missing", "Only clinicians may do this.", remedy="Call a physician on duty.")
    return _form(request, patient)


@router.post("/emergency")
@needs(Right.READ_PATIENT)
def open_patient(
    request: Request, allowed: Allowed, parts: Parts, patient: Typed = "", code: Typed = "", reason: Typed = ""
) -> Response:
    """Open the patient, on record."""
    try:
        break_glass(access_of(request), parts.store, allowed.identity, patient.strip(), code, reason)
    except NotFound:
        return _form(request, patient, code, reason, problem="unknown", status=404)
    except InvalidCommand:
        return _form(request, patient, code, reason, problem="reason", status=422)
    except Conflict:
        return _form(request, patient, code, reason, problem="twice", status=409)
    return RedirectResponse(f"/patients/{quote(patient.strip(), safe='')}", 303)


@router.get("/emergencies")
@needs(Right.REVIEW_EMERGENCIES)
def listed(request: Request, allowed: Allowed, parts: Parts) -> Response:
    """What is to be reviewed."""
    access = access_of(request)
    found = waiting(access, allowed.identity.sites(allowed.right))
    people = {one.person: access.store.person(one.person) for one in found}
    values = {
        "emergencies_to_review": found,
        "people": people,
        "zone": parts.settings.timezone,
        "reader": allowed.identity.person.id,
    }
    return page(request, "emergencies.html", values)


@router.post("/emergencies/{emergency}/review")
@needs(Right.REVIEW_EMERGENCIES)
def reviewed(request: Request, allowed: Allowed, emergency: str) -> Response:
    """Say that one was looked into."""
    identity = allowed.identity
    review(access_of(request), emergency, identity.sites(allowed.right), Actor(allowed.roles[0], identity.person.id))
    return RedirectResponse("/emergencies", 303)


def _form(
    request: Request, patient: str, code: str = "", reason: str = "", *, problem: str = "", status: int = 200
) -> Response:
    values = {
        "path": "/emergency", "patient": patient, "code": code, "codes": CODES, "reason": reason, "problem": problem, "shortest": SHORTEST,
    }  # fmt: skip
    return page(request, "emergency.html", values, status)
