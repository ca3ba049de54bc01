"""Reads what an entry says beside its value: qualifiers of a result, attributes of an exposure or event.

The catalogue gives each key a type (`date`, `quantity`, `exposure id`, a list of allowed values …). The result is
canonical: codes, `bool`, `int`, `Decimal`, `date` or UTC `datetime`, tuples for lists; a quantity `x` comes with its
unit as `x_unit`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from engine.calendar import Zone, parse_when
from engine.catalogue.codes import read_boolean, read_choice
from engine.catalogue.definition import FactDefinition, FactKind
from engine.catalogue.measurement import canonical, unit_may_be_left_out
from engine.catalogue.names import nearest
from engine.catalogue.refusal import refused
from engine.errors import InvalidFact, UnknownName
from engine.model import ExposureEvent
from engine.units import Quantity, UnitError, convert, is_range, plain, same_kind

if TYPE_CHECKING:
    from engine.catalogue.catalogue import Catalogue

_LONGEST_TEXT = 4000
_ALIASES: Mapping[str, Mapping[str, str]] = {
    "specimen": {"血清": "serum", "血浆": "serum", "脑脊液": "csf", "CSF": "csf", "血": "blood", "全血": "blood", "组织": "tissue", "尿": "urine", "尿液": "urine"},
    "detection": {"检出": "detected", "未检出": "not_detected", "undetected": "not_detected"},
    "route": {"口服": "oral", "po": "oral", "静脉": "iv", "intravenous": "iv", "皮下": "sc", "subcutaneous": "sc", "肌注": "im", "intramuscular": "im", "鞘内": "intrathecal", "it": "intrathecal"},
}  # fmt: skip
_QUALIFIER_TYPES: Mapping[str, str] = {
    "uln": "limit", "lln": "limit", "lower_limit": "limit", "method": "text", "planned_next": "date", "confounded": "boolean", "indication": "text",
    "test_date": "date", "cessation_date": "date", "onset": "date", "author": "text", "recorded": "datetime", "antigen": "text", "instrument": "text",
    "quantity_iu_ml": "quantity", "induration_mm": "quantity", "flow_l_min": "quantity", "index": "number", "titre": "titre", "viral_load": "quantity",
    "unit": "text",
}  # fmt: skip
_ON_ANY_RESULT = ("uln", "lln", "lower_limit", "method", "specimen", "detection")
_COMMON = ("author", "recorded")
_UNIT_IN_KEY = {"_iu_ml": "[IU]/mL", "_ml": "mL", "_l_min": "L/min", "_min": "min", "_mm": "mm"}
"""Unit that the name of a key states; the longer endings first."""
_CODES = {"none": "none"}


@dataclass(frozen=True, slots=True)
class Scope:
    """What reading a key needs to know of its entry."""

    catalogue: Catalogue
    definition: FactDefinition
    zone: Zone
    reported_unit: str = ""
    """Unit of the value, for limits that are written without theirs."""
    event: ExposureEvent | None = None
    pathway: str | None = None


def read_attributes(scope: Scope, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Canonical attributes of an entry; raises `InvalidFact` naming the key."""
    found: dict[str, Any] = {}
    for key, value in raw.items():
        kind = _type_of(scope, str(key))
        try:
            found |= _read(scope, str(key), kind, value)
        except InvalidFact as error:
            error.place = f"{scope.definition.id}.{key}"
            raise
    return found


def _type_of(scope: Scope, key: str) -> Any:
    """Type of a key; raises `InvalidFact` for one that this fact does not have."""
    definition, extras = scope.definition, scope.catalogue.extras
    known = dict.fromkeys((*_COMMON, *definition.qualifiers), "") | dict(definition.attributes)
    if definition.kind is FactKind.EXPOSURE:
        known |= {
            name: kind
            for name, kind in extras.get("exposure_common_attributes", {}).items()
            if name not in definition.attributes
        }
    elif not definition.happens:
        known |= {name: known.get(name, "") for name in _ON_ANY_RESULT}
    elif not definition.attributes:
        return "text"
    if key not in known:
        found = nearest(key, known)
        remedy = f"Did you mean {found}?" if found else f"Known: {', '.join(sorted(known))}."
        raise refused(
            "unknown_attribute",
            f"{definition.id} has no {key!r}",
            remedy,
            place=f"{definition.id}.{key}",
            nearest=found,
        )
    return known[key] or _qualifier_type(key, extras)


