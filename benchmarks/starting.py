"""W7: how long a process takes from its start to the first fired timer among 10⁶ pending ones, and what memory it needs."""

from __future__ import annotations

import subprocess
import sys
import tempfile

from benchmarks.due import due_store
from benchmarks.measuring import ROOT, Figure, median_of
from benchmarks.population import copied
from pathways.registry import load_registry

ROUNDS = 5
PENDING = 1_000_000
PROGRAM = """
import logging, resource, sys, time
from datetime import datetime, timedelta
from engine.actions import Engine
from engine.store import open_store
from pathways.registry import load_registry
logging.getLogger("careway").setLevel(logging.ERROR)
due = datetime.fromisoformat(sys.argv[2])
with open_store(sys.argv[1]) as store:
    claims = store.claim_due(due, 1, "bench", timedelta(minutes=1))
    assert Engine(store, load_registry()).fire_many([claims[0].patient], due, claims) == 1
print(time.time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
START = "import time, subprocess, sys; print(time.time(), flush=True); sys.exit(subprocess.call(sys.argv[1:]))"


def _started(url: str, due: str) -> tuple[float, float]:
    """Seconds from the start of the process to the committed firing, and its largest size in MB."""
    command = [sys.executable, "-c", START, sys.executable, "-c", PROGRAM, url, due]
    text = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    return float(text[1]) - float(text[0]), float(text[2])


def measure(rounds: int = ROUNDS, pending: int = PENDING) -> list[Figure]:
    """W7."""
    registry = load_registry()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/start.db"
        with due_store(url, registry, pending) as (store, due):
            copied(store, "case-W2", "first", rounds + 1)
        found = [_started(url, due.isoformat()) for _ in range(rounds + 1)][1:]
    seconds, size = median_of([one for one, _ in found]), median_of([other for _, other in found])
    return [
        Figure("W7", f"from the start to the first of {pending} pending timers", seconds, "s", "<= 3 s", seconds <= 3),
        Figure("W7", "the same: largest size of the process", size, "MB", "<= 300 MB", size <= 300),
    ]
