"""Reads measured values: number, unit, comparator and detection, converted exactly into the unit of the fact.

A laboratory's limit keeps its meaning: `< 10 IU/mL, target detected` is stored as 10 with the comparator `<` and the
detection `detected_below_quantification`, never as a number that was not measured.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.catalogue import formula
from engine.catalogue.definition import AcceptedUnit, FactDefinition
from engine.catalogue.refusal import refused
from engine.units import Quantity, UnitError, convert, is_range, plain, same_kind

_COMPARATOR = re.compile(r"(<=|>=|<|>|小于等于|大于等于|小于|低于|大于|高于)\s*")
_WORDS = {"小于等于": "<=", "大于等于": ">=", "小于": "<", "低于": "<", "大于": ">", "高于": ">"}
_DETECTION = re.compile(
    r"[,;(\s]*(?:target )?(not detected|undetected|detected|未检出|检出|阴性|阳性|tnd)\)?$", re.IGNORECASE
)
_FOUND = {"detected", "检出", "阳性"}


@dataclass(frozen=True, slots=True)
class Measured:
    """A canonical measurement; `unit` is the unit in which it was reported, `series_unit` one that is kept apart."""

    value: Decimal
    unit: str
    comparator: str = ""
    detection: str = ""
    series_unit: str = ""


def read_measurement(definition: FactDefinition, raw: Any, spellings: Mapping[str, str]) -> Measured:
    """Read a quantity fact; raises `InvalidFact`."""
    text, detection = _detection(_text(raw))
    comparator = _COMPARATOR.match(text)
    if not text and detection:
        return Measured(Decimal(0), definition.unit, "" if detection == "not_detected" else ">", detection)
    sign = _WORDS.get(comparator.group(1), comparator.group(1)) if comparator else ""
    measured = canonical(definition, _quantity(text[comparator.end() :] if comparator else text, definition, spellings))
    if sign.startswith("<") and detection == "detected":
        detection = "detected_below_quantification"
    result = Measured(measured.value, measured.unit, sign, detection, measured.series_unit)
    check_plausible(definition, result)
    return result


def _text(raw: Any) -> str:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        raise refused(
            "not_a_number", f"{raw!r} is not a number with a unit", "Give one number and its unit, for example 4.2 g/L."
        )
    return plain(str(raw))


def _detection(text: str) -> tuple[str, str]:
    """The text without its closing detection words, and what they say."""
    found = _DETECTION.search(text)
    if not found:
        return text, ""
    return text[: found.start()].strip(), "detected" if found.group(1).lower() in _FOUND else "not_detected"


def _quantity(text: str, definition: FactDefinition, spellings: Mapping[str, str]) -> Quantity:
    if is_range(text):
        raise refused(
            "range", f"{text!r} is a range, not a value", "Give one number, or a limit such as < 10 with its unit."
        )
    try:
        quantity = Quantity.parse(text, spellings)
    except UnitError as error:
        reason = "unknown_unit" if "unit '" in error.message else "not_a_number"
        raise refused(reason, error.message, f"Give one number in {_units(definition)}.") from None
    if not quantity.unit and not unit_may_be_left_out(definition.unit):
        remedy = f"Give the value with its unit, for example {quantity.value} {definition.unit}."
        raise refused("missing_unit", f"{text!r} has no unit", remedy)
    return Quantity(quantity.value, quantity.unit or definition.unit)


def unit_may_be_left_out(unit: str) -> bool:
    """Scores, grades and titres are often written without their unit."""
    return bool(re.fullmatch(r"\{[^{}]+\}", unit))


def canonical(definition: FactDefinition, quantity: Quantity) -> Measured:
    """Convert into the fact's unit; a unit of a separate series is kept. Raises `InvalidFact`."""
    if quantity.unit == definition.unit:
        return Measured(quantity.value, quantity.unit)
    for accepted in definition.accepted:
        if accepted.unit == quantity.unit:
            return Measured(_converted(accepted, quantity.value), quantity.unit)
    if quantity.unit in definition.separate_series:
        return Measured(quantity.value, quantity.unit, series_unit=quantity.unit)
    if not same_kind(quantity.unit, definition.unit):
        message = f"{definition.id} is not measured in {quantity.unit}"
        raise refused("wrong_unit", message, f"Give it in {_units(definition)}.", unit=quantity.unit)
    return Measured(convert(quantity.value, quantity.unit, definition.unit), quantity.unit)


def _converted(accepted: AcceptedUnit, value: Decimal) -> Decimal:
    if accepted.factor is not None:
        return value * accepted.factor
    try:
        return formula.apply(accepted.formula, value)
    except (ValueError, InvalidOperation, ZeroDivisionError) as error:
        raise refused(
            "implausible", f"{value} {accepted.unit} is outside the plausible range: {error}", "Check the report."
        ) from None


def check_plausible(definition: FactDefinition, measured: Measured) -> None:
    """Refuse what no patient has; the range is that of the canonical unit."""
    low, high = definition.range or (Decimal(0), Decimal("Infinity"))
    if measured.series_unit:
        low, high = Decimal(0), Decimal("Infinity")
    if not low <= measured.value <= high:
        message = f"{measured.value:f} {definition.unit} is outside the plausible range {low:f} to {high:f}"
        raise refused("implausible", message, "Check number and unit against the report.", low=low, high=high)
    step = definition.step or (
        Decimal(1) if definition.decimals == 0 and definition.unit in ("{score}", "{grade}") else None
    )
    if step and measured.value % step:
        raise refused(
            "implausible", f"{measured.value} is not a multiple of {step}", "Check the score against its form."
        )


def _units(definition: FactDefinition) -> str:
    units = (definition.unit, *(one.unit for one in definition.accepted), *definition.separate_series)
    return " or ".join(dict.fromkeys(unit for unit in units if unit != "1:n"))
