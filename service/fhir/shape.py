"""Looks into JSON that others wrote: every step checks the shape, and a wrong one is named by its path, never a crash.

FHIR's own model classes would check more, but cost a second of import and refuse a whole resource for one stray key;
the import needs few elements of each resource and must go on after any input.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

from engine.errors import CallerError

LARGEST_EXPONENT = 64
"""Powers of ten beyond which a number is no result, and would only blow up arithmetic."""

MOST_DECIMALS = 15
"""What binary floating point leaves behind beyond these (9.799999999999999822) was never measured."""
_WIDE = Context(prec=2 * LARGEST_EXPONENT + MOST_DECIMALS)


class BrokenResource(CallerError):
    """A resource cannot be read: `place` is the path inside it (`Observation.valueQuantity.value`)."""

    code = "broken_resource"


class KeptOut(CallerError):
    """A sound resource that is no fact (cancelled, planned, no value): counted by its reason, not a mistake."""

    code = "kept_out"


@dataclass(frozen=True, slots=True)
class Node:
    """A JSON value and its path; a missing one is false and has missing children."""

    value: Any
    path: str

    def __bool__(self) -> bool:
        return self.value is not None

    def at(self, key: str) -> Node:
        """A member of an object; raises `BrokenResource` where something else stands."""
        if self.value is None:
            return Node(None, f"{self.path}.{key}")
        if not isinstance(self.value, dict):
            raise self.broken("an object")
        return Node(self.value.get(key), f"{self.path}.{key}")

    def to(self, *keys: str) -> Node:
        """A member further down."""
        found = self
        for key in keys:
            found = found.at(key)
        return found

    def each(self) -> Iterator[Node]:
        """The members of a list."""
        if self.value is None:
            return
        if not isinstance(self.value, list):
            raise self.broken("a list")
        for index, one in enumerate(self.value):
            yield Node(one, f"{self.path}[{index}]")

    def first(self) -> Node:
        """The first member of a list, missing where it is empty."""
        return next(self.each(), Node(None, f"{self.path}[0]"))

    def text(self) -> str:
        """A text without blanks around it; empty where it is missing."""
        if self.value is None:
            return ""
        if not isinstance(self.value, str):
            raise self.broken("a text")
        return self.value.strip()

    def number(self) -> Decimal | None:
        """An exact number."""
        if self.value is None:
            return None
        if isinstance(self.value, bool) or not isinstance(self.value, int | float | Decimal):
            raise self.broken("a number")
        number = Decimal(repr(self.value)) if isinstance(self.value, float) else Decimal(self.value)
        if not number.is_finite() or (number and abs(number.adjusted()) > LARGEST_EXPONENT):
            raise self.broken("a number that can be a result")
        return number

    def flag(self) -> bool | None:
        """A boolean."""
        if self.value is not None and not isinstance(self.value, bool):
            raise self.broken("true or false")
        return self.value

    def choice(self, name: str) -> tuple[str, Node]:
        """Which type of a choice element is there (`value[x]` → `Quantity`), or an empty text."""
        if self.value is not None and not isinstance(self.value, dict):
            raise self.broken("an object")
        for key, value in (self.value or {}).items():
            if value is not None and key.startswith(name) and key[len(name) : len(name) + 1].isupper():
                return key[len(name) :], self.at(key)
        return "", Node(None, f"{self.path}.{name}[x]")

    def broken(self, wanted: str) -> BrokenResource:
        """The error that something else was needed here."""
        return BrokenResource(f"{wanted} is needed here", place=self.path, remedy="Correct the resource at its source.")


def decimal_text(number: Decimal) -> str:
    """A number as people write it, without exponent; more decimals than any laboratory has are rounded away."""
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -MOST_DECIMALS:
        number = number.quantize(Decimal(1).scaleb(-MOST_DECIMALS), context=_WIDE)
    return f"{number:f}"