def detail_kind(definition: FactDefinition, key: str, extras: Mapping[str, Any]) -> Any:
    """Type of a qualifier or attribute that the fact has, for a form: a name such as `date`, or a tuple of allowed values."""
    return definition.attributes.get(key) or _qualifier_type(key, extras)


def _qualifier_type(key: str, extras: Mapping[str, Any]) -> Any:
    declared = extras.get("qualifier_definitions", {}).get(key)
    return tuple(declared) if isinstance(declared, list) else _QUALIFIER_TYPES.get(key, "text")


def _read(scope: Scope, key: str, kind: Any, raw: Any) -> dict[str, Any]:
    if raw is None:
        raise refused("missing_value", f"{key} is empty", "Give a value or leave the key out.")
    if isinstance(kind, tuple):
        return {key: _choices(key, kind, raw)}
    if kind in ("quantity", "limit", "titre") or str(kind).startswith("map"):
        return _MEASURED[str(kind).split()[0]](scope, key, raw)
    if key == "route" and scope.definition.routes:
        return {key: read_choice(raw, (*scope.definition.routes, "other"), _ALIASES["route"])}
    return {key: _plain_value(scope, str(kind), raw)}


def _choices(key: str, allowed: tuple[str, ...], raw: Any) -> str | tuple[str, ...]:
    aliases = _ALIASES.get(key, _CODES)
    return (
        tuple(read_choice(one, allowed, aliases) for one in raw)
        if isinstance(raw, list | tuple)
        else read_choice(raw, allowed, aliases)
    )


def _plain_value(scope: Scope, kind: str, raw: Any) -> Any:
    if kind in _SIMPLE:
        return _SIMPLE[kind](raw)
    if kind in ("date", "datetime"):
        return read_date(raw, scope.zone)
    if kind.startswith("list"):
        return tuple(
            _plain_value(scope, _ITEMS.get(kind, "text"), one)
            for one in (raw if isinstance(raw, list | tuple) else [raw])
        )
    if kind in ("exposure id", "class id", "ae line or exposure id"):
        return _named(scope, kind, raw)
    if bounds := re.fullmatch(r"(\d+)-(\d+)", kind):
        return _bounded(raw, int(bounds.group(1)), int(bounds.group(2)))
    return _text(raw)


_ITEMS = {"list of dates": "date", "list of class ids": "class id"}


def _named(scope: Scope, kind: str, raw: Any) -> str:
    """Canonical id of an exposure or class that an attribute names."""
    name, catalogue = _text(raw), scope.catalogue
    try:
        if kind == "class id":
            return catalogue.find_class(name).id
        if kind == "exposure id" or catalogue.canonical(name, scope.pathway):
            return catalogue.find(name, scope.pathway).id
    except UnknownName as error:
        raise refused("unknown_code", error.message, error.remedy, nearest=error.details.get("nearest", "")) from None
    return name


def read_date(raw: Any, zone: Zone) -> Any:
    """A date, or a UTC instant where a time is given; raises `InvalidFact`."""
    try:
        return parse_when(raw if not isinstance(raw, str) else plain(raw), zone)
    except (ValueError, TypeError, AttributeError):
        raise refused("bad_date", f"{raw!r} is not a date", "Write 2026-01-05 or 2026-01-05 09:00.") from None


def _text(raw: Any) -> str:
    text = str(raw).strip()
    if not text or len(text) > _LONGEST_TEXT or isinstance(raw, dict | list | tuple):
        raise refused("bad_value", "a short text is needed here", "Write one text.")
    return text


def _number(raw: Any) -> Decimal:
    try:
        if isinstance(raw, bool):
            raise InvalidOperation
        value = Decimal(plain(str(raw)))
    except InvalidOperation:
        raise refused("not_a_number", f"{raw!r} is not a number", "Write one number.") from None
    if not value.is_finite():
        raise refused("not_a_number", f"{raw!r} is not a number", "Write one number.")
    return value


def _integer(raw: Any) -> int:
    value = _number(raw)
    if value != value.to_integral_value() or abs(value) > 10**9:
        raise refused("not_a_number", f"{raw!r} is not a whole number", "Write a whole number.")
    return int(value)


