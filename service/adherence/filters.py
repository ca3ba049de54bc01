"""What somebody asks of a report, as it stands in addresses and options; checked, and turned into a scope of the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from engine.calendar import add_months, local_day, start_of_day
from engine.errors import InvalidCommand
from engine.store.adherence.scope import Scope
from service.wiring import Careway

MONTHS = 12
"""The period where none is asked for: so many months until today."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for; empty texts ask for all. Days are of the service's zone; the last one counts in full."""

    pathway: str = ""
    version: str = ""
    begin: str = ""
    end: str = ""
    site: str = ""
    start: str = ""
    """First stage of the wait that is drawn."""
    goal: str = ""
    """Second stage of the wait that is drawn."""

    def as_query(self) -> dict[str, str]:
        """As it stands in an address, without what is empty."""
        names = {
            "pathway": self.pathway, "version": self.version, "from": self.begin, "to": self.end, "site": self.site, "start": self.start,
            "goal": self.goal,
        }  # fmt: skip
        return {name: value for name, value in names.items() if value}


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for, checked."""

    asked: Asked
    first: date
    last: date
    scope: Scope
    now: datetime

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, for manifests and the audit."""
        sites = sorted(self.scope.sites) if self.scope.sites is not None else None
        return {
            "pathway": self.scope.pathway, "version": self.scope.definition, "from": self.first.isoformat(),
            "to": self.last.isoformat(), "sites": sites, "as_of": self.now.isoformat(),
        }  # fmt: skip


def filtered(careway: Careway, asked: Asked, reach: frozenset[str] | None) -> Filter:
    """Check what is asked for. Raises InvalidCommand, UnknownName. A site outside the reader's reach holds nobody."""
    now, zone = careway.clock.now(), careway.settings.timezone
    last = _day(asked.end, "to") or local_day(now, zone)
    first = _day(asked.begin, "from") or add_months(last, -MONTHS)
    if first > last:
        raise InvalidCommand(
            f"The period {first} – {last} is empty.", place="from", remedy="Let `from` come before `to`."
        )
    if asked.pathway:
        careway.registry.latest(asked.pathway)
    sites = frozenset({asked.site}) if asked.site else None
    if reach is not None:
        sites = reach if sites is None else sites & reach
    begin, end = start_of_day(first, zone), start_of_day(last + timedelta(days=1), zone)
    return Filter(asked, first, last, Scope(begin, end, asked.pathway, asked.version, sites), now)


def asked_of(query: Mapping[str, str]) -> Asked:
    """What an address asks for."""
    return Asked(
        query.get("pathway", ""), query.get("version", ""), query.get("from", ""), query.get("to", ""),
        query.get("site", ""), query.get("start", ""), query.get("goal", ""),
    )  # fmt: skip


def _day(text: str, place: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidCommand(f"“{text}” is no day.", place=place, remedy="Write it as 2026-01-31.") from None
