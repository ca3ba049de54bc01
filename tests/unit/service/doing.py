"""Short ways to let a patient have something that falls due."""

from __future__ import annotations

from typing import Any

from engine.actions import Engine
from engine.commands import Enrol, Entry, RecordFacts
from engine.errors import NotFound
from engine.model import Patient, TimerState
from service.wiring import Careway


def enrolled(careway: Careway, patient: str = "p1", engine: Engine | None = None) -> str:
    """The id of an enrolment of a new patient on the drill."""
    acting = engine or careway.engine
    at = careway.clock.now()
    try:
        acting.chart(patient)
    except NotFound:
        acting.register_patient(Patient(patient), at)
    return str(acting.execute(Enrol(patient=patient, at=at, pathway="drill")).enrolment)


def record(careway: Careway, patient: str = "p1", engine: Engine | None = None, **facts: Any) -> None:
    """Record facts of a patient."""
    entries = tuple(Entry(code, value) for code, value in facts.items())
    (engine or careway.engine).execute(RecordFacts(patient=patient, at=careway.clock.now(), entries=entries))


def relapse(careway: Careway, patient: str = "p1", engine: Engine | None = None) -> None:
    """A relapse: a task that is due in one minute."""
    record(careway, patient, engine, relapse={"event": "occurred", "severity": "mild"})


def awaiting(careway: Careway, *patients: str) -> None:
    """Patients of whom each has a timer that is due in one minute."""
    for patient in patients:
        enrolled(careway, patient)
        relapse(careway, patient)


def fired(careway: Careway, patient: str) -> int:
    """How many timers of the patient have fired."""
    return sum(one.state is TimerState.FIRED for one in careway.engine.chart(patient).timers.values())
