"""How an entry is refused: one place for the stable reasons, so that every interface can translate them."""

from __future__ import annotations

from typing import Any

from engine.errors import InvalidFact

REASONS = (
    "unknown_fact", "unknown_code", "unknown_attribute", "unknown_unit", "wrong_unit", "missing_unit", "missing_value", "missing_event",
    "not_a_number", "range", "implausible", "future", "bad_date", "bad_value", "contradiction",
)  # fmt: skip
"""Stable reasons of `InvalidFact.details["reason"]`."""


def refused(reason: str, message: str, remedy: str = "", *, place: str = "", **details: Any) -> InvalidFact:
    """The error for an entry; `reason` is one of `REASONS`."""
    return InvalidFact(message, place=place, remedy=remedy, reason=reason, **details)
