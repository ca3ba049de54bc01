"""Settings and table cells as values, and the callers of a sub-pathway that settings may differ by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from engine.evaluation import arithmetic, entries
from engine.evaluation.context import Context
from engine.evaluation.results import Reading, Why, unknown
from engine.model import Caller
from engine.units import Duration, Quantity, UnitError


def callers(context: Context) -> list[Caller]:
    """The callers of a sub-pathway's enrolment, in order of registration."""
    return sorted(context.enrolment.callers.values(), key=lambda caller: (caller.registered, caller.pathway))


def setting(context: Context, key: str, pathway: str = "") -> Reading:
    """A setting, with the enrolment's replacement where there is one. A map of callers reads the bound caller's value, or
    else the least over the registered callers (`shared-subpathways.md` M-2: the shortest wins). `name.part` reads one part of
    a setting that is a map of parts.
    """
    name, _, part = key.partition(".")
    foreign = bool(pathway) and pathway != context.enrolment.pathway
    if foreign and not _known_elsewhere(context, name, pathway):
        return unknown(Why.NOT_ENROLLED, pathway)
    value = (
        _elsewhere(context, name, pathway) if foreign else context.definition.setting(name, context.enrolment.settings)
    )
    if isinstance(value, dict) and part in value:
        return _setting_reading(value[part])
    if not isinstance(value, dict):
        return _setting_reading(value)
    bound = context.bindings.get("caller")
    if isinstance(bound, Caller):
        return _of_caller(value, bound.pathway, key)
    readings = [_of_caller(value, caller.pathway, key) for caller in callers(context)] or [
        _of_caller(value, "generic", key)
    ]
    known = [one for one in readings if one.known]
    if not known:
        return readings[0]
    return (
        known[0]
        if all(one.value == known[0].value for one in known)
        else arithmetic.chosen("least", known, context.world.zone)
    )


def _known_elsewhere(context: Context, name: str, pathway: str) -> bool:
    return f"{pathway}.{name}" in context.definition.borrowed or pathway in context.world.registry.ids()


def _elsewhere(context: Context, name: str, pathway: str) -> Any:
    """A setting of another pathway, as it was when this version was read: a change over there moves nobody here."""
    kept, replaced = context.definition.borrowed, context.enrolment.settings
    if f"{pathway}.{name}" in kept and name not in replaced:
        return kept[f"{pathway}.{name}"]
    return context.world.registry.latest(pathway).setting(name, replaced)


def _of_caller(values: dict[str, Any], pathway: str, key: str) -> Reading:
    value = values[pathway] if pathway in values else values.get("generic")
    return _setting_reading(value) if value is not None else unknown(Why.NOT_ENROLLED, f"setting {key}")


def _setting_reading(value: Any) -> Reading:
    plain, unit = entries.plain(value)
    return Reading(plain, unit)


def typed(text: Any, unit: str = "") -> tuple[Any, str]:
    """A cell of a table or a raw setting as a value: period, quantity, number, yes/no, date, list or text."""
    if isinstance(text, bool | Duration | Quantity) or (isinstance(text, date) and not isinstance(text, str)):
        return entries.plain(text)
    if isinstance(text, list | tuple):
        return tuple(typed(item, unit)[0] for item in text), "" if unit in _PERIOD_UNITS else unit
    if isinstance(text, int | float | Decimal):
        return _with_unit(Decimal(str(text)), unit)
    return _typed_text(str(text).strip(), unit)


def _typed_text(text: str, unit: str) -> tuple[Any, str]:
    if text in ("yes", "true", "no", "false"):
        return text in ("yes", "true"), ""
    for parse in _PARSERS:
        try:
            value = parse(text)
        except (ArithmeticError, ValueError, TypeError, LookupError, UnitError):
            continue
        return _with_unit(value, unit) if isinstance(value, Decimal) else entries.plain(value)
    return text, ""


_PARSERS: tuple[Callable[[str], Any], ...] = (Decimal, Duration.parse, Quantity.parse, date.fromisoformat)


def _with_unit(value: Decimal, unit: str) -> tuple[Any, str]:
    if unit in _PERIOD_UNITS and value == int(value):
        return Duration(**{_PERIOD_UNITS[unit][0]: int(value) * _PERIOD_UNITS[unit][1]}), ""
    return value, unit


_PERIOD_UNITS = {
    "minutes": ("seconds", 60), "hours": ("seconds", 3600), "days": ("days", 1), "weeks": ("days", 7),
    "months": ("months", 1), "years": ("months", 12),
}  # fmt: skip
