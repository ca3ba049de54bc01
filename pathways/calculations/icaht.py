"""ICAHT: cytopenia after CAR-T cells, graded by neutrophils (EHA/EBMT; `car-t.md` §8.7).

Early (day 0 to 30): the longest run of days at or below a threshold; a gap of up to two days above it is joined and counted.
Late (after day 30): the lowest threshold that at least two values reach. Days without a count lie on the straight line between
their neighbours, up to a week apart; beyond that nobody knows, and a grade that such a day could change is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from engine.functions import NotKnown, Reader, function
from pathways.calculations.granulocyte_recovery import lowest_by_day, on_day
from pathways.calculations.reading import IMPRECISE, NEVER_RECORDED, NOT_YET, days, setting

LAST_EARLY_DAY = 30
LOW, VERY_LOW = Decimal("0.5"), Decimal("0.1")
LATE = ((Decimal("0.1"), 4), (Decimal("0.5"), 3), (Decimal("1.0"), 2), (Decimal("1.5"), 1))
"""Neutrophils in 10*9/L at or below which a late grade begins, the gravest first."""
TWO_WEEKS, ONE_WEEK = 14, 7
LATE_VALUES = 2
"""Values that must reach a threshold; one alone may be transient."""


@function(
    "icaht_grade_early", en="Early ICAHT grade", zh="早期ICAHT分级", kind="quantity", statements=["CART-10.8.2", "CART-P1"],
    settings=["icaht_joined_gap_days", "icaht_interpolation_days"],
)  # fmt: skip
def icaht_grade_early(read: Reader) -> int:
    """Grade 0 to 4 over the observed days 0 to 30. Raises `NotKnown` without a count since the infusion, or where missing days decide."""
    first = day_0(read)
    last = min(read.today, first + timedelta(days=LAST_EARLY_DAY))
    counts = {day: value for day, value in lowest_by_day(read, first).items() if day <= last}
    if not counts:
        raise NotKnown(NEVER_RECORDED, "neutrophil_count")
    observed = _observed(read, counts, first, last)
    joined = days(setting(read, "icaht_joined_gap_days", 2))
    grades = {_early(observed, joined, missing_is_low) for missing_is_low in (False, True)}
    if len(grades) > 1:
        raise NotKnown(IMPRECISE, "neutrophil_count")
    return grades.pop()


def day_0(read: Reader) -> date:
    """The day of the infusion: that of the definition's cycle, else of the latest one. Raises `NotKnown` before it."""
    try:
        found = read.value("d0_car_t")
    except (NotKnown, KeyError):
        found = None
    if isinstance(found, date):
        return found
    infusions = read.entries("car_t_infusion", "given")
    if not infusions:
        raise NotKnown(NOT_YET, "car_t_infusion")
    return infusions[-1].effective_day


def _observed(read: Reader, counts: Mapping[date, Decimal], first: date, last: date) -> list[Decimal | None]:
    """The count of each day from the first to the last one that was counted."""
    gap = days(setting(read, "icaht_interpolation_days", ONE_WEEK))
    end = min(max(counts), last)
    return [on_day(counts, first + timedelta(days=n), gap) for n in range((end - first).days + 1)]


def _early(observed: list[Decimal | None], joined: int, missing_is_low: bool) -> int:
    low, very_low = (_longest(observed, limit, joined, missing_is_low) for limit in (LOW, VERY_LOW))
    whole = len(observed) > LAST_EARLY_DAY and all(_at(value, LOW, missing_is_low) for value in observed)
    if very_low >= TWO_WEEKS or whole:
        return 4
    if very_low >= ONE_WEEK or low >= TWO_WEEKS:
        return 3
    return 2 if low >= ONE_WEEK else 1 if low else 0


def _at(value: Decimal | None, limit: Decimal, missing_is_low: bool) -> bool:
    return missing_is_low if value is None else value <= limit


def _longest(observed: list[Decimal | None], limit: Decimal, joined: int, missing_is_low: bool) -> int:
    """The longest run in days; short gaps above the limit belong to it."""
    best = start = gap = 0
    running = False
    for number, value in enumerate(observed):
        if _at(value, limit, missing_is_low):
            if not running or gap > joined:
                start, running = number, True
            gap = 0
            best = max(best, number - start + 1)
        else:
            gap += 1
    return best


@function(
    "icaht_grade_late", en="Late ICAHT grade", zh="晚期ICAHT分级", kind="quantity", statements=["CART-11.7", "CART-P1"]
)
def icaht_grade_late(read: Reader) -> int:
    """Grade 0 to 4 after day 30: the gravest threshold that at least two days reach; a single value grades provisionally."""
    after = day_0(read) + timedelta(days=LAST_EARLY_DAY)
    values = [value for day, value in lowest_by_day(read, after).items() if after < day <= read.today]
    if not values:
        raise NotKnown(NEVER_RECORDED, "neutrophil_count")
    needed = min(LATE_VALUES, len(values))
    return next((grade for limit, grade in LATE if sum(value <= limit for value in values) >= needed), 0)
