"""A connection that breaks during COMMIT: the store finds out what became of it before anybody is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from engine.ports import CommitUnknown, StoreBusy
from engine.store import SqlStore
from engine.store.session import LostCommit, Session
from engine.store.transactions import Transactions
from engine.store.writer import Writer
from tests.store.builders import NOW, fact, opened, put, register, saved, timer, with_timers

real_commit = Session.commit


@pytest.fixture
def broken_commit(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Make the next COMMIT lose its answer; `arrived` says whether the database had done it."""

    def arm(arrived: bool) -> None:
        def commit(session: Session) -> None:
            monkeypatch.setattr(Session, "commit", real_commit)
            if arrived:
                real_commit(session)
            session.connection.invalidate()
            raise LostCommit("server closed the connection unexpectedly")

        monkeypatch.setattr(Session, "commit", commit)

    return arm


@pytest.fixture(params=["file", pytest.param("postgres", marks=pytest.mark.postgres)])
def lasting(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    """A store that outlives its connections, unlike one in memory."""
    file = f"sqlite:///{tmp_path / 'careway.db'}"
    url = file if request.param == "file" else request.getfixturevalue("postgres_store_url")
    with opened(url) as store:
        yield store


def test_a_commit_that_arrived_is_a_success(lasting: SqlStore, broken_commit: Callable[[bool], None]) -> None:
    """The caller hears nothing of the break, and the command was done once."""
    register(lasting)
    broken_commit(True)
    saved(lasting, fact(), key="k1")
    assert list(lasting.read("p1").facts) == ["f1"]
    assert lasting.verify().problem is None


def test_a_commit_that_did_not_arrive_may_be_sent_again(
    lasting: SqlStore, broken_commit: Callable[[bool], None]
) -> None:
    """StoreBusy says that nothing was saved, which is true."""
    register(lasting)
    broken_commit(False)
    with pytest.raises(StoreBusy):
        saved(lasting, fact(), key="k1")
    assert lasting.read("p1").facts == {}
    assert list(saved(lasting, fact(), key="k1").facts) == ["f1"]
    assert lasting.verify().problem is None


def test_a_database_that_stays_away_leaves_it_open(
    lasting: SqlStore, broken_commit: Callable[[bool], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only then is CommitUnknown raised; the same key tells once the database is back."""
    register(lasting)

    def away(*_: Any) -> bool:
        raise StoreBusy("gone")

    monkeypatch.setattr(Transactions, "_has_entry", away)
    broken_commit(True)
    with pytest.raises(CommitUnknown):
        saved(lasting, fact(), key="k1", outcome={"done": True})
    with lasting.unit("p1", key="k1") as unit:
        found = unit.previous("k1")
        assert found is not None
        assert found.content == {"done": True}


def test_a_connection_that_died_in_the_pool_is_replaced(postgres_store_url: str) -> None:
    """After a restart of PostgreSQL the first command works, without an error to anybody."""
    with opened(postgres_store_url) as store:
        register(store)
        _end_connections(store)
        saved(store, fact())
        assert list(store.read("p1").facts) == ["f1"]
        _end_connections(store)
        assert list(store.read("p1").facts) == ["f1"]
        with_timers(store, [timer("i1")], patient="p2")
        _end_connections(store)
        assert store.next_due() == NOW


def test_a_connection_that_dies_within_a_unit_saves_nothing(postgres_store_url: str) -> None:
    """The command may be sent again."""
    with opened(postgres_store_url) as store:
        register(store)

        def die_within() -> None:
            with store.unit("p1") as unit:
                _end_connections(store)
                put(unit, fact(), key="k1")

        with pytest.raises(StoreBusy):
            die_within()
        assert list(saved(store, fact(), key="k1").facts) == ["f1"]


def test_a_connection_that_dies_before_commit_saves_nothing(
    postgres_store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything was written, COMMIT fails: the store looks, finds nothing, and says so."""
    with opened(postgres_store_url) as store:
        register(store)
        flush = Writer.flush

        def flush_and_die(writer: Writer, session: Session, *rest: Any) -> None:
            flush(writer, session, *rest)
            monkeypatch.undo()
            _end_connections(store)

        monkeypatch.setattr(Writer, "flush", flush_and_die)
        with pytest.raises(StoreBusy):
            saved(store, fact(), key="k1")
        assert list(saved(store, fact(), key="k1").facts) == ["f1"]
        assert store.verify().problem is None


def _end_connections(store: SqlStore) -> None:
    """Do to the store's connections what a restart does."""
    engine = create_engine(store.database.writer.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        ours = "datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {ours}"))
    engine.dispose()