def _bounded(raw: Any, low: int, high: int) -> int:
    value = _integer(raw)
    if not low <= value <= high:
        raise refused("implausible", f"{value} is outside {low} to {high}", "Check the form.")
    return value


_SIMPLE: Mapping[str, Callable[[Any], Any]] = {
    "boolean": read_boolean,
    "integer": _integer,
    "number": _number,
    "text": _text,
}


def _quantity(scope: Scope, key: str, raw: Any) -> dict[str, Any]:
    """A quantity and its unit, in the unit that the key, the drug or the fact of that name prescribes."""
    if key == "dose" and scope.definition.dose_units:
        return _dose(scope, raw)
    unit = next((unit for suffix, unit in _UNIT_IN_KEY.items() if key.endswith(suffix)), "")
    named = scope.catalogue.facts.get(key)
    unit = unit or (named.unit if named else "")
    quantity = _parse(scope, raw, default=unit)
    if unit:
        quantity = _to(quantity, unit)
    return {key: quantity.value, f"{key}_unit": quantity.unit}


def _dose(scope: Scope, raw: Any) -> dict[str, Any]:
    """The dose in the catalogue's unit; in its own where that measures something else (IU, mg/kg, mg of a course)."""
    units = scope.definition.dose_units
    wanted = units.get("given" if scope.event is ExposureEvent.GIVEN else "course") or next(iter(units.values()))
    quantity = _parse(scope, raw, default=wanted if unit_may_be_left_out(wanted) else "")
    if quantity.value < 0:
        raise refused("implausible", f"a dose of {quantity} is negative", "Give the dose as given; no dose is 0.")
    if same_kind(quantity.unit, wanted):
        quantity = _to(quantity, wanted)
    return {"dose": quantity.value, "dose_unit": quantity.unit}


def _parse(scope: Scope, raw: Any, *, default: str) -> Quantity:
    text = plain(str(raw))
    if isinstance(raw, bool | dict | list | tuple) or is_range(text):
        raise refused(
            "range" if is_range(text) else "not_a_number",
            f"{text!r} is not one number",
            "Give one number with its unit.",
        )
    try:
        quantity = scope.catalogue.quantity(text)
    except UnitError as error:
        reason = "unknown_unit" if "unit '" in error.message else "not_a_number"
        raise refused(reason, error.message, error.remedy) from None
    if not quantity.unit and not default:
        raise refused(
            "missing_unit", f"{text!r} has no unit", f"Give it with its unit, for example {text} {_example(scope)}."
        )
    return Quantity(quantity.value, quantity.unit or default)


def _example(scope: Scope) -> str:
    return next(iter(scope.definition.dose_units.values()), scope.definition.unit or "mg")


def _to(quantity: Quantity, unit: str) -> Quantity:
    try:
        return Quantity(convert(quantity.value, quantity.unit, unit), unit)
    except UnitError as error:
        raise refused("wrong_unit", error.message, error.remedy, unit=quantity.unit) from None


def _limit(scope: Scope, key: str, raw: Any) -> dict[str, Any]:
    """A laboratory limit in the fact's unit; written without unit, it is in the unit of the value beside it."""
    quantity = _parse(scope, raw, default=scope.reported_unit or scope.definition.unit or "1")
    if scope.definition.kind is not FactKind.QUANTITY:
        return {key: quantity.value, f"{key}_unit": quantity.unit}
    return {key: canonical(scope.definition, quantity).value}


def _titre(scope: Scope, key: str, raw: Any) -> dict[str, Any]:
    return {key: _to(_parse(scope, raw, default="{titer}"), "{titer}").value}


def _map(scope: Scope, key: str, raw: Any) -> dict[str, Any]:
    """Doses by drug (`dose_mg_m2` of a lymphodepletion), canonical ids to decimals in mg/m2/d."""
    if not isinstance(raw, Mapping):
        raise refused("bad_value", f"{key} needs a dose for each drug", "Write {fludarabine: 30 mg/m2/d}.")
    return {
        key: {
            _named(scope, "exposure id", drug): _to(_parse(scope, dose, default="mg/m2/d"), "mg/m2/d").value
            for drug, dose in raw.items()
        }
    }


_MEASURED: Mapping[str, Callable[[Scope, str, Any], dict[str, Any]]] = {
    "quantity": _quantity,
    "limit": _limit,
    "titre": _titre,
    "map": _map,
}
