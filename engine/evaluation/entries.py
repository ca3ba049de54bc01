"""Entries: facts, acts, arrivals at stages, openings of holds and closed tasks, seen alike.

A selector is applied to them; `latest` and `first` pick one; an attribute of one is read like any value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from engine.calendar import add, end_of, instant, is_day, local_day
from engine.catalogue.definition import FactDefinition, FactKind
from engine.evaluation.context import Context
from engine.evaluation.records import order
from engine.evaluation.results import Gap, Range, Reading, Why, joined, unknown
from engine.evaluation.seeing import counts, settle_conflict
from engine.evaluation.tracking import fact_cell, own_cell
from engine.model import Act, ExposureEvent, Fact, Hold, StageEntry, Task, When
from engine.units import Duration, Quantity

EntryRecord = Fact | Act | StageEntry | Hold | Task
"""What a selector can name."""

_ENTRIES = (Fact, Act, StageEntry, Hold, Task)

INDETERMINATE = ("unknown", "pending", "indeterminate")
"""Codes by which a result is recorded as not known."""


def when_of(entry: EntryRecord) -> When:
    """When it was true: the effective day or moment of a fact, the moment of an act, arrival, opening or closing."""
    if isinstance(entry, Fact):
        return entry.effective if entry.timed else entry.effective_day
    if isinstance(entry, Hold):
        return entry.opened
    return (entry.closed or entry.created) if isinstance(entry, Task) else entry.at


def moment_of(entry: EntryRecord) -> datetime:
    """The instant by which entries are ordered."""
    if isinstance(entry, Fact):
        return entry.effective
    when = when_of(entry)
    assert isinstance(when, datetime)
    return when


def facts_of(entry: EntryRecord) -> tuple[str, ...]:
    """Ids of the facts that reading the entry reads."""
    return (entry.id,) if isinstance(entry, Fact) else ()


def found(context: Context, source: str, name: str) -> list[EntryRecord]:
    """All entries of a source that are visible in the context, oldest first."""
    if source == "fact":
        return list(visible(context, name))
    if source != "stage":
        context.world.tracker.read(own_cell(source, context.enrolment.id, name))
    return _OWN[source](context, name)


def _stages(context: Context, name: str) -> list[EntryRecord]:
    return [one for one in context.enrolment.history if one.stage == name and one.at <= context.as_of]


def _acts(context: Context, name: str) -> list[EntryRecord]:
    acts = list(context.world.owned("acts", context.enrolment.id, name))
    acts.sort(key=lambda act: act.seq)
    return [act for act in acts if act.at <= context.as_of]


def _holds(context: Context, name: str) -> list[EntryRecord]:
    holds = list(context.world.owned("holds", context.enrolment.id, name))
    holds.sort(key=lambda one: one.opened)
    return [one for one in holds if one.opened <= context.as_of]


def _tasks(context: Context, name: str) -> list[EntryRecord]:
    tasks = list(context.world.owned("tasks", context.enrolment.id, name))
    return sorted((one for one in tasks if one.closed and one.closed <= context.as_of), key=moment_of)


_OWN: dict[str, Callable[[Context, str], list[EntryRecord]]] = {
    "stage": _stages,
    "action": _acts,
    "hold": _holds,
    "task": _tasks,
}


def visible(context: Context, name: str) -> list[Fact]:
    """Facts of an id or class that count in the context, oldest first."""
    records, catalogue = context.world.records, context.definition.catalogue
    context.world.tracker.read(fact_cell(name))
    if name in catalogue.facts:
        return records.visible(name, context.as_of, preliminary=context.alarm)
    members = [*catalogue.members(name), "other_drug"]
    if catalogue is not context.world.catalogue:
        # An older version may count a drug among a class that today's catalogue does not, so that only the drug's cell tells.
        for code in members:
            context.world.tracker.read(fact_cell(code))
    facts = [
        fact
        for code in members
        for fact in records.visible(code, context.as_of, preliminary=context.alarm)
        if catalogue.belongs(fact, name)
    ]
    facts += [fact for fact in _by_indication(context, name) if fact.code not in members]
    return sorted(facts, key=order)


def _by_indication(context: Context, name: str) -> list[Fact]:
    wanted = context.definition.catalogue.find_class(name)
    if not wanted.by_indication:
        return []
    every = (fact for facts in context.world.records.by_code.values() for fact in facts)
    return [fact for fact in every if context.definition.catalogue.belongs(fact, name) and counts(context, fact)]


def only_preliminary(context: Context, name: str) -> bool:
    """Whether the only results of a fact are preliminary ones, which a guard does not read."""
    return any(fact.effective <= context.as_of for fact in context.world.records.current(name))


# --- values of entries ----------------------------------------------------------------------------------------------


def value_of(context: Context, entry: EntryRecord, until: datetime | None = None) -> Reading:
    """The value of an entry as a reading: the fact's value, or when it happened for anything else."""
    if not isinstance(entry, Fact) or entry.event is not None:
        return Reading(entry, facts=facts_of(entry), until=until)
    definition = context.definition.catalogue.facts[entry.code]
    value: Any = entry.value
    if definition.kind is FactKind.CODED and value in INDETERMINATE:
        return Reading(gaps=(Gap(Why.INDETERMINATE, entry.code),), facts=(entry.id,), until=until)
    if entry.comparator and isinstance(value, Decimal):
        value = limit(entry.comparator, value)
    return Reading(value, str(entry.attributes.get("unit", definition.unit)), facts=(entry.id,), until=until)


