"""The pages of actions: look at one, say what it asks for, see what will follow, and do it, signed where it takes a signature."""

from __future__ import annotations

from urllib.parse import quote

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from engine.commands import Outcome
from engine.errors import CarewayError, Conflict
from service.accounts.guard import acting
from service.accounts.rights import Right, needs
from service.api.doing import Doer, enrolment_of
from service.api.language import PageLanguage
from service.api.metrics import Metrics
from service.api.parts import Counted, Parts
from service.api.problems import Refusal
from service.api.signed import accepted_before, done_before
from service.wiring import Careway
from service.worklist.acting.action import ActionPage, unacknowledged
from service.worklist.acting.happened import last_of
from service.worklist.acting.reader import Reader
from service.worklist.acting.sending import NOTHING, Sent, Typed
from service.worklist.acting.signatures import performed
from service.worklist.acting.told import Told, told, told_form, told_refusal
from service.worklist.rendering import page

PLACE = "/patients/{patient}/enrolments/{enrolment}/actions/{action}"
router = APIRouter(include_in_schema=False)


def address(patient: str, enrolment: str, action: str) -> str:
    """Where an action is done."""
    return (
        f"/patients/{quote(patient, safe='')}/enrolments/{quote(enrolment, safe='')}/actions/{quote(action, safe='')}"
    )


@router.get(PLACE, response_class=HTMLResponse)
@needs(Right.READ_PATIENT)
def look(request: Request, parts: Parts, language: PageLanguage, patient: str, enrolment: str, action: str) -> Response:
    """The action as it stands. Where it asks for nothing, what will follow stands there at once."""
    view = _view(parts, patient, enrolment, action, language)
    return _shown(request, view, patient, NOTHING, ready=not view.rule.asks)


@router.post(f"{PLACE}/preview", response_class=HTMLResponse)
@needs(Right.READ_PATIENT)
def preview(
    *, request: Request, parts: Parts, language: PageLanguage, typed: Sent, patient: str, enrolment: str, action: str
) -> Response:
    """What will follow, with what was typed; nothing is done."""
    return _shown(request, _view(parts, patient, enrolment, action, language), patient, typed, ready=True)


@router.get(f"{PLACE}/preview")
@needs(Right.READ_PATIENT)
def back(patient: str, enrolment: str, action: str) -> Response:
    """A preview cannot be kept as an address: it leads to the form."""
    return RedirectResponse(address(patient, enrolment, action), 303)


@router.post(PLACE)
@needs(Right.ACT)
def perform(
    *, request: Request, parts: Parts, metrics: Counted, language: PageLanguage, typed: Sent, patient: str, enrolment: str, action: str
) -> Response:  # fmt: skip
    """Do it. A refusal shows the page as it stands now, with everything that was typed but passwords."""
    view = _view(parts, patient, enrolment, action, language)
    try:
        outcome = _done(request, parts, metrics, view, patient, typed, language)
        answer = told_refusal(outcome, language) if not outcome.accepted else None
    except ValidationError as error:
        answer = told_form(error, language)
    except CarewayError as error:
        if accepted_before(parts, view.one, typed.one("key")):  # The same form, sent twice at once.
            return _happened(request, parts, patient)
        answer = told(error, language)
    if answer is None:
        return _happened(request, parts, patient)
    fresh = _view(parts, patient, enrolment, action, language)
    return _shown(request, fresh, patient, typed, ready=True, answer=answer)


def _done(
    request: Request, parts: Careway, metrics: Metrics, view: ActionPage, patient: str, typed: Typed, language: str
) -> Outcome:
    """Carry it out as the API does; before that, what was shown has to be what stands, and its warnings acknowledged."""
    body = performed(typed, view.given(typed))
    by = acting(request, parts, typed.one("as_role") or None)
    key, seen = typed.one("key"), typed.number("seen")
    if not done_before(parts, view.one, key):
        _require_current(view, typed, seen)
    return Doer(parts, metrics, by, patient, key).perform(request, view.one, view.action, body, seen, language)


def _require_current(view: ActionPage, typed: Typed, seen: int) -> None:
    """Raises Conflict where the enrolment changed, Refusal where something else of what was shown did, or a warning is not acknowledged."""
    if seen != view.one.version:
        raise Conflict("The enrolment changed meanwhile.", remedy="Look at it again.", version=view.one.version)
    found = view.judged(typed, ready=True)
    if view.shown(found) != typed.one("shown"):
        raise Refusal(409, "shown_differs", "What you saw is not what stands now.", remedy="Look at it again.")
    if missing := unacknowledged(found, typed):
        raise Refusal(422, "warning_not_acknowledged", "A warning is not acknowledged.", warnings=missing)


def _view(parts: Careway, patient: str, enrolment: str, action: str, language: str) -> ActionPage:
    structlog.contextvars.bind_contextvars(patient=patient, enrolment=enrolment)
    chart = parts.engine.chart(patient)
    return ActionPage(parts, chart, enrolment_of(chart, enrolment), action, language)


def _shown(
    request: Request, view: ActionPage, patient: str, typed: Typed, *, ready: bool, answer: Told | None = None
) -> Response:
    values = view.values(Reader.of(request), typed, ready=ready, answer=answer)
    place = address(patient, view.one.id, view.action)
    said = values["told"]
    return page(request, "acting/action.html", {**values, "path": place, "place": place}, said.status if said else 200)


def _happened(request: Request, parts: Careway, patient: str) -> Response:
    position = last_of(parts, patient, Reader.of(request).admitted.identity.person.id)
    return RedirectResponse(f"/patients/{quote(patient, safe='')}?happened={position}", 303)
