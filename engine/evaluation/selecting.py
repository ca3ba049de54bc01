"""Selectors: which entries count, and which may count.

An entry counts *maybe* when an attribute that decides is missing, when the date of a window is unknown, or when a window of
minutes meets an entry of which only the day is known. Periods are added to the entry or the date, never subtracted, so that
month ends stay exact; windows are inclusive at both ends.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from engine.calendar import add, end_of, instant, is_day, local_day, start_of_day
from engine.calendar import compare as compare_dates
from engine.evaluation.compiling import compile_criterion, compile_value, compile_watched
from engine.evaluation.context import Context
from engine.evaluation.entries import EntryRecord, attribute_of, found, moment_of, scalar, when_of
from engine.evaluation.results import MET, NOT_MET, Gap, Reading, Why, joined, sooner
from engine.evaluation.scope import Scope
from engine.language import syntax as s
from engine.model import Fact
from engine.units import Duration


@dataclass(slots=True)
class Selection:
    """The entries that count, those that may, and what was read to find out."""

    certain: list[EntryRecord] = field(default_factory=list)
    maybe: list[EntryRecord] = field(default_factory=list)
    gaps: tuple[Gap, ...] = ()
    until: datetime | None = None
    recorded: bool = False
    """Whether any entry of this source exists at all."""
    limited: bool = False
    """Whether a window looks back only so far, so that an older entry is too old rather than none."""
    name: str = ""
    source: str = "fact"

    @property
    def facts(self) -> tuple[str, ...]:
        """Ids of the facts among the entries that count or may count."""
        return tuple(one.id for one in (*self.certain, *self.maybe) if isinstance(one, Fact))


Test = Callable[[EntryRecord], tuple[bool | None, datetime | None]]
Prepared = tuple[Test, tuple[Gap, ...], datetime | None]
"""The test of a window, what is unknown about it, and the moment before which nothing can lie inside."""
WindowFunction = Callable[[Context], Prepared]


def compile_selector(selector: s.Selector, scope: Scope) -> Callable[[Context], Selection]:
    """A function that finds the entries of a selector."""
    resolve = resolver(selector, scope)
    inner = scope.inside(selector.source, selector.name)
    having = compile_criterion(selector.having, inner) if selector.having else None
    windows = [compile_window(window, scope) for window in selector.windows if window.kind != "rolling"]
    limited = any(window.kind in ("within", "between") and window.side != "after" for window in selector.windows)

    def select(context: Context) -> Selection:
        name = resolve(context)
        selection = Selection(name=name, source=selector.source, limited=limited)
        entries = found(context, selector.source, name) if name else []
        selection.recorded = bool(entries)
        tests = [window(context) for window in windows]
        for _, gaps, _ in tests:
            selection.gaps = joined(selection.gaps, gaps)
        if not tests and having is None:
            selection.certain = [one for one in entries if _happened(one, selector.verb)] if selector.verb else entries
            return selection
        decide = [test for test, _, _ in tests]
        for entry in _late_enough(entries, tests):
            _sort_in(selection, context, entry, selector.verb, decide, having)
        return selection

    return select


def _late_enough(entries: list[EntryRecord], tests: list[Prepared]) -> list[EntryRecord]:
    """Without the old entries that cannot lie in one of the windows: the cost follows the window, not the history."""
    bounds = [earliest for _, _, earliest in tests if earliest is not None]
    return entries[bisect_left(entries, max(bounds), key=moment_of) :] if bounds and entries else entries


def _sort_in(
    selection: Selection, context: Context, entry: EntryRecord, verb: str, tests: list[Test], having: Any
) -> None:
    if verb and not _happened(entry, verb):
        return
    certain = True
    for test in tests:
        truth, until = test(entry)
        if context.moves and until is not None:
            selection.until = sooner(selection.until, until)
            context.turns(until)
        if truth is False:
            return
        certain = certain and bool(truth)
    if having is not None:
        verdict = having(context.bound(entry=entry))
        if verdict.state is NOT_MET:
            return
        if verdict.state is not MET:
            certain = False
            selection.gaps = joined(selection.gaps, verdict.gaps)
    (selection.certain if certain else selection.maybe).append(entry)


def _happened(entry: EntryRecord, verb: str) -> bool:
    """Whether an entry is a fact of this event (given, started, stopped, occurred)."""
    return isinstance(entry, Fact) and entry.event == verb


def resolver(selector: s.Selector, scope: Scope) -> Callable[[Context], str]:
    """The fact, class, act … that a selector means; `row.drugs`, `caller.drug` and `with.drug` are known only later."""
    name = selector.name
    if "." in name and selector.source == "fact":
        head, key = name.split(".", 1)
        scope.uses.add(name)
        return lambda context: _bound_name(context, head, key)
    if selector.source == "fact":
        canonical = scope.catalogue.canonical(name)
        if canonical is None and scope.catalogue.is_class(name):
            canonical = scope.catalogue.find_class(name).id
        if canonical is None:
            raise scope.unknown(name, "fact or class", scope.everything())
        return lambda context: canonical
    parts: dict[str, Mapping[str, Any]] = {
        "action": scope.spec.actions,
        "stage": scope.spec.stages,
        "hold": scope.spec.holds,
        "task": scope.spec.tasks,
    }
    known = parts[selector.source]
    if name not in known:
        raise scope.unknown(name, selector.source, known)
    return lambda context: name


def _bound_name(context: Context, head: str, key: str) -> str:
    holder = context.bindings.get(head)
    value = getattr(holder, key, None) if not isinstance(holder, dict) else holder.get(key)
    name = str(value or "")
    catalogue = context.definition.catalogue
    if not name:
        return ""
    return catalogue.canonical(name) or (
        catalogue.find_class(name).id if catalogue.is_class(name) else catalogue.find(name).id
    )


# --- windows --------------------------------------------------------------------------------------------------------


def compile_window(window: s.Window, scope: Scope) -> WindowFunction:
    """A function that prepares the test of one window in a context."""
    read_date = compile_watched(window.date, scope) if window.date is not None else None
    read_lengths = [compile_value(one, scope) for one in (window.period, window.upper) if one is not None]

    def prepare(context: Context) -> Prepared:
        day = scalar(context, read_date(context)) if read_date else Reading(context.as_of, clock=True)
        lengths = [scalar(context, read(context)) for read in read_lengths]
        if not isinstance(day.value, date) or not all(isinstance(one.value, Duration) for one in lengths):
            return _unsure, joined(*(one.gaps for one in (day, *lengths))) or (Gap(Why.IMPRECISE, ""),), None
        lower, upper = _limits(window.kind, [one.value for one in lengths])
        hung = _day(context, day, any(one.value.seconds for one in lengths))
        ready = _Window(window.kind, window.side, hung, lower, upper, context.world.zone)
        return _tested(ready, day.clock), (), ready.earliest

    return prepare


def _unsure(entry: EntryRecord) -> tuple[bool | None, datetime | None]:
    """The test of a window whose date or length is not known exactly: any entry may count."""
    return None, None


def _limits(kind: str, lengths: list[Duration]) -> tuple[Duration, Duration | None]:
    """The least and greatest distance from the date (None: any): every window is a `between`, `on d` one of no length."""
    if kind == "within":
        return Duration(), lengths[0]
    if kind in ("at_least", "between"):
        return lengths[0], lengths[1] if len(lengths) > 1 else None
    return Duration(), Duration() if kind == "on" else None


def _day(context: Context, reading: Reading, minutes: bool) -> Any:
    """The date a window hangs on; the present counts as a day unless the length counts minutes."""
    if reading.clock and isinstance(reading.value, datetime) and not minutes:
        return context.today
    return reading.value


def reaching(ready: Any, day: Any, zone: str) -> datetime:
    """The first moment at which the present (a day or an instant) reaches a date."""
    return start_of_day(local_day(ready, zone), zone) if is_day(day) else instant(ready, zone)


def past(last: Any, day: Any, zone: str) -> datetime:
    """The first moment at which the present (a day or an instant) lies after a date."""
    if is_day(day) or is_day(last):
        return end_of(local_day(last, zone), zone)
    return instant(last, zone) + timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class _Window:
    """A window with its date and lengths known."""

    kind: str
    side: str
    day: Any
    lower: Duration
    upper: Duration | None
    zone: str

    @property
    def after(self) -> bool:
        """Whether it lies after its date."""
        return self.side == "after" or self.kind in ("since", "after")

    @property
    def minutes(self) -> bool:
        """Whether it counts clock time, so that a day without a time is a stretch and not a point."""
        return bool(self.lower.seconds or (self.upper is not None and self.upper.seconds))

    @property
    def earliest(self) -> datetime | None:
        """A moment before which nothing lies inside; two days too early, so that no rule of days or zones matters."""
        reach = Duration() if self.after else self.upper
        if reach is None:
            return None
        try:
            return instant(self.day, self.zone) - timedelta(31 * reach.months + reach.days + 2, reach.seconds)
        except OverflowError:
            return None

    def place(self, when: Any, day: Any) -> int:
        """Where a moment lies: -1 before the window, 0 inside, 1 after it. Months are added, never subtracted."""
        if self.after:
            return self._beyond(compare_dates(when, add(day, self.lower, self.zone), self.zone), when, day)
        if compare_dates(add(when, self.lower, self.zone), day, self.zone) >= (0 if self.kind == "before" else 1):
            return 1
        late = self.upper is not None and compare_dates(add(when, self.upper, self.zone), day, self.zone) < 0
        return -1 if late else 0

    def _beyond(self, order: int, when: Any, day: Any) -> int:
        if order < 0 or (order == 0 and self.kind == "after"):
            return -1
        late = self.upper is not None and compare_dates(when, add(day, self.upper, self.zone), self.zone) > 0
        return 1 if late else 0

    def turns(self, when: Any) -> list[datetime]:
        """The moments at which the present, where it is the date, enters and leaves the reach of an entry."""
        if self.after or self.kind == "before":
            return [past(when, self.day, self.zone)]
        found = [reaching(add(when, self.lower, self.zone), self.day, self.zone)]
        return found if self.upper is None else [*found, past(add(when, self.upper, self.zone), self.day, self.zone)]


def _tested(window: _Window, clock: bool) -> Test:
    return _point_tested(window, clock) if not window.minutes else _stretch_tested(window, clock)


def _point_tested(window: _Window, clock: bool) -> Test:
    """Where no minutes count, an entry and the date are each one point."""
    present = instant(window.day, window.zone) if clock else None

    def test(entry: EntryRecord) -> tuple[bool | None, datetime | None]:
        when = when_of(entry)
        try:
            inside = window.place(when, window.day) == 0
            if present is None:
                return inside, None
            return inside, min((turn for turn in window.turns(when) if turn > present), default=None)
        except (OverflowError, ValueError):  # beyond the last year of the calendar
            return None, None

    return test


def _stretch_tested(window: _Window, clock: bool) -> Test:
    days = _spread(window.day, window)
    present = instant(window.day, window.zone)

    def test(entry: EntryRecord) -> tuple[bool | None, datetime | None]:
        moments = _spread(when_of(entry), window)
        try:
            places = {window.place(when, day) for when in moments for day in days}
            turns = [turn for when in moments for turn in window.turns(when) if turn > present] if clock else []
        except (OverflowError, ValueError):  # beyond the last year of the calendar
            return None, None
        return None if len(places) > 1 else 0 in places, min(turns, default=None)

    return test


def _spread(when: Any, window: _Window) -> tuple[Any, ...]:
    """The moments between which it happened: both ends of the day where minutes count and only the day is known."""
    if not window.minutes or not is_day(when):
        return (when,)
    return start_of_day(when, window.zone), end_of(when, window.zone) - timedelta(microseconds=1)


def rolling_period(selector: s.Selector) -> s.Value | None:
    """The period of `in any p`, if the selector has one."""
    return next((window.period for window in selector.windows if window.kind == "rolling"), None)


def most_in_any(entries: list[EntryRecord], period: Duration, zone: str) -> int:
    """The largest number of entries within any stretch of time of that length."""
    ordered = sorted(entries, key=moment_of)
    best = 0
    for index, entry in enumerate(ordered):
        last = add(when_of(entry), period, zone)
        best = max(best, sum(1 for other in ordered[index:] if compare_dates(when_of(other), last, zone) <= 0))
    return best


def distinct(context: Context, selection: Any, attribute: str) -> tuple[int, int, tuple[Any, ...]]:
    """How many different values of an attribute the selected entries have, at least and at most."""
    values: set[Any] = set()
    gaps: tuple[Any, ...] = ()
    open_ended = len(selection.maybe)
    for entry in selection.certain:
        reading = attribute_of(context, entry, attribute, Reading(entry))
        if reading.known:
            values.add(reading.value)
        else:
            open_ended += 1
            gaps = joined(gaps, reading.gaps)
    return len(values) or (1 if selection.certain else 0), len(values) + open_ended, gaps
