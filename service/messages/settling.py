"""What became of a letter, written together with its audit entry, while the worker's claim still holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import structlog

from engine.audit import Event
from engine.model import SYSTEM, AuditDraft, Changes
from engine.outbox import Claimed, Letter, Mark
from engine.ports import LeaseLost
from engine.store import SqlStore

log = structlog.get_logger("careway.messages")
CHAIN = "messages"
"""Audit chain of summaries, which concern no single patient."""


def begin(store: SqlStore, claim: Claimed, now: datetime, lease: timedelta) -> bool:
    """Say that a letter is being sent; False where another worker has it meanwhile."""
    mark = Mark(claim.letter.id, claim.epoch, "sending", now, tries=claim.tries, lease_until=now + lease)
    return store.outbox.mark([mark]) == 1


def wait(store: SqlStore, claim: Claimed, until: datetime, reason: str, tries: int, *, unknown: bool = False) -> None:
    """Give a letter back until a later moment; `unknown`: it broke off, and the other side may have it already.

    Such a letter stays `sending`, so that the next attempt says that it may be a repeat.
    """
    state = "sending" if unknown or claim.repeated else "pending"
    store.outbox.mark([Mark(claim.letter.id, claim.epoch, state, until, reason, tries)])


def settle(store: SqlStore, claim: Claimed, state: str, now: datetime, reason: str = "") -> bool:
    """Write the end of a letter and its audit entry in one transaction; False where another worker has it meanwhile."""
    mark = Mark(claim.letter.id, claim.epoch, state, now, reason, claim.tries + 1)
    event = {"sent": Event.MESSAGE_SENT, "dead": Event.MESSAGE_FAILED}.get(state, Event.MESSAGE_SUPPRESSED)
    content = _told(claim, reason)
    try:
        if claim.letter.patient:
            _with_patient(store, claim.letter, mark, event, content, now)
        elif store.outbox.mark([mark]) == 1:
            store.append([AuditDraft(CHAIN, None, event.value, SYSTEM, now, content)], now=now)
    except LeaseLost:
        log.warning("another worker has taken over a letter", letter=claim.letter.id)
        return False
    return True


def _with_patient(
    store: SqlStore, letter: Letter, mark: Mark, event: Event, content: dict[str, Any], now: datetime
) -> None:
    with store.unit(letter.patient) as unit:
        draft = AuditDraft(letter.enrolment, letter.enrolment, event.value, SYSTEM, now, content)
        unit.save(unit.chart, Changes(), [draft], now=now, marks=[mark])


def _told(claim: Claimed, reason: str) -> dict[str, Any]:
    """Which letter, to whom in which role, over what, and the digest of its words; the words stand in the outbox."""
    letter = claim.letter
    content = {
        "events": [], "letter": letter.id, "message": letter.code, "occurrence": letter.occurrence, "to": letter.role,
        "channel": letter.channel, "text": sha256(f"{letter.subject}\n{letter.body}".encode()).hexdigest(),
    }  # fmt: skip
    extra = {"reason": reason, "repeated": claim.repeated}
    return {**content, **{key: value for key, value in extra.items() if value}}
