"""Makes every decision of a patient again, from what the audit says was asked, known and in force, and compares the two.

The chart before a command is the fold of the entries before it; the command stands in its first entry (`content["asked"]`);
the definitions are those that were in force then. The same entries must come out, word for word: what was decided, on
which evidence, and what changed. A difference means that the engine, a function or the record is not what it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from engine.asked import command_of
from engine.audit.completion import complete
from engine.audit.fold import apply_changes
from engine.audit.numbering import numbered
from engine.codec import canonical, from_json
from engine.decide.decision import Decision, decide
from engine.decide.working import Index
from engine.definition.registry import Registry
from engine.errors import CarewayError
from engine.model import Chart, Patient, Person
from engine.ports import AuditEntry

InForce = Sequence[tuple[str, Mapping[str, str]]]
"""From when on (`recorded`, as the audit writes it) which versions were in force, by pathway; in order of time."""
Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Replayed:
    """One decision made again."""

    position: int
    """Of the entry in which the command stands."""
    command: str
    event: str
    at: datetime
    definitions: tuple[str, ...]
    """Hashes of the definitions on which it was decided."""
    difference: str = ""
    """What came out otherwise; empty where everything is the same."""

    @property
    def same(self) -> bool:
        """Whether the decision came out as it was recorded."""
        return not self.difference


@dataclass(slots=True)
class _Group:
    """The entries that one command wrote, or one entry that no command wrote."""

    entries: list[AuditEntry]
    contents: list[Content]

    @property
    def asked(self) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = self.contents[0].get("asked")
        return found


class Replay:
    """Decides the commands of one patient again, one after the other."""

    def __init__(self, registry: Registry, in_force: InForce) -> None:
        """`registry` finds archived versions; `in_force` is empty where the versions never changed."""
        self._registry = registry
        self._in_force = in_force
        self._known: dict[int, Registry] = {}
        self._chart = Chart(Patient(""))
        self._index: Index | None = None

    def of(self, entries: Iterable[AuditEntry]) -> Iterator[Replayed]:
        """Each decision of a patient whose whole audit is given in the order of writing."""
        for group in _groups(entries):
            asked = group.asked
            if asked is not None:
                yield self._again(group, asked)
            else:
                self._take_over(group)

    def _again(self, group: _Group, asked: Mapping[str, Any]) -> Replayed:
        first = group.entries[0]
        at = datetime.fromisoformat(first.occurred)
        hashes = tuple(dict.fromkeys(one["definition"] for one in group.contents if "definition" in one))
        return Replayed(first.position, asked["command"], first.event, at, hashes, self._compared(group, asked, at))

    def _compared(self, group: _Group, asked: Mapping[str, Any], at: datetime) -> str:
        """The first difference; afterwards the chart is as the audit says, whatever came out."""
        before = self._at_number(int(asked["seq"]))
        by = from_json(Person, orjson.loads(group.entries[0].actor))
        try:
            command = command_of(asked, before.patient.id, at, by)
            registry = self._registry_at(group.entries[0].recorded)
            decision = decide(registry, before, self._index or Index.of(before), command)
        except CarewayError as error:
            self._take_over(group)
            return f"{error.code}: {error.message}"
        found = _difference(group, decision, before)
        if found:
            self._take_over(group)
        else:
            self._chart, self._index = numbered(decision.chart, decision.changes, before), decision.index
        return found

    def _at_number(self, seq: int) -> Chart:
        """The chart as it stood, with the number from which new ids go on."""
        chart = self._chart
        chart.patient = replace(chart.patient, seq=seq)
        return chart

    def _take_over(self, group: _Group) -> None:
        """Go on from what the entries say."""
        self._index = None
        for content in group.contents:
            changes = dict(content.get("changes", {}))
            for identity, state in changes.pop("patient", {}).items():
                self._chart.patient = from_json(Patient, {**state, "id": identity, "version": 0, "seq": 0})
            apply_changes(self._chart, changes)

    def _registry_at(self, recorded: str) -> Registry:
        number = sum(since <= recorded for since, _ in self._in_force)
        if number == 0:
            return self._registry
        if number not in self._known:
            self._known[number] = self._registry.in_force(self._in_force[number - 1][1])
        return self._known[number]


def in_force(entries: Iterable[AuditEntry]) -> InForce:
    """Which versions were in force when, from the entries about definitions."""
    contents = ((one.recorded, orjson.loads(one.content)) for one in entries)
    return [(recorded, content["in_force"]) for recorded, content in contents if "in_force" in content]


def _groups(entries: Iterable[AuditEntry]) -> Iterator[_Group]:
    group: _Group | None = None
    for entry in entries:
        content = orjson.loads(entry.content)
        if group is not None and group.asked is not None and "cause" in content:
            group.entries.append(entry)
            group.contents.append(content)
            continue
        if group is not None:
            yield group
        group = _Group([entry], [content])
    if group is not None:
        yield group


def _difference(group: _Group, decision: Decision, before: Chart) -> str:
    """The first entry that came out otherwise, in words."""
    after = numbered(decision.chart, decision.changes, before)
    drafts = complete(decision.audit, after, decision.changes, before.patient)
    made = [(one.chain, str(one.event), canonical(one.content).decode()) for one in drafts]
    recorded = [(one.chain, one.event, one.content) for one in group.entries]
    for number, (mine, theirs) in enumerate(zip(made, recorded, strict=False)):
        if mine != theirs:
            return f"{theirs[0]}: {_where(mine, theirs, group.contents[number])}"
    if len(made) != len(recorded):
        return f"{len(recorded)} entries were recorded, {len(made)} come out."
    return ""


def _where(mine: tuple[str, str, str], theirs: tuple[str, str, str], recorded: Content) -> str:
    if mine[:2] != theirs[:2]:
        return f"recorded is {theirs[1]}, but {mine[1]} of {mine[0]} comes out"
    again = orjson.loads(mine[2])
    parts = [name for name in {**recorded, **again} if recorded.get(name) != again.get(name)]
    return f"{', '.join(parts)} come out otherwise"
