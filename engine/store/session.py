"""One transaction on the driver's own connection, with statements that were compiled once.

SQLAlchemy opens, pools and ends the transaction; the few statements of the hot path go straight to the driver's cursor,
which is two to four times as fast. On PostgreSQL they are pipelined, so that a command costs few round trips.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from engine.errors import Conflict
from engine.ports import StoreBusy

Row = tuple[Any, ...]


class LostCommit(Exception):
    """The connection or the disk failed during COMMIT: what became of the transaction is not known."""


class ConnectionLost(StoreBusy):
    """The connection was dead, or died before COMMIT: nothing was saved, and a new connection may do."""


class Session:
    """An open transaction. Not for two threads."""

    def __init__(self, connection: Connection) -> None:
        """Take over a connection on which a transaction has begun."""
        self.connection = connection
        self._driver: Any = connection.connection.dbapi_connection
        self._errors: Any = connection.dialect.dbapi

    def run(self, statement: str, values: Sequence[Any] = ()) -> Any:
        """Execute one statement; the driver's cursor, from which to fetch."""
        cursor = self._driver.cursor()
        cursor.execute(statement, values)
        return cursor

    def many(self, statement: str, rows: Sequence[Row]) -> Any:
        """Execute a statement once for each row; the cursor's `rowcount` is the sum."""
        cursor = self._driver.cursor()
        cursor.executemany(statement, rows)
        return cursor

    def pipeline(self) -> Any:
        """A block within which statements are sent without waiting for the answers (PostgreSQL; else nothing)."""
        return self._driver.pipeline() if self.connection.dialect.name == "postgresql" else nullcontext()

    def commit(self) -> None:
        """Commit. Raises Conflict for a constraint checked at the end, LostCommit when the outcome is not known."""
        try:
            self.connection.commit()
        except IntegrityError as error:
            self._driver.rollback()  # SQLite leaves the transaction open; SQLAlchemy takes it for ended.
            raise _refused(error) from error
        except Exception as error:
            self.connection.invalidate()
            raise LostCommit(str(error)) from error

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn the driver's errors into refusals: Conflict for a broken constraint, StoreBusy for the passing ones."""
        try:
            yield
        except (self._errors.IntegrityError, IntegrityError) as error:
            raise _refused(error) from error
        except (self._errors.OperationalError, self._errors.InterfaceError) as error:
            lost = self._is_lost(error)
            if lost:
                self.connection.invalidate()
            raise busy(error, lost=lost) from error

    def _is_lost(self, error: Exception) -> bool:
        return bool(self.connection.dialect.is_disconnect(error, self._driver, None))  # type: ignore[arg-type]


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """A session whose transaction is rolled back unless `Session.commit` was called. Raises StoreBusy."""
    with ExitStack() as stack:
        with answered():
            connection = stack.enter_context(engine.connect())
            connection.begin()
        yield Session(connection)


@contextmanager
def answered() -> Iterator[None]:
    """Turn SQLAlchemy's errors of a database that does not answer into StoreBusy."""
    try:
        yield
    except PoolTimeout as error:
        raise busy(error) from error
    except (OperationalError, InterfaceError) as error:
        raise busy(error, lost=error.connection_invalidated) from error


def busy(error: Exception, *, lost: bool = False) -> StoreBusy:
    """The refusal for a database that does not answer; `lost` when a new connection may do."""
    refusal = ConnectionLost if lost else StoreBusy
    return refusal(
        f"The database did not answer: {_first_line(error)}", place="store", remedy="Send the command again."
    )


def _refused(error: Exception) -> Conflict:
    return Conflict(f"The database refused the records: {_first_line(error)}", place="store")


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
