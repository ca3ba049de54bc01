"""Evaluates the conversion formulas of the catalogue exactly, without `eval`.

A formula is arithmetic in one variable, `x` (or `n`, the reciprocal of a titre): `(x - 32) * 5 / 9`, `10^x`. Everything
is computed in fractions, so that 99.5 °F is 37.5 °C and not almost; only a power of ten with a broken exponent is
irrational and is kept to 28 digits.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache

from engine.errors import AuthorError
from engine.units import to_decimal

_LARGEST_EXPONENT = 30
_LONGEST = 60


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if abs(exponent) > _LARGEST_EXPONENT:
        raise ValueError(f"the exponent {float(exponent)} is beyond any measurement")
    if exponent.denominator == 1:
        return base**exponent.numerator
    return Fraction(Context(prec=28).power(to_decimal(base), to_decimal(exponent)))


_OPERATIONS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.BitXor: _power,
}


def apply(formula: str, value: Decimal) -> Decimal:
    """The formula for one value; raises `AuthorError` for a bad formula and `ValueError` outside its domain."""
    return to_decimal(_evaluate(_parsed(formula), Fraction(value), formula))


@lru_cache(maxsize=128)
def _parsed(formula: str) -> ast.expr:
    try:
        if len(formula) > _LONGEST:
            raise SyntaxError
        return ast.parse(formula, mode="eval").body
    except SyntaxError:
        raise _bad(formula) from None


def _evaluate(node: ast.expr, x: Fraction, formula: str) -> Fraction:
    if isinstance(node, ast.Name) and node.id in ("x", "n"):
        return x
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return Fraction(str(node.value))
    operation = _OPERATIONS.get(type(node.op)) if isinstance(node, ast.BinOp) else None
    if operation is None or not isinstance(node, ast.BinOp):
        raise _bad(formula)
    return operation(_evaluate(node.left, x, formula), _evaluate(node.right, x, formula))


def _bad(formula: str) -> AuthorError:
    return AuthorError(f"{formula!r} is not a conversion formula", remedy="Use numbers, x and + - * / ^ ( ).")
