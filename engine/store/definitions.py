"""The archive of definitions: every version that was ever in force, and on which of them enrolments run.

Versions are archived, and what is in force is told to the audit, in one transaction; processes that start at the same
time take turns at the head of the audit chain, so that each version is archived once and each change is told once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, func, insert, select

from engine.audit import Event
from engine.model import SYSTEM, AuditDraft
from engine.ports import Archived, ArchivedVersion, InUse
from engine.store import audit_log
from engine.store.definitions_schema import definition, definition_catalogue
from engine.store.schema import audit, enrolment

CHAIN = "definitions"
"""Audit chain of what came into force and went out of it."""
_COLUMNS = definition.c
_VERSION = (_COLUMNS.hash, _COLUMNS.pathway, _COLUMNS.number, _COLUMNS.archived, _COLUMNS.release)
InForce = dict[str, str]
"""Hash by pathway."""


def archive(writer: Engine, reader: Engine, sources: Sequence[Archived], now: datetime, release: str) -> list[str]:
    """Keep the versions that are in force and tell the audit what has changed; the hashes that are new."""
    wanted = {one.pathway: one.hash for one in sources}
    with reader.connect() as connection:  # Mostly nothing is new: then nobody waits for a lock.
        if not _unknown(connection, wanted.values()) and _in_force(connection) == wanted:
            return []
    with writer.begin() as connection:
        audit_log.lock(connection, CHAIN)
        new, before = _unknown(connection, wanted.values()), _in_force(connection)
        for one in sources:
            if one.hash in new:
                _insert(connection, one, now, release)
        if before != wanted:
            audit_log.add(connection, [_draft(connection, before, wanted, now, release)], now)
        return sorted(new)


def _unknown(connection: Connection, hashes: Iterable[str]) -> set[str]:
    wanted = set(hashes)
    return wanted - set(connection.execute(select(_COLUMNS.hash).where(_COLUMNS.hash.in_(wanted))).scalars())


def _in_force(connection: Connection) -> InForce:
    """What the last entry of the audit says."""
    last = audit.c.number.desc()
    query = select(audit.c.content).where(audit.c.patient == audit_log.NOBODY, audit.c.chain == CHAIN).order_by(last)
    content = connection.execute(query.limit(1)).scalar()
    found: InForce = {} if content is None else orjson.loads(content)["in_force"]
    return found


def _insert(connection: Connection, one: Archived, now: datetime, release: str) -> None:
    catalogue = sha256(one.catalogue.encode()).hexdigest()
    known = select(definition_catalogue.c.hash).where(definition_catalogue.c.hash == catalogue)
    if connection.execute(known).first() is None:
        connection.execute(insert(definition_catalogue), {"hash": catalogue, "text": one.catalogue})
    last = select(func.coalesce(func.max(_COLUMNS.number), 0)).where(_COLUMNS.pathway == one.pathway)
    row = {
        "hash": one.hash, "pathway": one.pathway, "number": connection.execute(last).scalar_one() + 1, "text": one.text,
        "catalogue": catalogue, "functions": dict(one.functions), "settings": dict(one.settings),
        "pathways": list(one.pathways), "archived": now, "release": release,
    }  # fmt: skip
    connection.execute(insert(definition), row)


def _draft(connection: Connection, before: InForce, wanted: InForce, now: datetime, release: str) -> AuditDraft:
    """What came into force and what no longer is, and everything that is in force now."""
    numbers = {one.hash: one.number for one in _versions(connection, (*before.values(), *wanted.values()))}
    changed = [name for name in wanted if wanted[name] != before.get(name)]
    events = [
        _told(Event.DEFINITION_ACTIVATED, name, wanted[name], numbers, {"before": before.get(name)}) for name in changed
    ]
    events += [
        _told(Event.DEFINITION_RETIRED, name, old, numbers, {}) for name, old in before.items() if name not in wanted
    ]
    content = {"events": events, "in_force": wanted, "release": release}
    return AuditDraft(CHAIN, None, Event.DEFINITION_ACTIVATED.value, SYSTEM, now, content)


def _told(event: Event, pathway: str, name: str, numbers: Mapping[str, int], more: Mapping[str, Any]) -> dict[str, Any]:
    return {"event": event.value, "pathway": pathway, "definition": name, "number": numbers.get(name), **more}


def archived(engine: Engine, content_hash: str) -> Archived | None:
    """A version with everything from which it can be compiled again."""
    columns = (
        _COLUMNS.hash, _COLUMNS.pathway, _COLUMNS.text, definition_catalogue.c.text, _COLUMNS.functions,
        _COLUMNS.settings, _COLUMNS.pathways,
    )  # fmt: skip
    both = definition.join(definition_catalogue, definition_catalogue.c.hash == _COLUMNS.catalogue)
    with engine.connect() as connection:
        row = connection.execute(select(*columns).select_from(both).where(_COLUMNS.hash == content_hash)).first()
    return None if row is None else Archived(*row[:-1], tuple(row[-1]))


def versions(engine: Engine, hashes: Iterable[str]) -> list[ArchivedVersion]:
    """What is known of these versions; those that are not archived are left out."""
    with engine.connect() as connection:
        return _versions(connection, hashes)


def _versions(connection: Connection, hashes: Iterable[str]) -> list[ArchivedVersion]:
    rows = connection.execute(select(*_VERSION).where(_COLUMNS.hash.in_(set(hashes))))
    return [ArchivedVersion(*row) for row in rows]


def in_use(engine: Engine) -> list[InUse]:
    """The versions on which enrolments are open, by pathway. Costs what is open; what has ended does not count."""
    columns = enrolment.c
    query = (
        select(columns.definition, columns.pathway, func.count())
        .where(columns.closed.is_(None))
        .group_by(columns.definition, columns.pathway)
        .order_by(columns.pathway, columns.definition)
    )
    with engine.connect() as connection:
        return [InUse(*row) for row in connection.execute(query)]
