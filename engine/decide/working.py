"""The working copy of a decision: the chart as it will be, what was written, what happened, and which edges are still to be felt."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from engine.audit import Event
from engine.decide.agenda import AgendaText, taken_up
from engine.decide.cells import cells_of
from engine.definition.compiled import Definition
from engine.definition.registry import Registry
from engine.evaluation.context import Context, World
from engine.evaluation.owned import Owned
from engine.evaluation.records import Records
from engine.evaluation.tracking import Tracker
from engine.model import Changes, Chart, Enrolment, Fact, Person


@dataclass(frozen=True, slots=True)
class Edge:
    """Something that just happened in one enrolment (or, for facts, in all of them); `entry` is the fact, act or hold."""

    name: str
    enrolment: str | None
    entry: Any = None


@dataclass(frozen=True, slots=True)
class Index:
    """What is kept of a patient between commands: the current facts, and what was found out with what it was read from."""

    records: Records
    tracker: Tracker
    own: Owned
    written: AgendaText = field(default_factory=AgendaText)

    @classmethod
    def of(cls, chart: Chart) -> Index:
        """A fresh index of a chart: everything is looked at anew."""
        return cls(Records.of(chart.facts.values()), Tracker(), Owned.of(chart))

    @classmethod
    def stored(cls, chart: Chart, agenda: str, registry: Registry) -> Index:
        """The index of a chart with the agenda that was stored with exactly this version of it."""
        tracker, written = taken_up(agenda, chart, registry)
        return cls(Records.of(chart.facts.values()), tracker, Owned.of(chart), written)

    def agenda(self, chart: Chart, registry: Registry) -> str:
        """The agenda to store with a chart."""
        return self.written.of(self.tracker, chart, registry)


@dataclass(slots=True)
class Working:
    """A chart being changed by one command. All writing goes through `put` and `say`."""

    chart: Chart
    world: World
    by: Person
    changes: Changes = field(default_factory=Changes)
    events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """What happened, by audit chain (an enrolment's id, or the patient's)."""
    edges: deque[Edge] = field(default_factory=deque)
    written: AgendaText = field(default_factory=AgendaText)

    @classmethod
    def of(cls, chart: Chart, index: Index, registry: Registry, now: datetime, by: Person) -> Working:
        """A working copy of a chart at a moment; the records are shared and copied when a fact is added."""
        copy = chart.copy()
        world = World(copy, index.records, registry, registry.catalogue, now, index.tracker, index.own)
        return cls(copy, world, by, written=index.written)

    @property
    def index(self) -> Index:
        """The index as it now stands."""
        return Index(self.world.records, self.world.tracker, self.own, self.written)

    @property
    def own(self) -> Owned:
        """The index of the engine's own records, which `put` keeps up to date."""
        if self.world.own is None:
            self.world.own = Owned.of(self.chart)
        return self.world.own

    @property
    def now(self) -> datetime:
        """The moment of the command (UTC)."""
        return self.world.now

    @property
    def zone(self) -> str:
        """Time zone of the patient's site."""
        return self.chart.patient.zone

    # --- writing ---

    def next_id(self) -> tuple[str, int]:
        """A fresh record id and its sequence number: deterministic, unique within the patient."""
        seq = self.chart.patient.seq + 1
        self.chart.patient = replace(self.chart.patient, seq=seq)
        return f"{self.chart.patient.id}.{seq}", seq

    def put(self, kind: str, record: Any) -> None:
        """Write a record of the chart."""
        records = getattr(self.chart, kind)
        before = records.get(record.id)
        self.own.note(kind, record, new=before is None)
        records[record.id] = record
        getattr(self.changes, kind)[record.id] = None
        for cell in cells_of(kind, record, before, self.world.catalogue):
            self.world.tracker.touch(cell)

    def add_fact(self, fact: Fact) -> None:
        """Write a fact and take it into the index."""
        if not self.changes.facts:
            self.world.records = self.world.records.copy()
        self.put("facts", fact)
        replaced = self.chart.facts.get(fact.supersedes or "")
        for cell in cells_of("facts", replaced, None, self.world.catalogue) if replaced is not None else ():
            self.world.tracker.touch(cell)
        self.world.records.add(fact)

    def say(self, event: Event, chain: str | None = None, **details: Any) -> None:
        """Note for the audit what happened in a chain (None: the patient's)."""
        kept = {key: value for key, value in details.items() if value not in (None, "", (), {}, [])}
        self.events.setdefault(chain or self.chart.patient.id, []).append({"event": event.value, **kept})

    def feel(self, name: str, enrolment: str | None, entry: Any = None) -> None:
        """Let automatic rules, messages and deviations react to something that happened."""
        self.edges.append(Edge(name, enrolment, entry))

    # --- reading ---

    def enrolment(self, enrolment_id: str) -> Enrolment:
        """The enrolment as it now stands."""
        return self.chart.enrolments[enrolment_id]

    def definition(self, enrolment: Enrolment) -> Definition:
        """The definition on which it runs."""
        return self.world.registry.version(enrolment.definition)

    def context(self, enrolment_id: str, **bindings: Any) -> Context:
        """Where a sentence of an enrolment is judged now."""
        return self.world.context(self.enrolment(enrolment_id), **bindings)

    def open_enrolments(self) -> list[Enrolment]:
        """Open enrolments, in the order in which they were opened."""
        return [one for one in self.chart.enrolments.values() if one.open]

    def change(self, enrolment_id: str, **fields: Any) -> Enrolment:
        """Write new values of an enrolment's fields."""
        changed = replace(self.enrolment(enrolment_id), **fields)
        self.put("enrolments", changed)
        return changed

    def flag(self, enrolment_id: str, name: str, value: Any) -> None:
        """Remember the state of a condition for the next look; only a change is written."""
        flags = self.enrolment(enrolment_id).flags
        if flags.get(name) != value:
            self.change(enrolment_id, flags={**flags, name: value})
