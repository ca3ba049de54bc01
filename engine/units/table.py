"""The units that the pathways use, each as an exact multiple of a base, and the conversion between them.

A small table of our own, because a general units library guesses where a clinic must not: here a month is never a
number of days, an international unit is never a mass, `{score}` is never `{grade}`, and millimoles become milligrams
only through the factor that the catalogue states for one analyte. Codes are UCUM's, case-sensitive (`[IU]/mL`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache

from engine.errors import CallerError


class UnitError(CallerError):
    """A unit is unknown, or two units measure different things."""

    code = "unit"


@dataclass(frozen=True, slots=True)
class Unit:
    """A parsed unit: `scale` base units of the given dimensions, shifted by `offset` for temperatures."""

    scale: Fraction
    dimensions: tuple[tuple[str, int], ...]
    offset: Fraction = Fraction(0)


def _prefixed(
    base: str, dimension: str, prefixes: str, power: int = 1, scale: Fraction = Fraction(1)
) -> dict[str, Unit]:
    return {p.strip() + base: Unit(scale * _PREFIX[p], ((dimension, power),)) for p in prefixes}


_PREFIX = {"k": Fraction(1000), " ": Fraction(1), "d": Fraction(1, 10), "c": Fraction(1, 100), "m": Fraction(1, 1000)}
_PREFIX |= {"u": Fraction(1, 10**6), "n": Fraction(1, 10**9), "p": Fraction(1, 10**12), "f": Fraction(1, 10**15)}

_ATOMS: dict[str, Unit] = {
    **_prefixed("g", "g", "k munp"),
    **_prefixed("L", "m", " dmunpf", 3, Fraction(1, 1000)),
    **_prefixed("m", "m", " cmu"),
    **_prefixed("mol", "mol", " munpf"),
    **_prefixed("eq", "eq", " m"),
    **_prefixed("[IU]", "[IU]", "k mu"),
    **_prefixed("Pa", "mm[Hg]", "k ", scale=Fraction(760, 101325)),
    **_prefixed("U", "U", "k mu"),
    **_prefixed("kat", "U", "mun", scale=Fraction(60 * 10**6)),
    "[lb_av]": Unit(Fraction("453.59237"), (("g", 1),)),
    "[in_i]": Unit(Fraction("0.0254"), (("m", 1),)),
    "mm[Hg]": Unit(Fraction(1), (("mm[Hg]", 1),)),
    "s": Unit(Fraction(1), (("s", 1),)),
    "min": Unit(Fraction(60), (("s", 1),)),
    "h": Unit(Fraction(3600), (("s", 1),)),
    "d": Unit(Fraction(86400), (("s", 1),)),
    "wk": Unit(Fraction(604800), (("s", 1),)),
    "mo": Unit(Fraction(1), (("mo", 1),)),  # a calendar month: not convertible into days
    "a": Unit(Fraction(12), (("mo", 1),)),
    "K": Unit(Fraction(1), (("K", 1),)),
    "Cel": Unit(Fraction(1), (("K", 1),), Fraction("273.15")),
    "[degF]": Unit(Fraction(5, 9), (("K", 1),), Fraction("459.67") * Fraction(5, 9)),
    "%": Unit(Fraction(1, 100), ()),
    "1": Unit(Fraction(1), ()),
}

_ATOM = re.compile(r"\{[^{}]+\}|10\*\d{1,2}|[A-Za-z]*\[[A-Za-z_]+\]|[A-Za-z]+[23]?|%|1(?![0-9*])")
_LONGEST = 40


def known_atoms() -> tuple[str, ...]:
    """Codes of the simple units, for the nearest known name."""
    return tuple(_ATOMS)


@lru_cache(maxsize=1024)
def parse_unit(code: str) -> Unit:
    """Read a UCUM code such as `mg/kg/d` or `10*9/L`; raises `UnitError` for one that is not in the table."""
    scale, offset, powers = Fraction(1), Fraction(0), Counter[str]()
    parts = list(_parts(code))
    for sign, token in parts:
        unit = _atom(token, code)
        scale *= unit.scale**sign
        offset += unit.offset if len(parts) == 1 else 0
        for dimension, power in unit.dimensions:
            powers[dimension] += sign * power
    return Unit(scale, tuple(sorted((name, power) for name, power in powers.items() if power)), offset)


def _parts(code: str) -> Iterator[tuple[int, str]]:
    """The simple units of a code with +1 above the line and -1 below it."""
    position, sign = (1, -1) if code.startswith("/") else (0, 1)
    while True:
        found = _ATOM.match(code, position) if len(code) <= _LONGEST else None
        if not found:
            raise UnitError(
                f"unknown unit {code[:_LONGEST]!r}", remedy="Write a UCUM unit such as g/L, 10*9/L, mg/kg or [IU]/mL."
            )
        yield sign, found.group()
        if found.end() == len(code):
            return
        separator, position = code[found.end()], found.end() + 1
        if separator not in "./":
            raise UnitError(f"unknown unit {code!r}", remedy="Separate simple units by / or a dot.")
        sign = -1 if separator == "/" else 1


def _atom(token: str, code: str) -> Unit:
    if token in _ATOMS:
        return _ATOMS[token]
    if token.startswith("{"):
        return Unit(Fraction(1), ((token, 1),))
    if token.startswith("10*"):
        return Unit(Fraction(10) ** int(token[3:]), ())
    base = _ATOMS.get(token[:-1])
    if token[-1] in "23" and base and base.dimensions == (("m", 1),):
        return Unit(base.scale ** int(token[-1]), (("m", int(token[-1])),))
    raise UnitError(
        f"unknown unit {token!r} in {code!r}", remedy="Write a UCUM unit such as g/L, 10*9/L, mg/kg or [IU]/mL."
    )


def same_kind(one: str, other: str) -> bool:
    """Whether two known units measure the same thing, so that a value can be converted."""
    return parse_unit(one).dimensions == parse_unit(other).dimensions


def convert(value: Decimal, from_unit: str, to_unit: str) -> Decimal:
    """`value` in another unit, exactly; a fraction without an end keeps 28 digits. Raises `UnitError`."""
    if from_unit == to_unit:
        return value
    source, target = parse_unit(from_unit), parse_unit(to_unit)
    if source.dimensions != target.dimensions:
        raise UnitError(
            f"{from_unit} cannot be converted into {to_unit}",
            remedy=f"Give the value in {to_unit}, or in a unit of the same kind.",
        )
    base = Fraction(value) * source.scale + source.offset
    return to_decimal((base - target.offset) / target.scale)


def to_decimal(value: Fraction) -> Decimal:
    """The decimal of a fraction: exact where it ends, else rounded half-even to 28 digits."""
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        if Fraction(exact) == value:
            return exact
        context.prec = 28
        return +exact
