"""Aminotransferases as multiples of the laboratory's own upper limit (`facts.yaml` derived), for pages and cases.

Guards compare the value with three times the limit and need no division; a page shows the multiple.
"""

from __future__ import annotations

from decimal import Decimal

from engine.functions import NotKnown, Reader, function
from pathways.calculations.reading import NO_UNIT_OR_LIMIT, number


@function("alt_times_uln", en="ALT as multiple of ULN", zh="ALT/正常上限", kind="quantity", statements=["CART-3.3.2"])
def alt_times_uln(read: Reader) -> Decimal:
    """ALT ÷ the upper limit of the same report. Raises `NotKnown` without one."""
    return _multiple(read, "alt")


@function("ast_times_uln", en="AST as multiple of ULN", zh="AST/正常上限", kind="quantity", statements=["CART-3.3.2"])
def ast_times_uln(read: Reader) -> Decimal:
    """AST ÷ the upper limit of the same report. Raises `NotKnown` without one."""
    return _multiple(read, "ast")


def _multiple(read: Reader, code: str) -> Decimal:
    fact = read.entry(code)
    limit = read.attribute(fact, "uln")
    if limit is None or number(limit) == 0:
        raise NotKnown(NO_UNIT_OR_LIMIT, code)
    return Decimal(number(fact.value) / number(limit))
