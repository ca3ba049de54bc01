"""Short ways to let a patient have something that people are told of, and to look at what became of it."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from engine.commands import Acknowledge, Enrol, Entry, PerformAction, RecordFacts
from engine.definition.registry import Registry
from engine.model import Patient, Person
from engine.outbox import Record
from service.chores import deliver_pass
from service.messages import DeliveryResult
from service.wiring import Careway
from tests.living import registry_of

ALARM = Path(__file__).with_name("alarm.yaml")
DOCTOR = Person("neurologist", "doctor")


@cache
def alarm() -> Registry:
    """The small pathway."""
    return registry_of(ALARM.read_text(encoding="utf-8"))


def enrolled(careway: Careway, patient: str = "P-1") -> str:
    """A new patient on the pathway; the enrolment."""
    at = careway.clock.now()
    careway.engine.register_patient(Patient(patient), at)
    return str(careway.engine.execute(Enrol(patient=patient, at=at, pathway="alarm")).enrolment)


def record(careway: Careway, patient: str = "P-1", **facts: Any) -> None:
    """Record facts now."""
    entries = tuple(Entry(code, value) for code, value in facts.items())
    careway.engine.execute(RecordFacts(patient=patient, at=careway.clock.now(), entries=entries))


def act(careway: Careway, action: str, patient: str = "P-1") -> None:
    """Do an action of the patient's enrolment."""
    enrolment = next(iter(careway.engine.chart(patient).enrolments))
    command = PerformAction(patient=patient, at=careway.clock.now(), by=DOCTOR, enrolment=enrolment, action=action)
    assert careway.engine.execute(command).accepted


def with_tb(careway: Careway, *patients: str) -> None:
    """Patients for whom two roles get a critical message."""
    for patient in patients or ("P-1",):
        enrolled(careway, patient)
        record(careway, patient, tb_status="active")


def with_relapse(careway: Careway, *patients: str) -> None:
    """Patients for whom one role gets a message."""
    for patient in patients or ("P-1",):
        enrolled(careway, patient)
        record(careway, patient, relapse={"event": "occurred", "severity": "mild"})


def acknowledge(careway: Careway, code: str, patient: str = "P-1") -> None:
    """Acknowledge the first message of a code."""
    message = next(one for one in careway.engine.chart(patient).messages.values() if one.code == code)
    careway.engine.execute(Acknowledge(patient=patient, at=careway.clock.now(), by=DOCTOR, message=message.id))


def deliver(careway: Careway) -> DeliveryResult:
    """One delivery pass."""
    return deliver_pass(careway)


def mails(careway: Careway, state: str = "") -> list[Record]:
    """Letters by e-mail, the newest first."""
    return careway.store.outbox.records(channel="email", state=state, limit=1000)


def states(careway: Careway) -> dict[str, int]:
    """How many letters by e-mail are in each state."""
    return dict(Counter(one.state for one in mails(careway)))


def audited(careway: Careway, event: str, patient: str = "P-1") -> list[dict[str, Any]]:
    """What the audit of a patient says under an event."""
    return [json.loads(one.content) for one in careway.store.entries(patient) if one.event == event]
