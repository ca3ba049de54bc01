"""The inbox of a role, and what became of the letters that went out."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from engine.codec import instant_text
from engine.outbox import Record
from engine.store.inbox import InboxItem
from service.accounts.guard import Reach
from service.accounts.rights import Right, needs
from service.api import message_schemas as s
from service.api.answers import DOCUMENTED
from service.api.cursors import MOST
from service.api.language import Language
from service.api.parts import Parts
from service.api.strict_json import StrictRoute
from service.messages.inbox import waiting
from service.messages.posting import number_of

router = APIRouter(tags=["messages"], route_class=StrictRoute, responses=DOCUMENTED)
State = Literal["pending", "sending", "sent", "suppressed", "carried", "dead"]


@router.get("/inbox", operation_id="readInbox")
@needs(Right.SEE_WORKLIST)
def inbox(
    *,
    parts: Parts,
    sites: Reach,
    language: Language,
    role: Annotated[str, Query(max_length=41, description="Messages to this role.")] = "",
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
) -> s.Inbox:
    """Messages that nobody acknowledged and that are still true, the most urgent and then the oldest first."""
    found = waiting(parts, role=role, sites=sites, limit=limit)
    return s.Inbox(items=[_item(one, language) for one in found])


@router.get("/letters", operation_id="readLetters")
@needs(Right.SEE_WORKLIST)
def letters(
    *,
    parts: Parts,
    sites: Reach,
    state: State = "dead",
    patient: Annotated[str, Query(max_length=80)] = "",
    role: Annotated[str, Query(max_length=41)] = "",
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
) -> s.Letters:
    """What became of letters to people outside, the newest first. Dead ones were given up: somebody has to tell the reader."""
    found = parts.store.outbox.records(state=state, patient=patient, role=role, sites=sites, limit=limit)
    return s.Letters(items=[_letter(one) for one in found])


def _item(item: InboxItem, language: str) -> s.InboxItem:
    return s.InboxItem(
        patient=item.patient, enrolment=item.enrolment, message=item.message, code=item.code, role=item.role, urgency=item.urgency,
        requested=instant_text(item.requested), text=item.texts.get(language, ""),
    )  # fmt: skip


def _letter(one: Record) -> s.Letter:
    letter = one.letter
    return s.Letter(
        id=letter.id, number=number_of(letter.id), patient=letter.patient, message=letter.message, code=letter.code, role=letter.role,
        channel=letter.channel, urgency=letter.urgency, subject=letter.subject, state=one.state, at=instant_text(one.at),
        reason=one.reason, tries=one.tries, requested=instant_text(letter.created), carried_by=one.carried_by,
    )  # fmt: skip
