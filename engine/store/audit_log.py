"""The audit as stored: reading it in the order of writing, adding what concerns no patient, checking it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime

from sqlalchemy import Connection, Engine, bindparam, func, insert, select, text, update

from engine.audit.chain import EMPTY_HASH, head_after, seal
from engine.audit.verification import verify
from engine.model import AuditDraft
from engine.ports import AuditEntry, ChainHead, Problem, Verdict
from engine.store.schema import audit, audit_head, patient
from engine.store.statements import ENTRY_COLUMNS

NOBODY = ""
"""The patient of entries that concern none."""
_ENTRIES = select(*(audit.c[name] for name in ENTRY_COLUMNS))
_BATCH = 2000
_CREATE_HEAD = text(
    'INSERT INTO audit_head (patient, chain, "count", hash) VALUES (:patient, :chain, 0, :hash) ON CONFLICT DO NOTHING'
)
_LOCK_HEAD = (
    select(audit_head).where(audit_head.c.patient == NOBODY, audit_head.c.chain == bindparam("chain")).with_for_update()
)


def entries(engine: Engine, owner: str) -> list[AuditEntry]:
    """A patient's entries in the order of writing."""
    with engine.connect() as connection:
        rows = connection.execute(_ENTRIES.where(audit.c.patient == owner).order_by(audit.c.position))
        return [AuditEntry(*row) for row in rows]


def check(engine: Engine) -> Verdict:
    """Verify all chains, their heads and the patients' counters; `engine` gives one snapshot."""
    with engine.connect() as connection:
        found = connection.execution_options(yield_per=_BATCH).execute(_ENTRIES.order_by(audit.c.id))
        with closing(found):
            verdict = verify(itertools.starmap(AuditEntry, found), _heads(connection))
        return verdict if verdict.problem else Verdict(verdict.entries, verdict.chains, _miscounted(connection))


def append(engine: Engine, drafts: Sequence[AuditDraft], now: datetime) -> None:
    """Add entries that concern no patient, each to its chain."""
    with engine.begin() as connection:
        add(connection, drafts, now)


def add(connection: Connection, drafts: Sequence[AuditDraft], now: datetime) -> None:
    """Add entries that concern no patient within a transaction that has begun."""
    for draft in drafts:
        head = _locked_head(connection, draft.chain)
        entry = seal(draft, head, _next_position(connection), now)
        connection.execute(insert(audit), {name: getattr(entry, name) for name in ENTRY_COLUMNS})
        _advance(connection, head_after(entry))


def lock(connection: Connection, chain: str) -> ChainHead:
    """Let no other process add to a chain of nobody until the transaction ends; the chain's head."""
    return _locked_head(connection, chain)


def _heads(connection: Connection) -> Iterator[ChainHead]:
    head = audit_head.c
    with connection.execute(select(head.patient, head.chain, head.count, head.hash)) as rows:
        yield from itertools.starmap(ChainHead, rows)


def _miscounted(connection: Connection) -> Problem | None:
    """A chain removed together with its head leaves the patient's counter behind."""
    total = func.coalesce(func.sum(audit_head.c.count), 0)
    query = (
        select(patient.c.id, patient.c.audited, total)
        .join_from(patient, audit_head, audit_head.c.patient == patient.c.id, isouter=True)
        .group_by(patient.c.id, patient.c.audited)
        .having(patient.c.audited != total)
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    return Problem(row[0], "", 0, "missing", f"The patient has {row[1]} entries, but the chains hold {row[2]}.")


def _locked_head(connection: Connection, chain: str) -> ChainHead:
    # All chains of nobody share one head as their lock, because they share the numbering of positions.
    heads = []
    for name in (NOBODY, chain):
        connection.execute(_CREATE_HEAD, {"patient": NOBODY, "chain": name, "hash": EMPTY_HASH})
        heads.append(ChainHead(*connection.execute(_LOCK_HEAD, {"chain": name}).one()))
    return heads[-1]


def _next_position(connection: Connection) -> int:
    last = select(func.coalesce(func.max(audit.c.position), 0)).where(audit.c.patient == NOBODY)
    return int(connection.execute(last).scalar_one()) + 1


def _advance(connection: Connection, head: ChainHead) -> None:
    row = audit_head.c
    same = (row.patient == head.patient) & (row.chain == head.chain)
    connection.execute(update(audit_head).where(same).values(count=head.count, hash=head.hash))
