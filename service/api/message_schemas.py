"""What the API says of messages: the inbox of a role, and what became of letters."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from service.api.schemas import Instant, Shown


class InboxItem(Shown):
    """A message that waits for somebody of a role."""

    patient: str
    enrolment: str
    message: str
    code: str
    role: str
    urgency: str
    requested: Instant
    text: Annotated[str, Field(description="Word for word, in the reader's language.")]


class Inbox(Shown):
    """What waits for a role."""

    items: list[InboxItem]


class Letter(Shown):
    """A letter to somebody outside, with what became of it."""

    id: str
    number: Annotated[str, Field(description="As the reader sees it.")]
    patient: str
    message: str
    code: str
    role: str
    channel: str
    urgency: str
    subject: str
    state: str
    at: Instant
    reason: str
    tries: int
    requested: Instant
    carried_by: Annotated[str, Field(description="The summary that told it instead.")]


class Letters(Shown):
    """What became of letters."""

    items: list[Letter]
