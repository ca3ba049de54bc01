"""A second expansion of CAR-T cells: fall below half of the first peak, then at least twice the minimum in between (`icans.md` §8.3).

Values of one method only are compared; methods and units are never converted. A physician confirms it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from engine.functions import NotKnown, Reader, function
from engine.model import Fact
from pathways.calculations.crs_grade import infused_at
from pathways.calculations.reading import NEVER_RECORDED, NO_UNIT_OR_LIMIT, number, setting

FALL, RISE = Decimal("0.5"), Decimal(2)
"""Share of the first peak below which it must fall, and multiple of the minimum to which it must rise (LOCAL DEFAULT)."""


@function(
    "second_expansion", en="Second CAR-T expansion", zh="CAR-T二次扩增", kind="boolean", statements=["ICANS-1.10", "ICANS-5.7"],
    settings=["second_expansion_fall", "second_expansion_rise"],
)  # fmt: skip
def second_expansion(read: Reader) -> bool:
    """Whether the cells expanded again since the latest infusion. Raises `NotKnown` without a value whose method is stated."""
    since = infused_at(read)
    values = [fact for fact in read.entries("car_t_expansion") if since is None or fact.effective_day >= since.date()]
    if not values:
        raise NotKnown(NEVER_RECORDED, "car_t_expansion")
    series = _by_method(read, values)
    if not series:
        raise NotKnown(NO_UNIT_OR_LIMIT, "car_t_expansion")
    fall = number(setting(read, "second_expansion_fall", FALL))
    rise = number(setting(read, "second_expansion_rise", RISE))
    return any(_again(one, fall, rise) for one in series)


def _by_method(read: Reader, values: Iterable[Fact]) -> list[list[Decimal]]:
    found: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for fact in values:
        method = read.attribute(fact, "method")
        if method is not None:
            found[str(method), str(read.attribute(fact, "unit", ""))].append(number(fact.value))
    return list(found.values())


def _again(values: list[Decimal], fall: Decimal, rise: Decimal) -> bool:
    """Walk the series: the peak grows until the fall; then the lowest value is kept until one rises high enough above it."""
    peak, lowest = Decimal(0), None
    for value in values:
        if lowest is None and value >= peak * fall:
            peak = max(peak, value)
        elif lowest is None or value < lowest:
            lowest = value
        elif value > lowest and value >= lowest * rise:
            return True
    return False
