"""What a name reads: facts with their age limits, named values, settings, parameters, anchors, callers, functions.

The latest usable fact decides; two final values of one sample that disagree are a conflict, unknown to a guard and read each
way in an alarm.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.calendar import add_months, age_in_years, instant, is_day, start_of_day
from engine.catalogue.definition import FactKind
from engine.evaluation import arithmetic, entries
from engine.evaluation.context import Context, ValueFunction
from engine.evaluation.reader import call
from engine.evaluation.results import Gap, Range, Reading, State, Why, joined, sooner, unknown
from engine.evaluation.scope import BINDINGS, Scope
from engine.language import syntax as s
from engine.model import Act, Caller, Fact
from engine.units import Duration, Quantity


def compile_name(name: str, scope: Scope) -> ValueFunction:
    """The function of a plain or dotted name. Raises `UnknownInSentence`."""
    if "." in name:
        return _dotted(name, scope)
    if scope.is_attribute(name):
        return lambda context: entries.attribute_of(context, context.bindings["entry"], name, Reading(context.bindings["entry"], facts=()))
    if name in _BUILT_IN:
        return _BUILT_IN[name]
    if name in scope.spec.values:
        return lambda context: named_value(context, name)
    code = scope.catalogue.canonical(name)
    if code is not None and code not in scope.functions:
        return _fact(code, scope)
    if name in scope.functions:
        return lambda context: call(context, name)
    derived = scope.catalogue.find_derived(name).id if scope.catalogue.is_derived(name) else ""
    if derived in scope.functions:
        return lambda context: call(context, derived)
    raise scope.unknown(name, "value", scope.everything())


def compile_entry(node: s.Value, scope: Scope) -> ValueFunction | None:
    """For a plain fact name (`uln of alt`): the function that gives its latest usable entry; None for anything else."""
    if not isinstance(node, s.Name) or "." in node.name or scope.is_attribute(node.name) or node.name in scope.spec.values:
        return None
    code = scope.catalogue.canonical(node.name)
    return None if code is None or node.name in _BUILT_IN else lambda context: fact_entry(context, code)


def compile_code(node: s.Value, scope: Scope) -> ValueFunction:
    """A key of a decision table: a name that means nothing is a code."""
    from engine.evaluation.values import compile_value

    if isinstance(node, s.Name) and "." not in node.name and (node.name not in scope.everything() or _is_exposure(node.name, scope)):
        return lambda context, reading=Reading(node.name): reading  # type: ignore[misc]
    return compile_value(node, scope)


def _is_exposure(name: str, scope: Scope) -> bool:
    code = scope.catalogue.canonical(name)
    return code is not None and scope.catalogue.facts[code].kind is FactKind.EXPOSURE


# --- built in -------------------------------------------------------------------------------------------------------


def _today(context: Context) -> Reading:
    return Reading(context.today, clock=context.moves)


def _now(context: Context) -> Reading:
    return Reading(context.as_of, clock=context.moves)


def _birth_date(context: Context) -> Reading:
    birth = context.world.chart.patient.birth_date
    return Reading(birth) if birth else fact_value(context, "birth_date")


def _age(context: Context) -> Reading:
    birth = _birth_date(context)
    if not isinstance(birth.value, date):
        return birth
    years = age_in_years(birth.value, context.today)
    until = start_of_day(add_months(birth.value, 12 * (years + 1)), context.world.zone) if context.moves else None
    return Reading(Decimal(years), "a", facts=birth.facts, until=until)


def _sex(context: Context) -> Reading:
    sex = context.world.chart.patient.sex
    return Reading(sex) if sex else fact_value(context, "sex")


def _bound(key: str) -> ValueFunction:
    def read(context: Context) -> Reading:
        value = context.bindings.get(key)
        return value if isinstance(value, Reading) else Reading(value) if value is not None else unknown(Why.NEVER_RECORDED, key)

    return read


_BUILT_IN: dict[str, ValueFunction] = {
    "today": _today, "now": _now, "age": _age, "birth_date": _birth_date, "sex": _sex,
    "last_result": _bound("last_result"), "entry": _bound("entry"),
}  # fmt: skip


# --- facts ----------------------------------------------------------------------------------------------------------


def _fact(code: str, scope: Scope) -> ValueFunction:
    if scope.catalogue.facts[code].multiple:
        return lambda context: _all_values(context, code)
    return lambda context: fact_value(context, code)


def fact_value(context: Context, code: str) -> Reading:
    """The value of the latest usable entry of a fact."""
    reading = fact_entry(context, code)
    if isinstance(reading.value, Fact):
        inner = entries.value_of(context, reading.value, reading.until)
        return replace(inner, facts=reading.facts)
    return reading


def fact_entry(context: Context, code: str) -> Reading:
    """The latest usable entry of a fact: visible, fresh, without conflict."""
    seen = entries.visible(context, code)
    if not seen:
        happens = context.world.catalogue.facts[code].happens
        only_early = not context.alarm and entries.only_preliminary(context, code)
        return unknown(Why.PRELIMINARY if only_early else Why.NOT_YET if happens else Why.NEVER_RECORDED, code)
    chosen, conflict = settle_conflict(context, seen[-1])
    if conflict:
        return conflict
    assert isinstance(chosen, Fact)
    return _if_fresh(context, chosen)


def _if_fresh(context: Context, fact: Fact) -> Reading:
    limit = context.definition.age_limit(context, fact.code)
    if limit is None:
        return Reading(fact, facts=(fact.id,))
    moment = entries.stale_from(context, fact, limit.months, limit.days, limit.seconds)
    if not entries.fresh(context, fact, moment, seconds=limit.seconds):
        return unknown(Why.STALE, fact.code, facts=(fact.id,))
    return Reading(fact, facts=(fact.id,), until=moment if context.moves else None)


def settle_conflict(context: Context, chosen: Any) -> tuple[Any, Reading | None]:
    """The entry to read where several of one series share a moment and differ; or the unknown reading of a conflict."""
    if not isinstance(chosen, Fact) or chosen.event is not None:
        return chosen, None
    definition = context.world.catalogue.facts[chosen.code]
    if definition.multiple:
        return chosen, None
    rivals = [one for one in entries.visible(context, chosen.code) if _same_series(one, chosen, definition.series)]
    readings = {(one.value, one.comparator, str(one.attributes.get("detection", ""))): one for one in rivals}
    if len(readings) < 2:
        return chosen, None
    options = list(readings.values())
    key = (chosen.code, chosen.effective)
    if context.alarm:
        context.conflicts[key] = len(options)
        return options[context.choices.get(key, 0)], None
    return chosen, unknown(Why.CONFLICT, chosen.code, facts=tuple(one.id for one in options))


def _same_series(one: Fact, other: Fact, keys: tuple[str, ...]) -> bool:
    if one.effective != other.effective or one.timed != other.timed:
        return False
    return all(one.attributes.get(key) == other.attributes.get(key) for key in keys)


def _all_values(context: Context, code: str) -> Reading:
    """Every value of a fact that holds several at once."""
    seen = entries.visible(context, code)
    if not seen:
        return unknown(Why.NEVER_RECORDED, code)
    values = tuple(dict.fromkeys(fact.value for fact in seen))
    return Reading(values, facts=tuple(fact.id for fact in seen))


# --- named values ---------------------------------------------------------------------------------------------------


def named_value(context: Context, name: str) -> Reading:
    """A value of the definition, read once for each world."""
    reading = context.remembered("v", name, context.definition.values[name])
    assert isinstance(reading, Reading)
    return reading


def _dotted(name: str, scope: Scope) -> ValueFunction:
    head, key = name.split(".", 1)
    if head == "setting":
        return _setting(key, scope)
    if head in BINDINGS:
        return _HEADS[head](key)
    if head not in scope.pathways:
        raise scope.unknown(head, "pathway", scope.pathways)
    return lambda context: _of_pathway(context, head, key)


def _of_pathway(context: Context, pathway: str, name: str) -> Reading:
    other = linked(context, pathway)
    if other is None:
        return unknown(Why.NOT_ENROLLED, pathway)
    if name in other.definition.values:
        return named_value(other, name)
    return unknown(Why.NOT_COMPARABLE, f"{pathway}.{name}")


def linked(context: Context, pathway: str) -> Context | None:
    """The context of the enrolment that a pathway's name means here: itself, the parent, the newest child or shared one."""
    if pathway == context.enrolment.pathway:
        return context
    enrolments = context.world.chart.enrolments
    parent = context.enrolment.parent and enrolments.get(context.enrolment.parent)
    if parent and parent.pathway == pathway:
        return context.of(parent)
    other = context.world.newest(pathway)
    return context.of(other) if other is not None else None


