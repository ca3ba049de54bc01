"""What a timeline holds, before it is drawn: lanes with their marks and limits. The picture and its table are both made from this."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from engine.model import When

GROUPS = ("stages", "holds", "doses", "values", "tasks", "messages")
"""Kinds of lanes, in the order of the picture."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing in a lane: a moment, or a span where `until` is given or `open` says that it goes on."""

    at: When
    label: str
    sign: str
    """`bar`, `window`, `given`, `event`, `done`, `late`, `missed`, `omitted`, `due`, `overdue`, `message`, `value`."""
    tone: str
    """Class of the colour: `met`, `due`, `overdue`, `blocked`, `unknown`, `later`, `plain`."""
    until: When | None = None
    open: bool = False
    due: When | None = None
    """Of a task: when it is due within its window."""
    detail: str = ""
    state: str = ""
    """In words, for the table: done on time, released, acknowledged …"""
    value: Decimal | None = None
    record: str = ""
    """The id of the record in the chart."""
    changed: str = ""
    """How it stands now, where that differs from what was known then."""
    ghost: bool = False
    """It was not known then."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that a guard or alarm of the patient's pathways applies to a value, in the unit of the lane."""

    value: Decimal
    operator: str
    kind: str
    """`block`, `warn` or `alarm`."""
    text: str
    """`≥ 5 g/L`."""
    sources: tuple[str, ...]
    """Pathway and element, with its statements, in words."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of the picture."""

    group: str
    key: str
    title: str
    marks: tuple[Mark, ...]
    limits: tuple[Limit, ...] = ()
    unit: str = ""

    def with_marks(self, marks: tuple[Mark, ...]) -> Lane:
        """The same lane with other marks."""
        return replace(self, marks=marks)
