"""What is owed: the occurrences of a task rule that follow from facts and anchors now, each with its window and, if done, by what.

Nothing is chained and nothing is remembered here: when an anchor moves, all that hangs on it is worked out anew. Only how often
a conditional task has already been owed comes from the stored tasks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from engine.calendar import add, grid_index_after, grid_point, instant, local_day, subtract
from engine.calendar import compare as compare_dates
from engine.decide.assigning import Homes
from engine.decide.completing import Completion, completions
from engine.definition.rules import TaskRule
from engine.evaluation.context import Context, ValueFunction
from engine.evaluation.entries import EntryRecord, facts_of, moment_of, scalar, when_of
from engine.evaluation.results import Range, Reading, State
from engine.evaluation.tracking import enrolment_cell
from engine.model import TERMINAL_TASKS, Fact, Task, TaskStatus, When
from engine.units import Duration

MOST_OCCURRENCES = 600
"""Most occurrences of one rule that are worked out: fifteen years of weekly checks fit twice."""

MOST_KEPT = 60
"""Past points of an endless grid that are looked at again: a result that is taken back opens none that is older."""


@dataclass(slots=True)
class Owed:
    """One occurrence that is owed: its window and what completed it."""

    occurrence: str
    due: When | None = None
    opens: When | None = None
    until: When | None = None
    done: Completion | None = None
    missed: bool = False
    """Overtaken by the next occurrence."""
    facts: tuple[str, ...] = ()


def owed(context: Context, rule: TaskRule, stored: list[Task]) -> list[Owed] | None:
    """The occurrences that are owed; None when it is unknown whether the rule applies (what stands then stays)."""
    if rule.when is not None:
        verdict = rule.when(context.briefly())
        if verdict.state is State.UNKNOWN:
            return None
        if not verdict.met:
            return []
    if rule.each is not None:
        return _for_each(context, rule)
    if rule.since is not None:
        return _rolling(context, rule)
    if rule.numbers is not None or rule.every is not None:
        return _grid(context, rule, stored)
    return _single(context, rule, stored)


# --- windows --------------------------------------------------------------------------------------------------------


def window(context: Context, rule: TaskRule, due: When | None) -> tuple[When | None, When | None]:
    """The window around a due date: periods before and after it, or dates of their own."""
    opens = _edge(context, rule.opens, due, before=True)
    until = _edge(context, rule.until, due, before=False)
    return opens, until


def _edge(context: Context, read: ValueFunction | None, due: When | None, *, before: bool) -> When | None:
    if read is None:
        return None
    value = scalar(context, read(context)).value
    if isinstance(value, Duration):
        if due is None:
            return None
        return subtract(due, value, context.world.zone) if before else add(due, value, context.world.zone)
    return _date(value)


def _date(value: Any) -> When | None:
    """A date that a sentence gave; of a range (an `earliest of` with an unknown member) the end that is known."""
    if isinstance(value, Range):
        value = value.high if value.high is not None else value.low
    return value if isinstance(value, date) else None


def _due(context: Context, rule: TaskRule) -> Reading:
    assert rule.due is not None
    reading = scalar(context, rule.due(context))
    return Reading(_date(reading.value), facts=reading.facts)


# --- kinds ----------------------------------------------------------------------------------------------------------


def _single(context: Context, rule: TaskRule, stored: list[Task]) -> list[Owed]:
    """One task while the condition holds, or one due date; owed again when the due date moves on after it was done."""
    due = _due(context, rule) if rule.due is not None else None
    if due is not None and due.value is None:
        return []
    opens, until = window(context, rule, due.value if due else None)
    if rule.due is None and rule.opens is not None and opens is None:
        return []
    one = Owed("", due.value if due else None, opens, until, facts=due.facts if due else ())
    standing = [task for task in stored if task.status is TaskStatus.OPEN]
    last = stored[-1] if stored else None
    if standing:
        one.occurrence = standing[-1].occurrence
        one.done = _completed(context, rule, one, standing[-1])
        return [one]
    if last is not None and not _owed_again(context, rule, one, last):
        return []
    one.occurrence = str(1 + len(stored))
    if rule.due is not None and last is None and rule.done is not None and opens is not None:
        one.done = next(iter(completions(context, rule.done, opens, None)), None)
    return [one]


def _owed_again(context: Context, rule: TaskRule, one: Owed, last: Task) -> bool:
    if not context.enrolment.flags.get(f"task:{rule.id}", False):
        return True
    if last.status not in TERMINAL_TASKS or one.due is None or last.due == one.due:
        return False
    if rule.done is None:
        return True
    lower = one.opens if one.opens is not None else last.closed
    return not any(True for _ in completions(context, rule.done, lower, None))


def _completed(context: Context, rule: TaskRule, one: Owed, task: Task) -> Completion | None:
    if rule.done is None:
        return None
    after = task.created if one.opens is None else None
    return next(iter(completions(context, rule.done, one.opens, after)), None)


def _for_each(context: Context, rule: TaskRule) -> list[Owed]:
    assert rule.each is not None
    return [one for entry in rule.each(context).certain for one in _for_entry(context.bound(entry=entry), rule, entry)]


def _for_entry(context: Context, rule: TaskRule, entry: EntryRecord) -> Iterator[Owed]:
    """The task of one entry, or one at each distance from it."""
    name = root(context, entry)
    if rule.offsets is None:
        yield _at(context, rule, entry, name, _due(context, rule).value if rule.due is not None else None)
        return
    for number, period in enumerate(rule.offsets(context).value or ()):
        due = add(when_of(entry), period, context.world.zone)
        yield _at(context.bound(last_result=Reading(due)), rule, entry, f"{name}/{number}", due)


def _at(context: Context, rule: TaskRule, entry: EntryRecord, name: str, due: When | None) -> Owed:
    opens, until = window(context, rule, due)
    lower = opens if opens is not None else moment_of(entry)
    done = None
    if rule.done is not None:
        done = next(iter(completions(context, rule.done, lower, None, other_than=getattr(entry, "id", ""))), None)
    return Owed(name, due, opens, until, done, facts=facts_of(entry))


def _rolling(context: Context, rule: TaskRule) -> list[Owed]:
    """From the anchor on: each valid result sets the next due date; a result before the window of its occurrence is none."""
    assert rule.since is not None
    assert rule.done is not None
    anchor = scalar(context, rule.since(context))
    last = _date(anchor.value)
    if last is None:
        return []
    found: list[Owed] = []
    stem = _stem(context, anchor)
    for number in range(1, MOST_OCCURRENCES):
        day = local_day(last, context.world.zone)
        due, opens, until = _following(context, rule, day)
        if due is None:
            break
        done = _next_result(context.bound(last_result=Reading(day)), rule, last, opens, first=number == 1)
        found.append(Owed(f"{stem}{number}", due, opens, until, done, facts=anchor.facts))
        if done is None:
            break
        last = done.when
    return found


def _following(context: Context, rule: TaskRule, last: date) -> tuple[When | None, When | None, When | None]:
    """When the check after the result of a day is due, and its window; found out anew only when what that reads has changed."""

    def place() -> tuple[When | None, When | None, When | None]:
        context.world.tracker.read(enrolment_cell(context.enrolment.id))
        inner = context.bound(last_result=Reading(last))
        due = _due(inner, rule).value
        return (due, *window(inner, rule, due)) if due is not None else (None, None, None)

    key = ("following", rule.id, context.enrolment.id, last)
    found: tuple[When | None, When | None, When | None] = context.world.tracker.remembered(
        key, context.world.now, context.moves, place
    )
    return found


def _next_result(context: Context, rule: TaskRule, last: When, opens: When | None, *, first: bool) -> Completion | None:
    """The next valid result: inside the window or later, and later than the result before (the anchor is no result)."""
    assert rule.done is not None
    zone = context.world.zone
    for one in completions(context, rule.done, opens if opens is not None else last, None):
        if (first and opens is not None) or compare_dates(one.when, last, zone) > 0:
            return one
    return None


def _grid(context: Context, rule: TaskRule, stored: list[Task]) -> list[Owed]:
    assert rule.anchor is not None
    anchor = scalar(context, rule.anchor(context))
    start = _date(anchor.value)
    if start is None:
        return []
    day, stem = local_day(start, context.world.zone), _stem(context, anchor)
    found = _numbered(context, rule, day, stem) if rule.numbers is not None else []
    if rule.every is not None:
        found += _endless(context, rule, start, stem, stored, found[-1].due if found else None)
    return _assigned(context, rule, found)


def _numbered(context: Context, rule: TaskRule, anchor: date, stem: str) -> list[Owed]:
    assert rule.numbers is not None
    assert rule.spec.grid is not None
    numbers = rule.numbers(context).value
    after = _date(scalar(context, rule.after(context)).value) if rule.after is not None else None
    in_months = rule.spec.grid.months is not None
    found = []
    for number in numbers if isinstance(numbers, tuple) else (numbers,):
        step = _step(number, in_months=in_months)
        one = _dated(context, rule, f"{stem}{_step_name(step, in_months=in_months)}", grid_point(anchor, step, 1))
        if not _until(context, one, after):
            found.append(one)
    if rule.spec.missed:
        for one, following in pairwise(found):
            one.missed = _begun(context, following)
    return found


def _step(number: Any, *, in_months: bool) -> Duration:
    """The distance of a point from the anchor: a plain number of months or days, or a length of time of its own kind."""
    if isinstance(number, Duration):
        return number
    return Duration(months=int(number)) if in_months else Duration(days=int(number))


def _step_name(step: Duration, *, in_months: bool) -> str:
    """What tells the points of a list apart: the number in the list's own kind, else with its kind."""
    count, kind = (step.months, "m") if step.months else (step.days, "d")
    return str(count) if (kind == "m") == in_months or not count else f"{count}{kind}"


