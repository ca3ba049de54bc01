"""A SQLite file: durable settings, one writing process, readers beside it."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from engine.ports import StoreBusy
from engine.store import DatabaseInUse, SchemaOutdated, UnsupportedDatabase, open_store, upgrade
from engine.store.turns import Turns
from tests.store.builders import fact, opened, register, saved


@pytest.fixture
def url(tmp_path: Path) -> str:
    """URL of a file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'careway.db'}"


def test_the_settings_are_the_durable_ones(url: str) -> None:
    """WAL, fsync at every commit, foreign keys; readers cannot write."""
    with opened(url) as store:
        with store.database.writer.connect() as connection:
            found = [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys")
            ]
        with store.reader.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA query_only").scalar() == 1
    assert found == ["wal", 2, 1]


def test_a_second_writer_is_refused(url: str) -> None:
    """In this process and in another one; when the first has ended, the way is free."""
    with opened(url):
        with pytest.raises(DatabaseInUse):
            open_store(url)
        code = f"from engine.store import open_store; open_store({url!r})"
        other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
        assert "DatabaseInUse" in other.stderr
    open_store(url).close()


def test_a_reader_may_look_on(url: str) -> None:
    """Beside the writing process, without being able to write."""
    with opened(url) as store:
        register(store)
        with open_store(url, read_only=True) as reader:
            saved(store, fact())
            assert list(reader.read("p1").facts) == ["f1"]
            assert reader.verify().problem is None
            with pytest.raises(StoreBusy):
                saved(reader, fact("f2"))


def test_a_database_without_todays_schema_is_refused(url: str) -> None:
    """With the remedy."""
    with pytest.raises(SchemaOutdated, match="careway db upgrade"):
        open_store(url)
    upgrade(url)
    open_store(url).close()


def test_other_databases_are_refused() -> None:
    """By name."""
    with pytest.raises(UnsupportedDatabase):
        open_store("oracle://somewhere")


def test_an_old_sqlite_is_warned_of(
    url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below 3.51.3 a WAL database may be damaged by two writing connections."""
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 51, 2))
    with caplog.at_level(logging.WARNING, "careway.store"):
        upgrade(url)
    assert "3.51.3" in caplog.text
    caplog.clear()
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 51, 3))
    open_store(url).close()
    assert caplog.text == ""


def test_what_was_committed_survives_the_process(url: str) -> None:
    """A process that ends without closing anything loses nothing that it acknowledged, and its lock ends with it."""
    upgrade(url)
    code = (
        "import os; from engine.store import open_store; from tests.store.builders import register, saved, fact;"
        f"store = open_store({url!r}); register(store); saved(store, fact()); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code], timeout=60, check=False)
    with open_store(url) as store:
        assert list(store.read("p1").facts) == ["f1"]
        assert store.verify().problem is None


def test_a_turn_that_does_not_come_is_given_up() -> None:
    """And whoever waits longest has the next one."""
    turns = Turns()
    assert turns.take(0)
    assert not turns.take(0.01)
    turns.give()
    assert turns.take(0)
