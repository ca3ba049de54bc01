"""What people do, carried out in one way for programs and pages: the same rights, the same refusals, the same answers.

A route parses a request or a form into the bodies of `service.api.asked`, calls one of these, and shows what came of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from zoneinfo import ZoneInfoNotFoundError

from fastapi import Request

from engine.calendar import zone_info
from engine.commands import (
    Acknowledge,
    CloseTask,
    CorrectFact,
    Enrol,
    Entry,
    Outcome,
    PerformAction,
    RecordFacts,
    RetractFact,
)
from engine.errors import Conflict, InvalidCommand, NotFound
from engine.model import Chart, Enrolment, Patient, Person
from service.accounts.identity import MAIN
from service.accounts.placing import Placing
from service.api import asked
from service.api import schemas as s
from service.api.answers import prospect
from service.api.looking import Look
from service.api.metrics import Metrics
from service.api.shown import patient as shown_patient
from service.api.signed import Wish, shown, sign
from service.foresight import follows
from service.wiring import Careway


@dataclass(frozen=True, slots=True)
class Doer:
    """Who does something about one patient, with which parts; `key` makes repeating it safe."""

    careway: Careway
    metrics: Metrics
    by: Person
    patient: str
    key: str = ""

    @property
    def _base(self) -> dict[str, Any]:
        return {"patient": self.patient, "at": self.careway.clock.now(), "by": self.by, "key": self.key}

    def perform(
        self, request: Request, one: Enrolment, action: str, body: asked.Performed, seen: int, language: str
    ) -> Outcome:
        """Do an action on the version seen, signed as its definition asks. Raises what signing raises, Conflict, InvalidCommand."""
        chart = self.careway.engine.chart(self.patient)

        def looked_at() -> s.ActionProspect:
            return previewed(self.careway, chart, one, action, body.parameters, language)

        signed = sign(request, self.careway, Wish(self.by, one, action, body, seen, self.key), looked_at)
        command = PerformAction(
            **self._base, enrolment=one.id, action=action, parameters=body.parameters, override=signed.override,
            second_person=signed.second_person, expected_version=seen, signatures=signed.signatures,
        )  # fmt: skip
        return self.metrics.execute(command)

    def record(self, facts: Iterable[asked.NewFact], pathway: str = "") -> Outcome:
        """Record facts, all or none. Raises InvalidFact."""
        entries = tuple(Entry(one.code, one.value, one.source) for one in facts)
        return self.metrics.execute(RecordFacts(**self._base, entries=entries, pathway=pathway))

    def correct(self, fact: str, body: asked.Correction) -> Outcome:
        """Replace the value of a recorded fact. Raises InvalidFact, NotFound, Conflict where it was replaced meanwhile."""
        command = CorrectFact(**self._base, fact=fact, value=body.value, reason=body.reason, status=body.status)
        return self.metrics.execute(command)

    def retract(self, fact: str, body: asked.Retraction) -> Outcome:
        """Declare a fact entered in error. Raises NotFound, Conflict."""
        return self.metrics.execute(RetractFact(**self._base, fact=fact, reason=body.reason))

    def close_task(self, task: str, status: Literal["done", "omitted"], reason: str) -> Outcome:
        """Declare a task done, or omit it with a reason. Raises NotFound where it is not open any more."""
        return self.metrics.execute(CloseTask(**self._base, task=task, status=status, reason=reason))

    def acknowledge(self, message: str) -> Outcome:
        """Acknowledge a message. Raises NotFound."""
        return self.metrics.execute(Acknowledge(**self._base, message=message))

    def enrol(self, body: asked.NewEnrolment) -> Outcome:
        """Put the patient on a pathway. Raises UnknownName, InvalidCommand."""
        return self.metrics.execute(Enrol(**self._base, pathway=body.pathway, settings=body.settings))


def previewed(
    careway: Careway, chart: Chart, one: Enrolment, action: str, parameters: Any, language: str
) -> s.ActionProspect:
    """What an action with these parameters would lead to now. Raises UnknownName, InvalidCommand."""
    found = prospect(Look(careway, chart, careway.clock.now(), language).prospect(one, action, parameters))
    return found.model_copy(update={"follows": follows(careway, one, action, parameters)})


def with_shown(one: Enrolment, found: s.ActionProspect, parameters: Any) -> s.ActionProspect:
    """A preview with the SHA-256 of what it shows, which a signature names."""
    return found.model_copy(update={"shown": shown(one, found, parameters)})


def enrolment_of(chart: Chart, enrolment: str) -> Enrolment:
    """An enrolment of this patient. Raises NotFound for one of another: the address names both."""
    if enrolment not in chart.enrolments:
        raise NotFound(f"There is no enrolment {enrolment}.", place=enrolment)
    return chart.enrolments[enrolment]


def register(careway: Careway, by: Person, place: Placing, body: asked.NewPatient, key: str) -> s.Patient:
    """Register a patient at a site; the same key gives the same patient. Raises Refusal, InvalidCommand, Conflict."""
    site = place.site(body.site)
    name = body.id or (_from_key(key, site) if key else careway.ids.new("p"))
    wanted = Patient(name, _day(body.birth_date), body.sex, _zone(body.zone))
    place.settle(name, site)
    return shown_patient(_registered(careway, wanted, by, repeated=bool(key)))


def _registered(careway: Careway, wanted: Patient, by: Person, *, repeated: bool) -> Patient:
    try:
        return careway.engine.register_patient(wanted, careway.clock.now(), by).patient
    except Conflict:
        if not repeated:
            raise
        known = careway.engine.chart(wanted.id).patient
        if (known.birth_date, known.sex, known.zone) != (wanted.birth_date, wanted.sex, wanted.zone):
            raise
        return known


def _from_key(key: str, site: str) -> str:
    """A pseudonym that the same key gives again at the same site; the key itself cannot be read from it."""
    own = key if site == MAIN else f"{site}\n{key}"
    return f"p-{hashlib.sha256(own.encode()).hexdigest()[:20]}"


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidCommand("There is no such day.", place="birth_date", remedy="Write 1980-03-01.") from None


def _zone(name: str) -> str:
    try:
        zone_info(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        remedy = "Name a zone such as Asia/Shanghai."
        raise InvalidCommand("There is no such time zone.", place="zone", remedy=remedy) from None
    return name
