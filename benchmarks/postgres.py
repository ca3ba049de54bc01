"""A PostgreSQL for one measurement, from the binaries of the test dependency, durable as in service (unlike that of the tests)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import psycopg

from tests import postgres_server

DURABLE = "-c max_connections=50 -c TimeZone=UTC"


@dataclass(frozen=True, slots=True)
class Server:
    """Where it listens."""

    home: str

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.home}"

    def plain(self, database: str) -> str:
        """The same for the bare driver."""
        return f"host={self.home} user=postgres dbname={database}"

    def run(self, statement: str) -> None:
        """Execute a statement outside any transaction."""
        with psycopg.connect(self.plain("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def server() -> Iterator[Server]:
    """A fresh server with fsync and synchronous_commit on. Raises `NoPostgres`."""
    options: Any = patch.object(postgres_server, "OPTIONS", DURABLE)
    with options, postgres_server.running_server() as url:
        yield Server(url.partition("host=")[2])