def _dated(context: Context, rule: TaskRule, occurrence: str, due: When) -> Owed:
    opens, until = window(context.bound(last_result=Reading(due)), rule, due)
    return Owed(occurrence, due, opens, until)


def _point(context: Context, anchor: When, every: Duration, number: int) -> When:
    """A point of an endless grid: a day, or a moment where the grid counts hours."""
    if every.clock:
        return instant(add(anchor, every * number, context.world.zone), context.world.zone)
    return grid_point(local_day(anchor, context.world.zone), every, number)


def _endless(
    context: Context, rule: TaskRule, anchor: When, stem: str, stored: list[Task], listed: When | None
) -> list[Owed]:
    """The closed occurrences and the first that is not; it is missed once the window of the next one opens.

    After a list of dates the endless grid goes on from the last of them (`listed`). An occurrence bears its distance from
    the anchor, so that it stays the same when the interval changes (year 2 every 6 months, or every 3).
    """
    assert rule.every is not None
    every = rule.every(context).value
    if not isinstance(every, Duration):
        return []
    after = _date(scalar(context, rule.after(context)).value) if rule.after is not None else listed
    closed = {
        task.occurrence
        for task in stored
        if task.status is not TaskStatus.OPEN and task.status is not TaskStatus.CANCELLED
    }
    found: list[Owed] = []

    def point(number: int) -> Owed:
        distance = every * number
        name = f"{stem}{'+' if listed else ''}{distance.months or distance.days or f'{distance.seconds}s'}"
        return _dated(context, rule, name, _point(context, anchor, every, number))

    first = _first_kept(context, anchor, every)
    following = point(first)
    for number in range(first + 1, first + MOST_OCCURRENCES):
        one, following = following, point(number)
        if _until(context, one, after):
            continue
        found.append(one)
        overtaken = _begun(context, following)
        if one.occurrence not in closed and not overtaken:
            break
        one.missed = overtaken
    return found


