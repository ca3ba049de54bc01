"""Compares what a case writes with what the engine computed: numbers to the digits written, doses in any unit, days."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import Enum
from typing import Any

from engine.calendar import compare, parse_when, zone_info
from engine.catalogue import Catalogue
from engine.model import When
from engine.units import Quantity, UnitError

_TRUTHS = {"yes": True, "true": True, "met": True, "no": False, "false": False, "not_met": False}
_UNDETERMINED = ("unknown", "stale")


def same_value(expected: Any, found: Any, zone: str, catalogue: Catalogue, unit: str = "") -> bool:
    """Whether a computed value is the one written; `unit` is that of a bare number found."""
    plain = found.value if isinstance(found, Enum) else found
    if expected is None:
        return plain is None or (isinstance(found, Enum) and plain in _UNDETERMINED)
    if plain is None:
        return False
    if isinstance(expected, list):
        members = list(plain) if isinstance(plain, list | tuple | set | frozenset) else [plain]
        return len(members) == len(expected) and all(
            any(same_value(one, it, zone, catalogue) for it in members) for one in expected
        )
    if isinstance(expected, bool) or isinstance(plain, bool):
        return truth(expected) is not None and truth(expected) == truth(plain)
    if isinstance(expected, int | Decimal):
        return _same_number(Decimal(expected), plain)
    if isinstance(expected, date):
        return isinstance(plain, date) and same_when(expected, plain, zone)
    return _same_text(str(expected), plain, zone, catalogue, unit)


def truth(value: Any) -> bool | None:
    """A boolean in any of its spellings, or None."""
    return value if isinstance(value, bool) else _TRUTHS.get(str(value))


def _same_number(expected: Decimal, found: Any) -> bool:
    """Equal after rounding half up to the digits written."""
    number = found.value if isinstance(found, Quantity) else found
    try:
        exact = number if isinstance(number, Decimal) else Decimal(str(number))
        digits = Decimal(1).scaleb(min(int(expected.as_tuple().exponent), 0))
        return exact.quantize(digits, ROUND_HALF_UP) == expected
    except InvalidOperation:
        return False


def _same_text(expected: str, found: Any, zone: str, catalogue: Catalogue, unit: str) -> bool:
    if isinstance(found, date):
        return _same_written_when(expected, found, zone)
    if isinstance(found, Quantity | Decimal | int):
        quantity = found if isinstance(found, Quantity) else Quantity(Decimal(found), unit)
        return _same_amount(expected, quantity, catalogue, exactly=False)
    return expected == str(found) or same_dose(expected, str(found), catalogue)


def _same_written_when(expected: str, found: date, zone: str) -> bool:
    try:
        return same_when(parse_when(expected, zone), found, zone)
    except ValueError:
        return False


def same_dose(expected: str, found: str, catalogue: Catalogue) -> bool:
    """Whether two doses are the same amount (`0.3 g` is `300 mg`); never rounded."""
    try:
        return _same_amount(expected, catalogue.quantity(found), catalogue, exactly=True)
    except UnitError:
        return expected.split() == found.split()


def _same_amount(expected: str, found: Quantity, catalogue: Catalogue, *, exactly: bool) -> bool:
    try:
        wanted = catalogue.quantity(expected)
        number = found.value if wanted.unit == found.unit else found.to(wanted.unit).value
    except UnitError:
        return False
    return number == wanted.value if exactly else _same_number(wanted.value, number)


def same_when(expected: When, found: When | None, zone: str) -> bool:
    """Whether two days or instants are the same, at the coarser precision."""
    return found is not None and compare(expected, found, zone) == 0


def shown(value: Any, zone: str) -> Any:
    """A value as a report shows it: local times, numbers with their digits."""
    if isinstance(value, datetime):
        return value.astimezone(zone_info(zone)).strftime("%Y-%m-%d %H:%M") if value.tzinfo else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return str(value.value)
    return value if value is None or isinstance(value, bool | int | str) else str(value)
