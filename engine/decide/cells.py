"""Which cells a written record touches, so that exactly what reads them is found out again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from engine.catalogue import Catalogue
from engine.evaluation.tracking import ENROLMENTS, Cell, enrolment_cell, fact_cell, own_cell
from engine.model import Enrolment, Fact


def cells_of(kind: str, record: Any, before: Any, catalogue: Catalogue) -> Iterator[Cell]:
    """The cells of a record; timers and deviations are read by nothing, messages by their ladders only."""
    if kind == "facts":
        yield from _fact_cells(record, catalogue)
    elif kind == "enrolments":
        yield from _enrolment_cells(record, before)
    elif kind == "acts":
        yield own_cell("action", record.enrolment, record.action)
    elif kind in ("holds", "tasks"):
        yield own_cell(kind[:-1], record.enrolment, record.code)
        yield own_cell(kind[:-1], record.enrolment, "*")
    elif kind == "messages":
        yield own_cell("message", record.enrolment, "*")


def _fact_cells(fact: Fact, catalogue: Catalogue) -> Iterator[Cell]:
    yield fact_cell(fact.code)
    definition = catalogue.facts[fact.code]
    for name in (*definition.classes, *fact.attributes.get("classes", ())):
        yield fact_cell(name)
    if "indication" in fact.attributes:
        for one in catalogue.classes.values():
            if one.by_indication:
                yield fact_cell(one.id)


def _enrolment_cells(enrolment: Enrolment, before: Enrolment | None) -> Iterator[Cell]:
    """The edge memory (`flags`) is read by its own rule, and by the ladders of messages whose condition it remembers."""
    if before is None or before.open != enrolment.open:
        yield ENROLMENTS
    if before is None or replace(before, flags=enrolment.flags) != enrolment:
        yield enrolment_cell(enrolment.id)
    if before is not None and before.flags != enrolment.flags:
        yield own_cell("flags", enrolment.id, "*")