def _parameter(key: str) -> ValueFunction:
    def read(context: Context) -> Reading:
        asked = context.bindings.get("with") or {}
        if asked.get(key) is None:
            return unknown(Why.NEVER_RECORDED, key)
        value, unit = entries.plain(asked[key])
        return Reading(value, unit)

    return read


def _stored(field: str) -> Callable[[str], ValueFunction]:
    def build(key: str) -> ValueFunction:
        def read(context: Context) -> Reading:
            value, unit = entries.plain(getattr(context.enrolment, field).get(key))
            return Reading(value, unit) if value is not None else unknown(Why.NOT_YET, key)

        return read

    return build


def _row(key: str) -> ValueFunction:
    def read(context: Context) -> Reading:
        value, unit = typed(context.bindings["row"][key])
        return Reading(value, unit)

    return read


def _entry(key: str) -> ValueFunction:
    def read(context: Context) -> Reading:
        entry = context.bindings.get("entry")
        if entry is None:
            return unknown(Why.NEVER_RECORDED, key)
        return entries.attribute_of(context, entry, key, Reading(entry, facts=entries.facts_of(entry)))

    return read


def _caller(key: str) -> ValueFunction:
    def read(context: Context) -> Reading:
        caller = context.bindings.get("caller")
        if not isinstance(caller, Caller):
            return unknown(Why.NOT_ENROLLED, "caller")
        return context.definition.caller_value(context, caller, key)

    return read


