"""Rounds, medians, and how a figure is printed with the machine and the revision that it belongs to."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the results. `met` is None where no target is set."""

    work: str
    what: str
    value: float
    unit: str
    target: str = ""
    met: bool | None = None

    def __str__(self) -> str:
        verdict = {None: "", True: "met", False: "MISSED"}[self.met]
        return f"{self.work:4} {self.what:86} {self.value:10.3f} {self.unit:12} {self.target:12} {verdict}"


@dataclass(frozen=True, slots=True)
class Spent:
    """What a piece of work cost: seconds on the wall and of this process."""

    wall: float
    cpu: float


def spent(work: Callable[[], object]) -> Spent:
    """Do some work and say what it cost."""
    wall, cpu = perf_counter(), process_time()
    work()
    return Spent(perf_counter() - wall, process_time() - cpu)


def median_of(values: Sequence[float]) -> float:
    """The middle one: a disturbed round does not count."""
    return median(values)


def alternating(works: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[Spent]]:
    """Every work once in each round, in turns of changing order, so that a disturbance meets all alike."""
    found: dict[str, list[Spent]] = {name: [] for name in works}
    for number in range(rounds):
        names = list(works) if number % 2 == 0 else list(works)[::-1]
        for name in names:
            found[name].append(spent(works[name]))
    return found


def ratio(found: Mapping[str, Sequence[Spent]], ours: str, theirs: str) -> float:
    """The median over the rounds of how many times as fast ours was as theirs."""
    return median_of([other.wall / own.wall for own, other in zip(found[ours], found[theirs], strict=True)])


def machine() -> str:
    """What the figures belong to."""
    return f"{platform.machine()} {_processor()}, {platform.python_implementation()} {platform.python_version()}, revision {_revision()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} x {names[0]}" if names else platform.processor()


def _revision() -> str:
    try:
        head = _git("rev-parse", "--short", "HEAD")
        return f"{head}{' with changes' if _git('status', '--porcelain', '--untracked-files=no') else ''}"
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
