"""Many writers of one patient come out as some order of single writers: nothing lost, nothing forked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Barrier, Event, Thread

from engine.errors import Conflict
from engine.model import Changes
from engine.store import SqlStore
from tests.store.builders import NOW, draft, enrolment, fact, opened, put, register, saved

WRITERS = 4
ROUNDS = 15


def in_threads(work: Callable[[int], None]) -> None:
    """Run `work(0)` … `work(WRITERS - 1)` at once and raise what any of them raised."""
    start, errors = Barrier(WRITERS), list[BaseException]()

    def run(number: int) -> None:
        start.wait(10)
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001 (carried over to the test)
            errors.append(error)

    threads = [Thread(target=run, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if errors:
        raise errors[0]


def count_up(store: SqlStore, times: int = 1) -> None:
    """Read a number from the chart and write the next one, in a unit for each time."""
    for _ in range(times):
        _count(store)


def _count(store: SqlStore) -> None:
    with store.unit("p1") as unit:
        chart = unit.chart
        old = chart.enrolments["e1"]
        chart.enrolments["e1"] = replace(old, flags={"n": old.flags.get("n", 0) + 1})
        unit.save(chart, Changes(enrolments={"e1": None}), [draft("e1", "enrolment:reevaluated")], now=NOW)


def test_no_update_is_lost(store: SqlStore) -> None:
    """Read, decide, write from four threads: every one counts."""
    register(store)
    saved(store, enrolment())
    in_threads(lambda _: count_up(store, ROUNDS))
    chart = store.read("p1")
    assert chart.enrolments["e1"].flags == {"n": WRITERS * ROUNDS}
    assert chart.enrolments["e1"].version == WRITERS * ROUNDS + 1
    assert store.verify().problem is None
    assert store.check_fold("p1") == []


def test_replicas_never_decide_from_a_stale_chart(store: SqlStore, store_url: str) -> None:
    """Two stores, each with its own charts in memory, take turns on PostgreSQL."""
    if not store_url.startswith("postgresql"):
        return  # SQLite has one writing process by design (see test_sqlite_file.py).
    register(store)
    saved(store, enrolment())
    with opened(store_url) as other:
        for number in range(6):
            count_up(store if number % 2 else other)
        in_threads(lambda number: count_up(store if number % 2 else other, ROUNDS))
        assert other.read("p1") == store.read("p1")
    assert store.read("p1").enrolments["e1"].flags == {"n": 6 + WRITERS * ROUNDS}


def test_the_same_command_from_all_sides_is_done_once(store: SqlStore) -> None:
    """Each looks for the key under the lock; one does the work, the others read its answer."""
    register(store)
    answers = list[object]()

    def send(number: int) -> None:
        with store.unit("p1", key="k1") as unit:
            found = unit.previous("k1")
            if found is None:
                put(unit, fact(), key="k1", outcome={"by": number})
            answers.append({"by": number} if found is None else found.content)

    in_threads(send)
    assert len(answers) == WRITERS
    assert all(answer == answers[0] for answer in answers)
    assert len(store.entries("p1")) == 2


def test_another_patient_does_not_wait_on_postgresql(store: SqlStore, store_url: str) -> None:
    """Row locks are per patient; the single writer of SQLite makes everybody wait."""
    if not store_url.startswith("postgresql"):
        return
    for patient in ("p1", "p2"):
        register(store, patient)
    done = Event()

    def write_other() -> None:
        saved(store, fact(), patient="p2")
        done.set()

    with store.unit("p1") as unit:
        Thread(target=write_other).start()
        assert done.wait(20)
        put(unit, fact())
    assert list(store.read("p1").facts) == ["f1"]


def test_overlapping_batches_do_not_deadlock(store: SqlStore) -> None:
    """Patients are locked in one order, whatever order they are named in."""
    names = ["p1", "p2", "p3"]
    for patient in names:
        register(store, patient)

    def write(number: int) -> None:
        for step in range(5):
            order = names if number % 2 else names[::-1]
            with store.units(order) as units:
                for patient in order:
                    put(units[patient], fact(f"f{number}-{step}"))

    in_threads(write)
    assert all(len(store.read(patient).facts) == WRITERS * 5 for patient in names)


def test_registering_the_same_patient_twice_at_once_succeeds_once(store: SqlStore) -> None:
    """The others hear of the conflict."""
    outcomes = list[bool]()

    def create(_: int) -> None:
        try:
            register(store)
            outcomes.append(True)
        except Conflict:
            outcomes.append(False)

    in_threads(create)
    assert sorted(outcomes) == [False] * (WRITERS - 1) + [True]
    assert len(store.entries("p1")) == 1


def test_readers_see_whole_commands_only(store: SqlStore) -> None:
    """While a writer changes two records in each command, no reader sees one without the other."""
    register(store)
    saved(store, enrolment("e1"), enrolment("e2", ordinal=2))
    stop = Event()
    seen = set[bool]()

    def read() -> None:
        while not stop.is_set():
            store.cache.clear()
            chart = store.read("p1")
            seen.add(chart.enrolments["e1"].stage == chart.enrolments["e2"].stage)

    reader = Thread(target=read)
    reader.start()
    for number in range(20):
        saved(store, enrolment("e1", stage=f"s{number}"), enrolment("e2", ordinal=2, stage=f"s{number}"))
    stop.set()
    reader.join(20)
    assert seen == {True}