_HEADS: dict[str, Callable[[str], ValueFunction]] = {
    "with": _parameter,
    "given": _stored("parameters"),
    "anchor": _stored("anchors"),
    "row": _row,
    "entry": _entry,
    "caller": _caller,
}


def callers(context: Context) -> list[Caller]:
    """The callers of a sub-pathway's enrolment, in order of registration."""
    return sorted(context.enrolment.callers.values(), key=lambda caller: (caller.registered, caller.pathway))


# --- settings -------------------------------------------------------------------------------------------------------


def _setting(key: str, scope: Scope) -> ValueFunction:
    if "." in key:
        pathway, key = key.split(".", 1)
        return lambda context: setting(context, key, pathway)
    if key not in scope.spec.settings:
        raise scope.unknown(key, "setting", scope.spec.settings)
    return lambda context: setting(context, key)


def setting(context: Context, key: str, pathway: str = "") -> Reading:
    """A setting, with the enrolment's replacement where there is one. A map of callers reads the bound caller's value, or
    else the least over the registered callers (`shared-subpathways.md` M-2: the shortest wins)."""
    definition = context.world.registry.latest(pathway) if pathway and pathway != context.enrolment.pathway else context.definition
    value = definition.setting(key, context.enrolment.settings)
    if not isinstance(value, dict):
        return _setting_reading(value)
    bound = context.bindings.get("caller")
    if isinstance(bound, Caller):
        return _of_caller(value, bound.pathway, key)
    readings = [_of_caller(value, caller.pathway, key) for caller in callers(context)] or [_of_caller(value, "generic", key)]
    known = [one for one in readings if one.known]
    if not known:
        return readings[0]
    return known[0] if all(one.value == known[0].value for one in known) else arithmetic.chosen("least", known, context.world.zone)


def _of_caller(values: dict[str, Any], pathway: str, key: str) -> Reading:
    value = values.get(pathway, values.get("generic"))
    return _setting_reading(value) if value is not None else unknown(Why.NOT_ENROLLED, f"setting {key}")


def _setting_reading(value: Any) -> Reading:
    plain, unit = entries.plain(value)
    return Reading(plain, unit)


def typed(text: Any, unit: str = "") -> tuple[Any, str]:
    """A cell of a table or a raw setting as a value: period, quantity, number, yes/no, date, list or text."""
    if isinstance(text, bool | Duration | Quantity) or (isinstance(text, date) and not isinstance(text, str)):
        return entries.plain(text)
    if isinstance(text, list | tuple):
        return tuple(typed(item)[0] for item in text), ""
    if isinstance(text, int | float | Decimal):
        return _with_unit(Decimal(str(text)), unit)
    return _typed_text(str(text).strip(), unit)


def _typed_text(text: str, unit: str) -> tuple[Any, str]:
    if text in ("yes", "true", "no", "false"):
        return text in ("yes", "true"), ""
    for parse in (Decimal, Duration.parse, Quantity.parse, date.fromisoformat):
        try:
            value = parse(text)
        except (ArithmeticError, ValueError, TypeError, LookupError):
            continue
        except Exception as error:  # a unit that is none: the text is a code
            if type(error).__name__ != "UnitError":
                raise
            continue
        return _with_unit(value, unit) if isinstance(value, Decimal) else entries.plain(value)
    return text, ""


def _with_unit(value: Decimal, unit: str) -> tuple[Any, str]:
    if unit in _PERIOD_UNITS and value == int(value):
        return Duration(**{_PERIOD_UNITS[unit][0]: int(value) * _PERIOD_UNITS[unit][1]}), ""
    return value, unit


_PERIOD_UNITS = {
    "minutes": ("seconds", 60), "hours": ("seconds", 3600), "days": ("days", 1), "weeks": ("days", 7),
    "months": ("months", 1),
}  # fmt: skip


def age_gap(code: str) -> Gap:
    """The gap of a fact that is too old."""
    return Gap(Why.STALE, code)


def truth(reading: Reading) -> State:
    """A yes/no reading as a state."""
    return State.UNKNOWN if not isinstance(reading.value, bool) else State.MET if reading.value else State.NOT_MET


def when(value: Any, zone: str) -> datetime:
    """The instant of a date that a sentence gave."""
    if isinstance(value, Range):
        value = value.low if value.low is not None else value.high
    return instant(value, zone)


def merged(*readings: Reading) -> Reading:
    """The facts, gaps and turning point of several readings together."""
    until = None
    for one in readings:
        until = sooner(until, one.until)
    return Reading(gaps=joined(*(one.gaps for one in readings)), facts=joined(*(one.facts for one in readings)), until=until)


def is_act(value: Any) -> bool:
    """Whether a reading holds an act."""
    return isinstance(value, Act)


def day_known_only(value: Any) -> bool:
    """Whether a date lacks a time."""
    return isinstance(value, date) and is_day(value)
