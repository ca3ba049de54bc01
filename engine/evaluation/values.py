"""Values: trees of the criteria language turned into functions from a context to a `Reading`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.calendar import local_day, next_on_grid
from engine.evaluation import arithmetic, entries, names
from engine.evaluation.compiling import compile_criterion, compile_value, enter_values
from engine.evaluation.context import Context, ValueFunction
from engine.evaluation.entries import EntryRecord, scalar
from engine.evaluation.results import Range, Reading, Why, joined, sooner, unknown
from engine.evaluation.scope import Scope
from engine.evaluation.seeing import settle_conflict
from engine.evaluation.selecting import compile_selector, distinct
from engine.evaluation.settings import callers, typed
from engine.evaluation.silence import silence
from engine.language import syntax as s
from engine.model import Act, Fact, Hold, StageEntry, Task
from engine.units import Duration


def _constant(value: Any, unit: str = "") -> ValueFunction:
    reading = Reading(value, unit)
    return lambda context: reading


def _number(node: s.Number, scope: Scope) -> ValueFunction:
    return _constant(node.value, scope.catalogue.unit(node.unit) if node.unit else "")


def _period(node: s.Period, scope: Scope) -> ValueFunction:
    return _constant(Duration(node.months, node.days, node.minutes * 60))


def _name(node: s.Name, scope: Scope) -> ValueFunction:
    return names.compile_name(node.name, scope)


# --- entries --------------------------------------------------------------------------------------------------------


def _pick(node: s.Pick, scope: Scope) -> ValueFunction:
    select = compile_selector(node.selector, scope)
    last = node.which == "latest"

    def read(context: Context) -> Reading:
        selection = select(context)
        if not selection.certain:
            return _nothing(context, selection)
        chosen = selection.certain[-1 if last else 0]
        decisive = [one for one in selection.maybe if _rivals(one, chosen, last)]
        if decisive:
            return Reading(gaps=selection.gaps, facts=selection.facts, until=selection.until)
        chosen, conflict = settle_conflict(context, chosen, selection.certain)
        if conflict:
            return replace(conflict, until=selection.until)
        return Reading(chosen, facts=entries.facts_of(chosen), until=selection.until)

    return read


def _rivals(one: EntryRecord, chosen: EntryRecord, last: bool) -> bool:
    """Whether an entry that may count would be the latest (or first) instead, or share its moment."""
    first, other = entries.moment_of(one), entries.moment_of(chosen)
    return first >= other if last else first <= other


def _nothing(context: Context, selection: Any) -> Reading:
    if selection.gaps or selection.maybe:
        return Reading(gaps=selection.gaps, facts=selection.facts, until=selection.until)
    why = Why.NEVER_RECORDED
    if selection.source == "fact":
        if selection.recorded:
            why = Why.STALE if selection.limited else Why.NEVER_RECORDED
        elif entries.only_preliminary(context, selection.name) and not context.alarm:
            why = Why.PRELIMINARY
        definition = context.definition.catalogue.facts.get(selection.name)
        if definition is None or definition.happens:
            why = Why.NOT_YET
    else:
        why = Why.NOT_YET
    return unknown(why, selection.name, until=selection.until)


def _attribute(node: s.Attribute, scope: Scope) -> ValueFunction:
    read_of = names.compile_entry(node.of, scope) or compile_value(node.of, scope)
    name = node.name

    def read(context: Context) -> Reading:
        reading = read_of(context)
        if not reading.known:
            return reading
        if isinstance(reading.value, Fact | Act | StageEntry | Hold | Task):
            return entries.attribute_of(context, reading.value, name, reading)
        if isinstance(reading.value, tuple) and name in _OF_LISTS:
            return replace(reading, value=_OF_LISTS[name](reading.value))
        if name in ("date", "time") and isinstance(reading.value, date):
            day = local_day(reading.value, context.world.zone)
            return replace(reading, value=day if name == "date" else reading.value)
        return unknown(Why.NOT_COMPARABLE, name, facts=reading.facts)

    return read


# --- arithmetic -----------------------------------------------------------------------------------------------------


def _smallest(values: tuple[Any, ...]) -> Any:
    return min(values, key=_size)


def _largest(values: tuple[Any, ...]) -> Any:
    return max(values, key=_size)


def _size(value: Any) -> Any:
    return (value.months, value.days, value.seconds) if isinstance(value, Duration) else value


_OF_LISTS: dict[str, Callable[[tuple[Any, ...]], Any]] = {"minimum": _smallest, "maximum": _largest}
"""`minimum of setting.x` and `maximum of setting.x`, where the setting is a list."""


def _binary(combine: Callable[[Reading, Reading, str, str], Reading]) -> Callable[[Any, Scope], ValueFunction]:
    def build(node: Any, scope: Scope) -> ValueFunction:
        read_left, read_right = compile_value(node.left, scope), compile_value(node.right, scope)
        operator = getattr(node, "operator", "*")

        def read(context: Context) -> Reading:
            left, right = scalar(context, read_left(context)), scalar(context, read_right(context))
            if not (left.known and right.known):
                return _both(left, right)
            return arithmetic.safely(combine, left, right, operator, context.world.zone)

        return read

    return build


def _both(left: Reading, right: Reading) -> Reading:
    gaps = joined(() if left.known else left.gaps, () if right.known else right.gaps)
    return Reading(gaps=gaps, facts=joined(left.facts, right.facts), until=sooner(left.until, right.until))


def _bounded(node: s.Bounded, scope: Scope) -> ValueFunction:
    pick = "least" if node.bound == "at most" else "greatest"
    return _choice_of(pick, (compile_value(node.value, scope), compile_value(node.limit, scope)))


def _rounded(node: s.Rounded, scope: Scope) -> ValueFunction:
    read_value, read_step = compile_value(node.value, scope), compile_value(node.step, scope)

    def read(context: Context) -> Reading:
        value, step = scalar(context, read_value(context)), read_step(context)
        if not (value.known and step.known):
            return _both(value, step)
        return arithmetic.rounded(value, step, node.mode)

    return read


def _choice(node: s.Choice, scope: Scope) -> ValueFunction:
    items = tuple(compile_value(item, scope) for item in node.items)
    return _first_known(items) if node.which == "first known" else _choice_of(node.which, items)


def _first_known(items: tuple[ValueFunction, ...]) -> ValueFunction:
    """The first that something was said of: only silence goes on to the next, so that no conflict or stale result is hidden."""

    def read(context: Context) -> Reading:
        gaps: tuple[Any, ...] = ()
        until = None
        for item in items:
            reading = item(context)
            until = sooner(until, reading.until)
            if not reading.silent:
                return Reading(reading.value, reading.unit, reading.gaps, reading.facts, until, reading.clock)
            gaps = joined(gaps, reading.gaps)
        return Reading(gaps=gaps, until=until)

    return read


def _choice_of(which: str, items: tuple[ValueFunction, ...]) -> ValueFunction:
    def read(context: Context) -> Reading:
        return arithmetic.chosen(which, [scalar(context, item(context)) for item in items], context.world.zone)

    return read


def _over_callers(node: s.OverCallers, scope: Scope) -> ValueFunction:
    read_value = compile_value(node.value, scope)

    def read(context: Context) -> Reading:
        registered = callers(context)
        if not registered:
            return unknown(Why.NOT_ENROLLED, "caller")
        readings = [scalar(context, read_value(context.bound(caller=caller))) for caller in registered]
        return arithmetic.chosen(node.which, readings, context.world.zone)

    return read


# --- counts, grids, tables ------------------------------------------------------------------------------------------


def _count(node: s.Count, scope: Scope) -> ValueFunction:
    select = compile_selector(node.selector, scope)

    def read(context: Context) -> Reading:
        selection = select(context)
        if unspoken := silence(context, selection):
            return Reading(gaps=unspoken)
        low = len(selection.certain)
        return _between(low, low + len(selection.maybe), selection.gaps, selection.facts, selection.until)

    return read


def _count_different(node: s.CountDistinct, scope: Scope) -> ValueFunction:
    select = compile_selector(node.selector, scope)

    def read(context: Context) -> Reading:
        selection = select(context)
        if unspoken := silence(context, selection):
            return Reading(gaps=unspoken)
        low, high, gaps = distinct(context, selection, node.attribute)
        return _between(low, high, joined(selection.gaps, gaps), selection.facts, selection.until)

    return read


def _between(low: int, high: int, gaps: tuple[Any, ...], facts: tuple[str, ...], until: datetime | None) -> Reading:
    value: Any = Decimal(low) if low == high else Range(Decimal(low), Decimal(high))
    return Reading(value, gaps=gaps, facts=facts, until=until)


def _count_met(node: s.CountMet, scope: Scope) -> ValueFunction:
    items = [compile_criterion(item, scope) for item in node.items]

    def read(context: Context) -> Reading:
        verdicts = [item(context) for item in items]
        low = sum(one.met for one in verdicts)
        high = low + sum(one.state.value == "unknown" for one in verdicts)
        gaps = joined(*(one.gaps for one in verdicts if one.state.value == "unknown"))
        until = None
        for one in verdicts:
            until = sooner(until, one.until)
        return _between(low, high, gaps, joined(*(one.facts for one in verdicts)), until)

    return read


def _next_on_grid(node: s.NextOnGrid, scope: Scope) -> ValueFunction:
    parts = [compile_value(part, scope) for part in (node.every, node.anchor, node.after)]

    def read(context: Context) -> Reading:
        every, anchor, after = (scalar(context, part(context)) for part in parts)
        facts = joined(every.facts, anchor.facts, after.facts)
        if not (isinstance(every.value, Duration) and isinstance(anchor.value, date) and isinstance(after.value, date)):
            return Reading(gaps=joined(every.gaps, anchor.gaps, after.gaps), facts=facts)
        zone = context.world.zone
        try:
            day = next_on_grid(local_day(anchor.value, zone), every.value, local_day(after.value, zone))
        except (OverflowError, ValueError):  # a step that is none, or a date beyond the calendar
            return unknown(Why.NOT_COMPARABLE, "next", facts=facts)
        return Reading(day, facts=facts, until=sooner(every.until, sooner(anchor.until, after.until)))

    return read


def _lookup(node: s.Lookup, scope: Scope) -> ValueFunction:
    table = scope.spec.tables.get(node.table)
    if table is None:
        raise scope.unknown(node.table, "table", scope.spec.tables)
    if node.column not in table.columns:
        raise scope.unknown(node.column, "column", table.columns)
    column = table.columns.index(node.column)
    keys = [names.compile_code(key, scope) for key in node.keys]
    rows = {tuple(row[: len(keys)]): row[column] for row in table.rows}

    def read(context: Context) -> Reading:
        readings = [scalar(context, key(context)) for key in keys]
        if any(not one.known for one in readings):
            return Reading(
                gaps=joined(*(one.gaps for one in readings if not one.known)),
                facts=joined(*(one.facts for one in readings)),
            )
        cell = rows.get(tuple(_cell(one.value) for one in readings))
        if cell is None:
            return unknown(Why.NEVER_RECORDED, node.table, facts=joined(*(one.facts for one in readings)))
        value, unit = typed(cell)
        return Reading(value, unit, facts=joined(*(one.facts for one in readings)))

    return read


def _cell(value: Any) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


enter_values(
    {
        s.Number: _number,
        s.Period: _period,
        s.Day: lambda node, _: _constant(node.day),
        s.Word: lambda node, _: _constant(node.text),
        s.Truth: lambda node, _: _constant(node.yes),
        s.Name: _name,
        s.Pick: _pick,
        s.Attribute: _attribute,
        s.Sum: _binary(arithmetic.added),
        s.Product: _binary(arithmetic.multiplied),
        s.Bounded: _bounded,
        s.Rounded: _rounded,
        s.Choice: _choice,
        s.OverCallers: _over_callers,
        s.Count: _count,
        s.CountDistinct: _count_different,
        s.CountMet: _count_met,
        s.NextOnGrid: _next_on_grid,
        s.Lookup: _lookup,
    }
)
