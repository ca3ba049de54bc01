"""What was known at a moment, from the audit alone, and what of it stands otherwise now.

Folding the entries that had been written by then gives the chart as it was: facts by the time at which they were recorded,
stages, holds and tasks as the engine had left them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from engine.audit.fold import fold
from engine.codec import instant_text
from engine.errors import NotFound
from engine.evaluation.records import Records
from engine.model import Chart, Fact, FactStatus, Hold, Patient, Task
from engine.ports import AuditEntry
from service.pictures.words import word
from service.worklist.texts import named, shown_when


def chart_at(entries: Iterable[AuditEntry], moment: datetime) -> Chart:
    """The chart as it was known at a moment; an empty one before the patient was registered."""
    limit = instant_text(moment)
    written = [one for one in entries if one.recorded <= limit]
    try:
        return fold(written)
    except NotFound:
        return Chart(Patient(""))


class Differences:
    """Compares what was known then with what stands now, in the words of a reader."""

    def __init__(self, then: Chart, now: Chart, language: str) -> None:
        self._then, self._now, self._language = then, now, language
        self._zone = now.patient.zone
        self._replaced = Records.of(now.facts.values()).replaced

    def of(self, kind: str, record: str) -> str:
        """How a record of the chart of then stands now; empty where it is the same."""
        before, after = getattr(self._then, kind).get(record), getattr(self._now, kind).get(record)
        if kind == "facts":
            return self._fact(record)
        if before == after or before is None:
            return ""
        return self._word("not_there") if after is None else self._changed(kind, before, after)

    def learned_later(self, known_at: datetime) -> list[Fact]:
        """Facts that were true by then and were recorded only afterwards; corrections of known ones are not among them."""
        facts = self._now.facts.values()
        late = [one for one in facts if one.recorded > known_at and one.effective <= known_at and not one.supersedes]
        return [current for one in late if (current := self._current(one)) is not None]

    def later_word(self, fact: Fact) -> str:
        """That it was not known then."""
        return self._word("learned_later", self._when(fact.recorded))

    def _fact(self, record: str) -> str:
        current = self._current(self._then.facts[record]) if record in self._then.facts else None
        if record not in self._replaced:
            return ""
        last = self._last(record)
        if current is None:
            return self._word("retracted", self._when(last.recorded))
        return self._word("corrected", self._when(last.recorded), _written(last))

    def _last(self, record: str) -> Fact:
        while record in self._replaced:
            record = self._replaced[record]
        return self._now.facts[record]

    def _current(self, fact: Fact) -> Fact | None:
        """The version that stands now; None for one entered in error."""
        last = self._last(fact.id)
        return None if last.status is FactStatus.ENTERED_IN_ERROR else last

    def _changed(self, kind: str, before: Any, after: Any) -> str:
        if kind == "tasks":
            return self._task(before, after)
        if kind == "holds":
            return self._hold(before, after)
        if kind == "messages":
            return self._now_is(self._word("acknowledged")) if after.acknowledged and not before.acknowledged else ""
        if kind == "enrolments" and after.stage != before.stage:
            label = after.history[-1].stage if after.history else after.stage
            return f"{after.pathway}.{label}"
        return ""

    def _task(self, before: Task, after: Task) -> str:
        if after.status is not before.status:
            day = f" {self._when(after.closed)}" if after.closed else ""
            return self._now_is(f"{named(after.status.value, self._language)}{day}")
        if after.due != before.due:
            return self._now_is(self._word("due_moved", self._when(after.due)))
        if (after.overdue_since is None) != (before.overdue_since is None):
            return self._now_is(self._word("overdue" if after.overdue_since else "open"))
        return ""

    def _hold(self, before: Hold, after: Hold) -> str:
        if after.released == before.released:
            return ""
        return self._now_is(
            self._word("released_on", self._when(after.released)) if after.released else self._word("in_force")
        )

    def _now_is(self, text: str) -> str:
        return self._word("now", text)

    def _word(self, key: str, *values: str) -> str:
        return word(key, self._language, *values)

    def _when(self, when: Any) -> str:
        return shown_when(when.isoformat() if when else None, self._zone, self._language)


def _written(fact: Fact) -> str:
    """The corrected value as it was entered, or as it is kept."""
    return fact.as_reported or (f"{fact.comparator} {fact.value}".strip() if fact.value is not None else "–")
