"""How an entry gets its number and its hash: each hash covers the one before it and the whole entry.

SHA-256 over the previous hash followed by the canonical JSON of the entry. The content is kept as the text that was
hashed, so that verifying never has to parse and print it again.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

import orjson

from engine.audit.events import check_vocabulary
from engine.codec import canonical, instant_text, to_json
from engine.model import AuditDraft
from engine.ports import AuditEntry, ChainHead

EMPTY_HASH = "0" * 64
"""What the first entry of a chain follows."""


def entry_hash(entry: AuditEntry) -> str:
    """The hash that an entry must bear."""
    # The keys stand in canonical order, and the two fragments are canonical texts already.
    body = orjson.dumps(
        {
            "actor": orjson.Fragment(entry.actor),
            "chain": entry.chain,
            "content": orjson.Fragment(entry.content),
            "enrolment": entry.enrolment,
            "event": entry.event,
            "number": entry.number,
            "occurred": entry.occurred,
            "patient": entry.patient,
            "position": entry.position,
            "recorded": entry.recorded,
        }
    )
    return sha256(entry.previous.encode() + body).hexdigest()


def seal(draft: AuditDraft, head: ChainHead, position: int, now: datetime) -> AuditEntry:
    """The entry that follows `head`. Raises UnknownEvent for a name outside the vocabulary."""
    check_vocabulary(draft.event, draft.content)
    open_entry = AuditEntry(
        patient=head.patient,
        chain=head.chain,
        number=head.count + 1,
        position=position,
        enrolment=draft.enrolment or "",
        event=str(draft.event),
        actor=canonical(to_json(draft.actor)).decode(),
        occurred=instant_text(draft.occurred),
        recorded=instant_text(now),
        content=canonical(draft.content).decode(),
        previous=head.hash,
        hash="",
    )
    return with_hash(open_entry)


def with_hash(entry: AuditEntry) -> AuditEntry:
    """The entry with the hash that it must bear."""
    values = (
        entry.patient, entry.chain, entry.number, entry.position, entry.enrolment, entry.event, entry.actor,
        entry.occurred, entry.recorded, entry.content, entry.previous, entry_hash(entry),
    )  # fmt: skip
    return AuditEntry(*values)


def head_after(entry: AuditEntry) -> ChainHead:
    """The head of a chain whose last entry this is."""
    return ChainHead(entry.patient, entry.chain, entry.number, entry.hash)


def empty_head(patient: str, chain: str) -> ChainHead:
    """The head of a chain that has no entry yet."""
    return ChainHead(patient, chain, 0, EMPTY_HASH)
