"""What was read to find something out, so that it is found out again only when that changed or its time has come.

Everything a sentence can read is a *cell*: the facts of one id or class, the acts of one action, the holds or tasks of one
code, an enrolment, the set of enrolments. Reading notes the cell in the open *frame*; writing touches it. A remembered result
stays valid while none of its cells was touched and its turning point has not come. The *agenda* keeps, for each rule, the
frame of its last look; touching a cell or the passing of its turning point puts the rule on the agenda again. So the cost of
a command follows what it changes, not what is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Cell = tuple[str, ...]
"""Kind and names, e.g. `("fact", "igg")`, `("task", enrolment, code)`."""


def fact_cell(name: str) -> Cell:
    """The current facts of an id or class."""
    return ("fact", name)


def enrolment_cell(enrolment: str) -> Cell:
    """Stage, history, anchors, parameters, callers of an enrolment."""
    return ("enrolment", enrolment)


ENROLMENTS: Cell = ("enrolments",)
"""Which enrolments the patient has and which are open."""


def own_cell(kind: str, enrolment: str, code: str) -> Cell:
    """The acts, holds or tasks of one code in an enrolment; `*` is all of the kind."""
    return (kind, enrolment, code)


@dataclass(slots=True)
class Frame:
    """What one look read, and the next moment at which time alone could change it."""

    cells: set[Cell] = field(default_factory=set)
    until: datetime | None = None


@dataclass(slots=True)
class Remembered:
    """A result with its frame and the version at which it was last known to hold."""

    result: Any
    cells: frozenset[Cell]
    until: datetime | None
    version: int


Rule = tuple[str, str, str]
"""A rule of the agenda: enrolment, kind (hold, stage, task, notice), id."""


@dataclass(slots=True)
class Agenda:
    """The rules of one enrolment: how each was last looked at, and which must be looked at again."""

    enrolment: str = ""
    looks: dict[Rule, Frame] = field(default_factory=dict)
    revision: int = 0
    """Goes up with every look and with whatever calls for one."""
    due: set[Rule] = field(default_factory=set)
    soonest: datetime | None = None
    """The earliest turning point of all looks."""

    def quiet(self, now: datetime) -> bool:
        """Whether nothing of this enrolment has to be looked at."""
        return bool(self.looks) and not self.due and (self.soonest is None or now < self.soonest)

    def calls(self, rule: Rule, now: datetime) -> bool:
        """Whether a rule must be looked at: never looked at yet, a cell touched, or its time has come."""
        if rule in self.due:
            return True
        look = self.looks.get(rule)
        return look is None or (look.until is not None and now >= look.until)

    def call(self, rule: Rule) -> None:
        """Have a rule looked at again."""
        self.due.add(rule)
        self.revision += 1

    def count_soonest(self) -> None:
        """Work out the earliest turning point anew."""
        self.soonest = min((look.until for look in self.looks.values() if look.until is not None), default=None)


@dataclass(slots=True)
class Tracker:
    """Versions of cells, open frames, remembered results, and the agenda of each enrolment."""

    version: int = 0
    changed: dict[Cell, int] = field(default_factory=dict)
    frames: list[Frame] = field(default_factory=list)
    memo: dict[Hashable, Remembered] = field(default_factory=dict)
    passing: list[Hashable] = field(default_factory=list)
    """Keys that are of use for one command only."""
    agendas: dict[str, Agenda] = field(default_factory=dict)
    readers: dict[Cell, set[Rule]] = field(default_factory=dict)
    """Rules by the cells that they read when last looked at."""

    # --- noting ---

    def read(self, cell: Cell) -> None:
        """Note that a cell was read."""
        if self.frames:
            self.frames[-1].cells.add(cell)

    def turns(self, moment: datetime | None) -> None:
        """Note the moment at which time alone may change what was read."""
        if moment is not None and self.frames:
            frame = self.frames[-1]
            if frame.until is None or moment < frame.until:
                frame.until = moment

    def touch(self, cell: Cell) -> None:
        """Note that a cell was written."""
        self.version += 1
        self.changed[cell] = self.version
        for rule in self.readers.get(cell, ()):
            self.agenda(rule[0]).call(rule)

    # --- remembering ---

    def remembered(self, key: Hashable, now: datetime, moves: bool, judge: Callable[[], Any]) -> Any:
        """The remembered result of a key, or a new one; what it read counts for the open frame, too."""
        known = self.memo.get(key)
        if known is not None and self._holds(known, now, moves):
            self._pass_on(known.cells, known.until)
            return known.result
        frame = Frame()
        self.frames.append(frame)
        try:
            result = judge()
        finally:
            self.frames.pop()
        self.memo[key] = Remembered(result, frozenset(frame.cells), frame.until, self.version)
        self._pass_on(frame.cells, frame.until)
        return result

    def _holds(self, known: Remembered, now: datetime, moves: bool) -> bool:
        if moves and known.until is not None and now >= known.until:
            return False
        if known.version != self.version:
            if any(self.changed.get(cell, 0) > known.version for cell in known.cells):
                return False
            known.version = self.version
        return True

    def _pass_on(self, cells: Iterable[Cell], until: datetime | None) -> None:
        if self.frames:
            self.frames[-1].cells.update(cells)
            self.turns(until)

    def let_pass(self) -> None:
        """Forget what was of use for one command only."""
        for key in self.passing:
            self.memo.pop(key, None)
        self.passing.clear()

    # --- the agenda ---

    def agenda(self, enrolment: str) -> Agenda:
        """The agenda of an enrolment."""
        found = self.agendas.get(enrolment)
        if found is None:
            found = self.agendas[enrolment] = Agenda(enrolment)
        return found

    def look(self, rule: Rule, judge: Callable[[], bool]) -> bool:
        """Look at a rule and keep its frame; True when it changed something, after which it is looked at once more."""
        agenda = self.agenda(rule[0])
        self._forget(agenda, rule)
        frame = Frame({enrolment_cell(rule[0])})
        self.frames.append(frame)
        try:
            changed = judge()
        finally:
            self.frames.pop()
        if self.agendas.get(rule[0]) is agenda:
            self._keep(agenda, rule, frame)
            if changed:
                agenda.call(rule)
        return changed

    def _keep(self, agenda: Agenda, rule: Rule, frame: Frame) -> None:
        agenda.looks[rule] = frame
        agenda.revision += 1
        for cell in frame.cells:
            self.readers.setdefault(cell, set()).add(rule)

    def _forget(self, agenda: Agenda, rule: Rule) -> None:
        agenda.due.discard(rule)
        agenda.revision += 1
        old = agenda.looks.pop(rule, None)
        if old is not None:
            for cell in old.cells:
                self.readers[cell].discard(rule)

    def resume(self, enrolment: str, looks: dict[Rule, Frame]) -> None:
        """Take over the looks of an enrolment that were made before this tracker was (`engine.decide.agenda`)."""
        agenda = self.agenda(enrolment)
        for rule, frame in looks.items():
            self._keep(agenda, rule, frame)
        agenda.count_soonest()

    def forget_enrolment(self, enrolment: str) -> None:
        """An enrolment has ended: its rules are looked at no more."""
        agenda = self.agendas.pop(enrolment, Agenda())
        for rule in list(agenda.looks):
            self._forget(agenda, rule)
