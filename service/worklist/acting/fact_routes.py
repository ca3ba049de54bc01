"""The pages of facts: the list, recording a new one, correcting and voiding; after saving, what followed from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import quote

import structlog
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from engine.calendar import local_day
from engine.catalogue.definition import FactDefinition
from engine.commands import Entry, RecordFacts
from engine.decide.decision import Decision
from engine.errors import CarewayError, NotFound
from service.accounts.guard import acting
from service.accounts.rights import Right, needs
from service.api import asked
from service.api.doing import Doer
from service.api.language import PageLanguage
from service.api.parts import Counted, Parts
from service.wiring import Careway
from service.worklist.acting.entering import changed_entry, day_of, entry_form, raw_entry, typed_value
from service.worklist.acting.facts import MOST, FactsPage, counted
from service.worklist.acting.happened import happened, last_of
from service.worklist.acting.reader import Reader, who_may
from service.worklist.acting.searching import nearest, search
from service.worklist.acting.sending import NOTHING, Sent, Typed
from service.worklist.acting.told import Told, told, told_form
from service.worklist.rendering import page

router = APIRouter(prefix="/patients/{patient}/facts", include_in_schema=False)
Name = Annotated[str, Query(max_length=80)]


def address(patient: str, *rest: str) -> str:
    """Where the facts of a patient are, and what lies below."""
    return "/".join(("/patients", quote(patient, safe=""), "facts", *(quote(one, safe="") for one in rest)))


@router.get("", response_class=HTMLResponse)
@needs(Right.READ_PATIENT)
def listed(
    *, request: Request, parts: Parts, language: PageLanguage, patient: str, code: Name = "",
    after: Annotated[int, Query(ge=0, alias="happened")] = 0, everything: Annotated[bool, Query(alias="all")] = False,
) -> Response:  # fmt: skip
    """Every fact with its two times, the newest first."""
    view = _view(parts, patient, language)
    known = parts.registry.catalogue.canonical(code) if code else ""
    lines = view.lines(known or "", everything=everything)
    return _page(request, parts, view, "facts", {
        "lines": lines, "code": known or "", "kinds": view.kinds(), "more": len(lines) == MOST and not known and not everything, **counted(lines),
        "happened": happened(parts, view.chart, after, language) if after else None,
    }, address(patient))  # fmt: skip


@router.get("/new", response_class=HTMLResponse)
@needs(Right.READ_PATIENT)
def find(request: Request, parts: Parts, language: PageLanguage, patient: str, search_for: Annotated[str, Query(max_length=80, alias="search")] = "") -> Response:  # fmt: skip
    """Which fact it is: by label, alias or code, in both languages."""
    view, catalogue = _view(parts, patient, language), parts.registry.catalogue
    found = search(catalogue, search_for)
    close = nearest(catalogue, search_for) if search_for and not found else None
    values = {"search": search_for, "found": found, "close": close, "asked": view.asked()}
    return _page(request, parts, view, "find_fact", values, address(patient, "new"))


@router.get("/new/{code}", response_class=HTMLResponse)
@needs(Right.READ_PATIENT)
def form(request: Request, parts: Parts, language: PageLanguage, patient: str, code: str) -> Response:
    """The form of one fact."""
    view = _view(parts, patient, language)
    return _entry(request, parts, view, _definition(parts, code), NOTHING, language)


@router.post("/new/{code}/preview", response_class=HTMLResponse)
@needs(Right.RECORD_FACTS)
def preview(
    *, request: Request, parts: Parts, language: PageLanguage, typed: Sent, patient: str, code: str
) -> Response:
    """What would follow from it; nothing is saved."""
    view, one = _view(parts, patient, language), _definition(parts, code)
    try:
        decision = _foreseen(parts, patient, one, typed)
    except CarewayError as error:
        return _entry(request, parts, view, one, typed, language, answer=told(error, language))
    return _entry(request, parts, view, one, typed, language, decision=decision)


@router.get("/new/{code}/preview")
@needs(Right.READ_PATIENT)
def back(patient: str, code: str) -> Response:
    """A preview cannot be kept as an address: it leads to the form."""
    return RedirectResponse(address(patient, "new", code), 303)


@router.post("/new/{code}")
@needs(Right.RECORD_FACTS)
def record(
    *, request: Request, parts: Parts, metrics: Counted, language: PageLanguage, typed: Sent, patient: str, code: str
) -> Response:
    """Record it; a value that cannot be believed is refused with the reason, and stays in the form."""
    one = _definition(parts, code)

    def save() -> None:
        by = acting(request, parts, typed.one("as_role") or None)
        new = asked.NewFact(code=one.id, value=raw_entry(one, typed), source=typed.one("source"))
        Doer(parts, metrics, by, patient, typed.one("key")).record([new])

    answer = _tried(save, language)
    if answer is None:
        return _saved(request, parts, patient)
    return _entry(request, parts, _view(parts, patient, language), one, typed, language, answer=answer)


@router.get("/{fact}", response_class=HTMLResponse)
@needs(Right.READ_PATIENT)
def one(request: Request, parts: Parts, language: PageLanguage, patient: str, fact: str) -> Response:
    """One recorded fact, to correct or to void."""
    return _one(request, parts, _view(parts, patient, language), fact, NOTHING, language)


@router.post("/{fact}/correction")
@needs(Right.CORRECT_FACTS)
def correct(
    *, request: Request, parts: Parts, metrics: Counted, language: PageLanguage, typed: Sent, patient: str, fact: str
) -> Response:
    """Record a new version; the old one stays readable."""
    view = _view(parts, patient, language)

    def save() -> None:
        known = _known(view, fact)
        changes = changed_entry(_definition(parts, known.code), typed, known)
        status = "corrected" if typed.one("status") == "corrected" else "amended"
        body = asked.Correction(value=changes, reason=typed.one("reason"), status=status)
        _doer(request, parts, metrics, patient, typed).correct(fact, body)

    answer = _tried(save, language)
    return (
        _saved(request, parts, patient) if answer is None else _one(request, parts, view, fact, typed, language, answer)
    )


@router.post("/{fact}/retraction")
@needs(Right.CORRECT_FACTS)
def retract(
    *, request: Request, parts: Parts, metrics: Counted, language: PageLanguage, typed: Sent, patient: str, fact: str
) -> Response:
    """Void it: it was entered in error."""
    view = _view(parts, patient, language)

    def save() -> None:
        body = asked.Retraction(reason=typed.one("reason"))
        _doer(request, parts, metrics, patient, typed).retract(fact, body)

    answer = _tried(save, language)
    return (
        _saved(request, parts, patient) if answer is None else _one(request, parts, view, fact, typed, language, answer)
    )


def _doer(request: Request, parts: Careway, metrics: Any, patient: str, typed: Typed) -> Doer:
    by = acting(request, parts, typed.one("as_role") or None)
    return Doer(parts, metrics, by, patient, typed.one("key"))


def _tried(save: Callable[[], None], language: str) -> Told | None:
    """None when it was saved; else why not."""
    try:
        save()
    except ValidationError as error:
        return told_form(error, language)
    except CarewayError as error:
        return told(error, language)
    return None


def _saved(request: Request, parts: Careway, patient: str) -> Response:
    position = last_of(parts, patient, Reader.of(request).admitted.identity.person.id)
    return RedirectResponse(f"{address(patient)}?happened={position}", 303)


def _foreseen(parts: Careway, patient: str, one: FactDefinition, typed: Typed) -> Decision:
    entry = Entry(one.id, raw_entry(one, typed))
    return parts.engine.foresee(RecordFacts(patient=patient, at=parts.clock.now(), entries=(entry,)))


def _view(parts: Careway, patient: str, language: str) -> FactsPage:
    structlog.contextvars.bind_contextvars(patient=patient)
    return FactsPage(parts, parts.engine.chart(patient), language)


def _definition(parts: Careway, code: str) -> FactDefinition:
    return parts.registry.catalogue.find(code)


def _known(view: FactsPage, fact: str) -> Any:
    if fact not in view.chart.facts:
        raise NotFound("The patient has no such fact.", place=fact, remedy="Read the facts again.")
    return view.chart.facts[fact]


def _entry(
    request: Request, parts: Careway, view: FactsPage, one: FactDefinition, typed: Typed, language: str, *,
    answer: Told | None = None, decision: Decision | None = None,
) -> Response:  # fmt: skip
    patient = view.chart.patient.id
    values = {
        "form": entry_form(parts.registry.catalogue, one, language, typed), "typed": typed, "told": answer, "groups": view.groups(decision),
        "foreseen": decision is not None, "roles": Reader.of(request).roles(Right.RECORD_FACTS), "lines": view.lines(one.id)[:5],
        "key": parts.ids.new("k"), "today": local_day(parts.clock.now(), view.chart.patient.zone).isoformat(),
    }  # fmt: skip
    return _page(request, parts, view, "record_fact", values, address(patient, "new", one.id), answer)


def _one(
    request: Request,
    parts: Careway,
    view: FactsPage,
    fact: str,
    typed: Typed,
    language: str,
    answer: Told | None = None,
) -> Response:
    known = _known(view, fact)
    definition, (value, time) = _definition(parts, known.code), typed_value(known, view.chart.patient.zone)
    values = {
        "line": view.line(known), "form": entry_form(parts.registry.catalogue, definition, language, typed, known), "typed": typed,
        "told": answer, "value": typed.one("value") or value, "time": typed.one("value.time") or time, "roles": Reader.of(request).roles(Right.CORRECT_FACTS),
        "key": parts.ids.new("k"), "day": day_of(known, view.chart.patient.zone),
    }  # fmt: skip
    return _page(request, parts, view, "fact", values, address(view.chart.patient.id, fact), answer)


def _page(
    request: Request,
    parts: Careway,
    view: FactsPage,
    name: str,
    values: dict[str, Any],
    place: str,
    answer: Told | None = None,
) -> Response:
    reader, patient = Reader.of(request), view.chart.patient
    known = {
        "patient": patient, "zone": patient.zone, "now": parts.clock.now().isoformat(), "place": place, "path": place,
        "may_record": reader.may(Right.RECORD_FACTS), "may_correct": reader.may(Right.CORRECT_FACTS),
        "recorders": who_may(Right.RECORD_FACTS), "correctors": who_may(Right.CORRECT_FACTS),
    }  # fmt: skip
    return page(request, f"acting/{name}.html", {**known, **values}, answer.status if answer else 200)
