"""Exports: what was written stands in the audit, with digest, filter, counts and the versions that it covers.

A small export is built whole; a log for process mining streams, and its entry is written when the stream ends, also when
the reader broke it off. The manifest says the same to whoever has the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson

from engine.audit import Event
from engine.codec import instant_text
from engine.model import AuditDraft, Person
from engine.store.adherence import happenings
from engine.store.adherence.happenings import Trace
from service.adherence.filters import Filter
from service.adherence.ocel import ocel
from service.adherence.pseudonyms import Pseudonyms
from service.adherence.sections import Report
from service.adherence.xes import xes
from service.wiring import Careway

CHAIN = "exports"
"""The audit chain of exports of reports."""
Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Form:
    """A form of export."""

    name: str
    media: str
    ending: str


FORMS: Mapping[str, Form] = {
    one.name: one
    for one in (
        Form("html", "text/html; charset=utf-8", "html"),
        Form("pdf", "application/pdf", "pdf"),
        Form("csv", "text/csv; charset=utf-8", "csv"),
        Form("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
        Form("json", "application/json", "json"),
    )
}
"""Forms of a report."""
LOGS: Mapping[str, Form] = {
    one.name: one for one in (Form("xes", "application/xml", "xes"), Form("ocel", "application/json", "jsonocel"))
}
"""Forms of a log for process mining."""


@dataclass(slots=True)
class Manifest:
    """What an export holds; filled while it is written."""

    form: str
    filter: Mapping[str, Any]
    written: str
    definitions: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    bytes: int = 0
    sha256: str = ""
    complete: bool = False

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "form": self.form, "filter": dict(self.filter), "written": self.written, "definitions": self.definitions,
            "counts": self.counts, "bytes": self.bytes, "sha256": self.sha256, "complete": self.complete,
        }  # fmt: skip


def written(careway: Careway, report: Report, form: str, language: str, by: Person) -> tuple[bytes, Manifest]:
    """A report in a form, recorded. Raises StoreBusy: then nothing is given out."""
    manifest = Manifest(form, report.filter, instant_text(careway.clock.now()), list(report.definitions))
    content = _content(report, form, language, manifest)
    manifest.counts = {one.id: len(one.rows) for one in report.sections}
    manifest.bytes, manifest.sha256, manifest.complete = len(content), sha256(content).hexdigest(), True
    record(careway, manifest, by)
    return content, manifest


def _content(report: Report, form: str, language: str, manifest: Manifest) -> bytes:
    if form == "json":
        return orjson.dumps({**report.as_dict(), "written": manifest.written}, option=orjson.OPT_INDENT_2)
    # What writes files is heavy, and a service that exports nothing does not need it.
    if form == "csv":
        from service.adherence.spreadsheet import csv_lines

        return "".join(csv_lines(report)).encode()
    if form == "xlsx":
        from service.adherence.spreadsheet import xlsx

        return xlsx(report)
    if form == "pdf":
        from service.adherence.pdf import pdf

        return pdf(report, language)
    from service.adherence.printing import printed

    return printed(report, language).encode()


def streamed(
    careway: Careway, wanted: Filter, form: str, by: Person, *, advance: Advance | None = None
) -> tuple[Iterator[bytes], Manifest]:
    """A log in a form, piece by piece, and its manifest, which is whole when the stream has ended. Raises StoreBusy."""
    manifest = Manifest(form, wanted.as_dict(), instant_text(careway.clock.now()))
    reader = careway.store.reader
    total = happenings.count(reader, wanted.scope) if advance is not None else 0
    found = _counted(happenings.traces(reader, wanted.scope, wanted.now), manifest, total, advance)
    log = xes(found, Pseudonyms()) if form == "xes" else ocel(found, Pseudonyms())
    return _digested(careway, log, manifest, by), manifest


def _counted(traces: Iterable[Trace], manifest: Manifest, total: int, advance: Advance | None) -> Iterator[Trace]:
    counts = {"enrolments": 0, "events": 0}
    manifest.counts = counts
    versions: set[str] = set()
    for one in traces:
        counts["enrolments"] += 1
        counts["events"] += len(one.happenings)
        if one.definition not in versions:
            versions.add(one.definition)
            manifest.definitions = sorted(versions)
        if advance is not None:
            advance(counts["enrolments"], total)
        yield one


def _digested(careway: Careway, log: Iterable[str], manifest: Manifest, by: Person) -> Iterator[bytes]:
    digest = sha256()
    try:
        for piece in log:
            content = piece.encode()
            digest.update(content)
            manifest.bytes += len(content)
            yield content
        manifest.complete = True
    finally:
        manifest.sha256 = digest.hexdigest()
        record(careway, manifest, by)


def record(careway: Careway, manifest: Manifest, by: Person) -> None:
    """Put an export into the audit. Raises StoreBusy."""
    now = careway.clock.now()
    content = {"events": [], **manifest.as_dict()}
    careway.store.append([AuditDraft(CHAIN, None, Event.EXPORT_WRITTEN.value, by, now, content)], now=now)
