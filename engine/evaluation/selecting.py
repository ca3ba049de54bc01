"""Selectors: which entries count, and which may count.

An entry counts *maybe* when an attribute that decides is missing, when the date of a window is unknown, or when a window of
minutes meets an entry of which only the day is known. Periods are added to the entry or the date, never subtracted, so that
month ends stay exact; windows are inclusive at both ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from engine.calendar import add, end_of, instant, is_day, local_day, start_of_day
from engine.calendar import compare as compare_dates
from engine.evaluation.compiling import compile_criterion, compile_value, compile_watched
from engine.evaluation.context import Context
from engine.evaluation.entries import EntryRecord, attribute_of, found, moment_of, when_of
from engine.evaluation.results import MET, NOT_MET, Gap, Reading, joined, sooner
from engine.evaluation.scope import Scope
from engine.language import syntax as s
from engine.model import Act, Fact
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
    name: str = ""
    source: str = "fact"

    @property
    def facts(self) -> tuple[str, ...]:
        """Ids of the facts among the entries that count or may count."""
        return tuple(one.id for one in (*self.certain, *self.maybe) if isinstance(one, Fact))


Test = Callable[[EntryRecord], tuple[bool | None, datetime | None]]
WindowFunction = Callable[[Context], tuple[Test, tuple[Gap, ...]]]


def compile_selector(selector: s.Selector, scope: Scope) -> Callable[[Context], Selection]:
    """A function that finds the entries of a selector."""
    resolve = resolver(selector, scope)
    inner = scope.inside(selector.source, selector.name)
    having = compile_criterion(selector.having, inner) if selector.having else None
    windows = [compile_window(window, scope) for window in selector.windows if window.kind != "rolling"]

    def select(context: Context) -> Selection:
        name = resolve(context)
        selection = Selection(name=name, source=selector.source)
        entries = found(context, selector.source, name) if name else []
        selection.recorded = bool(entries)
        tests = [window(context) for window in windows]
        for _, gaps in tests:
            selection.gaps = joined(selection.gaps, gaps)
        for entry in entries:
            _sort_in(selection, context, entry, selector.verb, [test for test, _ in tests], having)
        return selection

    return select


def _sort_in(
    selection: Selection, context: Context, entry: EntryRecord, verb: str, tests: list[Test], having: Any
) -> None:
    if verb and not (isinstance(entry, Fact) and entry.event is not None and entry.event.value == verb):
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


def resolver(selector: s.Selector, scope: Scope) -> Callable[[Context], str]:
    """The fact, class, act … that a selector means; `row.drugs`, `caller.drug` and `with.drug` are known only later."""
    name = selector.name
    if "." in name and selector.source == "fact":
        head, key = name.split(".", 1)
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
    catalogue = context.world.catalogue
    if not name:
        return ""
    return catalogue.canonical(name) or (
        catalogue.find_class(name).id if catalogue.is_class(name) else catalogue.find(name).id
    )


# --- windows --------------------------------------------------------------------------------------------------------


def compile_window(window: s.Window, scope: Scope) -> WindowFunction:
    """A function that prepares the test of one window in a context."""
    read_date = compile_watched(window.date, scope) if window.date is not None else None
    read_period = compile_value(window.period, scope) if window.period is not None else None
    read_upper = compile_value(window.upper, scope) if window.upper is not None else None

    def prepare(context: Context) -> tuple[Test, tuple[Gap, ...]]:
        readings = [read(context) for read in (read_date, read_period, read_upper) if read is not None]
        gaps = joined(*(reading.gaps for reading in readings if not reading.known))
        if gaps or any(not reading.known or type(reading.value).__name__ == "Range" for reading in readings):
            return (lambda entry: (None, None)), gaps
        day = read_date(context) if read_date else Reading(context.as_of, clock=True)
        first = read_period(context).value if read_period else Duration()
        last = read_upper(context).value if read_upper else Duration()
        return _TESTS[window.kind](
            window.side, _day(context, day, first), first, last, context.world.zone, day.clock
        ), ()

    return prepare


def _day(context: Context, reading: Reading, period: Duration) -> Any:
    """The date a window hangs on; the present counts as a day unless the period counts minutes."""
    value = reading.value
    if isinstance(value, Act | Fact):
        value = when_of(value)
    if reading.clock and isinstance(value, datetime) and not period.seconds:
        return context.today
    return value


def reaching(ready: Any, day: Any, zone: str) -> datetime:
    """The first moment at which the present (a day or an instant) reaches a date."""
    return start_of_day(local_day(ready, zone), zone) if is_day(day) else instant(ready, zone)


def past(last: Any, day: Any, zone: str) -> datetime:
    """The first moment at which the present (a day or an instant) lies after a date."""
    if is_day(day) or is_day(last):
        return end_of(local_day(last, zone), zone)
    return instant(last, zone) + timedelta(seconds=1)


def _vague(entry: EntryRecord, *lengths: Duration) -> bool:
    return any(length.seconds for length in lengths) and is_day(when_of(entry))


def _within(side: str, day: Any, period: Duration, _: Duration, zone: str, clock: bool) -> Test:
    def test(entry: EntryRecord) -> tuple[bool | None, datetime | None]:
        when = when_of(entry)
        if side == "after":
            inside = compare_dates(when, day, zone) >= 0 and compare_dates(when, add(day, period, zone), zone) <= 0
            return _maybe(inside, _vague(entry, period) or (period.seconds > 0 and is_day(day))), None
        last = add(when, period, zone)
        inside = compare_dates(when, day, zone) <= 0 <= compare_dates(last, day, zone)
        return _maybe(inside, _vague(entry, period)), past(last, day, zone) if clock and inside else None

    return test


def _at_least(side: str, day: Any, period: Duration, _: Duration, zone: str, clock: bool) -> Test:
    def test(entry: EntryRecord) -> tuple[bool | None, datetime | None]:
        when = when_of(entry)
        if side == "after":
            return compare_dates(when, add(day, period, zone), zone) >= 0, None
        ready = add(when, period, zone)
        passed = compare_dates(ready, day, zone) <= 0
        return _maybe(passed, _vague(entry, period)), reaching(ready, day, zone) if (
            clock or side == "ago"
        ) and not passed else None

    return test


def _between(side: str, day: Any, lower: Duration, upper: Any, zone: str, clock: bool) -> Test:
    def test(entry: EntryRecord) -> tuple[bool | None, datetime | None]:
        when = when_of(entry)
        start, end = (when, day) if side == "before" else (day, when)
        ready, late = add(start, lower, zone), add(start, upper, zone)
        inside = compare_dates(ready, end, zone) <= 0 <= compare_dates(late, end, zone)
        turn = (
            (reaching(ready, day, zone) if compare_dates(ready, end, zone) > 0 else past(late, day, zone))
            if clock
            else None
        )
        return _maybe(inside, _vague(entry, lower, upper)), turn

    return test


def _maybe(inside: bool, vague: bool) -> bool | None:
    return None if inside and vague else inside


def _ordered(accept: Callable[[int], bool]) -> Callable[..., Test]:
    def build(side: str, day: Any, period: Duration, upper: Duration, zone: str, clock: bool) -> Test:
        return lambda entry: (accept(compare_dates(when_of(entry), day, zone)), None)

    return build


_TESTS: dict[str, Callable[..., Test]] = {
    "within": _within,
    "at_least": _at_least,
    "between": _between,
    "since": _ordered(lambda order: order >= 0),
    "after": _ordered(lambda order: order > 0),
    "before": _ordered(lambda order: order < 0),
    "until": _ordered(lambda order: order <= 0),
    "on": _ordered(lambda order: order == 0),
}


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
