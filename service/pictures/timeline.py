"""The timeline of a patient: which lanes and which days the address asks for, known when, drawn and as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from markupsafe import Markup

from engine.calendar import add_months, end_of, local_day
from engine.codec import instant_text
from engine.decide.working import Index, Working
from engine.model import SYSTEM, Chart, Enrolment
from service.pictures.drawing import drawn, within
from service.pictures.gathering import Gathering
from service.pictures.history import Differences, chart_at
from service.pictures.lanes import GROUPS, Lane
from service.pictures.limits import limits_of
from service.pictures.period import Period, chosen
from service.pictures.words import word
from service.wiring import Careway

USUAL_VALUES = 6
"""Values that are drawn when the address names none: those with limits first, then those measured most often."""
AHEAD = 90
"""Days after today that a timeline usually shows."""
SPANS = {"3m": 3, "1y": 12, "3y": 36}
"""Lengths offered, in months."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    first: date | None = None
    last: date | None = None
    lanes: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    known_at: date | None = None

    def address(self, patient: str, **changed: Any) -> str:
        """The address of the same timeline with something else."""
        known = {
            "from": self.first, "to": self.last, "lane": self.lanes, "value": self.values, "known_at": self.known_at, **changed,
        }  # fmt: skip
        pairs = [
            (key, str(one))
            for key, value in known.items()
            for one in (value if isinstance(value, tuple) else (value,))
            if one
        ]
        return f"/patients/{quote(patient, safe='')}/timeline" + (f"?{urlencode(pairs)}" if pairs else "")


