"""The patients behind a figure, a page at a time. That somebody looked is recorded before anything is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.adherence.indicators import DENOMINATOR, Standing
from engine.audit import Event
from engine.codec import instant_text, when_text
from engine.model import AuditDraft, Person
from engine.store.adherence import behind as rows_behind
from engine.store.adherence.behind import Kept
from service.adherence.filters import Filter
from service.adherence.indicators import Indicators
from service.adherence.words import word
from service.api.cursors import decode, encode
from service.wiring import Careway

ROWS = 100
CHAIN = "reports"
"""The audit chain of looks behind figures."""


@dataclass(frozen=True, slots=True)
class Behind:
    """A page of rows."""

    title: str
    subtitle: str
    rows: Sequence[Mapping[str, Any]]
    following: str

    def values(self) -> dict[str, Any]:
        """For the template."""
        return {"title": self.title, "subtitle": self.subtitle, "rows": self.rows}


def behind(
    careway: Careway, wanted: Filter, kept: Indicators, language: str, reader: Person, *, name: str, standing: str,
    cursor: str = "", tasks: bool,
) -> Behind:  # fmt: skip
    """The tasks of a code and class, or the enrolments of an indicator and class. Raises StoreBusy, Refusal (bad cursor)."""
    after = tuple(decode(cursor, str, str)) if cursor else ("", "")
    rows = (
        _tasks(careway, wanted, name, standing, (after[0], after[1]))
        if tasks
        else _enrolments(careway, wanted, kept, name, standing, (after[0], after[1]))
    )
    _record(careway, wanted, reader, name, standing, len(rows[:ROWS]))
    last = rows[ROWS - 1] if len(rows) > ROWS else None
    kind = "task" if tasks else "indicator"
    title = careway.registry.labels.of(kind, f"{wanted.scope.pathway}.{name}", language)
    following = encode(last["patient"], last["key"]) if last is not None else ""
    subtitle = f"{word(standing, language)} · {wanted.first.isoformat()} – {wanted.last.isoformat()}"
    return Behind(title, subtitle, rows[:ROWS], following)


def _tasks(careway: Careway, wanted: Filter, code: str, timing: str, after: tuple[str, str]) -> list[dict[str, Any]]:
    found = rows_behind.tasks(
        careway.store.reader,
        wanted.scope,
        wanted.now,
        code=code,
        timings=(timing,) if timing else (),
        after=after,
        limit=ROWS + 1,
    )
    return [_row(one) for one in found]


def _row(one: Kept) -> dict[str, Any]:
    done = one.completed if one.status == "done" else None
    return {
        "patient": one.patient, "enrolment": one.enrolment, "key": one.id, "zone": one.zone, "role": one.role,
        "due": when_text(one.due) if one.due else None, "opens": when_text(one.opens) if one.opens else None,
        "until": when_text(one.until) if one.until else None, "done": instant_text(done) if done else None,
        "reason": one.closed_by if one.status == "omitted" else "", "class": one.timing,
    }  # fmt: skip


def _enrolments(
    careway: Careway, wanted: Filter, kept: Indicators, indicator: str, standing: str, after: tuple[str, str]
) -> list[dict[str, Any]]:
    stands, _ = kept.look(careway, wanted.scope, wanted.now)
    classes = (Standing(standing),) if standing in {one.value for one in Standing} else DENOMINATOR
    found = [
        {"patient": one.patient, "enrolment": one.enrolment, "key": one.enrolment, "class": one.standing.value}
        for one in stands
        if one.indicator == indicator and one.standing in classes and (one.patient, one.enrolment) > after
    ]
    return sorted(found, key=lambda one: (one["patient"], one["key"]))[: ROWS + 1]


def _record(careway: Careway, wanted: Filter, reader: Person, name: str, standing: str, count: int) -> None:
    now = careway.clock.now()
    content = {"events": [], "filter": wanted.as_dict(), "of": name, "class": standing, "rows": count}
    careway.store.append([AuditDraft(CHAIN, None, Event.REPORT_READ.value, reader, now, content)], now=now)