def valued(context: Context, reading: Reading) -> Reading:
    """A fact read as its value; what happened (an exposure, an act, an arrival) stays an entry with its attributes."""
    if isinstance(reading.value, Fact):
        inner = value_of(context, reading.value, reading.until)
        return inner if reading.facts == inner.facts else replace(inner, facts=joined(reading.facts, inner.facts))
    return reading


def scalar(context: Context, reading: Reading) -> Reading:
    """What an entry is worth where a value is asked for: a fact its value, anything else the moment it happened."""
    if not isinstance(reading.value, _ENTRIES):
        return reading
    found = valued(context, reading)
    return replace(found, value=when_of(found.value)) if isinstance(found.value, _ENTRIES) else found


def limit(comparator: str, value: Decimal) -> Range:
    """What “< 10” says: a range that is open on one side."""
    if comparator.startswith("<"):
        return Range(None, value, high_in=comparator == "<=")
    return Range(value, None, low_in=comparator == ">=")


def attribute_of(context: Context, entry: Any, name: str, reading: Reading) -> Reading:
    """An attribute of an entry; one that was not recorded is unknown. A date stated beside a value is its `date`."""
    if name == "date" and isinstance(entry, Fact) and isinstance(entry.attributes.get("date"), date):
        return reading.holding(entry.attributes["date"])
    if name == "date":
        return reading.holding(local_day(when_of(entry), context.world.zone))
    if name == "time":
        return reading.holding(when_of(entry))
    if name == "value" and isinstance(entry, Fact):
        chosen, conflict = settle_conflict(context, entry)
        return conflict or value_of(context, chosen, reading.until)
    if name in ("role", "name") and isinstance(entry, Act):
        return reading.holding(getattr(entry.by, name))
    values = _attributes(entry)
    if name not in values or values[name] is None:
        code = entry.code if isinstance(entry, Fact) else name
        return unknown(
            Why.NO_UNIT if name == "uln" else Why.NEVER_RECORDED, code, facts=reading.facts, until=reading.until
        )
    value, unit = plain(values[name], _unit_of(context, entry, name, values))
    return reading.holding(value, unit)


def _attributes(entry: Any) -> Any:
    if isinstance(entry, Fact):
        known = {
            "event": entry.event and entry.event.value,
            "status": entry.status.value,
            "source": entry.source or None,
        }
        own = {} if entry.event in (None, ExposureEvent.OCCURRED) else {"drug": entry.code}
        return {**known, **own, **entry.attributes}
    if isinstance(entry, Task):
        return {"status": entry.status.value, "due": entry.due, "opens": entry.opens, "until": entry.until}
    return entry.parameters if isinstance(entry, Act) else {}


def _unit_of(context: Context, entry: Any, name: str, values: Any) -> str:
    stated = values.get(f"{name}_unit")
    if stated or not isinstance(entry, Fact):
        return str(stated or "")
    definition: FactDefinition = context.definition.catalogue.facts[entry.code]
    return definition.unit if name in ("uln", "lln", "lower_limit") else ""


def plain(value: Any, unit: str = "") -> tuple[Any, str]:
    """A value as sentences read it: quantities as number and unit, lists as tuples, whole numbers exact."""
    if isinstance(value, Quantity):
        return value.value, value.unit
    if isinstance(value, list):
        return tuple(value), unit
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value), unit
    return value, unit


# --- freshness ------------------------------------------------------------------------------------------------------


def stale_from(context: Context, fact: Fact, age: Duration) -> datetime:
    """The first moment at which a fact is older than a limit: clock time where hours count, else the day after the last day."""
    when = when_of(fact) if age.seconds else fact.effective_day
    return _older_from(when, age, context.world.zone)


@lru_cache(maxsize=16384)
def _older_from(when: When, age: Duration, zone: str) -> datetime:
    if age.seconds:
        start = end_of(when, zone)  # an instant is its own end
        return instant(add(start, age, zone), zone) + timedelta(seconds=1)
    last = add(when, age, zone)
    assert is_day(last)
    return end_of(last, zone)
