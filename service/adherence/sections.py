"""A report as sections: a title, a note on its denominator, a table, and a picture of the same table.

Page, print, CSV, XLSX and JSON are all written from these; none of them knows what a task is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["text", "count", "share", "days"]
"""What a cell holds: text, a whole number, a share from 0 to 1, days with a fraction. None is an empty cell."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    id: str
    label: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Bars:
    """A picture: one bar for each row, divided by these count columns."""

    label: str
    """The column that names the row."""
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stairs:
    """A picture: a falling line from 1 over these columns, with limits."""

    x: str
    y: str
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a report."""

    id: str
    title: str
    note: str
    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, Any], ...]
    """Values by id of column; `_link` is the query of the page of rows behind, by id of column."""
    picture: Bars | Stairs | None = None

    def cells(self, row: Mapping[str, Any]) -> list[Any]:
        """The values of a row in the order of the columns."""
        return [row.get(one.id) for one in self.columns]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        rows = [{one.id: row.get(one.id) for one in self.columns} for row in self.rows]
        columns = [{"id": one.id, "label": one.label, "kind": one.kind} for one in self.columns]
        return {"id": self.id, "title": self.title, "note": self.note, "columns": columns, "rows": rows}


@dataclass(frozen=True, slots=True)
class Report:
    """A report, ready to be written in any form."""

    title: str
    about: Sequence[tuple[str, str]]
    """What it is about: pathway, version, period, sites, moment; label and text."""
    sections: tuple[Section, ...]
    filter: Mapping[str, Any] = field(default_factory=dict)
    """What was asked for, JSON-ready; goes into manifest and audit."""
    definitions: tuple[str, ...] = ()
    """Hashes of the versions that it covers."""

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "title": self.title, "filter": dict(self.filter), "definitions": list(self.definitions),
            "sections": [one.as_dict() for one in self.sections],
        }  # fmt: skip


def shown(value: Any, kind: Kind) -> str:
    """A cell as people read it."""
    if value is None:
        return "–"
    if kind == "share":
        return f"{value:.1%}"
    return f"{value:.1f}" if kind == "days" else str(value)
