"""What waits in the inbox of a role, without what is no longer true."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice

from engine.decide.causes import gone
from engine.evaluation.records import Records
from engine.store import inbox
from engine.store.inbox import InboxItem
from service.wiring import Careway

PAGE = 200
"""How many are read at a time; some of them no longer stand."""


def waiting(
    careway: Careway, *, role: str = "", patient: str = "", sites: frozenset[str] | None = None, limit: int = 50
) -> list[InboxItem]:
    """Up to `limit` messages that nobody acknowledged and that are still true. Raises `StoreBusy`."""
    return list(islice(_standing(careway, role, patient, sites), limit))


def _standing(careway: Careway, role: str, patient: str, sites: frozenset[str] | None) -> Iterator[InboxItem]:
    for page in count():
        found = inbox.unanswered(
            careway.store.reader, role=role, patient=patient, sites=sites, limit=PAGE, offset=page * PAGE
        )
        yield from _true(careway, found)
        if len(found) < PAGE:
            return


def _true(careway: Careway, items: list[InboxItem]) -> Iterator[InboxItem]:
    charts = {one: careway.engine.chart(one) for one in dict.fromkeys(item.patient for item in items)}
    records = {patient: Records.of(chart.facts.values()) for patient, chart in charts.items()}
    for item in items:
        chart = charts[item.patient]
        message = chart.messages.get(item.message)
        if message is not None and not gone(chart, records[item.patient], message):
            yield item
