"""Granulocyte recovery after a CAR-T infusion (`shared-subpathways.md` §6.6, `car-t.md` P2).

Counts come every second day, so days between two counts are interpolated over gaps of up to seven days (as for ICAHT,
`car-t.md` §8.7); beyond that nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from engine.functions import NotKnown, Reader, function
from engine.model import Fact
from pathways.calculations.reading import IMPRECISE, NEVER_RECORDED, NOT_YET, days, number, setting

THRESHOLD = Decimal("0.5")
"""Neutrophils in 10*9/L (LOCAL DEFAULT)."""
RUN = 3
"""Consecutive days at or above it (LOCAL DEFAULT)."""
LONGEST_GAP = 7
"""Days between two counts that may be interpolated (LOCAL DEFAULT of ICAHT)."""


@function(
    "granulocyte_recovery", en="Granulocyte recovery", zh="粒细胞恢复", kind="boolean", statements=["PCP-8", "CART-17.3"],
    settings=["granulocyte_recovery", "granulocyte_recovery_days", "icaht_interpolation_days"],
)  # fmt: skip
def granulocyte_recovery(read: Reader) -> bool:
    """Whether neutrophils stand at ≥ 0.5 × 10*9/L on the latest 3 consecutive days since the infusion.

    Raises `NotKnown` before an infusion, without a count since, and where too few days are covered to tell.
    """
    infusions = read.entries("car_t_infusion", "given")
    if not infusions:
        raise NotKnown(NOT_YET, "car_t_infusion")
    counts = lowest_by_day(read, infusions[-1].effective_day)
    threshold, run = _rule(read)
    return _recovered(counts, threshold, run, days(setting(read, "icaht_interpolation_days", LONGEST_GAP)))


def _rule(read: Reader) -> tuple[Decimal, int]:
    """Threshold and days; a hospital may write both in one setting."""
    stated: Any = setting(read, "granulocyte_recovery", THRESHOLD)
    if isinstance(stated, Mapping):
        return number(stated["anc"]), days(stated["days"])
    return number(stated), days(setting(read, "granulocyte_recovery_days", RUN))


def lowest_by_day(read: Reader, since: date) -> dict[date, Decimal]:
    """The lowest neutrophil count of each day that was counted. Raises `NotKnown` where none was."""
    found: dict[date, Decimal] = {}
    for fact in read.entries("neutrophil_count"):
        if fact.effective_day >= since:
            value = _value(fact)
            found[fact.effective_day] = min(value, found.get(fact.effective_day, value))
    if not found:
        raise NotKnown(NEVER_RECORDED, "neutrophil_count")
    return found


def _value(fact: Fact) -> Decimal:
    if fact.comparator.startswith("<"):
        return Decimal(0)
    return number(fact.value)


def _recovered(counts: Mapping[date, Decimal], threshold: Decimal, run: int, gap: int) -> bool:
    last = max(counts)
    if counts[last] < threshold:
        return False
    for back in range(1, run):
        value = on_day(counts, last - timedelta(days=back), gap)
        if value is None:
            raise NotKnown(IMPRECISE, "neutrophil_count")
        if value < threshold:
            return False
    return True


def on_day(counts: Mapping[date, Decimal], day: date, gap: int) -> Decimal | None:
    """The count of a day, on the straight line between its neighbours; None where they are too far apart."""
    if day in counts:
        return counts[day]
    before, after = [one for one in counts if one < day], [one for one in counts if one > day]
    if not before or not after or (min(after) - max(before)).days > gap:
        return None
    first, last = max(before), min(after)
    share = Decimal((day - first).days) / Decimal((last - first).days)
    return counts[first] + (counts[last] - counts[first]) * share
