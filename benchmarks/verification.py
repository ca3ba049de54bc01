"""W4: verifying the audit, against the plain loop of `orjson` and `hashlib` over the same rows."""

from __future__ import annotations

import sqlite3
import tempfile
from hashlib import sha256

import orjson

from benchmarks.course import course
from benchmarks.measuring import Figure, alternating, median_of, ratio
from benchmarks.population import played
from engine.store import open_store, upgrade
from engine.store.statements import ENTRY_COLUMNS
from pathways.registry import load_registry

ENTRIES = 4_000
COLUMNS = tuple(str(name) for name in ENTRY_COLUMNS)


def plain_loop(path: str) -> int:
    """Read the rows, hash each with its predecessor, compare."""
    last: dict[tuple[str, str], str] = {}
    count = 0
    for row in sqlite3.connect(path).execute(f"SELECT {', '.join(COLUMNS)} FROM audit ORDER BY id"):
        entry = dict(zip(COLUMNS, row, strict=True))
        key = (entry["patient"], entry["chain"])
        stated, previous = entry.pop("hash"), entry.pop("previous")
        entry["content"], entry["actor"] = orjson.Fragment(entry["content"]), orjson.Fragment(entry["actor"])
        found = sha256(previous.encode() + orjson.dumps(entry, option=orjson.OPT_SORT_KEYS)).hexdigest()
        assert found == stated
        assert previous == last.get(key, previous)
        last[key] = stated
        count += 1
    return count


def measure(rounds: int = 7) -> list[Figure]:
    """W4."""
    registry = load_registry()
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/audit.db"
        upgrade(f"sqlite:///{path}")
        with open_store(f"sqlite:///{path}") as store:
            number = 0
            while plain_loop(path) < ENTRIES:
                played(store, registry, course(3), f"W4-{number}")
                number += 1
                if number >= 12:
                    break
            total = plain_loop(path)
            verdict = store.verify()
            assert verdict.problem is None
            assert verdict.entries == total
            found = alternating({"ours": store.verify, "plain": lambda: plain_loop(path)}, rounds)
    measured = ratio(found, "ours", "plain")
    rate = total / median_of([one.wall for one in found["ours"]])
    return [
        Figure(
            "W4",
            f"verification of {total} entries, against the plain orjson + hashlib loop",
            measured,
            "x",
            ">= 0.3",
            measured >= 0.3,
        ),
        Figure("W4", "the same: entries", rate, "/s"),
    ]
