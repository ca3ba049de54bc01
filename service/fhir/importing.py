"""Imports FHIR R4: who the patients are first, then their results, drugs and diagnoses, patient by patient.

Nothing that stands in a file can stop the import: a broken resource is a `Problem` with its place, and the rest goes on.
Facts of one patient are recorded in order of their effective time, amendments before new facts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, cast

from engine.actions import Engine
from engine.errors import CallerError
from engine.model import Person
from service.fhir.codings import load_codings
from service.fhir.files import Located, UnreadableInput, located, read_file
from service.fhir.patient_import import PatientImport
from service.fhir.people import People, PeopleStore
from service.fhir.plan import Incoming
from service.fhir.readers import COUNTED, READERS
from service.fhir.report import ImportReport, Problem
from service.fhir.shape import Node

AT_ONCE = 5000
"""Resources that are held in memory at a time."""
Progress = Callable[[int, int], None]
"""Called with the bytes done and the bytes in all (two passes over each file)."""
_SUBJECT = {"Immunization": "patient"}


def import_files(
    engine: Engine, paths: Sequence[Path], now: datetime, by: Person, progress: Progress | None = None
) -> ImportReport:
    """Import Bundles and NDJSON files. `now` (UTC) is when Careway learns of it; `by` is who imports. Never raises for
    what stands in a file; a file that cannot be opened is a problem too.
    """
    session = Session(engine, now, by)
    session.report.files = len(paths)
    meter = _Meter(paths, progress)
    for path in paths:
        for one in meter.watch(session.readable(path)):
            session.meet(one)
    for path in paths:
        resources = (one for one in meter.watch(session.readable(path)) if not one.bad)
        while batch := list(islice(resources, AT_ONCE)):
            session.take(batch)
    return session.report


def import_resources(engine: Engine, resources: Iterable[Any], now: datetime, by: Person) -> ImportReport:
    """Import resources that are already in memory, for example a Bundle that came by HTTP."""
    session = Session(engine, now, by)
    found = [located("", f"resource[{index}]", one) for index, one in enumerate(resources)]
    for one in found:
        session.meet(one)
    session.take(found)
    return session.report


class Session:
    """One import: who is who, which Medications there are, and what was done."""

    def __init__(self, engine: Engine, now: datetime, by: Person) -> None:
        self.engine, self.now, self.by = engine, now, by
        self.report = ImportReport()
        self.people = People(engine, cast("PeopleStore", engine.store), now, by, self.report)
        self.codings = load_codings(engine.registry.catalogue)
        self.medications: dict[str, Node] = {}

    def readable(self, path: Path) -> Iterator[Located]:
        """The resources of a file; nothing where it cannot be opened (said once)."""
        try:
            yield from read_file(path)
        except UnreadableInput as error:
            yield Located(path.name, "file", {}, bad=error.message)

    def meet(self, one: Located) -> None:
        """First pass: note patients, Medications and what is no resource at all."""
        if one.bad:
            self._problem(one, "", one.bad, "unreadable_input")
            return
        kind = str(one.resource["resourceType"])
        self.report.resources[kind] += 1
        try:
            if kind == "Patient":
                self.people.add(Node(one.resource, kind), one.full_url)
            elif kind == "Medication":
                self._medication(one)
            elif kind not in READERS and kind not in COUNTED:
                self.report.kept_out[f"{kind[:40]} is not imported"] += 1
        except CallerError as error:
            self._problem(one, error.place, error.message, error.code)

    def _medication(self, one: Located) -> None:
        node = Node(one.resource, "Medication")
        for name in (f"Medication/{node.at('id').text()}", one.full_url):
            if name:
                self.medications[name] = node

    def take(self, batch: Sequence[Located]) -> None:
        """Second pass: the facts of a batch, patient by patient."""
        by_patient: dict[str, list[Incoming]] = defaultdict(list)
        for one in batch:
            if one.resource.get("resourceType") in READERS:
                self._sort(one, by_patient)
        for patient, incoming in by_patient.items():
            PatientImport(self.engine, self.codings, self.medications, patient, self.now, self.by, self.report).run(
                incoming
            )

    def _sort(self, one: Located, by_patient: dict[str, list[Incoming]]) -> None:
        kind = str(one.resource["resourceType"])
        try:
            subject = Node(one.resource, kind).at(_SUBJECT.get(kind, "subject"))
            patient = self.people.find(subject)
            if patient is None:
                self._problem(
                    one, subject.path, "its patient is not part of the input and not known", "unknown_patient"
                )
            else:
                by_patient[patient].append(Incoming.of(one))
        except CallerError as error:
            self._problem(one, error.place, error.message, error.code)

    def _problem(self, one: Located, path: str, reason: str, code: str) -> None:
        self.report.problem(Problem(one.file, one.place, name_of(one.resource), path, reason, code))


def name_of(resource: dict[str, Any]) -> str:
    """`Observation/123` as far as it is known."""
    own = resource.get("id")
    return (
        f"{resource.get('resourceType', '')}/{own}" if isinstance(own, str) else str(resource.get("resourceType", ""))
    )


class _Meter:
    """Adds up the bytes of all files, for the progress bar."""

    def __init__(self, paths: Sequence[Path], progress: Progress | None) -> None:
        self.total = 2 * sum(path.stat().st_size for path in paths if path.is_file())
        self.progress, self.before = progress, 0

    def watch(self, resources: Iterator[Located]) -> Iterator[Located]:
        """Pass on the resources of a file, telling how far it has been read."""
        done = 0
        for one in resources:
            if one.done != done and self.progress:
                self.progress(min(self.before + one.done, self.total), self.total)
            done = one.done
            yield one
        self.before += done
