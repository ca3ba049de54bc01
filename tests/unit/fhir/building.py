"""Short ways to write FHIR resources, and an engine on a small pathway to import them into."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from engine.actions import Engine
from engine.definition.registry import Registry
from engine.functions import REGISTRY
from engine.model import Fact, FactStatus, Person
from engine.store import open_store
from pathways.registry import load_catalogue
from service.fhir import ImportReport, import_files, import_resources
from tests.source_tree import ROOT

NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
BY = Person("care_coordinator", "importer")
LOINC, ATC, UCUM = "http://loinc.org", "http://www.whocc.no/atc", "http://unitsofmeasure.org"
OURS = "urn:careway:code-system:facts"
NUMBERS = "urn:oid:1.2.3.hospital"


@cache
def registry() -> Registry:
    """One small pathway with a hold for infection, over the real catalogue."""
    return Registry.load([ROOT / "tests/data/definitions/toy.yaml"], load_catalogue(), REGISTRY)


def engine() -> Engine:
    """A fresh engine on an empty store in memory."""
    return Engine(open_store("sqlite://"), registry())


def patient(own: str = "p", **more: Any) -> dict[str, Any]:
    name = [{"family": "测试", "given": ["一"]}]
    numbers = [{"system": NUMBERS, "value": f"MRN-{own}"}]
    born = {"birthDate": "1980-03-01", "gender": "female"}
    return {"resourceType": "Patient", "id": own, "identifier": numbers, "name": name, **born, **more}


def concept(system: str, code: str, text: str = "") -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}], **({"text": text} if text else {})}


def quantity(value: float, unit: str, **more: Any) -> dict[str, Any]:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit, **more}


def resource(kind: str, own: str = "1", **content: Any) -> dict[str, Any]:
    """A resource of the patient `of`."""
    subject = {"reference": f"Patient/{content.pop('of', 'p')}"}
    return {"resourceType": kind, "id": own, "subject": subject, **content}


def observation(code: str, own: str = "1", system: str = LOINC, **content: Any) -> dict[str, Any]:
    when = {} if "effectivePeriod" in content else {"effectiveDateTime": "2026-02-01"}
    return resource("Observation", own, **{"status": "final", "code": concept(system, code), **when, **content})


def igg(value: float = 9.8, own: str = "igg", unit: str = "g/L", **more: Any) -> dict[str, Any]:
    return observation("2465-3", own, valueQuantity=quantity(value, unit), **more)


def bundle(*resources: dict[str, Any], type: str = "collection") -> dict[str, Any]:
    entries = [{"fullUrl": f"urn:uuid:{index}", "resource": one} for index, one in enumerate(resources)]
    return {"resourceType": "Bundle", "type": type, "entry": entries}


def written(path: Path, *bundles: dict[str, Any]) -> Path:
    """A file with a Bundle, or with one resource a line where its name says so."""
    path.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in bundles), encoding="utf-8")
    return path


def taken(on: Engine, *resources: dict[str, Any], at: datetime = NOW) -> ImportReport:
    """Import resources, with their patient in front."""
    return import_resources(on, [patient(), *resources], at, BY)


def imported(on: Engine, *paths: Path, at: datetime = NOW) -> ImportReport:
    return import_files(on, paths, at, BY)


def facts(on: Engine, code: str = "", of: str = "P000001") -> list[Fact]:
    """Facts that stand."""
    known = on.chart(of).facts.values()
    gone = {fact.supersedes for fact in known}
    return [
        fact
        for fact in known
        if fact.id not in gone and fact.status is not FactStatus.ENTERED_IN_ERROR and code in ("", fact.code)
    ]


def only(found: Iterable[Fact]) -> Fact:
    (one,) = found
    return one
