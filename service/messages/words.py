"""Values as a reader of a message reads them: urgencies, outcomes, dates in the site's zone, lengths of time, facts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from babel.dates import format_timedelta

from engine.calendar import local_day
from engine.catalogue import Catalogue
from engine.codec import when_text
from engine.language import readable
from engine.model import Fact, When
from engine.units import Quantity
from service.worklist.texts import shown_when

LOCALES = {"en": "en_GB", "zh": "zh_CN"}
RANKS = {"critical": 0, "high": 1, "routine": 2}
URGENCIES = {
    "critical": {"en": "critical", "zh": "紧急"},
    "high": {"en": "high", "zh": "重要"},
    "routine": {"en": "routine", "zh": "一般"},
}
OUTCOMES = {
    "done": {"en": "done", "zh": "已完成"},
    "missed": {"en": "missed, overtaken undone", "zh": "已错过"},
    "omitted": {"en": "left out by decision", "zh": "已决定不做"},
    "cancelled": {"en": "cancelled", "zh": "已取消"},
}
_TRUTH = {True: {"en": "yes", "zh": "是"}, False: {"en": "no", "zh": "否"}}
_EVENTS = {
    "given": {"en": "given", "zh": "已给予"},
    "started": {"en": "started", "zh": "已开始"},
    "stopped": {"en": "stopped", "zh": "已停止"},
    "occurred": {"en": "occurred", "zh": "发生"},
}


def when(moment: When | None, zone: str, language: str) -> str:
    """A day, or an instant in the site's zone; empty for none."""
    return shown_when(when_text(moment), zone, language) if moment is not None else ""


def span(length: timedelta, language: str) -> str:
    """A length of time in days, or in hours or minutes where it is shorter: `2 hours`, `3天`."""
    if length >= timedelta(days=1):
        return f"{length.days}天" if language == "zh" else f"{length.days} day{'s' if length.days > 1 else ''}"
    return str(format_timedelta(length, locale=LOCALES[language], threshold=2))


def days_late(last: When, now: datetime, zone: str, language: str) -> str:
    """How many days a window has been over; empty while it is not."""
    days = (local_day(now, zone) - local_day(last, zone)).days
    return span(timedelta(days=days), language) if days > 0 else ""


def facts(catalogue: Catalogue, found: Iterable[Fact], zone: str, language: str) -> str:
    """Facts with value and date, in one line."""
    joint = "；" if language == "zh" else "; "
    return joint.join(fact(catalogue, one, zone, language) for one in found)


def fact(catalogue: Catalogue, one: Fact, zone: str, language: str) -> str:
    """One fact with value and date: `IgG: 3.9 g/L (1 Jul 2026)`."""
    definition = catalogue.facts.get(one.code)
    label = definition.label[language] if definition else one.code.replace("_", " ")
    day = when(one.effective if one.timed else one.effective_day, zone, language)
    said = value(catalogue, one, language)
    if language == "zh":
        return f"{label}：{said}（{day}）" if said else f"{label}（{day}）"
    return f"{label}: {said} ({day})" if said else f"{label} ({day})"


def value(catalogue: Catalogue, one: Fact, language: str) -> str:
    """The value of a fact, or what happened; empty for an event that just occurred."""
    definition = catalogue.facts.get(one.code)
    if one.event is not None:
        return _EVENTS[one.event.value][language] if one.event.value != "occurred" else ""
    if isinstance(one.value, str) and definition is not None and language == "zh":
        return str(definition.values.get(one.value, "")) or one.value.replace("_", " ")
    unit = str(one.attributes.get("unit", definition.unit if definition else ""))
    return f"{one.comparator}{_plain(one.value, unit, language)}"


def _plain(value: Any, unit: str, language: str) -> str:
    if isinstance(value, bool):
        return _TRUTH[value][language]
    if isinstance(value, Quantity):
        value, unit = value.value, value.unit
    if isinstance(value, Decimal):
        return f"{value:f} {readable.unit(unit)}".strip()
    if isinstance(value, date):
        return when(value, "UTC", language)
    return str(value).replace("_", " ") if value is not None else ""
