"""W6: fifteen years of inebilizumab for one patient through the case runner, and what that costs in the engine."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from benchmarks.course import course
from benchmarks.measuring import Figure, median_of
from engine.actions import Engine
from engine.cases import run_files
from engine.commands import Command, Outcome
from engine.store import open_store
from pathways.registry import load_registry

YEARS = 15
ROUNDS = 5


class Timed(Engine):
    """An engine that counts its commands and the seconds spent in them."""

    commands = 0
    seconds = 0.0
    processor = 0.0

    def execute(self, command: Command) -> Outcome:
        """Carry out and time."""
        started, busy = perf_counter(), process_time()
        try:
            return super().execute(command)
        finally:
            self.seconds += perf_counter() - started
            self.processor += process_time() - busy
            self.commands += 1


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the case."""

    commands: int
    seconds: float
    processor: float
    whole: float
    """Reading the case, the runner's own looks and the store included."""


@contextmanager
def case_file() -> Iterator[Path]:
    """The case as a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fifteen_years.yaml"
        path.write_text(course(YEARS).text("BENCH-W6", YEARS), encoding="utf-8")
        yield path


def run(path: Path, registry: Any) -> Run:
    """Run the case once; raises `AssertionError` when anything in it is refused or the audit does not hold."""
    engines: list[Timed] = []

    def fresh() -> Timed:
        engines.append(Timed(open_store("sqlite://"), registry))
        return engines[-1]

    started = perf_counter()
    report = run_files([path], fresh, registry)
    whole = perf_counter() - started
    assert report.exit_code == 0, report.as_text()
    engine = engines[0]
    assert engine.store.verify().problem is None
    return Run(engine.commands, engine.seconds, engine.processor, whole)


def measure(rounds: int = ROUNDS) -> list[Figure]:
    """W6."""
    registry = load_registry()
    with case_file() as path:
        run(path, registry)
        runs = [run(path, registry) for _ in range(rounds)]
    commands = runs[0].commands
    seconds = median_of([one.seconds for one in runs])
    return [
        Figure("W6", f"fifteen years, {commands} commands, engine time", seconds, "s", "<= 1 s", seconds <= 1),
        Figure("W6", "the same, processor time", median_of([one.processor for one in runs]), "s"),
        Figure(
            "W6",
            "the same, the whole of `careway simulate` after the start",
            median_of([one.whole for one in runs]),
            "s",
        ),
    ]
