"""Whether CAR-T cells ran in at the rates of `car-t.md` §8.10 (CART-13.8): 2 to 3 mL/min for 15 minutes, then 5 to 10 mL/min.

The rates are read from the log of the infusion, written in lines such as `0-15 min 3 mL/min`. With every part inside its limits
the duration lies between the expected ones, whatever the volume.
"""

from __future__ import annotations

import re
from decimal import Decimal

from engine.functions import NotKnown, Reader, function
from pathways.calculations.reading import NEVER_RECORDED, NOT_COMPARABLE, NOT_YET

FIRST_MINUTES = 15
FIRST_RATES = (Decimal(2), Decimal(3))
LATER_RATES = (Decimal(5), Decimal(10))
_LINE = re.compile(r"^\s*(\d+)\s*-\s*(\d+)\s*min\w*\s*:?\s*(\d+(?:\.\d+)?)\s*ml/min\s*$", re.IGNORECASE)


@function(
    "infusion_rates_within_limits",
    en="Infusion rates within limits",
    zh="回输速度在范围内",
    kind="boolean",
    statements=["CART-13.8"],
)
def infusion_rates_within_limits(read: Reader) -> bool:
    """Of the latest infusion. Raises `NotKnown` before one, without a rate log, and for a line that cannot be read."""
    infusions = read.entries("car_t_infusion", "given")
    if not infusions:
        raise NotKnown(NOT_YET, "car_t_infusion")
    log = read.attribute(infusions[-1], "rate_log")
    if not log:
        raise NotKnown(NEVER_RECORDED, "car_t_infusion")
    return all(_within(str(line)) for line in (log if isinstance(log, list | tuple) else [log]))


def _within(line: str) -> bool:
    found = _LINE.match(line)
    if found is None:
        raise NotKnown(NOT_COMPARABLE, "car_t_infusion")
    start, end, rate = int(found.group(1)), int(found.group(2)), Decimal(found.group(3))
    slow = FIRST_RATES[0] <= rate <= FIRST_RATES[1]
    fast = LATER_RATES[0] <= rate <= LATER_RATES[1]
    return slow if start < FIRST_MINUTES and end <= FIRST_MINUTES else fast if start >= FIRST_MINUTES else False
