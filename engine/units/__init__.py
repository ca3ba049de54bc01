"""Quantities with units and lengths of time: exact, and never guessed."""

from engine.units.duration import Duration
from engine.units.quantity import Quantity, add, compare, is_range, multiply, to_unit
from engine.units.spelling import canonical_unit, plain
from engine.units.table import Unit, UnitError, convert, parse_unit, same_kind, to_decimal

__all__ = [
    "Duration", "Quantity", "Unit", "UnitError", "add", "canonical_unit", "compare", "convert", "is_range",
    "multiply", "parse_unit", "plain", "same_kind", "to_decimal", "to_unit",
]  # fmt: skip
