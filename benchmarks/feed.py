"""W3: a nightly feed of laboratory facts over many enrolments, on PostgreSQL: one command for each patient with all his results.

No patient is in memory, each has a transaction of his own, every rule that reads one of his results is judged again, and what
follows is recorded with its audit. Patients share nothing but the tables, so that the rate holds for 10 000 enrolments as for these.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from benchmarks.course import LEVELS, SEROLOGY, course
from benchmarks.measuring import Figure, Spent, median_of, spent
from benchmarks.population import copied, played
from benchmarks.postgres import server
from engine.actions import Engine
from engine.commands import Entry, RecordFacts
from engine.definition.registry import Registry
from engine.store import SqlStore, open_store, upgrade
from pathways.registry import load_registry

PATIENTS = 100
ROUNDS = 5
RESULTS = {code: value for code, value in {**LEVELS, **SEROLOGY}.items() if not isinstance(value, bool)}
"""What the laboratory reports of each patient."""


def _night(engine: Engine, number: int, at: datetime) -> None:
    entries = tuple(Entry(code, value) for code, value in RESULTS.items())
    for one in range(1, PATIENTS + 1):
        patient = f"n{number}-{one}"
        outcome = engine.execute(RecordFacts(patient=patient, at=at, entries=entries, key="night"))
        assert len(outcome.created) == len(RESULTS)


def _round(store: SqlStore, registry: Registry, number: int, last: datetime) -> Spent:
    copied(store, "case-W3", f"n{number}-", PATIENTS)
    store.cache.clear()
    return spent(lambda: _night(Engine(store, registry), number, last + timedelta(days=1)))


def measure(rounds: int = ROUNDS) -> list[Figure]:
    """The second line of W3."""
    registry = load_registry()
    with server() as home:
        home.run("CREATE DATABASE feed")
        upgrade(home.url("feed"))
        with open_store(home.url("feed"), charts_in_memory=0) as store:
            chart = played(store, registry, course(1), "W3")
            last = max(fact.recorded for fact in chart.facts.values())
            enrolments = sum(one.open for one in chart.enrolments.values())
            found = [_round(store, registry, number, last) for number in range(rounds + 1)][1:]
            assert store.verify().problem is None
    facts = PATIENTS * len(RESULTS)
    rate = facts / median_of([one.wall for one in found])
    what = f"a feed of {facts} results over {PATIENTS * enrolments} open enrolments, PostgreSQL, one process"
    cpu = median_of([one.cpu for one in found]) / facts * 1e3
    return [
        Figure("W3", what, rate, "facts/s", ">= 300", rate >= 300),
        Figure("W3", "the same: processor time of a result (client)", cpu, "ms"),
    ]
