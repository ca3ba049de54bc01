"""A patient's FHIR record as it grows with the story: ids, versions, and the Bundle that is written to disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from engine.actions import Engine
from engine.catalogue import CodeMap, FactKind
from service.demo.resources import Resource, Told, Writer, patient_resource
from service.demo.story import VISIT, ZONE, Arrival, Story
from service.fhir.people import PeopleStore

SYSTEM = "urn:careway:demo:patient"
"""System of the fictitious patient numbers."""


@dataclass
class Records:
    """Everything that was sent about one patient so far."""

    codes: CodeMap
    story: Story
    resources: list[Resource] = field(default_factory=list)
    _sent: dict[str, Told] = field(default_factory=dict)
    _count: int = 0

    @property
    def own_id(self) -> str:
        """Id of the Patient resource."""
        return f"demo-{self.story.number:04d}"

    @property
    def patient(self) -> Resource:
        """The Patient resource."""
        return patient_resource(self.story.number, self.own_id, SYSTEM, self.story.person)

    def found(self, engine: Engine) -> str:
        """The patient's id in Careway."""
        store = cast("PeopleStore", engine.store)
        found = store.find_patient(SYSTEM, f"D{self.story.number:05d}")
        assert found is not None, "the patient was imported"
        return found

    def write(self, arrival: Arrival) -> list[Resource]:
        """The resources of an arrival; they are kept for the Bundle."""
        writer = Writer(self.codes, self.own_id)
        new = [
            writer.write(told) for code, value in arrival.facts.items() for told in self._told(code, value, arrival.at)
        ]
        if "solution_at_room_temperature" in arrival.facts:
            new.append(self._encounter(arrival.at))
        self.resources += new
        return new

    def _told(self, code: str, value: Any, at: datetime) -> Iterator[Told]:
        for one in value if isinstance(value, list) else [value]:
            raw = dict(one) if isinstance(one, Mapping) else {"value": one}
            yield self._one(code, raw, at)

    def _one(self, code: str, raw: dict[str, Any], at: datetime) -> Told:
        local = at.astimezone(ZoneInfo(ZONE))
        before = self._sent.get(code)
        when: date | datetime = raw.pop("effective", local)
        if raw.pop("amends", False) and before is not None:
            told = Told(code, {**raw, "status": "amended"}, before.when, local, before.own_id, before.version + 1)
        elif raw.get("event") == "stopped" and before is not None:
            told = Told(code, {**raw, "effective": before.when}, when, local, before.own_id, before.version + 1)
        else:
            self._count += 1
            told = Told(code, raw, when, local, f"{self.own_id}-{self._count:04d}")
        if self.codes.catalogue.find(code).kind is not FactKind.EVENT:
            self._sent[code] = told
        return told

    def _encounter(self, at: datetime) -> Resource:
        self._count += 1
        local = at.astimezone(ZoneInfo(ZONE)).isoformat()
        return {
            "resourceType": "Encounter", "id": f"{self.own_id}-{self._count:04d}", "status": "finished", "class": {"code": "AMB"},
            "subject": {"reference": f"Patient/{self.own_id}"}, "period": {"start": local}, "type": [{"text": VISIT}],
        }  # fmt: skip

    def bundle(self) -> Resource:
        """All that was sent, every version of it."""
        entries = [
            {"fullUrl": f"urn:careway:demo:{one['resourceType']}:{one['id']}", "resource": one}
            for one in (self.patient, *self.resources)
        ]
        return {"resourceType": "Bundle", "type": "collection", "entry": entries}
