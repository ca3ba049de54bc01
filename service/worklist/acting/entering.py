"""The form that records or corrects one fact, as its definition in the catalogue says: values, units, qualifiers; and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.calendar import local_day, zone_info
from engine.catalogue import Catalogue
from engine.catalogue.attributes import detail_kind
from engine.catalogue.definition import FactDefinition, FactKind
from engine.codec import when_text
from engine.language import readable
from engine.model import Fact
from service.worklist.acting.details import code as code_label
from service.worklist.acting.details import detail
from service.worklist.acting.inputs import Choice
from service.worklist.acting.sending import Typed

PREFIX = "a."
"""Before the name of a qualifier or attribute."""
_BARE = re.compile(r"\s*(?:<=|>=|[<>≤≥])?\s*[-+]?[\d.,]+(?:[eE][-+]?\d+)?\s*")
"""A number that was typed without its unit."""
_LEFT_OUT = frozenset({"author", "recorded", "classes"})


@dataclass(frozen=True, slots=True)
class Field:
    """A qualifier or attribute: how it is asked for, and what was typed."""

    name: str
    kind: str
    """`choice`, `boolean`, `date`, `datetime` or `text`."""
    label: str
    value: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryForm:
    """One fact of the catalogue as a form."""

    id: str
    label: str
    kind: str
    note: str
    units: tuple[Choice, ...]
    understood: tuple[str, ...]
    """Further spellings of these units."""
    values: tuple[Choice, ...]
    precision: str
    fields: tuple[Field, ...]
    range: str
    """The plausible range in the catalogue's unit."""


def entry_form(
    catalogue: Catalogue, one: FactDefinition, language: str, typed: Typed, known: Fact | None = None
) -> EntryForm:
    """The form for a fact; with `known`, its qualifiers as they were recorded."""
    units = (one.unit, *(each.unit for each in one.accepted), *one.separate_series) if one.unit else ()
    plain = [Choice(unit, readable.unit(unit)) for unit in dict.fromkeys(units) if unit]
    spelled = tuple(text for text, unit in catalogue.spellings.items() if unit in units and text not in units)
    low, high = one.range or (None, None)
    shown = f"{low:f}–{high:f} {readable.unit(one.unit)}" if low is not None and high is not None else ""
    return EntryForm(
        one.id, one.label[language], one.kind.value, one.note, tuple(plain), spelled, tuple(_values(one, language)), one.precision,
        tuple(_fields(catalogue, one, language, typed, known)), shown,
    )  # fmt: skip


def _values(one: FactDefinition, language: str) -> Iterable[Choice]:
    if one.kind is FactKind.CODED:
        return [Choice(code, zh if language == "zh" else code_label(code, language)) for code, zh in one.values.items()]
    return [Choice(event.value, code_label(event.value, language)) for event in one.events]


def _fields(
    catalogue: Catalogue, one: FactDefinition, language: str, typed: Typed, known: Fact | None
) -> Iterable[Field]:
    names = [*one.qualifiers, *one.attributes]
    common = dict(catalogue.extras.get("exposure_common_attributes", {})) if one.kind is FactKind.EXPOSURE else {}
    for name in dict.fromkeys((*common, *names)):
        kind = detail_kind(one, name, catalogue.extras) if name in names else common[name]
        if name not in _LEFT_OUT and not str(kind).startswith("map"):
            yield _field(name, kind, one, language, typed, known)


def _field(name: str, kind: Any, one: FactDefinition, language: str, typed: Typed, known: Fact | None) -> Field:
    value = typed.one(f"{PREFIX}{name}") or (_recorded(known, name) if known is not None else "")
    codes: Iterable[str] = kind if isinstance(kind, tuple | list) else one.routes if name == "route" else ()
    choices = tuple(Choice(str(code), code_label(str(code), language)) for code in codes)
    plain = "choice" if choices else str(kind) if kind in ("boolean", "date", "datetime") else "text"
    return Field(name, plain, detail(name, language), value, choices)


def _recorded(known: Fact, name: str) -> str:
    """A recorded qualifier as it is typed."""
    value = known.attributes.get(name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():f} {known.attributes.get(f'{name}_unit', '')}".strip()
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    return when_text(value) if isinstance(value, date) else str(value or "")


def raw_entry(one: FactDefinition, typed: Typed) -> dict[str, Any]:
    """What was typed, in the form that the catalogue reads; what was left empty is left out."""
    found: dict[str, Any] = {"event" if one.happens else "value": _value(typed)}
    if effective := f"{typed.one('effective')} {typed.one('effective.time')}".strip():
        found["effective"] = effective
    if typed.one("status") == "preliminary":
        found["status"] = "preliminary"
    return {key: value for key, value in (found | attributes(typed)).items() if value != ""}


def changed_entry(one: FactDefinition, typed: Typed, known: Fact) -> dict[str, Any]:
    """What a correction says anew: the value, and the qualifiers that differ from the recorded ones."""
    anew = {name: value for name, value in attributes(typed).items() if value != _recorded(known, name)}
    value = {} if one.happens else {"value": _value(typed)}
    return {key: text for key, text in (value | anew).items() if text != ""}


def attributes(typed: Typed) -> dict[str, str]:
    """The qualifiers and attributes that were filled in."""
    found = {name.removeprefix(PREFIX): typed.one(name) for name in typed.under(PREFIX)}
    return {name: text for name, text in found.items() if text}


def _value(typed: Typed) -> str:
    """The value as it was typed, with the unit that was chosen where it was typed without one."""
    text, unit = typed.one("value"), typed.one("unit")
    if typed.one("value.time"):
        return f"{text} {typed.one('value.time')}"
    return f"{text} {unit}" if unit and _BARE.fullmatch(text) else text


def typed_value(known: Fact, zone: str) -> tuple[str, str]:
    """The recorded value as it is typed again, and its time of day where it has one."""
    if isinstance(known.value, bool):
        return ("yes" if known.value else "no"), ""
    if isinstance(known.value, datetime):
        local = known.value.astimezone(zone_info(zone))
        return local.date().isoformat(), f"{local:%H:%M}"
    return known.as_reported or (str(known.value) if known.value is not None else ""), ""


def day_of(known: Fact, zone: str) -> str:
    """The day of a fact, or the instant where the time is known."""
    return when_text(known.effective if known.timed else local_day(known.effective, zone))


def misunderstood(details: Mapping[str, Any]) -> str:
    """The nearest known name of a refusal, empty where there is none."""
    return str(details.get("nearest", ""))