def _first_kept(context: Context, anchor: When, every: Duration) -> int:
    """The first point of an endless grid that is still looked at, so that a daily grid of years costs no more than one of weeks."""
    zone = context.world.zone
    if every.clock:
        passed = int((instant(context.as_of, zone) - instant(anchor, zone)).total_seconds() // every.seconds)
    elif every.months or every.days:
        passed = grid_index_after(local_day(anchor, zone), every, context.today)
    else:
        return 1
    return max(1, passed - MOST_KEPT)


def _until(context: Context, one: Owed, after: When | None) -> bool:
    """Whether it is due on the day after which the grid begins, or before."""
    zone = context.world.zone
    return after is not None and one.due is not None and local_day(one.due, zone) <= local_day(after, zone)


def _begun(context: Context, one: Owed) -> bool:
    """Whether an occurrence has begun; that it will is a moment at which to look again."""
    start = one.opens if one.opens is not None else one.due
    if start is None:
        return False
    moment = instant(start, context.world.zone)
    context.turns(moment if moment > context.as_of else None)
    return moment <= context.as_of


def _assigned(context: Context, rule: TaskRule, found: list[Owed]) -> list[Owed]:
    """Give each result to the occurrence in whose window it lies, or else to the last one before it: one result counts once."""
    if rule.done is None or not found:
        return found
    first = found[0].opens if found[0].opens is not None else found[0].due
    homes = Homes(found, context.world.zone)
    for one in completions(context, rule.done, first, None):
        home = homes.of(one.when)
        if home is not None and home.done is None:
            home.done = one
    for occurrence in found:
        occurrence.missed = occurrence.missed and occurrence.done is None
    return found


# --- identity -------------------------------------------------------------------------------------------------------


def root(context: Context, entry: Any) -> str:
    """A name of an entry that stays when the entry is corrected: the first version of a fact."""
    if not isinstance(entry, Fact):
        return str(getattr(entry, "id", getattr(entry, "seq", "")))
    records = context.world.records
    fact = entry
    while fact.supersedes and fact.supersedes in records.by_id:
        fact = records.by_id[fact.supersedes]
    return fact.id


def _stem(context: Context, anchor: Reading) -> str:
    """What keeps the occurrences of one anchor together: its first fact, or nothing where people set it."""
    records = context.world.records
    return (
        f"{root(context, records.by_id[anchor.facts[0]])}/" if anchor.facts and anchor.facts[0] in records.by_id else ""
    )
