"""A number with its unit. Without a unit there is no quantity: nothing here assumes one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from engine.units.spelling import canonical_unit, plain
from engine.units.table import UnitError, convert, parse_unit

_NO_SPELLINGS: Mapping[str, str] = MappingProxyType({})
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,15})?(?:[eE][+-]?\d{1,2}(?![\d.*^]))?")
_TITRE = re.compile(r"1 ?: ?(\d{1,12})")
_RANGE = re.compile(r"\d ?(?:-|~|\.\.|to|至|到) ?\d")


@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact decimal in a UCUM unit; the empty unit means that none was written (a score may leave it out)."""

    value: Decimal
    unit: str

    @classmethod
    def parse(cls, text: str, spellings: Mapping[str, str] = _NO_SPELLINGS) -> Quantity:
        """Read `4.2 g/L`, `3.1 log10 IU/mL`, `120×10⁹/L`, `1:40` (a titre) or a bare number; raises `UnitError`."""
        written = plain(text)
        if titre := _TITRE.fullmatch(written):
            return cls(Decimal(titre.group(1)), "{titer}")
        number = _NUMBER.match(written)
        if number is None or is_range(written):
            raise UnitError(
                f"{text!r} is not a number with a unit", remedy="Give one number and its unit, for example 4.2 g/L."
            )
        rest = written[number.end() :].strip()
        return cls(Decimal(number.group()), canonical_unit(rest, spellings) if rest else "")

    def to(self, unit: str) -> Quantity:
        """The same quantity in another unit of its kind; raises `UnitError`."""
        return Quantity(to_unit(self, unit), unit)

    def __mul__(self, other: Quantity | Decimal | int) -> Quantity:
        return multiply(self, other) if isinstance(other, Quantity) else Quantity(self.value * other, self.unit)

    def __str__(self) -> str:
        return f"{self.value:f} {self.unit}".strip()


def is_range(text: str) -> bool:
    """Whether a text such as `3-4` names two numbers: that is not a value."""
    return bool(_RANGE.match(plain(text).lstrip("<>=").strip()[_first_number(text) :]))


def _first_number(text: str) -> int:
    """Offset of the last digit of the leading number, so that the digits after a decimal point do not hide a range."""
    number = re.match(r"\d+(?:\.\d+)?", plain(text).lstrip("<>=").strip())
    return number.end() - 1 if number else 0


def to_unit(quantity: Quantity, unit: str) -> Decimal:
    """The number of a quantity in `unit`; a quantity without a unit has none (`UnitError`)."""
    if not quantity.unit:
        raise UnitError(
            f"{quantity.value} has no unit",
            remedy=f"Give the value with its unit, for example {quantity.value} {unit}.",
        )
    return convert(quantity.value, quantity.unit, unit)


def compare(one: Quantity, other: Quantity) -> int:
    """-1, 0 or 1; quantities of different kinds raise `UnitError`."""
    right = to_unit(other, one.unit)
    return (one.value > right) - (one.value < right)


def add(one: Quantity, other: Quantity) -> Quantity:
    """Sum in the unit of the first."""
    return Quantity(one.value + to_unit(other, one.unit), one.unit)


def multiply(one: Quantity, other: Quantity) -> Quantity:
    """Product with units cancelled: 8 mg/kg × 52 kg = 416 mg, 12 mL/kg × 60 kg = 720 mL."""
    above, below = _sides(one.unit)
    for part in _sides(other.unit)[0]:
        above, below, factor = _cancel(part, above, below)
        one = Quantity(one.value * factor, one.unit)
    for part in _sides(other.unit)[1]:
        below, above, factor = _cancel(part, below, above)
        one = Quantity(one.value / factor, one.unit)
    code = ".".join(above) + "".join(f"/{part}" for part in below)
    return Quantity(one.value * other.value, code)


def _sides(unit: str) -> tuple[list[str], list[str]]:
    """Simple units above and below the line."""
    first, *rest = re.split(r"/(?![^{]*\})", unit)
    return ([] if first in ("", "1") else [first]), rest


def _cancel(part: str, same: list[str], opposite: list[str]) -> tuple[list[str], list[str], Decimal]:
    """Cancel `part` against a unit of its kind on the other side of the line, else let it stand on its own side."""
    for index, candidate in enumerate(opposite):
        if parse_unit(candidate).dimensions == parse_unit(part).dimensions:
            return same, opposite[:index] + opposite[index + 1 :], convert(Decimal(1), part, candidate)
    return [*same, part], opposite, Decimal(1)
