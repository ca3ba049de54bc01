"""Adding, multiplying, rounding and choosing among readings: exact decimals, ranges, dates with calendar months."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from engine.calendar import add, days_between, is_day, local_day
from engine.calendar import compare as compare_dates
from engine.evaluation.comparing import in_unit
from engine.evaluation.results import Range, Reading, Why, joined, sooner, unknown
from engine.units import Duration, Quantity, UnitError, multiply

_ROUNDING = {"to": ROUND_HALF_UP, "up to": ROUND_CEILING, "down to": ROUND_FLOOR}


def safely(
    combine: Callable[[Reading, Reading, str, str], Reading], left: Reading, right: Reading, operator: str, zone: str
) -> Reading:
    """Combine two known readings; what cannot be combined is *not comparable*, never an exception."""
    try:
        result = combine(left, right, operator, zone)
    except (UnitError, TypeError, ValueError, ArithmeticError):
        result = unknown(Why.NOT_COMPARABLE, operator)
    facts, until = joined(left.facts, right.facts), sooner(left.until, right.until)
    return Reading(result.value, result.unit, result.gaps, facts, until, result.clock)


def added(left: Reading, right: Reading, operator: str, zone: str) -> Reading:
    """`left + right` or `left - right`: numbers, a date and a period, two dates (their distance in days), two periods."""
    one, other = left.value, right.value
    if isinstance(other, Duration):
        return _moved(left, other, operator, zone)
    if isinstance(one, date) and isinstance(other, date):
        return Reading(Duration(days=days_between(local_day(other, zone), local_day(one, zone))))
    other = in_unit(other, right.unit, left.unit)
    return Reading(_elementwise(one, other, operator), left.unit or right.unit)


def _moved(left: Reading, period: Duration, operator: str, zone: str) -> Reading:
    if isinstance(left.value, Duration):
        sign = 1 if operator == "+" else -1
        total = Duration(
            *(getattr(left.value, part) + sign * getattr(period, part) for part in ("months", "days", "seconds"))
        )
        return Reading(total)
    if operator == "-" and period.months and left.clock:
        raise ValueError("Months are never subtracted from the present; add them to the date compared with it.")
    if not isinstance(left.value, date | Range):
        raise TypeError("A length of time is added to a date or to another one.")
    move = add if operator == "+" else _earlier
    if isinstance(left.value, Range):
        low, high = (None if end is None else move(end, period, zone) for end in (left.value.low, left.value.high))
        return Reading(Range(low, high, left.value.low_in, left.value.high_in))
    return Reading(move(left.value, period, zone))


def _earlier(when: date, period: Duration, zone: str) -> date:
    """Counting back from a planned date; months clamp as they do forwards."""
    return add(when, Duration(-period.months, -period.days, -period.seconds), zone)


def _elementwise(one: Any, other: Any, operator: str) -> Any:
    if not isinstance(one, Range) and not isinstance(other, Range):
        return one + other if operator == "+" else one - other
    first = one if isinstance(one, Range) else Range(one, one)
    second = other if isinstance(other, Range) else Range(other, other)
    if operator == "-":
        second = Range(_negated(second.high), _negated(second.low), second.high_in, second.low_in)
    low = None if None in (first.low, second.low) else first.low + second.low
    high = None if None in (first.high, second.high) else first.high + second.high
    return Range(low, high, first.low_in and second.low_in, first.high_in and second.high_in)


def _negated(value: Any) -> Any:
    return None if value is None else -value


def multiplied(left: Reading, right: Reading, operator: str, zone: str) -> Reading:
    """A product with its unit: `8 mg/kg * weight` is in mg. Ranges of non-negative quantities keep their order."""
    left, right = _in_days(left), _in_days(right)
    if isinstance(left.value, Range) or isinstance(right.value, Range):
        return _range_product(left, right)
    if not (isinstance(left.value, Decimal) and isinstance(right.value, Decimal)):
        raise TypeError("Only numbers are multiplied.")
    product = multiply(Quantity(left.value, left.unit), Quantity(right.value, right.unit))
    return Reading(product.value, product.unit)


def _in_days(reading: Reading) -> Reading:
    """A length of time as a number of days, so that `1000 mg/d * 5 d` is an amount; months have no fixed length."""
    if not isinstance(reading.value, Duration) or reading.value.months:
        return reading
    return replace(reading, value=Decimal(reading.value.days) + Decimal(reading.value.seconds) / 86400, unit="d")


def _range_product(left: Reading, right: Reading) -> Reading:
    one = left.value if isinstance(left.value, Range) else Range(left.value, left.value)
    other = right.value if isinstance(right.value, Range) else Range(right.value, right.value)
    unit = multiply(Quantity(Decimal(1), left.unit), Quantity(Decimal(1), right.unit))
    low = None if None in (one.low, other.low) else one.low * other.low * unit.value
    high = None if None in (one.high, other.high) else one.high * other.high * unit.value
    return Reading(Range(low, high, one.low_in and other.low_in, one.high_in and other.high_in), unit.unit)


def rounded(value: Reading, step: Reading, mode: str) -> Reading:
    """A number rounded to a multiple of the step, in the unit of the step; half up unless told up or down."""
    try:
        number = in_unit(value.value, value.unit, step.unit)
        steps = (number / step.value).to_integral_value(_ROUNDING[mode])
    except (UnitError, TypeError, ArithmeticError, AttributeError):
        return unknown(Why.NOT_COMPARABLE, "rounding", facts=value.facts)
    return replace(value, value=steps * step.value, unit=step.unit)


# --- choosing -------------------------------------------------------------------------------------------------------


def chosen(which: str, readings: list[Reading], zone: str) -> Reading:
    """The earliest, latest, least or greatest. With an unknown member the answer is a range that is open on one side."""
    known = [one for one in readings if one.known]
    gaps = joined(*(one.gaps for one in readings if not one.known))
    facts = joined(*(one.facts for one in readings))
    until = None
    for one in readings:
        until = sooner(until, one.until)
    if not known:
        return Reading(gaps=gaps, facts=facts, until=until)
    try:
        best = _best(which, known, zone)
    except (UnitError, TypeError):
        return unknown(Why.NOT_COMPARABLE, which, facts=facts)
    if len(known) < len(readings):
        low_side = which in ("latest", "greatest")
        ends = _ends(best.value)
        best = replace(best, value=Range(ends[0], None) if low_side else Range(None, ends[1]))
    return Reading(best.value, best.unit, gaps, facts, until, best.clock)


def _best(which: str, readings: list[Reading], zone: str) -> Reading:
    largest = which in ("latest", "greatest")
    if any(isinstance(one.value, Range) for one in readings):
        return _best_range(largest, readings, zone)
    best = readings[0]
    for one in readings[1:]:
        if (_order(one, best, zone) > 0) == largest and _order(one, best, zone) != 0:
            best = one
    return best


def _best_range(largest: bool, readings: list[Reading], zone: str) -> Reading:
    unit = readings[0].unit
    ends = [_ends(in_unit(one.value, one.unit, unit)) for one in readings]
    pick = _greatest if largest else _least
    lows, highs = [low for low, _ in ends], [high for _, high in ends]
    low = pick([one for one in lows if one is not None], zone) if largest or None not in lows else None
    high = pick([one for one in highs if one is not None], zone) if not largest or None not in highs else None
    return replace(readings[0], value=Range(low, high), unit=unit)


def _ends(value: Any) -> tuple[Any, Any]:
    return (value.low, value.high) if isinstance(value, Range) else (value, value)


def _greatest(values: list[Any], zone: str) -> Any:
    best = None
    for value in values:
        if best is None or _order_values(value, best, zone) > 0:
            best = value
    return best


def _least(values: list[Any], zone: str) -> Any:
    best = None
    for value in values:
        if best is None or _order_values(value, best, zone) < 0:
            best = value
    return best


def _order(one: Reading, other: Reading, zone: str) -> int:
    return _order_values(one.value, in_unit(other.value, other.unit, one.unit), zone)


def _order_values(one: Any, other: Any, zone: str) -> int:
    if isinstance(one, date) and isinstance(other, date):
        order = compare_dates(one, other, zone)
        return (
            order or int(isinstance(one, datetime)) - int(not is_day(other))
            if order == 0 and is_day(one) != is_day(other)
            else order
        )
    if isinstance(one, Duration) and isinstance(other, Duration):
        return _order_lengths(one, other)
    return int(one > other) - int(one < other)


def _order_lengths(one: Duration, other: Duration) -> int:
    """Lengths of mixed units are ordered by their nominal length (a month counts 30 days): only to choose the shorter interval."""
    first, second = ((part.months * 30 + part.days) * 86400 + part.seconds for part in (one, other))
    return int(first > second) - int(first < second)
