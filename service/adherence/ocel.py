"""Traces as OCEL 2.0 (JSON), written as they come: patients, enrolments and tasks are objects, what happened are events.

The format wants all objects before all events, so events wait in a temporary file while objects are written: one reading
of the database, no list in memory.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any

import orjson

from engine.store.adherence.happenings import ORDER, Happening, Trace
from service.adherence.pseudonyms import Pseudonyms
from service.adherence.xes import moment

_CHUNK = 1 << 16
OBJECT_TYPES = {
    "patient": (), "enrolment": (("pathway", "string"), ("definition", "string"), ("opened", "time"), ("state", "string")),
    "task": (("code", "string"), ("timing", "string")),
}  # fmt: skip
"""Types of objects with their attributes."""
EVENT_ATTRIBUTES = ("name", "role", "stage", "status", "timing", "overridden", "warned")


def ocel(traces: Iterable[Trace], names: Pseudonyms) -> Iterator[str]:
    """The log piece by piece."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as waiting:
        yield f'{{"objectTypes":{_text(_object_types())},"eventTypes":{_text(_event_types())},"objects":['
        patients: set[str] = set()
        number = 0
        for trace in traces:
            objects = list(_objects(trace, names, patients))
            yield "".join(f"{',' if number + place else ''}{_text(one)}" for place, one in enumerate(objects))
            number += len(objects)
            _keep(waiting, trace, names)
        yield '],"events":['
        waiting.seek(0)
        while chunk := waiting.read(_CHUNK):
            yield chunk
        yield "]}\n"


def _object_types() -> list[dict[str, Any]]:
    return [
        {"name": name, "attributes": [{"name": key, "type": kind} for key, kind in attributes]}
        for name, attributes in OBJECT_TYPES.items()
    ]


def _event_types() -> list[dict[str, Any]]:
    attributes = [{"name": name, "type": "string"} for name in EVENT_ATTRIBUTES]
    return [{"name": name, "attributes": attributes} for name in ORDER]


def _objects(trace: Trace, names: Pseudonyms, patients: set[str]) -> Iterator[dict[str, Any]]:
    """The patient where it is the first enrolment, the enrolment, and its closed tasks."""
    if trace.patient not in patients:
        # Traces come ordered by patient, so one id is enough to remember.
        patients.clear()
        patients.add(trace.patient)
        yield {"id": names.of("patient", trace.patient), "type": "patient", "attributes": []}
    opened, own = moment(trace.opened), names.of("enrolment", trace.enrolment)
    values = {
        "pathway": trace.pathway, "definition": trace.definition, "opened": opened, "state": "closed" if trace.closed else "open",
    }  # fmt: skip
    yield {
        "id": own, "type": "enrolment", "attributes": _attributes(values, opened),
        "relationships": [{"objectId": names.of("patient", trace.patient), "qualifier": "of"}],
    }  # fmt: skip
    for one in trace.happenings:
        if one.kind == "task":
            values = {"code": one.name, "timing": one.details.get("timing", "")}
            yield {
                "id": names.of("task", one.record), "type": "task", "attributes": _attributes(values, moment(one.at)),
                "relationships": [{"objectId": own, "qualifier": "of"}],
            }  # fmt: skip


def _attributes(values: dict[str, str], time: str) -> list[dict[str, str]]:
    return [{"name": name, "time": time, "value": value} for name, value in values.items() if value]


def _keep(waiting: IO[str], trace: Trace, names: Pseudonyms) -> None:
    for one in trace.happenings:
        if waiting.tell():
            waiting.write(",")
        waiting.write(_text(_event(one, trace, names)))


def _event(one: Happening, trace: Trace, names: Pseudonyms) -> dict[str, Any]:
    values = {"name": one.name, "role": one.role, **one.details}
    related = [
        {"objectId": names.of("enrolment", trace.enrolment), "qualifier": "on"},
        {"objectId": names.of("patient", trace.patient), "qualifier": "of"},
    ]
    if one.kind == "task":
        related.append({"objectId": names.of("task", one.record), "qualifier": "closes"})
    return {
        "id": names.of(one.kind, f"{trace.enrolment}/{one.record}"), "type": one.kind, "time": moment(one.at),
        "attributes": [{"name": name, "value": value} for name, value in values.items() if value],
        "relationships": related,
    }  # fmt: skip


def _text(value: Any) -> str:
    return orjson.dumps(value).decode()