@dataclass
class Timeline:
    """One patient for a reader of one language."""

    careway: Careway
    patient: str
    language: str
    asked: Asked = field(default_factory=Asked)

    def __post_init__(self) -> None:
        """Raises NotFound."""
        self.now = self.careway.clock.now()
        self.current = self.careway.engine.chart(self.patient)
        self.zone = self.current.patient.zone
        self.known = self._known()
        self.chart, self._differences = self.current, None
        if self.known is not None:
            self.chart = chart_at(self.careway.store.entries(self.patient), self.known)
            self._differences = Differences(self.chart, self.current, self.language)

    def _known(self) -> datetime | None:
        """The end of the day asked about, where that is over."""
        if self.asked.known_at is None:
            return None
        moment = end_of(self.asked.known_at, self.zone)
        return moment if moment < self.now else None

    def lanes(self, *, limited: bool = True) -> list[Lane]:
        """Every lane of the patient, with the limits of its values where they are wanted."""
        at = self.known or self.now
        late = tuple(self._differences.learned_later(at)) if self._differences else ()
        gathering = Gathering(self.careway.registry, self.chart, at, self.language, self._differences, late)
        return gathering.lanes(limits_of(self._working(at), self._running(), self.language) if limited else {})

    def _running(self) -> list[Enrolment]:
        return [one for one in self.chart.enrolments.values() if one.open]

    def _working(self, at: datetime) -> Working:
        return Working.of(self.chart, Index.of(self.chart), self.careway.registry, at, SYSTEM)

    # --- what is shown ---

    def period(self) -> Period:
        """The days shown: as asked, else the last nine months and the next three, or the whole course where that is shorter."""
        return chosen(self.asked.first, self.asked.last, self.usual())

    def usual(self) -> Period:
        """The period of an address that names none."""
        today = local_day(self.known or self.now, self.zone)
        begin = max(_first_day(self.chart, self.zone, today) - timedelta(days=14), add_months(today, -9))
        return Period(begin, today + timedelta(days=AHEAD), self.zone)

    def whole(self) -> Period:
        """From the first day of the course."""
        today = local_day(self.known or self.now, self.zone)
        return Period(
            _first_day(self.chart, self.zone, today) - timedelta(days=14), today + timedelta(days=AHEAD), self.zone
        )

    def shown(self, lanes: Sequence[Lane], period: Period) -> list[Lane]:
        """The lanes that are asked for and have something in the period."""
        wanted = self.asked.lanes or GROUPS
        values = self.asked.values or tuple(usual_values(lanes))
        seen = [lane for lane in lanes if any(within(mark, period) for mark in lane.marks)]
        return [one for one in seen if one.group in wanted and (one.group != "values" or one.key in values)]

    def values(self) -> dict[str, Any]:
        """Everything that the page shows."""
        lanes, period = self.lanes(), self.period()
        shown = self.shown(lanes, period)
        wide, narrow = drawn(shown, period, self.now, self.language, self._title(), name="timeline", known=self.known)
        return {
            "patient": self.current.patient, "zone": self.zone, "now": instant_text(self.now), "today": local_day(self.now, self.zone).isoformat(),
            "known_at": self.asked.known_at if self.known else None, "wide": wide, "narrow": narrow, "lanes": shown, "period": period,
            "table": rows(shown, period), "limits": [lane for lane in shown if lane.limits], "changes": changes(lanes),
            "groups": [(key, word(key, self.language), key in (self.asked.lanes or GROUPS)) for key in GROUPS],
            "choices": self._choices(lanes), "links": self._links(period), "asked": self.asked,
        }  # fmt: skip

    def _title(self) -> str:
        return f"{self.patient}: {self.period().first.isoformat()} – {self.period().last.isoformat()}"

    def _choices(self, lanes: Sequence[Lane]) -> list[tuple[str, str, bool]]:
        drawn_now = self.asked.values or tuple(usual_values(lanes))
        return [(lane.key, lane.title, lane.key in drawn_now) for lane in lanes if lane.group == "values"]

    def _links(self, period: Period) -> dict[str, str]:
        """Addresses of the neighbouring and longer periods."""
        today = local_day(self.known or self.now, self.zone)
        found = {
            "earlier": self._to(period.moved(-0.5)),
            "later": self._to(period.moved(0.5)),
            "whole": self._to(self.whole()),
        }
        for name, months in SPANS.items():
            begin = add_months(today, -months * 3 // 4)
            found[name] = self._to(Period(begin, add_months(begin, months), self.zone))
        return {**found, "usual": self.asked.address(self.patient, **{"from": None, "to": None})}

    def _to(self, period: Period) -> str:
        return self.asked.address(self.patient, **{"from": period.first, "to": period.last})


@dataclass(frozen=True, slots=True)
class Row:
    """One mark as a line of the table."""

    group: str
    lane: str
    mark: Any


def rows(lanes: Sequence[Lane], period: Period) -> list[tuple[str, list[Row]]]:
    """What the picture shows as text, by kind of lane."""
    found: dict[str, list[Row]] = {}
    for lane in lanes:
        found.setdefault(lane.group, []).extend(
            Row(lane.group, lane.title, mark) for mark in lane.marks if within(mark, period)
        )
    return [(group, found[group]) for group in GROUPS if found.get(group)]


def changes(lanes: Sequence[Lane]) -> list[Row]:
    """What stands otherwise now, over the whole course."""
    return [Row(lane.group, lane.title, mark) for lane in lanes for mark in lane.marks if mark.changed]


def usual_values(lanes: Sequence[Lane]) -> list[str]:
    """The values that are drawn when none is named."""
    return [lane.key for lane in lanes if lane.group == "values"][:USUAL_VALUES]


def _first_day(chart: Chart, zone: str, today: date) -> date:
    """The first day of the first enrolment, or the first fact where there is none."""
    days = [local_day(one.opened, zone) for one in chart.enrolments.values()] or [
        one.effective_day for one in chart.facts.values()
    ]
    return min([*days, today])


def small(careway: Careway, chart: Chart, language: str) -> Mapping[str, Any]:
    """The small timeline atop the patient's page: stages, holds and doses, and the tasks that stand out, in the usual period."""
    timeline = Timeline(careway, chart.patient.id, language)
    wide, narrow, any_lane = drawn_small(timeline, timeline.lanes(limited=False))
    return {"wide": wide, "narrow": narrow, "any": any_lane, "address": timeline.asked.address(chart.patient.id)}


def drawn_small(timeline: Timeline, lanes: Sequence[Lane]) -> tuple[Markup, Markup, bool]:
    """Stages, holds and doses in the usual period, wide and narrow, and whether there are any."""
    period = timeline.period()
    kept = [lane for lane in timeline.shown(lanes, period) if lane.group in ("stages", "holds", "doses")]
    title = f"{timeline.patient}: {period.first.isoformat()} – {period.last.isoformat()}"
    return (*drawn(kept, period, timeline.now, timeline.language, title, name="small"), bool(kept))
