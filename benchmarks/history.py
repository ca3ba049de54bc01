"""W1: what a long history costs: the same advance for a patient of few records, and for one of 5 000 facts and 1 000 entries."""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta

from benchmarks.course import course
from benchmarks.measuring import Figure, Spent, median_of, spent
from benchmarks.population import played
from engine.actions import Engine
from engine.commands import Entry, RecordFacts
from engine.store import open_store, upgrade
from pathways.registry import load_registry

FACTS, ENTRIES = 5000, 1000
ADVANCES = 40
LONG, SHORT = "case-long", "case-short"


def _lengthen(engine: Engine, last: datetime) -> datetime:
    """Give one of the patients a long history of results that no open question hangs on."""
    each = FACTS // ENTRIES
    for number in range(ENTRIES):
        last += timedelta(minutes=7)
        entries = tuple(
            Entry("weight", {"value": f"{50 + (number + part) % 20} kg", "effective": str(_text(last, part))})
            for part in range(each)
        )
        engine.execute(RecordFacts(patient=LONG, at=last, entries=entries))
    return last


def _text(at: datetime, part: int) -> str:
    return (at - timedelta(minutes=part)).isoformat()


def _advances(engine: Engine, patient: str, at: datetime) -> None:
    for number in range(ADVANCES):
        entry = Entry("esr", f"{5 + number % 9} mm/h")
        engine.execute(RecordFacts(patient=patient, at=at + timedelta(minutes=number), entries=(entry,)))


def measure(rounds: int = 5) -> list[Figure]:
    """The second line of W1."""
    registry = load_registry()
    with tempfile.TemporaryDirectory() as folder:
        upgrade(f"sqlite:///{folder}/history.db")
        with open_store(f"sqlite:///{folder}/history.db") as store:
            engine = Engine(store, registry)
            played(store, registry, course(0), "short")
            chart = played(store, registry, course(0), "long")
            last = _lengthen(engine, max(fact.recorded for fact in chart.facts.values()))
            assert len(store.read(LONG).facts) >= FACTS
            assert len(store.entries(LONG)) >= ENTRIES
            found: list[tuple[Spent, Spent]] = []
            for number in range(rounds + 1):
                at = last + timedelta(hours=2 * (number + 1))
                short, long = (spent(lambda one=one, at=at: _advances(engine, one, at)) for one in (SHORT, LONG))  # type: ignore[misc]
                found.append((short, long))
            assert store.verify().problem is None
    ratio = median_of([long.cpu / short.cpu for short, long in found[1:]])
    return [
        Figure(
            "W1",
            "an advance with 5 000 facts and 1 000 entries against one with few, processor time",
            ratio,
            "x",
            "<= 1.3",
            ratio <= 1.3,
        )
    ]
