"""Looks a database over: whether what is stored agrees with itself, and whether the service gets on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from engine.errors import CarewayError
from engine.model import TimerState
from service.chores import progress
from service.wiring import Careway

PAGE = 500


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing looked at."""

    what: str
    ok: bool
    found: str

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)


def examine(careway: Careway) -> list[Diagnosis]:
    """Everything that can be looked at without changing anything. Raises `StoreBusy`."""
    return [_audit(careway), *_charts(careway), _timers(careway)]


def _audit(careway: Careway) -> Diagnosis:
    verdict = careway.store.verify()
    problem = verdict.problem
    found = f"{verdict.entries} entries in {verdict.chains} chains" if problem is None else problem.message
    return Diagnosis("audit chains", problem is None, found)


def _charts(careway: Careway) -> list[Diagnosis]:
    """The fold of the audit against the tables, definitions in use against those loaded, and that nobody is forgotten."""
    patients, different, unloaded, forgotten = 0, list[str](), set[str](), list[str]()
    for patient in all_patients(careway):
        patients += 1
        if careway.store.check_fold(patient):
            different.append(patient)
        chart = careway.store.read(patient)
        running = [one for one in chart.enrolments.values() if one.open]
        unloaded |= {one.definition for one in running if not _is_loaded(careway, one.definition)}
        awaited = {one.enrolment for one in chart.timers.values() if one.state is TimerState.PENDING}
        owed = {one.enrolment for one in chart.tasks.values() if one.status == "open"}
        forgotten += [one.id for one in running if one.id not in awaited | owed]
    return [
        Diagnosis("stored state equals the audit", not different, _listed(different, f"{patients} patients")),
        Diagnosis("definitions in use are loaded", not unloaded, _listed(sorted(unloaded), "all")),
        # A pathway may rest (nothing is due and nothing awaited); that is told, and is no fault.
        Diagnosis("open enrolments have a next event", True, f"{len(forgotten)} rest without one"),
    ]


def _listed(found: list[str], otherwise: str) -> str:
    return ", ".join(found[:10]) + (" …" if len(found) > 10 else "") if found else otherwise


def _is_loaded(careway: Careway, definition: str) -> bool:
    try:
        careway.registry.version(definition)
    except CarewayError:
        return False
    return True


def _timers(careway: Careway) -> Diagnosis:
    found = progress(careway)
    last = found.last_pass.isoformat() if found.last_pass else "never"
    lag = found.lag.total_seconds()
    ok = lag <= careway.settings.watchdog_seconds
    return Diagnosis("what is due is handled", ok, f"oldest due timer waits {lag:.0f} s; last pass {last}")


def all_patients(careway: Careway) -> Iterator[str]:
    """Every patient's id, in order."""
    after = ""
    while page := careway.store.patients(after, PAGE):
        yield from page
        after = page[-1]
