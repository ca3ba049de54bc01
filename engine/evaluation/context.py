"""What a sentence is judged in: the chart, one enrolment, a moment, and which facts may be seen.

*Two clocks*: `as_of` says up to when facts count and how old they are; the world's records say which versions are known.
*Two modes*: a guard reads final facts and takes a conflict for unknown; an alarm reads preliminary ones too and takes each
reading of a conflict in turn (`choices`). A *brief* context asks only whether a criterion is met: what can no longer change
that is not looked at, and its facts are not gathered. Bindings are the names that only some sentences have (`with`, `row`, `entry`, `caller`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine.calendar import end_of, local_day
from engine.errors import AuthorError
from engine.evaluation.owned import Owned
from engine.evaluation.records import Records
from engine.evaluation.results import Reading, Verdict
from engine.evaluation.tracking import ENROLMENTS, Tracker, enrolment_cell
from engine.model import Chart, Enrolment

if TYPE_CHECKING:
    from engine.catalogue import Catalogue
    from engine.definition.compiled import Definition
    from engine.definition.registry import Registry

ValueFunction = Callable[["Context"], Reading]
CriterionFunction = Callable[["Context"], Verdict]

SHARED = frozenset({"with", "caller"})
"""Bindings that named values see; the others belong to one sentence (`engine.definition.locals`)."""

MAX_DEPTH = 60
"""Deepest chain of names that refer to names, over all pathways of a patient."""


@dataclass(slots=True)
class World:
    """One patient at one moment, with what is needed to judge any sentence about him."""

    chart: Chart
    records: Records
    registry: Registry
    catalogue: Catalogue
    now: datetime
    tracker: Tracker = field(default_factory=Tracker)
    own: Owned | None = None
    pending: list[Any] = field(default_factory=list)

    @property
    def zone(self) -> str:
        """Time zone of the patient's site."""
        return self.chart.patient.zone

    def owned(self, kind: str, enrolment: str, code: str) -> Iterator[Any]:
        """The records of one map of the chart (`tasks`, `acts`, …) of an enrolment and code, in the order of writing."""
        if self.own is None:
            self.own = Owned.of(self.chart)
        return self.own.records(self.chart, kind, enrolment, code)

    def newest(self, pathway: str, *, open_only: bool = False) -> Enrolment | None:
        """The patient's newest open enrolment on a pathway, else the newest closed one."""
        self.tracker.read(ENROLMENTS)
        found = [one for one in self.chart.enrolments.values() if one.pathway == pathway]
        running = [one for one in found if one.open]
        chosen = running or ([] if open_only else found)
        return max(chosen, key=lambda one: one.ordinal) if chosen else None

    def context(self, enrolment: Enrolment, as_of: datetime | date | None = None, **bindings: Any) -> Context:
        """The context of an enrolment now, or as of another moment."""
        definition = self.registry.version(enrolment.definition)
        return Context(self, enrolment, definition, as_of or self.now, as_of is None, bindings=bindings)


