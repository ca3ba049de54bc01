"""The pages that register a patient and put a patient on a pathway, with what will follow before it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from engine.commands import Enrol
from engine.decide.decision import Decision
from engine.errors import CarewayError
from engine.model import Chart
from service.accounts.guard import Allowed, acting
from service.accounts.placing import Place
from service.accounts.rights import Right, needs
from service.accounts.sign_in_pages import access_of
from service.api import asked
from service.api.doing import Doer, register
from service.api.language import PageLanguage
from service.api.parts import Counted, Parts
from service.following import Following
from service.wiring import Careway
from service.worklist.acting.happened import last_of
from service.worklist.acting.reader import Reader, who_may
from service.worklist.acting.sending import NOTHING, Sent, Typed
from service.worklist.acting.told import Told, told, told_form
from service.worklist.rendering import page

router = APIRouter(include_in_schema=False)
REGISTRATION = "/registration"


@dataclass(frozen=True, slots=True)
class Offer:
    """A pathway on which the patient can be put."""

    id: str
    label: str
    running: bool


@router.get(REGISTRATION, response_class=HTMLResponse)
@needs(Right.REGISTER_PATIENT)
def registration(request: Request, parts: Parts, allowed: Allowed, place: Place) -> Response:
    """The form for a new patient."""
    return _registration(request, parts, allowed.roles, place.sites, NOTHING)


@router.post(REGISTRATION)
@needs(Right.REGISTER_PATIENT)
def registered(
    *, request: Request, parts: Parts, allowed: Allowed, place: Place, language: PageLanguage, typed: Sent
) -> Response:
    """Register, and go on to the pathways."""
    try:
        by = acting(request, parts, typed.one("as_role") or None)
        found = register(parts, by, place, _new_patient(typed), typed.one("key"))
    except ValidationError as error:
        return _registration(request, parts, allowed.roles, place.sites, typed, told_form(error, language))
    except CarewayError as error:
        return _registration(request, parts, allowed.roles, place.sites, typed, told(error, language))
    return RedirectResponse(f"{_enrolling(found.id)}?registered=1", 303)


@router.get("/patients/{patient}/enrol", response_class=HTMLResponse)
@needs(Right.READ_PATIENT)
def pathways(request: Request, parts: Parts, language: PageLanguage, patient: str) -> Response:
    """The pathways on which the patient can be put."""
    return _enrol(request, parts, patient, NOTHING, language)


@router.post("/patients/{patient}/enrol/preview", response_class=HTMLResponse)
@needs(Right.ENROL)
def preview(*, request: Request, parts: Parts, language: PageLanguage, typed: Sent, patient: str) -> Response:
    """What will follow; nothing is done."""
    command = Enrol(patient=patient, at=parts.clock.now(), pathway=typed.one("pathway"))
    try:
        decision = parts.engine.foresee(command)
    except CarewayError as error:
        return _enrol(request, parts, patient, typed, language, answer=told(error, language))
    return _enrol(request, parts, patient, typed, language, decision=decision)


@router.get("/patients/{patient}/enrol/preview")
@needs(Right.READ_PATIENT)
def back(patient: str) -> Response:
    """A preview cannot be kept as an address: it leads to the form."""
    return RedirectResponse(_enrolling(patient), 303)


@router.post("/patients/{patient}/enrol")
@needs(Right.ENROL)
def enrol(
    *, request: Request, parts: Parts, metrics: Counted, language: PageLanguage, typed: Sent, patient: str
) -> Response:
    """Put the patient on a pathway."""
    try:
        by = acting(request, parts, typed.one("as_role") or None)
        Doer(parts, metrics, by, patient, typed.one("key")).enrol(asked.NewEnrolment(pathway=typed.one("pathway")))
    except ValidationError as error:
        return _enrol(request, parts, patient, typed, language, answer=told_form(error, language))
    except CarewayError as error:
        return _enrol(request, parts, patient, typed, language, answer=told(error, language))
    position = last_of(parts, patient, by.name)
    return RedirectResponse(f"/patients/{quote(patient, safe='')}?happened={position}", 303)


def _enrolling(patient: str) -> str:
    return f"/patients/{quote(patient, safe='')}/enrol"


def _new_patient(typed: Typed) -> asked.NewPatient:
    content = {
        "id": typed.one("id") or None, "birth_date": typed.one("birth_date") or None, "sex": typed.one("sex"), "zone": typed.one("zone"),
        "site": typed.one("site"),
    }  # fmt: skip
    return asked.NewPatient.model_validate(content)


def _registration(
    request: Request, parts: Careway, roles: list[str], sites: frozenset[str], typed: Typed, answer: Told | None = None
) -> Response:
    known = access_of(request).store.sites()
    values = {
        "path": REGISTRATION, "typed": typed, "told": answer, "key": parts.ids.new("k"), "zone": parts.settings.timezone, "roles": roles,
        "sites": {site: known.get(site, site) for site in sorted(sites)},
    }  # fmt: skip
    return page(request, "acting/register.html", values, answer.status if answer else 200)


def _enrol(
    request: Request, parts: Careway, patient: str, typed: Typed, language: str, *, answer: Told | None = None,
    decision: Decision | None = None,
) -> Response:  # fmt: skip
    structlog.contextvars.bind_contextvars(patient=patient)
    chart, reader, place = parts.engine.chart(patient), Reader.of(request), _enrolling(patient)
    following = Following(parts, decision.chart, language) if decision else None
    values: dict[str, Any] = {
        "patient": chart.patient, "zone": chart.patient.zone, "place": place, "path": place, "typed": typed, "told": answer,
        "may_enrol": reader.may(Right.ENROL), "enrollers": who_may(Right.ENROL), "roles": reader.roles(Right.ENROL),
        "pathways": _offers(parts, chart, language), "key": parts.ids.new("k"), "foreseen": decision is not None,
        "chosen": parts.registry.labels.of("pathway", typed.one("pathway"), language),
        "groups": following.groups((one.enrolment, one.content) for one in decision.audit) if following and decision else [],
    }  # fmt: skip
    return page(request, "acting/enrol.html", values, answer.status if answer else 200)


def _offers(parts: Careway, chart: Chart, language: str) -> list[tuple[str, list[Offer]]]:
    """Treatments first, then what they share; a pathway that only another one opens is not offered."""
    running = {one.pathway for one in chart.enrolments.values() if one.open}
    found: dict[str, list[Offer]] = {"treatment": [], "shared": []}
    for name in parts.registry.ids():
        spec = parts.registry.latest(name).spec
        if spec.parent is None:
            offer = Offer(name, parts.registry.labels.of("pathway", name, language), name in running)
            found["shared" if spec.shared else "treatment"].append(offer)
    return [(heading, sorted(offers, key=lambda one: one.label)) for heading, offers in found.items() if offers]
