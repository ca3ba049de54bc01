"""The page of messages: what waits for an answer, a button that gives it, and what could not be delivered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from engine.definition.roles import ROLES
from engine.outbox import Record
from engine.store.inbox import InboxItem
from service.accounts.guard import Allowed, Reach
from service.accounts.rights import Right, needs
from service.api.doing import Doer
from service.api.language import PageLanguage
from service.api.parts import Counted, Parts
from service.messages.inbox import waiting
from service.messages.posting import number_of
from service.worklist.acting.happened import last_of
from service.worklist.rendering import page
from service.worklist.texts import named

router = APIRouter(include_in_schema=False)
SHOWN, DEAD_SHOWN = 100, 20


@dataclass(frozen=True, slots=True)
class Line:
    """One message on the page, with the roles that got it at the same time."""

    patient: str
    message: str
    urgency: str
    text: str
    requested: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dead:
    """A letter that was given up."""

    number: str
    patient: str
    role: str
    channel: str
    reason: str
    at: str


@router.get("/messages", response_class=HTMLResponse)
@needs(Right.SEE_WORKLIST)
def messages(
    *,
    request: Request,
    parts: Parts,
    sites: Reach,
    language: PageLanguage,
    role: Annotated[str, Query(max_length=41)] = "",
) -> HTMLResponse:
    """What waits for an answer, the most urgent first."""
    found = waiting(parts, role=role, sites=sites, limit=SHOWN)
    dead = parts.store.outbox.records(state="dead", role=role, sites=sites, limit=DEAD_SHOWN)
    values = {
        "lines": _lines(found, language), "dead": [_dead(one) for one in dead], "role": role, "roles": _roles(language),
        "now": parts.clock.now().isoformat(), "zone": parts.settings.timezone, "more": len(found) == SHOWN,
    }  # fmt: skip
    return page(request, "messages.html", values)


@router.post("/patients/{patient}/messages/{message}/acknowledgement")
@needs(Right.ACKNOWLEDGE)
def acknowledge(
    *,
    parts: Parts,
    metrics: Counted,
    allowed: Allowed,
    patient: str,
    message: str,
    role: Annotated[str, Form(max_length=41)] = "",
    back: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Acknowledge a message, in the role that it was sent to where the person has that; `back` leads to the patient's page."""
    known = parts.engine.chart(patient).messages.get(message)
    fitting = known.to if known is not None and known.to in allowed.roles else allowed.roles[0]
    by = allowed.identity.acting_as(fitting)
    Doer(parts, metrics, by, patient).acknowledge(message)
    if back == "patient":
        return RedirectResponse(f"/patients/{quote(patient, safe='')}?happened={last_of(parts, patient, by.name)}", 303)
    return RedirectResponse(f"/messages?{urlencode({'role': role})}" if role else "/messages", 303)


def _lines(items: Iterable[InboxItem], language: str) -> list[Line]:
    """Messages that several roles got at one time are one line; acknowledging it stops their common ladder."""
    together: dict[tuple[str, str, str], list[InboxItem]] = {}
    for one in items:
        together.setdefault((one.patient, one.code, one.requested.isoformat()), []).append(one)
    return [_line(group, language) for group in together.values()]


def _line(group: list[InboxItem], language: str) -> Line:
    first = group[0]
    roles = tuple(dict.fromkeys(one.role for one in group))
    text = first.texts.get(language, "")
    return Line(first.patient, first.message, first.urgency, text, first.requested.isoformat(), roles)


def _dead(one: Record) -> Dead:
    letter = one.letter
    return Dead(number_of(letter.id), letter.patient, letter.role, letter.channel, one.reason, one.at.isoformat())


def _roles(language: str) -> list[tuple[str, str]]:
    return sorted(((role, named(role, language)) for role in ROLES if role != "patient"), key=lambda one: one[1])
