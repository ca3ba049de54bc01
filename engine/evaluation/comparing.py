"""Comparing readings: numbers with units, ranges, dates at the coarser precision, lengths of time, codes.

A comparison is three-valued: a range that lies on both sides of a limit leaves it unknown. Comparing the moving present with
a date also says when the outcome will change.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from engine.calendar import compare as compare_dates
from engine.calendar import end_of, instant, local_day
from engine.evaluation.context import Context
from engine.evaluation.results import (
    MET,
    NOT_MET,
    UNKNOWN,
    Gap,
    Range,
    Reading,
    State,
    Verdict,
    Why,
    joined,
    sooner,
    state_of,
)
from engine.language import syntax as s
from engine.units import Duration, UnitError, convert

MIRROR = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}


@lru_cache(maxsize=4096)
def _converted(value: Decimal, unit: str, target: str) -> Decimal:
    return convert(value, unit, target)


def in_unit(value: Any, unit: str, target: str) -> Any:
    """A quantity or range in another unit; raises `UnitError` where they cannot be compared."""
    if unit == target or not target or not unit:
        return value
    if isinstance(value, Range):
        low, high = (None if end is None else _converted(end, unit, target) for end in (value.low, value.high))
        return Range(low, high, value.low_in, value.high_in)
    return _converted(value, unit, target)


def compared(left: Reading, operator: str, right: Reading, zone: str) -> tuple[State, datetime | None]:
    """The state of `left operator right` (both known) and the moment when time alone changes it."""
    one, other = left.value, right.value
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        other = other if right.unit == left.unit else in_unit(other, right.unit, left.unit)
        return MET if HOLDS[operator](one, other) else NOT_MET, None
    if isinstance(one, date) or isinstance(other, date) or _dated(one) or _dated(other):
        return _compare_dates(left, operator, right, zone)
    one, other = _aligned(left, right)
    if isinstance(one, Range) or isinstance(other, Range):
        return _compare_ranges(_range(one), operator, _range(other)), None
    return state_of(_holds(_order(one, other), operator)), None


def _dated(value: Any) -> bool:
    return isinstance(value, Range) and isinstance(value.low if value.low is not None else value.high, date)


def _aligned(left: Reading, right: Reading) -> tuple[Any, Any]:
    """Both values in one unit. A whole number of years compares with an age, a length of time with a number of days."""
    one, other = left.value, right.value
    if isinstance(one, Duration) or isinstance(other, Duration):
        if {_scale(one, left.unit), _scale(other, right.unit)} == {"months", "days"}:
            raise UnitError(
                "months and days cannot be compared as lengths", remedy="Compare dates from one anchor instead."
            )
        return _length(one, left.unit), _length(other, right.unit)
    return one, in_unit(other, right.unit, left.unit)


def _scale(value: Any, unit: str) -> str:
    """What a length counts: months (years, too), days, both at once, or just a number."""
    if not isinstance(value, Duration):
        return "months" if unit == "a" else ""
    days = bool(value.days or value.seconds)
    if value.months and days:
        raise UnitError("months and days cannot be compared as one length", remedy="Compare dates instead.")
    return "months" if value.months else "days" if days else ""


def _length(value: Any, unit: str) -> Any:
    if not isinstance(value, Duration):
        return value * 12 if unit == "a" else value
    if value.months:
        return Decimal(value.months)
    return Decimal(value.days) + Decimal(value.seconds) / 86400


def _order(one: Any, other: Any) -> int:
    if type(one) is not type(other) and not (isinstance(one, Decimal | int) and isinstance(other, Decimal | int)):
        raise UnitError(f"{one!r} and {other!r} are of different kinds", remedy="Compare values of one kind.")
    return int(one > other) - int(one < other)


HOLDS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": lt, "<=": le, ">": gt, ">=": ge, "=": eq, "!=": ne,
}  # fmt: skip


def _holds(order: int, operator: str) -> bool:
    return _ACCEPTS[operator](order)


_ACCEPTS: dict[str, Callable[[int], bool]] = {
    "<": lambda order: order < 0, "<=": lambda order: order <= 0, ">": lambda order: order > 0, ">=": lambda order: order >= 0,
    "=": lambda order: order == 0, "!=": lambda order: order != 0,
}  # fmt: skip


def _range(value: Any) -> Range:
    return value if isinstance(value, Range) else Range(value, value)


def _compare_ranges(one: Range, operator: str, other: Range) -> State:
    if operator in ("<", "<="):
        return _below(one, other, operator == "<=")
    if operator in (">", ">="):
        return _below(other, one, operator == ">=")
    same = _below(one, other, True), _below(other, one, True)
    equal = None if State.NOT_MET not in same else False
    if equal is None and one.low is not None and one == other and one.low == one.high:
        equal = True
    return state_of(equal if operator == "=" or equal is None else not equal)


def _below(one: Range, other: Range, touching: bool) -> State:
    """Whether every value of `one` lies below (or at) every value of `other`."""
    if one.high is not None and other.low is not None:
        meets = one.high_in and other.low_in
        if one.high < other.low or (one.high == other.low and (touching or not meets)):
            return State.MET
    if one.low is not None and other.high is not None:
        meets = one.low_in and other.high_in
        if one.low > other.high or (one.low == other.high and not (touching and meets)):
            return State.NOT_MET
    return State.UNKNOWN


def _compare_dates(left: Reading, operator: str, right: Reading, zone: str) -> tuple[State, datetime | None]:
    one, other = _range(left.value), _range(right.value)
    if right.clock and not left.clock:
        return _compare_dates(right, MIRROR[operator], left, zone)
    if operator in ("<", "<="):
        state = _earlier(one, other, operator == "<=", zone)
    elif operator in (">", ">="):
        state = _earlier(other, one, operator == ">=", zone)
    else:
        state = _same_date(one, other, operator, zone)
    return state, _turning_point(left, operator, other, zone) if left.clock and not right.clock else None


def _earlier(one: Range, other: Range, touching: bool, zone: str) -> State:
    if one.high is not None and other.low is not None:
        order = compare_dates(one.high, other.low, zone)
        if order < 0 or (order == 0 and touching):
            return State.MET
    if one.low is not None and other.high is not None:
        order = compare_dates(one.low, other.high, zone)
        if order > 0 or (order == 0 and not touching):
            return State.NOT_MET
    return State.UNKNOWN


def _same_date(one: Range, other: Range, operator: str, zone: str) -> State:
    if None in (one.low, one.high, other.low, other.high) or one.low != one.high or other.low != other.high:
        return State.UNKNOWN
    return state_of((compare_dates(one.low, other.low, zone) == 0) == (operator == "="))


def _just_past(end: Any, zone: str) -> datetime:
    return end + timedelta(seconds=1) if isinstance(end, datetime) else end_of(end, zone)


def _turning_point(clock: Reading, operator: str, other: Range, zone: str) -> datetime | None:
    """The next moment at which comparing the present with a date (or either end of a range) turns."""
    present = clock.value
    moments: list[datetime] = []
    for limit in (other.low, other.high):
        if limit is None:
            continue
        end = limit if isinstance(present, datetime) else local_day(limit, zone)
        turn = instant(end, zone) if operator in (">=", "<") else _just_past(end, zone)
        moments += [instant(end, zone), end_of(end, zone)] if operator in ("=", "!=") else [turn]
    now = present if isinstance(present, datetime) else instant(present, zone)
    return min((moment for moment in moments if moment > now), default=None)


def comparison(context: Context, node: s.Node, left: Reading, operator: str, right: Reading) -> Verdict:
    """The verdict of comparing two readings."""
    facts = joined(left.facts, right.facts) if right.facts else left.facts
    until = sooner(left.until, right.until)
    if left.value is None or right.value is None:
        gaps = joined(() if left.known else left.gaps, () if right.known else right.gaps)
        return Verdict(
            UNKNOWN, node, (), gaps or (Gap(Why.IMPRECISE, ""),), facts, until, left.value, right.value, left.unit
        )
    try:
        state, turn = compared(left, operator, right, context.world.zone)
    except (UnitError, TypeError, ValueError, ArithmeticError):
        return Verdict(
            UNKNOWN, node, (), (Gap(Why.NOT_COMPARABLE, operator),), facts, until, left.value, right.value, left.unit
        )
    if turn is not None:
        context.turns(turn)
    gaps = joined(left.gaps, right.gaps) or (Gap(Why.IMPRECISE, ""),) if state is UNKNOWN else ()
    return Verdict(
        state, node, (), gaps, facts, sooner(until, turn) if turn else until, left.value, right.value, left.unit
    )
