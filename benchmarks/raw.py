"""The raw limit: the very statements that an advance of ours sent, sent again by the bare driver to a copy of the database.

Nothing is decided, hashed or encoded here; what is left is what the database itself costs for the same rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from engine.store.session import Row, Session

Statement = tuple[str, Sequence[Row], bool]
"""Text, rows, and whether there are several."""


@dataclass(slots=True)
class Recording:
    """The statements of each transaction, in order."""

    transactions: list[list[Statement]]


@contextmanager
def recorded() -> Iterator[Recording]:
    """Record what sessions send, one list for each command that `begin` announces."""
    found = Recording([])
    run, many = Session.run, Session.many

    def noting_run(self: Session, statement: str, values: Row = ()) -> Any:
        found.transactions[-1].append((statement, [tuple(values)], False))
        return run(self, statement, values)

    def noting_many(self: Session, statement: str, rows: Sequence[Row]) -> Any:
        found.transactions[-1].append((statement, [tuple(row) for row in rows], True))
        return many(self, statement, rows)

    Session.run, Session.many = noting_run, noting_many  # type: ignore[method-assign, assignment]
    try:
        yield found
    finally:
        Session.run, Session.many = run, many  # type: ignore[method-assign]


def replay_sqlite(connection: sqlite3.Connection, transactions: Sequence[Sequence[Statement]]) -> None:
    """Send them as one durable transaction each."""
    for statements in transactions:
        connection.execute("BEGIN IMMEDIATE")
        for text, rows, several in statements:
            if several:
                connection.executemany(text, rows)
            else:
                connection.execute(text, rows[0]).fetchall()
        connection.execute("COMMIT")


def replay_postgres(connection: psycopg.Connection[Any], transactions: Sequence[Sequence[Statement]]) -> None:
    """The same, a round trip for each row and for the commit."""
    for statements in transactions:
        cursor = connection.cursor()
        for text, rows, _ in statements:
            for row in rows:
                cursor.execute(text.encode(), row)
                if cursor.description is not None:
                    cursor.fetchall()
        connection.commit()


def raw_sqlite(path: str) -> sqlite3.Connection:
    """A connection with the settings of the store."""
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=256)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection
