"""The inbox: letters for roles that nobody has acknowledged, the most urgent and then the oldest first; and dead letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Engine, and_, select, text, true

from engine.outbox import INBOX
from engine.store.accounts.reach import within
from engine.store.outbox_schema import outbox
from engine.store.schema import message
from engine.store.session import answered

_UNANSWERED = text("message.acknowledged IS NULL")


@dataclass(frozen=True, slots=True)
class InboxItem:
    """One message that waits for somebody of a role."""

    patient: str
    enrolment: str
    message: str
    code: str
    role: str
    urgency: str
    requested: datetime
    texts: Mapping[str, str]
    """Word for word, by language."""


def unanswered(
    engine: Engine, *, role: str = "", patient: str = "", sites: frozenset[str] | None = None,
    limit: int = 50, offset: int = 0,
) -> list[InboxItem]:  # fmt: skip
    """Messages that nobody of their role acknowledged, within the sites, after the first few. Raises `StoreBusy`."""
    same = and_(message.c.patient == outbox.c.patient, message.c.id == outbox.c.message)
    columns = (
        outbox.c.patient, outbox.c.enrolment, outbox.c.message, outbox.c.code, outbox.c.role, outbox.c.urgency,
        outbox.c.created, outbox.c.body,
    )  # fmt: skip
    query = (
        select(*columns)
        .select_from(outbox.join(message, same))
        .where(outbox.c.channel == INBOX, _UNANSWERED, within(outbox.c.patient, sites))
        .where(message.c.to == role if role else true(), outbox.c.patient == patient if patient else true())
        .order_by(outbox.c.rank, outbox.c.created, outbox.c.id)
        .limit(limit)
        .offset(offset)
    )
    with answered(), engine.connect() as connection:
        return [InboxItem(*row[:-1], orjson.loads(row[-1])) for row in connection.execute(query)]
