"""Opens the database with the settings without which it loses updates, zones or commits (see each reason).

SQLite: one serialised writer (a pool of one connection), `BEGIN IMMEDIATE` because the driver's own BEGIN comes after
the first read and lets two transactions overwrite each other; WAL with `synchronous=FULL`. Readers have a pool of their
own and cannot write. In memory, reading and writing share the one connection. PostgreSQL: READ COMMITTED, with row locks.
"""

from __future__ import annotations

import logging
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from engine.store.errors import UnsupportedDatabase
from engine.store.filelock import FileLock
from engine.store.turns import FairPool

log = logging.getLogger("careway.store")

SAFE_SQLITE = (3, 51, 3)
BUSY_SECONDS = 30
"""How long a thread waits for its turn to write."""
_POSTGRES_ARGUMENTS: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    # No statement_timeout: it could cancel a COMMIT, whose outcome would then be unknown.
    "options": "-c TimeZone=UTC -c lock_timeout=30s -c idle_in_transaction_session_timeout=60s",
}


@dataclass(slots=True)
class Generation:
    """Connections that were opened before the number went up are not used again."""

    number: int = 0

    def watch(self, engine: Engine) -> None:
        """Apply this to an engine's pool."""
        event.listen(engine, "connect", self._opened)
        event.listen(engine, "checkout", self._wanted)

    def _opened(self, _: Any, record: ConnectionPoolEntry) -> None:
        record.info["generation"] = self.number

    def _wanted(self, _: Any, record: ConnectionPoolEntry, __: Any) -> None:
        if record.info["generation"] != self.number:
            raise DisconnectionError("opened before a connection was found dead")


@dataclass(frozen=True, slots=True)
class Database:
    """The two engines of a database (the same one where they cannot differ), and the lock of its file."""

    writer: Engine
    reader: Engine
    snapshot: Engine
    """Reads that span several statements see one state."""
    lock: FileLock | None
    in_memory: bool
    generation: Generation

    def renew(self) -> None:
        """Replace every pooled connection before its next use: one was found dead."""
        self.generation.number += 1

    def close(self) -> None:
        """Close all connections and let other processes write."""
        self.reader.dispose()
        self.writer.dispose()
        if self.lock is not None:
            self.lock.release()


def connect(url: str | URL, *, read_only: bool = False, pool_size: int = 8) -> Database:
    """Open a database. Raises UnsupportedDatabase, and DatabaseInUse for a SQLite file that another process writes to."""
    parsed = make_url(url)
    match parsed.get_backend_name():
        case "postgresql":
            return _postgres(parsed, pool_size)
        case "sqlite":
            return _sqlite(parsed, read_only, pool_size)
        case name:
            raise UnsupportedDatabase(f"{name} is not supported.", remedy="Use sqlite:///FILE or postgresql://….")


def _postgres(url: URL, pool_size: int) -> Database:
    # `format` gives positional parameters, which the prepared statements of `rows` use directly.
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        paramstyle="format",
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=BUSY_SECONDS,
        connect_args=_POSTGRES_ARGUMENTS,
        hide_parameters=True,
    )
    return _database(engine, engine, snapshot=engine.execution_options(isolation_level="REPEATABLE READ"))


def _sqlite(url: URL, read_only: bool, pool_size: int) -> Database:
    if _is_memory(url):
        engine = _sqlite_engine(url, size=1, begin="BEGIN IMMEDIATE", pragmas=_WRITER_PRAGMAS)
        return _database(engine, engine, in_memory=True)
    _warn_if_old()
    lock = None if read_only else FileLock(Path(str(url.database)))
    reader = _sqlite_engine(url, size=pool_size, begin="BEGIN", pragmas=_READER_PRAGMAS)
    if lock is None:
        return _database(reader, reader)
    writer = _sqlite_engine(url, size=1, begin="BEGIN IMMEDIATE", pragmas=_WRITER_PRAGMAS)
    return _database(writer, reader, lock=lock)


def _database(
    writer: Engine,
    reader: Engine,
    *,
    snapshot: Engine | None = None,
    lock: FileLock | None = None,
    in_memory: bool = False,
) -> Database:
    generation = Generation()
    for engine in {writer, reader}:
        generation.watch(engine)
    return Database(writer, reader, snapshot or reader, lock, in_memory, generation)


_WRITER_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000")
# Only the writer checkpoints: two connections doing so at once is what the WAL-reset fault needs.
_READER_PRAGMAS = ("query_only=ON", "wal_autocheckpoint=0", "busy_timeout=5000")


def _sqlite_engine(url: URL, *, size: int, begin: str, pragmas: tuple[str, ...]) -> Engine:
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        poolclass=FairPool if size == 1 else QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=BUSY_SECONDS,
        connect_args={"check_same_thread": False, "isolation_level": None, "cached_statements": 256},
        hide_parameters=True,
    )
    event.listen(engine, "connect", lambda connection, _: _apply(connection, pragmas))
    event.listen(engine, "begin", lambda connection: _begin(connection, begin))
    return engine


def _apply(connection: Any, pragmas: tuple[str, ...]) -> None:
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)


def _is_memory(url: URL) -> bool:
    return url.database in (None, "", ":memory:")


def _warn_if_old() -> None:
    if sqlite3.sqlite_version_info < SAFE_SQLITE:
        log.warning(
            "sqlite %s may damage a WAL database when two connections write at once (fixed in 3.51.3); "
            "Careway writes through a single connection",
            sqlite3.sqlite_version,
        )
