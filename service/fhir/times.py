"""FHIR's dates and times: a day stays a day, an instant becomes UTC, and what is known only to the month is no date.

A time without an offset (against the standard, and common) is local to the patient's site.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from engine.calendar import Zone, local_day, local_to_utc
from engine.model import When
from service.fhir.shape import BrokenResource, KeptOut, Node

_PARTIAL = re.compile(r"\d{4}(-\d{2})?")


def read_when(node: Node, zone: Zone) -> When | None:
    """The day or UTC instant of a date or dateTime; None where it is missing. Raises `BrokenResource`, `KeptOut`."""
    text = node.text()
    if not text:
        return None
    if _PARTIAL.fullmatch(text):
        raise KeptOut("date is known only to the month or year", place=node.path)
    try:
        if len(text) == len("2026-01-05"):
            return date.fromisoformat(text)
        instant = datetime.fromisoformat(text)
        return local_to_utc(instant, zone) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BrokenResource(f"{text[:40]!r} is not a date", place=node.path, remedy="Write 2026-01-05.") from None


def instant_of(node: Node) -> datetime | None:
    """An instant such as `meta.lastUpdated`, or None where it is missing or unreadable (it decides nothing alone)."""
    try:
        instant = datetime.fromisoformat(node.text())
        return instant.astimezone(UTC) if instant.tzinfo else None
    except (BrokenResource, ValueError, OverflowError):
        return None


def order_of(when: When, zone: Zone) -> tuple[date, datetime]:
    """Sort key: by day, and within the day after what has no time."""
    if isinstance(when, datetime):
        return local_day(when, zone), when
    return when, datetime.min.replace(tzinfo=UTC)
