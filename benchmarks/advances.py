"""W1: one durable advance of ours (a result arrives: decide, audit, tasks, timers) against the same rows written raw.

Patients are copies of one in maintenance; each advance meets the next of them. Ours runs on one database, then the bare
driver sends the statements that ours sent to a second one that stood at the same point; both must end with the same rows.
The peer (`usual.py`) does in each round as many advances of its own, smaller, kind.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import psycopg

from benchmarks.course import course
from benchmarks.measuring import Figure, Spent, median_of, spent
from benchmarks.population import copied, played
from benchmarks.postgres import server
from benchmarks.raw import Recording, raw_sqlite, recorded, replay_postgres, replay_sqlite
from benchmarks.usual import Usual, usual
from engine.actions import Engine
from engine.commands import Entry, RecordFacts
from engine.definition.registry import Registry
from engine.store import SqlStore, open_store, upgrade
from pathways.registry import load_registry

PATIENTS = 60
ROUNDS = 5
TABLES = ("patient", "fact", "task", "timer", "message", "agenda", "audit", "audit_head", "command")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two databases at the same point: ours, and how to replay on the other; `counts` are the rows of both."""

    store: SqlStore
    replay: Callable[[Any], None]
    counts: Callable[[], tuple[list[int], list[int]]]
    peer: Usual


def _fill(store: SqlStore, registry: Registry) -> datetime:
    chart = played(store, registry, course(1), "W1")
    copied(store, "case-W1", "p", PATIENTS)
    return max(fact.recorded for fact in chart.facts.values())


def _advance(engine: Engine, at: datetime, number: int, record: Recording) -> None:
    """A laboratory result of every patient."""
    for one in range(1, PATIENTS + 1):
        entry = Entry("igg", f"9.{number % 7} g/L")
        record.transactions.append([])
        outcome = engine.execute(RecordFacts(patient=f"p{one}", at=at, entries=(entry,), key=f"round{number}"))
        assert outcome.accepted


def _both(one: Any, other: Any) -> tuple[list[int], list[int]]:
    """Rows of each table in both databases."""
    return _counted(one), _counted(other)


def _counted(connection: Any) -> list[int]:
    found = [int(connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]) for name in TABLES]
    connection.commit()
    return found


@contextmanager
def sqlite_pair(registry: Registry) -> Iterator[tuple[Pair, datetime]]:
    """Two files."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/ours.db"
        upgrade(url)
        with open_store(url) as store:
            last = _fill(store, registry)
        with open_store(url) as store:
            other = raw_sqlite(f"{folder}/raw.db")
            source = raw_sqlite(f"{folder}/ours.db")
            source.backup(other)
            counts = partial(_both, source, other)
            peer = usual(f"sqlite:///{folder}/usual.db", PATIENTS)
            yield Pair(store, partial(replay_sqlite, other), counts, peer), last


@contextmanager
def postgres_pair(registry: Registry) -> Iterator[tuple[Pair, datetime]]:
    """Two databases of one durable server."""
    with server() as url:
        ours = url.url("ours")
        url.run("CREATE DATABASE ours")
        upgrade(ours)
        with open_store(ours) as store:
            last = _fill(store, registry)
        url.run("CREATE DATABASE raw TEMPLATE ours")
        with (
            open_store(ours) as store,
            psycopg.connect(url.plain("raw")) as other,
            psycopg.connect(url.plain("ours")) as source,
        ):
            url.run("CREATE DATABASE usual")
            counts = partial(_both, source, other)
            yield Pair(store, partial(replay_postgres, other), counts, usual(url.url("usual"), PATIENTS)), last


Turn = tuple[Spent, Spent, Spent]
"""What ours, raw and the peer cost in one round."""


def _rounds(pair: Pair, registry: Registry, start: datetime, rounds: int) -> list[Turn]:
    engine, found = Engine(pair.store, registry), []
    for number in range(rounds + 1):
        at = start + timedelta(days=1 + number, hours=1)
        with recorded() as record:
            ours = spent(partial(_advance, engine, at, number, record))
        raw = spent(partial(pair.replay, record.transactions))
        same, other = pair.counts()
        assert same == other, (same, other)
        usually = spent(partial(_usually, pair.peer))
        done = PATIENTS * (number + 1)
        assert pair.peer.counts() == {"audit": done, "outbox": done, "versions": done, "pending": 2 * PATIENTS}
        found.append((ours, raw, usually))
    verdict = pair.store.verify()
    assert verdict.problem is None, verdict.problem
    return found[1:]


def _usually(peer: Usual) -> None:
    for one in range(1, PATIENTS + 1):
        peer.advance(one)


def _figures(name: str, found: list[Turn], target: float) -> list[Figure]:
    ratio = median_of([raw.wall / ours.wall for ours, raw, _ in found])
    cpu = median_of([ours.cpu for ours, _, _ in found]) / PATIENTS * 1e3
    dearer = median_of([ours.cpu / raw.cpu for ours, raw, _ in found])
    rate = PATIENTS / median_of([ours.wall for ours, _, _ in found])
    usually = median_of([peer.wall / ours.wall for ours, _, peer in found])
    usual_cpu = median_of([peer.cpu / ours.cpu for ours, _, peer in found])
    what = f"durable advance, {name}, against `transitions` + ORM as usually written"
    return [
        Figure(
            "W1",
            f"durable advance, {name}, one client, against the same rows raw",
            ratio,
            "x raw",
            f">= {target}",
            ratio >= target,
        ),
        Figure("W1", f"the same, {name}: processor time against raw (client only)", dearer, "x raw"),
        Figure("W1", f"the same, {name}: advances", rate, "/s"),
        Figure("W1", f"the same, {name}: processor time of ours", cpu, "ms"),
        Figure("W1", what, usually, "x", ">= 2", usually >= 2),
        Figure("W1", f"the same, {name}: processor time", usual_cpu, "x"),
    ]


def measure(rounds: int = ROUNDS) -> list[Figure]:
    """W1."""
    registry = load_registry()
    with sqlite_pair(registry) as (pair, start):
        figures = _figures("SQLite", _rounds(pair, registry, start, rounds), 0.30)
    with postgres_pair(registry) as (pair, start):
        figures += _figures("PostgreSQL", _rounds(pair, registry, start, rounds), 0.60)
    return figures