class Context:
    """Where and when a sentence is judged. Immutable: `shifted` and `bound` give new ones."""

    __slots__ = (
        "_today",
        "alarm",
        "as_of",
        "bindings",
        "brief",
        "choices",
        "conflicts",
        "definition",
        "enrolment",
        "moves",
        "world",
    )

    def __init__(
        self, world: World, enrolment: Enrolment, definition: Definition, as_of: datetime | date, moves: bool,
        *, bindings: Mapping[str, Any] | None = None, alarm: bool = False, choices: Mapping[Any, int] | None = None,
        conflicts: dict[Any, int] | None = None, brief: bool = False,
    ) -> None:  # fmt: skip
        self.world = world
        self.enrolment = enrolment
        self.definition = definition
        self.moves = moves
        """Whether `as_of` is the moving present; a fixed moment never changes by time alone."""
        self._today: date | None = None
        self.as_of = as_of if isinstance(as_of, datetime) else _last_moment(as_of, world)
        self.bindings = bindings or {}
        self.alarm = alarm
        self.choices = choices or {}
        self.conflicts = conflicts if conflicts is not None else {}
        """Alarm mode: the conflicts that were met, with the number of readings of each."""
        self.brief = brief

    @property
    def today(self) -> date:
        """The day judged, in the site's zone."""
        if self._today is None:
            self._today = local_day(self.as_of, self.world.zone)
        return self._today

    def bound(self, **bindings: Any) -> Context:
        """The same context with further names."""
        return self._with(bindings={**self.bindings, **bindings})

    def shifted(self, as_of: datetime | date) -> Context:
        """The same context judged as of another, fixed moment."""
        return Context(
            self.world, self.enrolment, self.definition, as_of, False, bindings=self.bindings, alarm=self.alarm,
            choices=self.choices, conflicts=self.conflicts, brief=self.brief,
        )  # fmt: skip

    def of(self, enrolment: Enrolment) -> Context:
        """The same moment in another enrolment of the patient; `with` and the visit's names stay, callers do not."""
        self.world.tracker.read(enrolment_cell(enrolment.id))
        bindings = {name: value for name, value in self.bindings.items() if name == "with"}
        definition = self.world.registry.version(enrolment.definition)
        return self._with(enrolment=enrolment, definition=definition, bindings=bindings)

    def others(self) -> list[Context]:
        """The same moment in every other open enrolment of the patient, in order of opening."""
        self.world.tracker.read(ENROLMENTS)
        found = [one for one in self.world.chart.enrolments.values() if one.open and one.id != self.enrolment.id]
        return [self.of(one) for one in found]

    def alarmed(self, choices: Mapping[Any, int]) -> Context:
        """The same context in alarm mode, with one reading chosen for each conflict."""
        return self._with(alarm=True, choices=choices, conflicts={})

    def briefly(self) -> Context:
        """The same context for whoever wants to know only whether a criterion is met, not met or unknown."""
        return self if self.brief else self._with(brief=True)

    def _with(self, **changes: Any) -> Context:
        other: Context = object.__new__(Context)
        other.world, other.enrolment, other.definition = self.world, self.enrolment, self.definition
        other.moves, other._today, other.as_of = self.moves, self._today, self.as_of
        other.bindings, other.alarm, other.brief = self.bindings, self.alarm, self.brief
        other.choices, other.conflicts = self.choices, self.conflicts
        for name, value in changes.items():
            setattr(other, name, value)
        return other

    def turns(self, moment: datetime | None) -> None:
        """Note when time alone may change what is being read; a fixed moment never changes."""
        if self.moves:
            self.world.tracker.turns(moment)

    def named_value(self, name: str) -> Reading:
        """A value of the definition, read once as long as nothing that it reads changes."""
        reading: Reading = self.remembered("v", name, self.definition.values[name])
        return reading

    def remembered(self, kind: str, name: str, judge: Callable[[Context], Any]) -> Any:
        """Judge a named value, criterion or function once as long as nothing that it reads changes."""
        if self.brief and kind != "c":  # A value is read with all its evidence, whoever asks first.
            return self._with(brief=False).remembered(kind, name, judge)
        local = self._local(name) if self.bindings else frozenset()
        if "entry" in local or "row" in local:
            return self._guarded((kind, name, id(self)), judge)
        key = self._key(kind, name, "last_result" in local)
        tracker = self.world.tracker
        if not self.moves or "with" in self.bindings:
            tracker.passing.append(key)
        result, conflicts = tracker.remembered(key, self.world.now, self.moves, lambda: self._judged(key, judge, local))
        self.conflicts.update(conflicts)
        return result

    def _local(self, name: str) -> frozenset[str]:
        """The bindings of this sentence alone on which a named thing depends."""
        known = self.definition.locals.get(name)
        return known.intersection(self.bindings) if known else frozenset()

    def _key(self, kind: str, name: str, rolling: bool) -> tuple[Any, ...]:
        caller = self.bindings.get("caller")
        asked = "with" in self.bindings and id(self.bindings["with"])
        moment = None if self.moves else self.as_of
        choices = tuple(self.choices.items()) if self.choices else ()
        last = self.bindings["last_result"].value if rolling else None
        caller_id = caller and caller.pathway
        return (kind, name, self.enrolment.id, moment, self.alarm, self.brief, caller_id, asked, choices, last)

    def _judged(self, key: Any, judge: Callable[[Context], Any], local: frozenset[str]) -> tuple[Any, dict[Any, int]]:
        """The result, with the conflicts that were met on the way: they belong to it."""
        self.world.tracker.read(enrolment_cell(self.enrolment.id))
        kept = {name: value for name, value in self.bindings.items() if name in SHARED or name in local}
        inner = self._with(bindings=kept, conflicts={}) if self.alarm or len(kept) < len(self.bindings) else self
        return inner._guarded(key, judge), dict(inner.conflicts) if self.alarm else {}

    def _guarded(self, key: Any, judge: Callable[[Context], Any]) -> Any:
        pending = self.world.pending
        if key in pending or len(pending) > MAX_DEPTH:
            raise AuthorError(
                f"“{key[1]}” of {self.enrolment.pathway} is defined by itself.",
                remedy="Break the circle.",
            )
        pending.append(key)
        try:
            return judge(self)
        finally:
            pending.pop()


def _last_moment(day: date, world: World) -> datetime:
    return end_of(day, world.zone) - timedelta(microseconds=1)
