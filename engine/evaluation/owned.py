"""The engine's own records by enrolment and code, so that a sentence reads those it names and not all there are.

Records are never removed from a chart and never change enrolment or code, so the index only grows. It may know records
that a chart read earlier does not have yet: whoever looks one up leaves out what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.model import Chart, TimerState

_CODED = {"acts": "action", "holds": "code", "tasks": "code", "messages": "code", "deviations": "code", "timers": "key"}
"""The maps of the chart that are indexed, each with the field that names the rule."""


class Owned:
    """Ids of acts, holds, tasks, messages, deviations and timers by enrolment and code, in the order of writing."""

    __slots__ = ("_ids", "pending")

    def __init__(self) -> None:
        self._ids: dict[tuple[str, str, str], list[str]] = {}
        self.pending: dict[str, str] = {}
        """The pending timer of each enrolment that has one."""

    @classmethod
    def of(cls, chart: Chart) -> Owned:
        """The index of a chart."""
        index = cls()
        for kind in _CODED:
            for record in getattr(chart, kind).values():
                index.note(kind, record, new=True)
        return index

    def note(self, kind: str, record: Any, *, new: bool) -> None:
        """Take in a record that was written."""
        if new and kind in _CODED:
            key = (kind, record.enrolment, getattr(record, _CODED[kind]))
            self._ids.setdefault(key, []).append(record.id)
        if kind == "timers":
            self._note_timer(record)

    def _note_timer(self, timer: Any) -> None:
        if timer.state is TimerState.PENDING:
            self.pending[timer.enrolment] = timer.id
        elif self.pending.get(timer.enrolment) == timer.id:
            del self.pending[timer.enrolment]

    def records(self, chart: Chart, kind: str, enrolment: str, code: str) -> Iterator[Any]:
        """The records of a chart of one enrolment and code, in the order of writing."""
        known = getattr(chart, kind)
        for one in self._ids.get((kind, enrolment, code), ()):
            if one in known:
                yield known[one]
