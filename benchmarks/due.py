"""W2: timers that are due among many pending, each with its full effect; and APScheduler's own store with a trivial one.

*What is counted*: decisions. Every due patient has exactly one timer due (the template is played to such a moment), so that no two
timers share one decision, one audit entry or the loading of one chart; they share transactions, as in the due pass of the service
(`BATCH` to a commit). No chart and no index is in memory: each is loaded, decided and saved with its audit entry.
The other pending timers belong to copies that are due in a hundred years.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from benchmarks.course import course
from benchmarks.jobs import scheduler_alone
from benchmarks.measuring import Figure, Spent, median_of, spent
from benchmarks.population import copied, played
from benchmarks.postgres import server
from engine.actions import Engine
from engine.definition.registry import Registry
from engine.model import Chart, TimerState
from engine.store import SqlStore, open_store, upgrade
from pathways.registry import load_registry

DUE = 200
"""Patients fired in a round; the cost of each depends on nothing else that is due, so that 10 000 cost fifty times as much."""
PENDING = (10_000, 100_000, 1_000_000)
BATCH = 100
ROUNDS = 5
LEASE = timedelta(minutes=10)
FAR = datetime(2126, 1, 1, tzinfo=UTC)


def fire_all(store: SqlStore, registry: Registry, now: datetime) -> int:
    """What the due pass of the service does: claim a batch, decide and save it in one transaction, until nothing is due."""
    engine, fired = Engine(store, registry), 0
    while claims := store.claim_due(now, BATCH, "bench", LEASE):
        patients = dict.fromkeys(claim.patient for claim in claims)
        fired += engine.fire_many(patients, now, claims)
    return fired


def waiting(chart: Chart) -> list[datetime]:
    """When the pending timers of a patient are due, in order."""
    return sorted(timer.due for timer in chart.timers.values() if timer.state is TimerState.PENDING)


def _to_a_single_timer(store: SqlStore, registry: Registry, chart: Chart) -> Chart:
    """Let time pass for the template until its next moment is that of one timer."""
    engine, due = Engine(store, registry), waiting(chart)
    while due[0] == due[1]:
        engine.fire(chart.patient.id, due[0])
        chart = store.read(chart.patient.id)
        due = waiting(chart)
    return chart


def _round(store: SqlStore, registry: Registry, number: int, due: datetime) -> Spent:
    """What it costs to fire what `DUE` fresh copies have due, for each."""
    prefix = f"due{number}-"
    copied(store, "case-W2", prefix, DUE)
    store.cache.clear()
    counted: list[int] = []
    found = spent(lambda: counted.append(fire_all(store, registry, due)))
    left = store.next_due()
    assert left is None or left > due
    assert counted == [DUE], "every patient has one timer due"
    for one in (store.read(f"{prefix}1"), store.read(f"{prefix}{DUE}")):
        assert [timer.fired for timer in one.timers.values() if timer.fired == due] == [due]
        assert store.entries(one.patient.id)
    return Spent(found.wall / DUE, found.cpu / DUE)


@contextmanager
def due_store(url: str, registry: Registry, pending: int) -> Iterator[tuple[SqlStore, datetime]]:
    """A database with so many pending timers, and the moment at which copies of its template are due."""
    upgrade(url)
    with open_store(url, charts_in_memory=BATCH) as store:
        chart = _to_a_single_timer(store, registry, played(store, registry, course(1), "W2"))
        due = waiting(chart)
        # The template stays as it is: its timers are claimed, so that only those of its copies fire.
        store.claim_due(FAR, len(due), "template", timedelta(days=1))
        copied(store, "case-W2", "far", pending // len(due), due=FAR, maps=("enrolments", "timers"))
        yield store, due[0]


def _measured(url: str, registry: Registry, pending: int, rounds: int) -> list[Spent]:
    with due_store(url, registry, pending) as (store, due):
        return [_round(store, registry, number, due) for number in range(rounds + 1)][1:]


def _against_scheduler(registry: Registry, pending: int, rounds: int) -> tuple[list[Spent], list[Spent]]:
    """Ours and APScheduler's own store in turns, on SQLite files of their own."""
    ours, theirs = [], []
    with (
        tempfile.TemporaryDirectory() as folder,
        due_store(f"sqlite:///{folder}/due.db", registry, pending) as (store, due),
    ):
        for number in range(rounds + 1):
            ours.append(_round(store, registry, number, due))
            theirs.append(scheduler_alone(f"sqlite:///{folder}/jobs{number}.db"))
    return ours[1:], theirs[1:]


def _lines(what: str, found: list[Spent]) -> list[Figure]:
    return [
        Figure("W2", what, median_of([one.wall for one in found]) * 1e3, "ms"),
        Figure("W2", f"{what}: processor time", median_of([one.cpu for one in found]) * 1e3, "ms"),
    ]


def measure(rounds: int = ROUNDS, pending: tuple[int, ...] = PENDING, postgres: bool = True) -> list[Figure]:
    """W2."""
    registry = load_registry()
    ours, theirs = _against_scheduler(registry, pending[0], rounds)
    found = {pending[0]: ours}
    for number in pending[1:]:
        with tempfile.TemporaryDirectory() as folder:
            found[number] = _measured(f"sqlite:///{folder}/due.db", registry, number, rounds)
    figures = []
    for number, each in found.items():
        figures += _lines(f"a due timer, one decision each, among {number} pending, SQLite", each)
    costs = [median_of([one.cpu for one in each]) for each in found.values()]
    spread = max(costs) / min(costs)
    what = "the dearest of these against the cheapest, processor time"
    figures.append(Figure("W2", what, spread, "x", "<= 1.3", spread <= 1.3))
    figures += _lines("a one-shot job of APScheduler's own store, trivial effect, SQLite", theirs)
    ratio = median_of([other.wall / own.wall for own, other in zip(ours, theirs, strict=True)])
    figures.append(Figure("W2", "ours against APScheduler's own store, by the clock", ratio, "x", ">= 1", ratio >= 1))
    cpu = median_of([other.cpu / own.cpu for own, other in zip(ours, theirs, strict=True)])
    figures.append(Figure("W2", "the same, processor time", cpu, "x"))
    return figures + (_on_postgres(registry, rounds) if postgres else [])


def _on_postgres(registry: Registry, rounds: int) -> list[Figure]:
    with server() as home:
        home.run("CREATE DATABASE due")
        each = _measured(home.url("due"), registry, 100_000, rounds)
    return _lines("a due timer, one decision each, among 100000 pending, PostgreSQL (client)", each)
