"""Patients of an import: matched by their identifiers, or created. Names go to the identity table and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Protocol

from engine.actions import Engine
from engine.errors import Conflict
from engine.model import Patient, Person
from engine.ports import Identity
from service.fhir.report import ImportReport
from service.fhir.shape import BrokenResource, Node

BY_RESOURCE = "urn:careway:fhir:Patient"
"""System under which the id of the Patient resource itself is kept, so that a later file can refer to it."""
_SEX = {"male": "male", "female": "female"}
_MOST_TRIES = 1000


class PeopleStore(Protocol):
    """What the import asks of the store about who patients are."""

    def patients(self, after: str = "", limit: int = 1000) -> list[str]:
        """Ids in their order."""
        ...

    def identity(self, patient: str) -> Identity:
        """Who the patient is."""
        ...

    def identify(self, patient: str, identity: Identity) -> None:
        """Replace what is known."""
        ...

    def find_patient(self, system: str, value: str) -> str | None:
        """The patient of a number."""
        ...


class People:
    """Finds or makes the patient of each Patient resource and of each reference."""

    def __init__(self, engine: Engine, store: PeopleStore, now: datetime, by: Person, report: ImportReport) -> None:
        self.engine, self.store, self.now, self.by, self.report = engine, store, now, by, report
        self._known: dict[str, str] = {}
        self._last: int | None = None

    def add(self, resource: Node, full_url: str) -> str:
        """The patient of a Patient resource. Raises `BrokenResource` where it cannot be told who it is."""
        own = resource.at("id").text()
        numbers = list(_identifiers(resource))
        if not own and not numbers and not full_url:
            raise BrokenResource("it has neither id nor identifier", place="Patient.identifier")
        key = own or full_url
        patient = self._match(numbers, key) or self._create(resource, numbers, key)
        for name in (f"Patient/{own}" if own else "", full_url):
            if name:
                self._known[name] = patient
        return patient

    def find(self, reference: Node) -> str | None:
        """The patient whom a reference means, or None."""
        text = reference.at("reference").text()
        if text in self._known:
            return self._known[text]
        own = text.rpartition("Patient/")[2].split("/")[0] if "Patient/" in text else text
        found = self._known.get(f"Patient/{own}") or (self.store.find_patient(BY_RESOURCE, own) if own else None)
        system, value = (reference.to("identifier", key).text() for key in ("system", "value"))
        if found is None and value:
            found = self.store.find_patient(system, value)
        if found and text:
            self._known[text] = found
        return found

    def _match(self, numbers: list[tuple[str, str]], key: str) -> str | None:
        found = {one for number in numbers if (one := self.store.find_patient(*number))}
        if len(found) > 1:
            raise BrokenResource("its identifiers belong to several patients", place="Patient.identifier")
        patient = next(iter(found), None) or self._by_resource(numbers, key)
        if patient:
            self.report.patients_matched += 1
            self._add_numbers(patient, numbers, key)
        return patient

    def _by_resource(self, numbers: list[tuple[str, str]], key: str) -> str | None:
        """The patient of this resource id, unless the numbers say that it is somebody else."""
        patient = self.store.find_patient(BY_RESOURCE, key)
        if patient is None:
            return None
        known = self.store.identity(patient).identifiers
        if any(system in known and known[system] != value for system, value in numbers):
            raise BrokenResource(
                "a patient of this resource id is known under another identifier", place="Patient.identifier",
                remedy="Correct the identifier, or give the other person another resource id.",
            )  # fmt: skip
        return patient

    def _add_numbers(self, patient: str, numbers: list[tuple[str, str]], key: str) -> None:
        known = self.store.identity(patient)
        fresh = {system: value for system, value in numbers if system not in known.identifiers}
        if BY_RESOURCE not in known.identifiers and self.store.find_patient(BY_RESOURCE, key) is None:
            fresh[BY_RESOURCE] = key
        if fresh:
            self.store.identify(patient, Identity(known.name, {**known.identifiers, **fresh}))

    def _create(self, resource: Node, numbers: list[tuple[str, str]], key: str) -> str:
        identity = Identity(_name(resource), {**dict(reversed(numbers)), BY_RESOURCE: key})
        born, sex = _birth_date(resource), _SEX.get(resource.at("gender").text(), "")
        for _ in range(_MOST_TRIES):
            patient = Patient(self._next_id(), born, sex)
            try:
                self.engine.register_patient(patient, self.now, self.by, identity)
            except Conflict:
                if any(self.store.find_patient(*number) for number in numbers):
                    raise
                continue  # another import took the id
            self.report.patients_created += 1
            return patient.id
        raise Conflict("No free patient id was found.", remedy="Import again.")

    def _next_id(self) -> str:
        """Pseudonymous and short; no digest of a hospital number, which could be guessed back."""
        if self._last is None:
            self._last = max(
                (int(one[1:]) for one in _all(self.store) if one[1:].isdecimal() and one[0] == "P"), default=0
            )
        self._last += 1
        return f"P{self._last:06d}"


def _all(store: PeopleStore) -> Iterator[str]:
    after = ""
    while page := store.patients(after, 1000):
        yield from page
        after = page[-1]


def _identifiers(resource: Node) -> Iterator[tuple[str, str]]:
    for one in resource.at("identifier").each():
        system, value = one.at("system").text(), one.at("value").text()
        if system and value and one.at("use").text() != "old":
            yield system, value


def _name(resource: Node) -> str:
    """The official name, else the first; a Chinese name without a blank between its parts."""
    names = list(resource.at("name").each())
    chosen = next((one for one in names if one.at("use").text() == "official"), names[0] if names else None)
    if chosen is None:
        return ""
    if chosen.at("text").text():
        return chosen.at("text").text()
    family, given = chosen.at("family").text(), [one.text() for one in chosen.at("given").each()]
    if family.isascii():
        return " ".join(one for one in (*given, family) if one)
    return family + "".join(given)


def _birth_date(resource: Node) -> date | None:
    """The full date, or None: an age that is known to the year only is not known."""
    text = resource.at("birthDate").text()
    try:
        return date.fromisoformat(text) if len(text) == len("2026-01-05") else None
    except ValueError:
        raise BrokenResource("it is not a date", place="Patient.birthDate") from None
