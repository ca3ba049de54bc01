"""Cursors of pages: opaque to the caller, checked when they come back."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any

import orjson

from engine.codec import instant_text
from engine.store.worklist import Place
from service.api.problems import Refusal

MOST = 200
"""Most items of one page."""


def encode(*parts: Any) -> str:
    """An opaque text of plain values."""
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def decode(cursor: str, *types: type) -> list[Any]:
    """The values of a cursor. Raises Refusal (422) for one that is none of ours."""
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        raise _refused() from None
    fits = isinstance(values, list) and len(values) == len(types)
    if not fits or not all(type(value) is kind for value, kind in zip(values, types, strict=True)):
        raise _refused()
    return list(values)


def place_text(place: Place | None) -> str | None:
    """A place of the worklist as a cursor."""
    return None if place is None else encode(place.section, instant_text(place.moment), place.patient, place.id)


def place_of(cursor: str | None) -> Place | None:
    """The place that a cursor names. Raises Refusal."""
    if not cursor:
        return None
    section, moment, patient, record = decode(cursor, int, str, str, str)
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError:
        raise _refused() from None
    if parsed.tzinfo is None:
        raise _refused()
    return Place(section, parsed, patient, record)


def _refused() -> Refusal:
    return Refusal(422, "bad_cursor", "The cursor is none of ours.", remedy="Begin without a cursor.")
