"""A month as weeks of days with what is on them: of a patient, from the chart; of a site, from the tasks that are due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date, get_day_names

from engine.calendar import add_months, days_between, local_day, start_of_day
from engine.codec import instant_text
from engine.model import Chart, When
from engine.store import planned
from service.api.shown import when_or_none
from service.pictures.gathering import Gathering
from service.pictures.lanes import Lane, Mark
from service.pictures.words import word
from service.wiring import Careway
from service.worklist.texts import shown_when

MOST_IN_A_DAY = 4
"""Lines in a cell of a site's calendar; the day's own list has them all."""
LISTED = 200
"""Tasks in the list of one day."""
_LOCALES = {"en": "en_GB", "zh": "zh_CN"}


@dataclass(frozen=True, slots=True)
class Item:
    """One line on a day."""

    label: str
    sign: str
    """`due`, `overdue`, `blocked`, `done`, `late`, `missed`, `omitted`, `given`, `event`, `planned`, `window`, `stage`, `hold`."""
    detail: str = ""
    number: int = 1


@dataclass(frozen=True, slots=True)
class Day:
    """One cell."""

    date: date
    inside: bool
    """In the month, not before or after it."""
    today: bool
    items: tuple[Item, ...] = ()
    more: int = 0


@dataclass(frozen=True)
class Month:
    """A month that an address names, in a zone."""

    first: date
    zone: str
    today: date

    @classmethod
    def of(cls, text: str, zone: str, now: datetime) -> Month:
        """`2026-11`, or this month where the text is none."""
        today = local_day(now, zone)
        try:
            first = date.fromisoformat(f"{text}-01")
        except ValueError:
            first = today.replace(day=1)
        return cls(first if 1900 < first.year < 2200 else today.replace(day=1), zone, today)

    @property
    def begin(self) -> date:
        """The Monday with which the first week begins."""
        return self.first - timedelta(days=self.first.weekday())

    @property
    def end(self) -> date:
        """The Sunday with which the last week ends."""
        last = add_months(self.first, 1) - timedelta(days=1)
        return last + timedelta(days=6 - last.weekday())

    def other(self, months: int) -> str:
        """Another month as an address names it."""
        return f"{add_months(self.first, months):%Y-%m}"

    def weeks(self, items: Mapping[date, Iterable[Item]], most: int = 0) -> list[list[Day]]:
        """The weeks with what is on each day; with `most`, so many lines in each cell."""
        days = [
            self._day(self.begin + timedelta(days=n), items, most)
            for n in range(days_between(self.begin, self.end) + 1)
        ]
        return [days[n : n + 7] for n in range(0, len(days), 7)]

    def _day(self, day: date, items: Mapping[date, Iterable[Item]], most: int) -> Day:
        found = tuple(items.get(day, ()))
        shown = found[:most] if most and len(found) > most else found
        rest = sum(one.number for one in found[len(shown) :])
        return Day(day, day.month == self.first.month, day == self.today, shown, rest)

    def values(self, language: str) -> dict[str, Any]:
        """Names of month and days, and the neighbours."""
        locale = _LOCALES[language]
        names = get_day_names("abbreviated", locale=locale)
        pattern = "y年M月" if language == "zh" else "MMMM y"
        return {
            "title": str(format_date(self.first, pattern, locale=locale)), "weekdays": [names[n] for n in range(7)],
            "month": f"{self.first:%Y-%m}", "previous": self.other(-1), "following": self.other(1), "this": f"{self.today:%Y-%m}",
        }  # fmt: skip


# --- a patient ------------------------------------------------------------------------------------------------------


@dataclass
class PatientMonth:
    """The month of a patient."""

    careway: Careway
    patient: str
    language: str
    asked: str = ""
    _items: dict[date, list[Item]] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """Everything that the page shows. Raises NotFound."""
        chart, now = self.careway.engine.chart(self.patient), self.careway.clock.now()
        self._zone = chart.patient.zone
        month = Month.of(self.asked, self._zone, now)
        for lane in Gathering(self.careway.registry, chart, now, self.language).lanes({}):
            self._lane(lane, month)
        self._planned(chart, month)
        return {
            **month.values(self.language), "weeks": month.weeks(self._items), "patient": chart.patient, "zone": self._zone,
            "now": instant_text(now), "any": bool(self._items),
        }  # fmt: skip

    def _lane(self, lane: Lane, month: Month) -> None:
        if lane.group not in ("values", "messages"):
            for mark in self._telling(lane):
                for when, item in _on_days(lane, mark, self.language):
                    self._put(when, item, month)

    def _telling(self, lane: Lane) -> Iterable[Mark]:
        """The marks of a lane; of the stages entered on one day, the last."""
        if lane.group != "stages":
            return lane.marks
        return {local_day(mark.at, self._zone): mark for mark in lane.marks}.values()

    def _put(self, when: When, item: Item, month: Month) -> None:
        day = local_day(when, self._zone)
        if month.begin <= day <= month.end:
            listed = self._items.setdefault(day, [])
            if item not in listed:
                listed.append(item)

    def _planned(self, chart: Chart, month: Month) -> None:
        """Visits for which a day or hour is planned."""
        for one in chart.enrolments.values():
            planned_start = one.parameters.get("planned_start")
            if one.open and isinstance(planned_start, date):
                label = self.careway.registry.labels.of("pathway", one.pathway, self.language)
                detail = shown_when(when_or_none(planned_start), self._zone, self.language)
                self._put(planned_start, Item(label, "planned", detail), month)


def _on_days(lane: Lane, mark: Mark, language: str) -> Iterator[tuple[When, Item]]:
    """The days on which a mark stands: a task on its day and where its window begins and ends, a stage or hold where it begins."""
    if lane.group == "tasks":
        assert mark.due is not None
        yield mark.due, Item(lane.title, mark.sign)
        if mark.sign in ("due", "overdue") and mark.until is not None and mark.until != mark.due:
            if mark.at != mark.due:
                yield mark.at, Item(lane.title, "window", word("opens", language))
            yield mark.until, Item(lane.title, "window", word("last_day", language))
        return
    if lane.group == "stages":
        yield mark.at, Item(mark.label, "stage", lane.title)
    elif lane.group == "holds":
        yield mark.at, Item(mark.label, "hold", word("in_force", language) if mark.open else "")
        if mark.until is not None:
            yield mark.until, Item(mark.label, "hold", word("released", language))
    else:
        yield mark.at, Item(lane.title, mark.sign if mark.sign != "bar" else "given", mark.label)
        if mark.until is not None:
            yield mark.until, Item(lane.title, "given", word("stopped", language))


# --- a site ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SiteMonth:
    """The tasks of everybody within reach, of a role and pathway where those are named."""

    careway: Careway
    sites: frozenset[str]
    language: str
    asked: str = ""
    day: date | None = None
    role: str = ""
    pathway: str = ""

    def values(self) -> dict[str, Any]:
        """Everything that the page shows."""
        zone, now = self.careway.settings.timezone, self.careway.clock.now()
        month = Month.of(self.asked or (f"{self.day:%Y-%m}" if self.day else ""), zone, now)
        items = self._items(month)
        return {
            **month.values(self.language), "weeks": month.weeks(items, MOST_IN_A_DAY), "zone": zone, "now": instant_text(now),
            "day": self.day.isoformat() if self.day else "", "lines": self._lines() if self.day else [], "listed": LISTED,
            "role": self.role, "pathway": self.pathway, "any": bool(items),
        }  # fmt: skip

    def _items(self, month: Month) -> dict[date, list[Item]]:
        """Tasks of one kind and state on a day are one line with their number, the most first."""
        together: dict[date, dict[tuple[str, str, str], int]] = {}
        for one in planned.counts(self.careway.store.reader, self._wanted(month.begin, month.end)):
            on_day = together.setdefault(local_day(one.due, month.zone), {})
            key = (one.pathway, one.code, one.state)
            on_day[key] = on_day.get(key, 0) + one.number
        return {day: self._sorted(counts) for day, counts in together.items()}

    def _sorted(self, counts: Mapping[tuple[str, str, str], int]) -> list[Item]:
        label = self.careway.registry.labels.of
        signs = {"open": "due"}
        found = [
            Item(label("task", f"{pathway}.{code}", self.language), signs.get(state, state), label("pathway", pathway, self.language), number)
            for (pathway, code, state), number in counts.items()
        ]  # fmt: skip
        return sorted(found, key=lambda one: (one.sign != "overdue", -one.number, one.label))

    def _wanted(self, first: date, last: date) -> planned.Wanted:
        zone = self.careway.settings.timezone
        begin, end = start_of_day(first, zone), start_of_day(last + timedelta(days=1), zone)
        return planned.Wanted(begin, end, self.role, self.pathway, self.sites)

    def _lines(self) -> list[dict[str, Any]]:
        assert self.day is not None
        label = self.careway.registry.labels.of
        return [
            {
                "patient": one.patient, "enrolment": one.enrolment, "zone": one.zone, "role": one.role,
                "state": "blocked" if one.frozen else "overdue" if one.overdue else "due",
                "label": label("task", f"{one.pathway}.{one.code}", self.language), "title": label("pathway", one.pathway, self.language),
                "due": when_or_none(one.due), "opens": when_or_none(one.opens), "until": when_or_none(one.until),
            }
            for one in planned.listed(self.careway.store.reader, self._wanted(self.day, self.day), LISTED)
        ]  # fmt: skip
