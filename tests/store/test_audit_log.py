"""The stored audit refuses changes, and what is changed in spite of that is found."""

from __future__ import annotations

from threading import Thread

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from engine.store import SqlStore
from tests.store.builders import NOW, draft, enrolment, fact, register, saved, task

TAMPERS = {
    "edit": "UPDATE audit SET content = '{}' WHERE patient = 'p1' AND position = 3",
    "event": "UPDATE audit SET event = 'fact:retracted' WHERE patient = 'p1' AND position = 3",
    "time": "UPDATE audit SET occurred = '2026-02-01T00:00:00Z' WHERE patient = 'p1' AND position = 3",
    "delete": "DELETE FROM audit WHERE patient = 'p1' AND position = 3",
    "cut": "DELETE FROM audit WHERE patient = 'p1' AND position >= 3",
    "chain": "DELETE FROM audit WHERE patient = 'p1' AND chain = 'e1'",
    "move": "UPDATE audit SET chain = 'e2', number = 1 WHERE patient = 'p1' AND position = 5",
}
ALLOW = {
    "sqlite": ("DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"),
    "postgresql": ("ALTER TABLE audit DISABLE TRIGGER audit_no_change",),
}


@pytest.fixture
def history(store: SqlStore) -> SqlStore:
    """Two patients with an enrolment and a few entries each."""
    for patient in ("p1", "p2"):
        register(store, patient)
        saved(store, enrolment(), patient=patient)
        saved(store, fact(), patient=patient)
        saved(store, task(), patient=patient)
    return store


def execute(store: SqlStore, *statements: str) -> None:
    """Do what only an administrator of the database could do."""
    with store.database.writer.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.mark.parametrize("statement", ["UPDATE audit SET content = content", "DELETE FROM audit"])
def test_the_database_refuses_to_change_the_audit(history: SqlStore, statement: str) -> None:
    """Triggers, on both databases, whoever asks."""
    with pytest.raises(DBAPIError, match="append-only"):
        execute(history, statement)
    assert history.verify().problem is None


@pytest.mark.parametrize("tamper", TAMPERS)
def test_tampering_past_the_triggers_is_found(history: SqlStore, tamper: str) -> None:
    """The verification names the patient whose audit it is."""
    assert history.verify().problem is None
    execute(history, *ALLOW[history.database.writer.dialect.name], TAMPERS[tamper])
    problem = history.verify().problem
    assert problem is not None
    assert problem.patient == "p1"


def test_a_chain_removed_with_its_head_is_found(history: SqlStore) -> None:
    """The patient's own counter knows of it."""
    removal = "DELETE FROM audit_head WHERE patient = 'p1' AND chain = 'e1'"
    execute(history, *ALLOW[history.database.writer.dialect.name], TAMPERS["chain"], removal)
    problem = history.verify().problem
    assert problem is not None
    assert (problem.patient, problem.kind) == ("p1", "missing")


def test_a_record_changed_past_the_audit_shows_in_the_fold(history: SqlStore) -> None:
    """The fold of the audit is the state that the records must have."""
    assert history.check_fold("p1") == []
    execute(history, "UPDATE task SET role = 'nobody' WHERE patient = 'p1'")
    history.cache.clear()
    (difference,) = history.check_fold("p1")
    assert (difference.map, difference.id, difference.stored.role) == ("tasks", "t1", "nobody")
    assert history.check_fold("p2") == []


def test_what_concerns_no_patient_is_chained_too(store: SqlStore) -> None:
    """Also when several threads write at once."""

    def write() -> None:
        for _ in range(5):
            store.append([draft("service", "service:started"), draft("access", "session:opened")], now=NOW)

    threads = [Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    verdict = store.verify()
    assert verdict.problem is None
    assert verdict.entries == 30
    assert [entry.number for entry in store.entries("") if entry.chain == "service"] == list(range(1, 16))


def test_entries_come_in_the_order_of_writing(history: SqlStore) -> None:
    """Positions count over all chains of a patient."""
    entries = history.entries("p1")
    assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
    assert {entry.chain for entry in entries} == {"p1", "e1"}
    assert entries[0].event == "patient:registered"
