"""Indicators over many patients: each is judged once for each version of the patient, and again when time could change it.

A page judges at most so many patients; what is then left is counted as not worked out yet, and said so. The next look
goes on from there, and a report from the terminal judges all.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

import structlog

from engine.adherence.indicators import Stand, stands
from engine.errors import AuthorError, NotFound
from engine.store.adherence import cohort
from engine.store.adherence.scope import Scope
from service.wiring import Careway

log = structlog.get_logger("careway.adherence")
AT_ONCE = 100
"""Most patients that are judged while a reader waits."""
MOST_KEPT = 200_000
Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Judged:
    version: int
    found: tuple[Stand, ...]
    turns: datetime | None

    def good(self, version: int, now: datetime) -> bool:
        return self.version == version and (self.turns is None or now < self.turns)


class Indicators:
    """What was judged, kept for one process."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], _Judged] = OrderedDict()
        self._lock = Lock()

    def look(
        self,
        careway: Careway,
        scope: Scope,
        now: datetime,
        *,
        most: int | None = AT_ONCE,
        advance: Advance | None = None,
    ) -> tuple[list[Stand], int]:
        """The stands of all enrolments opened in the period, and how many patients are not worked out yet. Raises StoreBusy."""
        members = cohort.members(careway.store.reader, scope)
        pathways = [scope.pathway] if scope.pathway else _with_indicators(careway)
        found: list[Stand] = []
        left, judged = 0, 0
        for number, member in enumerate(members, 1):
            one = self._known((member.patient, scope.pathway), member.version, now)
            if one is None and most is not None and judged >= most:
                left += 1
                continue
            if one is None:
                judged += 1
                one = self._judge(careway, member, scope.pathway, pathways, now)
            found += (stand for stand in one.found if stand.enrolment in member.enrolments)
            if advance is not None:
                advance(number, len(members))
        return found, left

    def _known(self, key: tuple[str, str], version: int, now: datetime) -> _Judged | None:
        with self._lock:
            one = self._kept.get(key)
            return one if one is not None and one.good(version, now) else None

    def _judge(
        self, careway: Careway, member: cohort.Member, pathway: str, pathways: Sequence[str], now: datetime
    ) -> _Judged:
        found = tuple(_stands(careway, member.patient, pathways, now))
        turns = min((one.turns for one in found if one.turns is not None), default=None)
        judged = _Judged(member.version, found, turns)
        with self._lock:
            self._kept[member.patient, pathway] = judged
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return judged


def _with_indicators(careway: Careway) -> list[str]:
    return [name for name in careway.registry.ids() if careway.registry.latest(name).spec.indicators]


def _stands(careway: Careway, patient: str, pathways: Iterable[str], now: datetime) -> Iterable[Stand]:
    """A patient whose versions cannot be read is left out, which the log tells; so is one who is gone meanwhile."""
    try:
        chart = careway.engine.chart(patient)
        return [one for pathway in pathways for one in stands(chart, careway.registry, now, pathway)]
    except (AuthorError, NotFound) as error:
        log.warning("indicators_not_judged", code=error.code)
        return []
