"""Keeps charts, timers and the audit in SQLite or PostgreSQL. The only part of the engine that imports SQLAlchemy."""

from __future__ import annotations

from engine.store.connect import Database, connect
from engine.store.errors import DatabaseInUse, NestedUnit, SchemaOutdated, UnsupportedDatabase
from engine.store.migrate import build, current, head, require_head
from engine.store.migrate import upgrade as _upgrade
from engine.store.sql_store import CHARTS_IN_MEMORY, SqlStore

__all__ = [
    "DatabaseInUse",
    "NestedUnit",
    "SchemaOutdated",
    "SqlStore",
    "UnsupportedDatabase",
    "current",
    "head",
    "open_store",
    "upgrade",
]


def open_store(
    url: str, *, read_only: bool = False, pool_size: int = 8, charts_in_memory: int = CHARTS_IN_MEMORY
) -> SqlStore:
    """Open a database that is at this version's schema; `sqlite://` is a fresh one in memory.

    `read_only` opens a SQLite file beside the process that writes to it. Raises DatabaseInUse, SchemaOutdated and
    UnsupportedDatabase.
    """
    database = connect(url, read_only=read_only, pool_size=pool_size)
    try:
        _prepare(database)
        return SqlStore(database, charts_in_memory=charts_in_memory)
    except BaseException:
        database.close()
        raise


def upgrade(url: str) -> str:
    """Bring a database to this version's schema; the step that it has reached then. Raises DatabaseInUse."""
    database = connect(url)
    try:
        _upgrade(database)
        return str(current(database.reader))
    finally:
        database.close()


def _prepare(database: Database) -> None:
    if database.in_memory:
        build(database.writer)
    else:
        require_head(database.reader)
