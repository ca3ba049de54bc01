"""W6: fifteen years of inebilizumab for one patient, as a case file; and what running it costs in the engine.

The story is that of the demonstration's patients, only longer: referral, screening, both loading doses, thirty maintenance
visits with premedication, half-yearly monitoring, and every third year an infection that suspends treatment for four days.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.measuring import Figure, median_of
from engine.actions import Engine
from engine.calendar import add_months
from engine.cases import run_files
from engine.commands import Command, Outcome
from engine.store import open_store
from pathways.registry import load_registry
from service.demo.steps import cycle, enrol_to_first_dose, infusion, loading, monitoring, pregnancy_test
from service.demo.story import MAIN, ZONE, Acknowledgement, Arrival, Deed, Story, days

YEARS = 15
FIRST_DOSE = date(2026, 3, 2)
BORN = date(1991, 8, 12)
ROUNDS = 5
INFECTED = range(6, 2 * YEARS, 6)
"""Numbers of the maintenance doses before which an infection is found."""


def story(years: int = YEARS) -> Story:
    """The whole course."""
    one = Story(1, "fifteen_years", {"born": BORN, "sex": "female"})
    enrol_to_first_dose(one, FIRST_DOSE)
    loading(one, FIRST_DOSE)
    for number in range(1, 2 * years + 1):
        if number in INFECTED:
            _infected(one, number)
        else:
            cycle(one, FIRST_DOSE, number)
        _between(one, number)
    return one


def _infected(one: Story, number: int) -> None:
    """An infection on the morning of a visit; the dose follows five days later."""
    due = add_months(FIRST_DOSE, 6 * number)
    monitoring(one, days(due, -12))
    pregnancy_test(one, days(due, -3), "09:00")
    one.facts(due, "08:00", active_infection={"value": "active_uncontrolled", "site": "urinary"})
    one.facts(days(due, 4), "10:00", infection_resolved={"event": "occurred", "site": "urinary"})
    one.does(days(due, 4), "10:10", "release_infection_hold", pathway="active_infection")
    one.does(days(due, 4), "10:20", "resume_treatment")
    infusion(one, days(due, 5))


def _between(one: Story, number: int) -> None:
    """What the laboratory and the clinic report between two visits."""
    due = add_months(FIRST_DOSE, 6 * number)
    for months, facts in ((1, {"crp": "2 mg/L"}), (3, {"igg": "9.4 g/L", "edss": "2.5"}), (4, {"lymphocyte_count": "1.4 10*9/L"})):
        one.facts(add_months(due, months), "10:00", **facts)


# --- as a case ------------------------------------------------------------------------------------------------------


def as_case(one: Story) -> str:
    """The story in the format of case files (JSON is YAML)."""
    head = f"id: BENCH-W6\ntitle: Fifteen years\npathway: {MAIN}\ntimezone: {ZONE}\n"
    patient = f"patient: {{birth_date: {BORN}, sex: female}}\nsteps:\n"
    return head + patient + "".join(_step(event) for event in _in_order(one))


def _in_order(one: Story) -> list[Any]:
    return [event for event in sorted(one.events, key=lambda event: event.at) if not isinstance(event, Acknowledgement)]


def _step(event: Arrival | Deed) -> str:
    from zoneinfo import ZoneInfo

    at = event.at.astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%d %H:%M")
    if isinstance(event, Arrival):
        return f"  - at: {at}\n    facts: {_flow(event.facts)}\n"
    return (
        f"  - at: {at}\n    do: {event.name}\n    by: {event.by}\n    pathway: {event.pathway}\n"
        f"    with: {_flow(event.parameters)}\n"
    )


def _flow(value: Any) -> str:
    return json.dumps(value, default=str)


# --- measuring ------------------------------------------------------------------------------------------------------


class Timed(Engine):
    """An engine that counts its commands and the seconds spent in them."""

    commands = 0
    seconds = 0.0

    def execute(self, command: Command) -> Outcome:
        """Carry out and time."""
        started = perf_counter()
        try:
            return super().execute(command)
        finally:
            self.seconds += perf_counter() - started
            self.commands += 1


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the case."""

    commands: int
    seconds: float
    whole: float
    """Reading the case, the runner's own looks and the store included."""


@contextmanager
def case_file() -> Iterator[Path]:
    """The case as a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fifteen_years.yaml"
        path.write_text(as_case(story()), encoding="utf-8")
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
    return Run(engine.commands, engine.seconds, whole)


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
        Figure("W6", "the same, the whole of `careway simulate` after the start", median_of([one.whole for one in runs]), "s"),
    ]
