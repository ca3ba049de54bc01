"""What the calculations share: settings with a default, numbers and lengths of time, why something is not known.

The reasons are those of the closed list in `criteria-language.md` §4, by the names that the evaluation uses.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.functions import NotKnown, Reader
from engine.model import Fact
from engine.units import Duration, Quantity

NEVER_RECORDED = "never_recorded"
NOT_COMPARABLE = "not_comparable"
NO_UNIT_OR_LIMIT = "no_unit_limit_or_time"
IMPRECISE = "imprecise"
CONFOUNDED = "confounded"
NOT_YET = "has_not_happened_yet"


def setting(read: Reader, name: str, default: Any) -> Any:
    """A setting of the definition in whose name the function is read, or the default where it has none."""
    try:
        found = read.setting(name)
    except NotKnown:
        return default
    return default if found is None else found


def number(value: Any) -> Decimal:
    """A plain or united number as an exact decimal; the unit is the canonical one of what it is compared with."""
    if isinstance(value, Quantity):
        return value.value
    return value if isinstance(value, Decimal) else Decimal(str(value))


def days(value: Any) -> int:
    """A length of time in whole days: `28 d`, or a bare number of days."""
    return value.days if isinstance(value, Duration) else int(value)


def dose(read: Reader, fact: Fact) -> Decimal:
    """The dose of an entry in its canonical unit. Raises `NotKnown` where none was recorded."""
    stated = read.attribute(fact, "dose")
    if stated is None:
        raise NotKnown(NO_UNIT_OR_LIMIT, fact.code)
    return number(stated)
