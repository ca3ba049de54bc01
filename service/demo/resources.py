"""Writes the facts of a story as FHIR R4 resources, as a hospital's systems would send them.

A fact gets its checked LOINC or ATC code where there is one, else our own code. What FHIR has no element for goes into
extensions of ours, which the import reads back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.catalogue import CodeMap, FactDefinition, FactKind
from engine.errors import InvalidFact
from engine.units import Quantity, UnitError
from service.demo.story import Invented
from service.fhir.statement import ATTRIBUTE

UCUM = "http://unitsofmeasure.org"
Resource = dict[str, Any]
_OWN_ELEMENTS = ("value", "event", "effective", "uln", "specimen", "method", "status")
_OF_DRUGS = (*_OWN_ELEMENTS, "dose", "route")
_PROCEDURES = ("plasma_exchange",)
_CONDITIONS = ("diagnosis_nad",)


@dataclass(frozen=True, slots=True)
class Told:
    """One fact as it arrives: `raw` in the forms of `case-format.md`, `when` it was true."""

    code: str
    raw: Mapping[str, Any]
    when: date | datetime
    arrived: datetime
    own_id: str
    version: int = 1


class Writer:
    """Writes the resources of one patient."""

    def __init__(self, codes: CodeMap, patient: str) -> None:
        self.codes, self.patient = codes, patient
        self.catalogue = codes.catalogue

    def write(self, told: Told) -> Resource:
        """The resource of a fact."""
        definition = self.catalogue.find(told.code)
        kind, content = self._kind(definition, told)
        meta = {"versionId": str(told.version), "lastUpdated": _text(told.arrived)}
        subject = {"patient" if kind == "Immunization" else "subject": {"reference": f"Patient/{self.patient}"}}
        resource = {"resourceType": kind, "id": told.own_id, "meta": meta, **subject, **content}
        own = _OF_DRUGS if definition.kind is FactKind.EXPOSURE else _OWN_ELEMENTS
        extensions = [_extension(key, one) for key, value in told.raw.items() if key not in own for one in _each(value)]
        return resource | ({"extension": extensions} if extensions else {})

    def _kind(self, definition: FactDefinition, told: Told) -> tuple[str, Resource]:
        if definition.kind is FactKind.EXPOSURE:
            return self._exposure(definition, told)
        if definition.id in _CONDITIONS:
            value = {"code": self._concept(definition, f"{definition.id}:{told.raw['value']}")}
            return "Condition", {**value, "recordedDate": _text(told.arrived), "onsetDateTime": _text(told.when)}
        return "Observation", self._observation(definition, told)

    # --- results ---

    def _observation(self, definition: FactDefinition, told: Told) -> Resource:
        content = {
            "status": told.raw.get("status", "final"),
            "code": self._concept(definition),
            "effectiveDateTime": _text(told.when),
        }
        if not definition.happens:
            content |= _VALUES.get(definition.kind, Writer._quantity)(self, definition, told.raw["value"])
        if "uln" in told.raw:
            number, _, unit = str(told.raw["uln"]).partition(" ")
            content["referenceRange"] = [{"high": {"value": _number(number), "unit": unit or definition.unit}}]
        if "specimen" in told.raw:
            content["specimen"] = {"display": told.raw["specimen"]}
        if "method" in told.raw:
            content["method"] = {"text": told.raw["method"]}
        return content

    def _quantity(self, definition: FactDefinition, value: Any) -> Resource:
        text = str(value)
        try:
            quantity = self.catalogue.quantity(text)
        except UnitError:
            return {"valueString": text}
        return {"valueQuantity": self._amount(quantity, definition.unit)}

    def _amount(self, quantity: Quantity, unit: str) -> Resource:
        code = quantity.unit or unit
        return {"value": _number(quantity.value), "unit": code, "system": UCUM, "code": code}

    def _coded(self, definition: FactDefinition, value: Any) -> Resource:
        coding = {"system": self.codes.local_system, "code": f"{definition.id}:{value}"}
        return {"valueCodeableConcept": {"coding": [coding], "text": definition.values.get(str(value), str(value))}}

    def _boolean(self, _: FactDefinition, value: Any) -> Resource:
        return {"valueBoolean": bool(value)}

    def _date(self, _: FactDefinition, value: Any) -> Resource:
        return {"valueDateTime": _text(value)}

    def _string(self, _: FactDefinition, value: Any) -> Resource:
        return {"valueString": str(value)}

    # --- drugs and procedures ---

    def _exposure(self, definition: FactDefinition, told: Told) -> tuple[str, Resource]:
        event = str(told.raw["event"])
        if definition.id == "vaccination":
            code = {"vaccineCode": {"text": told.raw.get("vaccine", "疫苗")}}
            return "Immunization", {"status": "completed", **code, "occurrenceDateTime": _text(told.when)}
        if definition.id in _PROCEDURES:
            coding = f"{definition.id}:{event}"
            return "Procedure", {
                "status": "completed",
                "code": self._concept(definition, coding),
                "performedDateTime": _text(told.when),
            }
        drug = {"medicationCodeableConcept": self._concept(definition)}
        if event == "given":
            dosage = {"dosage": self._dosage(told.raw)} if {"dose", "route"} & set(told.raw) else {}
            return "MedicationAdministration", {
                "status": "completed",
                **drug,
                "effectiveDateTime": _text(told.when),
                **dosage,
            }
        return "MedicationStatement", {**drug, **self._course(told, event)}

    def _course(self, told: Told, event: str) -> Resource:
        if event == "stopped":
            since = told.raw.get("effective", told.when)
            return {"status": "stopped", "effectivePeriod": {"start": _text(since), "end": _text(told.when)}}
        dose = [{"doseAndRate": [{"doseQuantity": self._dosage(told.raw)["dose"]}]}] if "dose" in told.raw else []
        return {"status": "active", "effectivePeriod": {"start": _text(told.when)}, "dosage": dose}

    def _dosage(self, raw: Mapping[str, Any]) -> Resource:
        dose = {"dose": self._amount(self.catalogue.quantity(str(raw["dose"])), "")} if "dose" in raw else {}
        return {**dose, **({"route": {"text": raw["route"]}} if "route" in raw else {})}

    def _concept(self, definition: FactDefinition, own: str = "") -> Resource:
        coding = self.codes.preferred(definition.id)
        usable = not own and coding.fact == definition.id and not coding.confirm and not coding.value
        system, code = (coding.system, coding.code) if usable else (self.codes.local_system, own or definition.id)
        return {"coding": [{"system": system, "code": code}], "text": definition.label.get("zh", definition.id)}


_VALUES: Mapping[FactKind, Callable[[Writer, FactDefinition, Any], Resource]] = {
    FactKind.CODED: Writer._coded, FactKind.BOOLEAN: Writer._boolean, FactKind.DATE: Writer._date, FactKind.TEXT: Writer._string,
}  # fmt: skip


def patient_resource(number: int, own_id: str, system: str, person: Invented) -> Resource:
    """A fictitious Patient."""
    return {
        "resourceType": "Patient", "id": own_id, "identifier": [{"system": system, "value": f"D{number:05d}"}],
        "name": [{"use": "official", "text": person.name}], "gender": person.sex, "birthDate": _text(person.born),
    }  # fmt: skip


def _each(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _extension(key: str, value: Any) -> Resource:
    if isinstance(value, bool):
        return {"url": ATTRIBUTE + key, "valueBoolean": value}
    if isinstance(value, date):
        kind = "valueDateTime" if isinstance(value, datetime) else "valueDate"
        return {"url": ATTRIBUTE + key, kind: _text(value)}
    return {"url": ATTRIBUTE + key, "valueString": str(value)}


def _text(when: Any) -> str:
    return when.isoformat() if isinstance(when, date) else str(when)


def _number(value: Any) -> int | float:
    """A JSON number: the values of the stories have few digits, so that binary floating point prints them back exactly."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise InvalidFact(f"{value!r} is no number") from None
    return int(number) if number == int(number) else number
