"""How a registered Python function reads the chart: through the same view as a sentence, with the evidence kept.

The function sees no clock and no store. What it cannot know it says with `NotKnown`; it answers with a value, never with a
verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.evaluation import entries
from engine.evaluation.context import Context
from engine.evaluation.facts import BUILT_IN, fact_entry, fact_value
from engine.evaluation.results import Gap, Range, Reading, Why, joined, sooner
from engine.evaluation.settings import setting
from engine.evaluation.tracking import own_cell
from engine.functions import AtLeast, NotKnown
from engine.model import Act, Fact, Task


class ContextReader:
    """The `Reader` of a function, over one context. Collects the facts read and the next turning point."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.facts: tuple[str, ...] = ()
        self.until: datetime | None = None

    @property
    def today(self) -> date:
        """The day judged."""
        return self._context.today

    @property
    def now(self) -> datetime:
        """The moment judged (UTC)."""
        return self._context.as_of

    @property
    def zone(self) -> str:
        """Time zone of the site."""
        return self._context.world.zone

    def value(self, code: str) -> Any:
        """The latest usable value of a fact or named value in its canonical unit. Raises `NotKnown`."""
        context = self._context
        reading = context.named_value(code) if code in context.definition.values else self._builtin_or_fact(code)
        self._saw(reading.facts, reading.until)
        if not reading.known or isinstance(reading.value, Range):
            gap = reading.gaps[0] if reading.gaps else Gap(Why.IMPRECISE, code)
            raise NotKnown(gap.why, gap.code)
        return reading.value

    def _builtin_or_fact(self, code: str) -> Reading:
        builtin = BUILT_IN.get(code)
        return builtin(self._context) if builtin else fact_value(self._context, code)

    def entry(self, code: str) -> Fact:
        """The latest usable entry of a fact. Raises `NotKnown`."""
        reading = fact_entry(self._context, code)
        self._saw(reading.facts, reading.until)
        if not isinstance(reading.value, Fact):
            raise NotKnown(reading.gaps[0].why, code)
        return reading.value

    def entries(self, code: str, verb: str = "") -> list[Fact]:
        """All visible entries of a fact or class, oldest first; `verb` limits to given, started, stopped."""
        found = [fact for fact in entries.visible(self._context, code) if not verb or fact.event == verb]
        self._saw(tuple(fact.id for fact in found), None)
        return found

    def setting(self, name: str) -> Any:
        """A setting of the definition in whose name the function is read. Raises `NotKnown` where it has none."""
        if name.partition(".")[0] not in self._context.definition.settings:
            raise NotKnown(Why.NOT_COMPARABLE, f"setting {name}")
        return setting(self._context, name).value

    def attribute(self, fact: Fact, key: str, default: Any = None) -> Any:
        """An attribute of an entry, else the number that the catalogue gives for the drug (`mg_equal_to_5_mg_prednisone`), else the default."""
        known = self._context.definition.catalogue.facts[fact.code].constants
        return fact.attributes.get(key, known.get(key, default))

    def member_of(self, fact: Fact, name: str) -> bool:
        """Whether an entry belongs to a class."""
        return self._context.definition.catalogue.belongs(fact, name)

    def tasks(self, code: str) -> Sequence[Task]:
        """Tasks of this enrolment by their rule, oldest due first."""
        context = self._context
        context.world.tracker.read(own_cell("task", context.enrolment.id, code))
        found = context.world.owned("tasks", context.enrolment.id, code)
        return sorted(found, key=lambda task: (str(task.due or task.opens or task.created), task.occurrence))

    def acts(self, action: str) -> Sequence[Act]:
        """Acts of this enrolment, oldest first."""
        found = (
            entries.found(self._context, "action", action) if action in self._context.definition.spec.actions else []
        )
        return [act for act in found if isinstance(act, Act)]

    def changes_at(self, moment: datetime) -> None:
        """Tell that time alone changes the answer at that moment."""
        if self._context.moves and moment > self.now:
            self._context.turns(moment)
            self.until = sooner(self.until, moment)

    def _saw(self, facts: tuple[str, ...], until: datetime | None) -> None:
        self.facts = joined(self.facts, facts)
        self.until = sooner(self.until, until)


def call(context: Context, name: str) -> Reading:
    """The value of a registered function in a context, read once for each world."""
    reading = context.remembered("f", name, lambda inner: _call(inner, name))
    assert isinstance(reading, Reading)
    return reading


def _call(context: Context, name: str) -> Reading:
    function = context.definition.functions[name]
    reader = ContextReader(context)
    try:
        value = function.compute(reader)
    except NotKnown as gap:
        return Reading(gaps=(Gap(Why(gap.reason), gap.code),), facts=reader.facts, until=reader.until)
    if isinstance(value, AtLeast):
        return Reading(Range(low=Decimal(value.value)), function.unit, facts=reader.facts, until=reader.until)
    if isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    return Reading(value, function.unit, facts=reader.facts, until=reader.until)
