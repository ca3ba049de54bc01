"""Looks a database over: whether what is stored agrees with itself, and whether the service gets on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from engine.model import TimerState
from service.chores import progress
from service.messages.readers import without_readers
from service.versions import versions
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
    return [_audit(careway), *_charts(careway), _definitions(careway), _timers(careway), *_messages(careway)]


def _audit(careway: Careway) -> Diagnosis:
    verdict = careway.store.verify()
    problem = verdict.problem
    found = f"{verdict.entries} entries in {verdict.chains} chains" if problem is None else problem.message
    return Diagnosis("audit chains", problem is None, found)


def _charts(careway: Careway) -> list[Diagnosis]:
    """The fold of the audit against the tables, and that nobody is forgotten."""
    patients, different, forgotten = 0, list[str](), list[str]()
    for patient in all_patients(careway):
        patients += 1
        if careway.store.check_fold(patient):
            different.append(patient)
        chart = careway.store.read(patient)
        running = [one for one in chart.enrolments.values() if one.open]
        awaited = {one.enrolment for one in chart.timers.values() if one.state is TimerState.PENDING}
        owed = {one.enrolment for one in chart.tasks.values() if one.status == "open"}
        forgotten += [one.id for one in running if one.id not in awaited | owed]
    return [
        Diagnosis("stored state equals the audit", not different, _listed(different, f"{patients} patients")),
        # A pathway may rest (nothing is due and nothing awaited); that is told, and is no fault.
        Diagnosis("open enrolments have a next event", True, f"{len(forgotten)} rest without one"),
    ]


def _listed(found: list[str], otherwise: str) -> str:
    return ", ".join(found[:10]) + (" …" if len(found) > 10 else "") if found else otherwise


def _definitions(careway: Careway) -> Diagnosis:
    """Whether every version with open enrolments runs."""
    used = [one for one in versions(careway) if one.open]
    broken = [one.complaint for one in used if one.problem]
    older = sum(not one.in_force for one in used)
    return Diagnosis("definitions in use run", not broken, "; ".join(broken) or f"{len(used)}, of which {older} older")


def _timers(careway: Careway) -> Diagnosis:
    found = progress(careway)
    last = found.last_pass.isoformat() if found.last_pass else "never"
    lag = found.lag.total_seconds()
    ok = lag <= careway.settings.watchdog_seconds
    return Diagnosis("what is due is handled", ok, f"oldest due timer waits {lag:.0f} s; last pass {last}")


def _messages(careway: Careway) -> list[Diagnosis]:
    """Letters that were given up, and roles for which nobody reads; the fallback does, if somebody reads for it."""
    if careway.messages is None:
        return []
    dead = careway.store.outbox.counts()["dead"]
    nobody = without_readers(careway.messages, careway.registry)
    fallback = careway.settings.message_fallback
    return [
        Diagnosis("letters arrive", dead == 0, f"{dead} given up" if dead else "none given up"),
        Diagnosis("every role has a reader", fallback not in nobody, _listed(nobody, "all")),
    ]


def all_patients(careway: Careway) -> Iterator[str]:
    """Every patient's id, in order."""
    after = ""
    while page := careway.store.patients(after, PAGE):
        yield from page
        after = page[-1]
