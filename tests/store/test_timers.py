"""Due timers are found by state, held by one worker at a time, and lost by none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from engine.model import TimerState
from engine.ports import Claim, LeaseLost
from engine.store import SqlStore
from engine.store.timers import CLAIM, NEXT
from tests.store.builders import LEASE, NOW, enrolment, opened, put, register, saved, timer, with_timers

SECOND = timedelta(seconds=1)


def claim(store: SqlStore, limit: int = 10, worker: str = "w1", at: timedelta = timedelta(0)) -> list[Claim]:
    """Claim at `NOW + at`."""
    return store.claim_due(NOW + at, limit, worker, LEASE)


def fire(store: SqlStore, claims: list[Claim], at: timedelta = timedelta(0)) -> int:
    """Fire the claimed timers of `p1` that are still pending, in one transaction; how many there were."""
    with store.units({item.patient for item in claims}, claims) as units:
        due = [item for item in claims if units[item.patient].chart.timers[item.timer].state is TimerState.PENDING]
        for item in due:
            unit = units[item.patient]
            fired = replace(unit.chart.timers[item.timer], state=TimerState.FIRED, fired=NOW + at)
            put(unit, fired, event="timer:fired")
        return len(due)


def test_what_is_due_is_claimed_oldest_first(store: SqlStore) -> None:
    """Up to the limit, and nothing that is not due yet."""
    dues = [timer(f"i{n}", NOW - n * SECOND) for n in range(3)]
    with_timers(store, [*dues, timer("later", NOW + SECOND)])
    assert [item.timer for item in claim(store, limit=2)] == ["i2", "i1"]
    assert [item.timer for item in claim(store, limit=5)] == ["i0"]
    assert claim(store) == []


def test_the_moment_of_the_next_timer_is_known(store: SqlStore) -> None:
    """Unclaimed ones only; the oldest pending one, claimed or not, tells the lag."""
    assert store.next_due() is None
    with_timers(store, [timer("i1"), timer("i2", NOW + SECOND)])
    assert store.next_due() == NOW
    claim(store)
    assert store.next_due() == NOW + SECOND
    assert store.oldest_due() == NOW


def test_a_fired_timer_is_not_due_again(store: SqlStore) -> None:
    """Nor is a cancelled one."""
    with_timers(store, [timer("i1"), timer("i2", state=TimerState.CANCELLED)])
    assert fire(store, claim(store)) == 1
    assert claim(store, at=LEASE) == []
    assert store.read("p1").timers["i1"].fired == NOW
    assert store.check_fold("p1") == []


def test_a_dead_workers_claims_are_taken_over(store: SqlStore) -> None:
    """Once the lease has ended, and not before."""
    with_timers(store, [timer("i1")])
    (first,) = claim(store, worker="dead")
    assert claim(store, worker="w2", at=LEASE - SECOND) == []
    (second,) = claim(store, worker="w2", at=LEASE)
    assert (second.timer, second.epoch) == (first.timer, first.epoch + 1)


def test_a_worker_that_slept_too_long_cannot_save(store: SqlStore) -> None:
    """Its epoch is over; the worker that took over fires the timer, once."""
    with_timers(store, [timer("i1")])
    slept = claim(store, worker="sleeper")
    taken = claim(store, worker="w2", at=LEASE)
    with pytest.raises(LeaseLost):
        fire(store, slept)
    assert store.read("p1").timers["i1"].state is TimerState.PENDING
    assert fire(store, taken) == 1
    assert len([entry for entry in store.entries("p1") if entry.event == "timer:fired"]) == 2  # patient and enrolment


def test_claims_are_given_back(store: SqlStore) -> None:
    """At shutdown, and by a batch that fires nothing; never those of another worker."""
    with_timers(store, [timer("i1")])
    first = claim(store)
    store.release(first)
    second = claim(store)
    assert [item.timer for item in second] == ["i1"]
    store.release(first)
    assert claim(store) == []
    with store.units(["p1"], second):
        pass
    assert len(claim(store)) == 1


def test_two_workers_share_what_is_due(store: SqlStore, store_url: str) -> None:
    """Claiming at the same moment from two threads (two processes' stores on PostgreSQL), nobody gets the other's."""
    with_timers(store, [timer(f"i{n}", NOW - n * SECOND) for n in range(60)])
    other = opened(store_url) if store_url.startswith("postgresql") else store
    start, got = Barrier(2), dict[str, list[Claim]]()

    def work(name: str, own: SqlStore) -> None:
        start.wait(10)
        got[name] = [item for _ in range(8) for item in claim(own, limit=5, worker=name)]

    threads = [Thread(target=work, args=pair) for pair in (("w1", store), ("w2", other))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    names = [item.timer for claims in got.values() for item in claims]
    assert sorted(names) == sorted(f"i{n}" for n in range(60))
    if other is not store:
        other.close()


def test_a_batch_of_many_patients_fires_in_one_transaction(store: SqlStore) -> None:
    """Fifty timers of ten patients; every chain stays sound."""
    for number in range(10):
        with_timers(store, [timer(f"i{n}", NOW - n * SECOND) for n in range(5)], patient=f"p{number}")
    assert fire(store, claim(store, limit=50)) == 50
    assert store.verify().problem is None
    assert all(store.check_fold(patient) == [] for patient in store.patients())


@pytest.mark.parametrize("statement", [CLAIM, NEXT], ids=["claim", "next"])
def test_only_what_is_due_is_looked_at(statement: object) -> None:
    """On SQLite the partial index is used, so that the cost does not grow with what is pending."""
    with opened("sqlite://") as store, store.database.writer.begin() as connection:
        sql = statement.compile(store.database.writer)  # type: ignore[attr-defined]
        values = ["2026"] * len(sql.positiontup)
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", tuple(values)).all()
    steps = [row.detail for row in plan]
    assert any("ix_timer_pending_due" in step for step in steps), steps
    assert not any(step.startswith("SCAN timer") and "INDEX" not in step for step in steps), steps


def test_a_timer_may_be_moved_while_it_is_claimed(store: SqlStore) -> None:
    """An anchor moved meanwhile: the new due time counts, and the claim ends with its lease."""
    register(store)
    saved(store, enrolment(), timer("i1"))
    claims = claim(store)
    saved(store, timer("i1", NOW + timedelta(hours=1)), event="timer:moved")
    assert store.read("p1").timers["i1"].due == NOW + timedelta(hours=1)
    store.release(claims)
    assert claim(store, at=LEASE) == []
    assert store.next_due() == NOW + timedelta(hours=1)
