"""The pages of the register: the list with its filters, and one deviation with its assessment and signature."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from engine.codec import instant_text, parse_when
from engine.errors import CarewayError, Conflict, InvalidCommand
from engine.model import When
from engine.store.adherence import register as stored
from engine.store.adherence.register import STATES, Entry, Wanted
from engine.store.adherence.schema import CLASSES
from service.accounts.guard import Allowed, Reach
from service.accounts.rights import Right, needs
from service.accounts.sign_in_pages import access_of, address_of
from service.accounts.signing import Signer
from service.accounts.signing_in import NotSignedIn, TooManyFailures
from service.adherence import register
from service.adherence.filters import filtered
from service.adherence.pages import Name, actor_of, asked
from service.api.asked import Signing
from service.api.cursors import decode, encode
from service.api.language import PageLanguage
from service.api.parts import Parts
from service.api.problems import Refusal
from service.wiring import Careway
from service.worklist.rendering import page
from service.worklist.texts import named

router = APIRouter(include_in_schema=False)
LINES = 50
Typed = Annotated[str, Form(max_length=register.LONGEST + 100)]
_PROBLEMS: dict[type[CarewayError], str] = {
    InvalidCommand: "form", Conflict: "changed", NotSignedIn: "wrong", TooManyFailures: "wait",
}  # fmt: skip


@router.get("/deviations", response_class=HTMLResponse)
@needs(Right.READ_ADHERENCE)
def deviations(
    *, request: Request, parts: Parts, sites: Reach, language: PageLanguage, pathway: Name = "", code: Name = "", state: Name = "",
    begin: Annotated[str, Query(alias="from", max_length=10)] = "", end: Annotated[str, Query(alias="to", max_length=10)] = "",
    grade: Name = "", cursor: Annotated[str, Query(max_length=600)] = "",
) -> HTMLResponse:  # fmt: skip
    """The register, the newest first."""
    checked = filtered(parts, asked(pathway=pathway, begin=begin, end=end), sites)
    chosen = state if state in STATES else ""
    wanted = Wanted(checked.scope, code, chosen, grade if grade in CLASSES else "")
    entries = stored.page(parts.store.reader, wanted, after=place_of(cursor), limit=LINES + 1)
    query = {
        "pathway": pathway,
        "code": code,
        "from": checked.first.isoformat(),
        "to": checked.last.isoformat(),
        "grade": grade,
    }
    query = {key: value for key, value in query.items() if value}
    last = entries[LINES - 1] if len(entries) > LINES else None
    following = (
        urlencode({**query, **({"state": chosen} if chosen else {}), "cursor": place_text(last)}) if last else ""
    )
    labels = parts.registry.labels
    values = {
        "lines": [line(parts, one, language) for one in entries[:LINES]], "counts": stored.counts(parts.store.reader, wanted),
        "state": chosen, "states": STATES, "classes": CLASSES, "grade": grade, "pathway": pathway, "code": code,
        "code_label": labels.of("deviation", f"{pathway}.{code}", language) if code else "",
        "first": checked.first.isoformat(), "last": checked.last.isoformat(), "query": urlencode(query),
        "pathways": [(name, labels.of("pathway", name, language)) for name in sorted(parts.registry.ids())],
        "next": f"/deviations?{following}" if following else "", "now": checked.now.isoformat(), "zone": parts.settings.timezone,
    }  # fmt: skip
    return page(request, "deviations.html", values)


@router.get("/patients/{patient}/deviations/{deviation}", response_class=HTMLResponse)
@needs(Right.READ_ADHERENCE)
def deviation(
    *, request: Request, parts: Parts, sites: Reach, language: PageLanguage, patient: str, deviation: str
) -> Response:
    """One deviation."""
    return _one(request, parts, _found(request, parts, patient, deviation, sites), language)


@router.post("/patients/{patient}/deviations/{deviation}/assessment")
@needs(Right.ASSESS_DEVIATIONS)
def assessed(
    *, request: Request, parts: Parts, sites: Reach, allowed: Allowed, language: PageLanguage, patient: str, deviation: str,
    classification: Typed = "", assessment: Typed = "", corrective_action: Typed = "", version: Annotated[int, Form()] = 0,
) -> Response:  # fmt: skip
    """Assess it."""
    entry = _found(request, parts, patient, deviation, sites)
    given = {"classification": classification, "assessment": assessment, "corrective_action": corrective_action}
    try:
        register.assess(parts, entry, actor_of(allowed), **given, version=version)
    except (InvalidCommand, Conflict) as error:
        return _one(request, parts, entry, language, problem=_PROBLEMS[type(error)], given=given, status=422)
    return _back(patient, deviation)


@router.post("/patients/{patient}/deviations/{deviation}/signature")
@needs(Right.SIGN_DEVIATIONS)
def signed(
    *, request: Request, parts: Parts, sites: Reach, allowed: Allowed, language: PageLanguage, patient: str, deviation: str,
    shown: Typed = "", password: Typed = "", code: Typed = "",
) -> Response:  # fmt: skip
    """Sign its assessment off."""
    entry, by = _found(request, parts, patient, deviation, sites), actor_of(allowed)
    signing = Signing(shown=shown, password=password, code=code)
    try:
        register.refuse_assessor(entry, by)
        signature = Signer(access_of(request), allowed, address_of(request)).own(by, signing, register.shown(entry))
        register.sign(parts, entry, by, signature)
    except (NotSignedIn, TooManyFailures, Conflict) as error:
        return _one(request, parts, entry, language, problem=_PROBLEMS[type(error)], status=422)
    except Refusal as error:
        kind = {"same_person": "same_person", "shown_differs": "changed"}.get(error.code, "wrong")
        return _one(request, parts, entry, language, problem=kind, status=error.status)
    return _back(patient, deviation)


def line(parts: Careway, one: Entry, language: str) -> dict[str, Any]:
    """An entry in words."""
    label = parts.registry.labels.of
    return {
        "patient": one.patient, "id": one.id, "zone": one.zone, "enrolment": one.enrolment, "code": one.code,
        "pathway": label("pathway", one.pathway, language), "label": label("deviation", f"{one.pathway}.{one.code}", language),
        "at": instant_text(one.at), "detail": one.detail, "occurrence": one.occurrence, "state": one.state, "review": one.review,
        "definition": one.definition,
    }  # fmt: skip


def place_text(one: Entry) -> str:
    """A place in the register as a cursor."""
    return encode(instant_text(one.at), one.patient, one.id)


def place_of(cursor: str) -> tuple[datetime, str, str] | None:
    """The place that a cursor names. Raises Refusal (422)."""
    if not cursor:
        return None
    moment, patient, record = decode(cursor, str, str, str)
    at: When | None = None
    try:
        at = parse_when(moment)
    except ValueError:
        at = None
    if not isinstance(at, datetime) or at.tzinfo is None:
        raise Refusal(422, "bad_cursor", "The cursor is none of ours.", remedy="Begin without a cursor.")
    return at, patient, record


def _found(request: Request, parts: Careway, patient: str, id: str, sites: frozenset[str]) -> Entry:
    return register.found(parts, access_of(request), patient, id, sites)


def _one(
    request: Request, parts: Careway, entry: Entry, language: str, *, problem: str = "", given: dict[str, str] | None = None,
    status: int = 200,
) -> Response:  # fmt: skip
    review, people = entry.review, access_of(request).store
    names = {}
    for who in (review.assessed_by, review.signed_by) if review else ():
        known = people.person(who) if who else None
        names[who] = known.name if known else who
    written = {
        name: getattr(review, name) if review else "" for name in ("classification", "assessment", "corrective_action")
    }
    values = {
        "path": f"/patients/{quote(entry.patient, safe='')}/deviations/{quote(entry.id, safe='')}", "one": line(parts, entry, language),
        "classes": CLASSES, "given": given or written, "problem": problem, "shown": register.shown(entry), "names": names,
        "version": review.version if review else 0, "role_name": lambda role: named(role, language),
    }  # fmt: skip
    return page(request, "deviation.html", values, status)


def _back(patient: str, deviation: str) -> Response:
    return RedirectResponse(f"/patients/{quote(patient, safe='')}/deviations/{quote(deviation, safe='')}", 303)
