"""The agenda as text, stored beside the chart, so that a patient who is not in memory need not be looked at whole.

For each rule of each open enrolment it says what the last look read (cells, by number) and the moment at which time alone could
change it. A rule of which nothing was written since and whose moment has not come would find what it found then: it is passed over.

The text bears a stamp: `FORMAT`, and the definitions in force when it was written. Whoever finds another stamp, or another
definition on an enrolment, looks at everything anew, as if nothing had been stored (docs/decisions/0009).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson

from engine.codec import instant_text
from engine.definition.registry import Registry
from engine.evaluation.tracking import Agenda, Cell, Frame, Rule, Tracker
from engine.model import Chart

FORMAT = 1
"""To be raised with every change of the engine after which the same facts may be judged otherwise, or of this text."""


def stamp(registry: Registry) -> str:
    """What a stored agenda depends on besides the chart: this engine and the definitions in force."""
    hashes = ",".join([registry.latest(pathway).hash for pathway in registry.ids()])
    return f"{FORMAT}:{sha256(hashes.encode()).hexdigest()[:16]}"


@dataclass(slots=True)
class AgendaText:
    """Writes the agenda of one patient; a look that is the same as the last time is not written anew."""

    numbers: dict[Cell, int] = field(default_factory=dict)
    looks: dict[Rule, tuple[Frame, str]] = field(default_factory=dict)
    pages: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    """What was written of each enrolment, with the revision of its agenda."""

    def of(self, tracker: Tracker, chart: Chart, registry: Registry) -> str:
        """The text for a chart that has been brought to rest; what is still to be looked at is left out."""
        self._forget_ended(tracker)
        pages = {
            key: orjson.Fragment(self._page(agenda, chart.enrolments[key].definition))
            for key, agenda in tracker.agendas.items()
            if key in chart.enrolments and chart.enrolments[key].open
        }
        return orjson.dumps({"stamp": stamp(registry), "enrolments": pages, "cells": list(self.numbers)}).decode()

    def _forget_ended(self, tracker: Tracker) -> None:
        """Number the cells anew once an enrolment has ended, so that those of its own do not stay for ever."""
        if not self.pages.keys() <= tracker.agendas.keys():
            self.numbers.clear()
            self.looks.clear()
            self.pages.clear()

    def _page(self, agenda: Agenda, definition: str) -> bytes:
        known = self.pages.get(agenda.enrolment)
        if known is not None and known[0] == agenda.revision:
            return known[1]
        looks = {
            f"{rule[1]} {rule[2]}": self._look(rule, frame)
            for rule, frame in agenda.looks.items()
            if rule not in agenda.due
        }
        page = orjson.dumps({"definition": definition, "looks": looks})
        self.pages[agenda.enrolment] = agenda.revision, page
        return page

    def _look(self, rule: Rule, frame: Frame) -> str:
        """`moment|cell,cell,…`, the moment empty where time alone changes nothing."""
        known = self.looks.get(rule)
        if known is None or known[0] is not frame:
            numbers = ",".join([str(self.numbers.setdefault(cell, len(self.numbers))) for cell in frame.cells])
            known = frame, f"{instant_text(frame.until) if frame.until is not None else ''}|{numbers}"
            self.looks[rule] = known
        return known[1]


def taken_up(text: str, chart: Chart, registry: Registry) -> tuple[Tracker, AgendaText]:
    """The tracker of a chart with the agenda that was stored for it; an empty one where the text does not fit."""
    tracker, writer = Tracker(), AgendaText()
    stored: Mapping[str, Any] = orjson.loads(text) if text else {}
    if stored.get("stamp") == stamp(registry):
        cells = [tuple(cell) for cell in stored["cells"]]
        writer.numbers.update(zip(cells, range(len(cells)), strict=True))
        for key, one in stored["enrolments"].items():
            if key in chart.enrolments and chart.enrolments[key].definition == one["definition"]:
                _take_up(tracker, writer, cells, key, one["looks"])
    return tracker, writer


def _take_up(tracker: Tracker, writer: AgendaText, cells: list[Cell], enrolment: str, looks: Mapping[str, str]) -> None:
    frames: dict[Rule, Frame] = {}
    for name, text in looks.items():
        kind, _, one = name.partition(" ")
        moment, _, numbers = text.partition("|")
        frame = Frame({cells[int(number)] for number in numbers.split(",")}, _moment(moment))
        rule = (enrolment, kind, one)
        frames[rule] = frame
        writer.looks[rule] = frame, text
    tracker.resume(enrolment, frames)


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
