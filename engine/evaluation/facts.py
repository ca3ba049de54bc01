"""What a fact reads in a context: the latest usable entry, fresh and without conflict; and the names that every sentence knows.

Two final values of one sample that disagree are a conflict, unknown to a guard and read each way in an alarm.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from engine.calendar import add_months, age_in_years, end_of, start_of_day
from engine.catalogue.definition import FactDefinition, FactKind
from engine.evaluation import entries
from engine.evaluation.context import Context, ValueFunction
from engine.evaluation.results import Gap, Reading, Why, sooner, unknown
from engine.evaluation.seeing import settle_conflict
from engine.evaluation.tracking import fact_cell
from engine.model import Fact
from engine.units import Duration

# --- facts ----------------------------------------------------------------------------------------------------------


def fact_value(context: Context, code: str) -> Reading:
    """The value of the latest usable entry of a fact."""
    reading = fact_entry(context, code)
    if isinstance(reading.value, Fact):
        return entries.value_of(context, reading.value, reading.until)
    return reading


def fact_reader(code: str, definition: FactDefinition) -> ValueFunction:
    """The function of `fact_value` for one id: short where the latest entry has a plain value, is the only one of its moment,
    and fresh; everything else goes the long way.
    """
    cell, unit = fact_cell(code), definition.unit
    unsure = entries.INDETERMINATE if definition.kind is FactKind.CODED else ()

    def read(context: Context) -> Reading:
        world = context.world
        world.tracker.read(cell)
        seen = world.records.visible(code, context.as_of, preliminary=context.alarm)
        if not seen or (len(seen) > 1 and seen[-2].effective == seen[-1].effective):
            return fact_value(context, code)
        fact, until = seen[-1], None
        if fact.event is not None or fact.comparator or fact.value in unsure:
            return fact_value(context, code)
        limit = context.definition.age_reading(context, code)
        if limit is not None:
            if not isinstance(limit.value, Duration):
                return fact_value(context, code)
            moment = entries.stale_from(context, fact, limit.value)
            if context.as_of >= moment:
                return fact_value(context, code)
            if context.moves:
                world.tracker.turns(moment)
                until = sooner(limit.until, moment)
        return Reading(fact.value, fact.attributes.get("unit", unit), (), (fact.id,), until)

    return read


def fact_entry(context: Context, code: str) -> Reading:
    """The latest usable entry of a fact: visible, fresh, without conflict."""
    seen = entries.visible(context, code)
    if not seen:
        happens = context.definition.catalogue.facts[code].happens
        only_early = not context.alarm and entries.only_preliminary(context, code)
        return unknown(Why.PRELIMINARY if only_early else Why.NOT_YET if happens else Why.NEVER_RECORDED, code)
    last = seen[-1]
    if len(seen) == 1 or seen[-2].effective != last.effective:
        return _if_fresh(context, last)
    chosen, conflict = settle_conflict(context, last, seen)
    if conflict:
        return conflict
    assert isinstance(chosen, Fact)
    return _if_fresh(context, chosen)


def _if_fresh(context: Context, fact: Fact) -> Reading:
    limit = context.definition.age_reading(context, fact.code)
    if limit is None:
        return Reading(fact, facts=(fact.id,))
    if not isinstance(limit.value, Duration):
        return Reading(gaps=limit.gaps or (Gap(Why.IMPRECISE, fact.code),), facts=(fact.id,), until=limit.until)
    moment = entries.stale_from(context, fact, limit.value)
    if context.as_of >= moment:
        return unknown(Why.STALE, fact.code, facts=(fact.id,), until=limit.until)
    context.turns(moment)
    return Reading(fact, facts=(fact.id,), until=sooner(limit.until, moment) if context.moves else None)


def all_values(context: Context, code: str) -> Reading:
    """Every value of a fact that holds several at once."""
    seen = entries.visible(context, code)
    if not seen:
        return unknown(Why.NEVER_RECORDED, code)
    values = tuple(dict.fromkeys(fact.value for fact in seen))
    return Reading(values, facts=tuple(fact.id for fact in seen))


# --- built in -------------------------------------------------------------------------------------------------------


def today(context: Context) -> Reading:
    """The day judged; whoever compares it says when the comparison turns."""
    return Reading(context.today, clock=context.moves)


def now(context: Context) -> Reading:
    """The moment judged; whoever compares it says when the comparison turns."""
    return Reading(context.as_of, clock=context.moves)


def _changing_daily(read: ValueFunction) -> ValueFunction:
    """The present used as a value: what follows from it is looked at again at the next midnight."""

    def reading(context: Context) -> Reading:
        context.turns(end_of(context.today, context.world.zone))
        return read(context)

    return reading


CLOCKS: dict[str, ValueFunction] = {"today": today, "now": now}
"""The present, where a comparison or window watches it."""


def _birth_date(context: Context) -> Reading:
    birth = context.world.chart.patient.birth_date
    return Reading(birth) if birth else fact_value(context, "birth_date")


def _age(context: Context) -> Reading:
    birth = _birth_date(context)
    if not isinstance(birth.value, date):
        return birth
    years = age_in_years(birth.value, context.today)
    until = start_of_day(add_months(birth.value, 12 * (years + 1)), context.world.zone) if context.moves else None
    context.turns(until)
    return Reading(Decimal(years), "a", facts=birth.facts, until=until)


def _sex(context: Context) -> Reading:
    sex = context.world.chart.patient.sex
    return Reading(sex) if sex else fact_value(context, "sex")


def _bound(key: str) -> ValueFunction:
    def read(context: Context) -> Reading:
        value = context.bindings.get(key)
        return (
            value
            if isinstance(value, Reading)
            else Reading(value)
            if value is not None
            else unknown(Why.NEVER_RECORDED, key)
        )

    return read


BUILT_IN: dict[str, ValueFunction] = {
    "today": _changing_daily(today), "now": _changing_daily(now), "age": _age, "birth_date": _birth_date, "sex": _sex,
    "last_result": _bound("last_result"), "entry": _bound("entry"),
}  # fmt: skip
"""Names that every sentence knows, by what they read."""
