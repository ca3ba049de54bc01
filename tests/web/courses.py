"""Courses for the tests of the pages: steps in the form of cases, played over the parts of the service until its clock stands there."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from engine.cases import Library, read_case
from engine.cases.performing import Performer
from engine.clock import VirtualClock
from engine.commands import Enrol
from engine.model import Patient, Person
from service.wiring import Careway

COURSES = Path(__file__).parents[1] / "data" / "courses"


def play(careway: Careway, clock: VirtualClock, *names: str) -> dict[str, str]:
    """Play courses side by side, each step at its time; the patient of each. A step that is refused fails."""
    library = Library(careway.registry)
    cases = {name: read_case((COURSES / f"{name}.yaml").read_text(encoding="utf-8"), name, library) for name in names}
    patients = {name: f"p-{name}" for name in names}
    steps = [(step.at, name, step) for name, case in cases.items() for step in case.steps]
    for at, name, step in sorted(steps, key=lambda one: one[:2]):
        case, patient = cases[name], patients[name]
        ring_until(careway, clock, at, *patients.values())
        if step is case.steps[0]:
            careway.engine.register_patient(Patient(patient, case.birth_date, case.sex, case.zone), at)
            by = Person("care_coordinator", "care_coordinator")
            careway.engine.execute(Enrol(patient=patient, at=at, by=by, pathway=case.pathway))
        failures = list(Performer(case, step, careway.engine, library.names(case.pathway), patient).failures())
        assert failures == [], failures
    return patients


def ring_until(careway: Careway, clock: VirtualClock, moment: datetime, *patients: str) -> None:
    """Let time go by, with everything that falls due in it."""
    while (due := careway.engine.next_due()) is not None and due <= moment:
        clock.set(max(due, clock.now()))
        known = (one for one in patients if one in careway.store.patients("", 100, None))
        for patient in known:
            careway.engine.fire(patient, clock.now())
    clock.set(max(moment, clock.now()))
