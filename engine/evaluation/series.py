"""Criteria that walk a series: running courses, stopped drugs, unbroken runs, each day of a stretch, changes from one value to another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.calendar import add, instant, local_day, start_of_day
from engine.calendar import compare as compare_dates
from engine.evaluation import entries
from engine.evaluation.comparing import comparison
from engine.evaluation.compiling import compile_criterion, compile_value
from engine.evaluation.context import Context
from engine.evaluation.entries import scalar
from engine.evaluation.results import MET, NOT_MET, UNKNOWN, Gap, Reading, State, Why, joined, sooner, state_of, unknown
from engine.evaluation.scope import Scope
from engine.evaluation.selecting import Test, compile_window, reaching, resolver
from engine.evaluation.silence import history
from engine.evaluation.tracking import fact_cell, own_cell
from engine.language import syntax as s
from engine.model import ExposureEvent, Fact, TaskStatus
from engine.units import Duration

MOST_DAYS = 400
"""Longest stretch whose days are looked at one by one; a longer one is not judged."""

Judged = Callable[[Context], tuple[State, Reading]]


def _source(name: str, scope: Scope) -> Callable[[Context], str]:
    return resolver(s.Selector("fact", name), scope)


def courses(facts: list[Fact]) -> dict[str, tuple[Fact, Fact | None]]:
    """For each drug the start of its last course and, if it ended, the entry that stopped it. A new start while a course
    runs is a change of dose and does not restart it.
    """
    found: dict[str, tuple[Fact, Fact | None]] = {}
    for fact in facts:
        if fact.event is ExposureEvent.STARTED:
            if fact.code not in found or found[fact.code][1] is not None:
                found[fact.code] = (fact, None)
        elif fact.event is ExposureEvent.STOPPED and fact.code in found and found[fact.code][1] is None:
            found[fact.code] = (found[fact.code][0], fact)
    return found


def running_now(context: Context, name: str) -> list[Fact]:
    """The starts of the courses of a drug or class that are running."""
    return [start for start, stop in courses(entries.visible(context, name)).values() if stop is None]


def running(node: s.Running, scope: Scope) -> Judged:
    """`x is running [for at least p]`."""
    resolve = _source(node.name, scope)
    read_period = compile_value(node.period, scope) if node.period is not None else None

    def judge(context: Context) -> tuple[State, Reading]:
        starts = running_now(context, resolve(context)) if resolve(context) else []
        facts = tuple(start.id for start in starts)
        if read_period is None or not starts:
            return state_of(bool(starts)), Reading(bool(starts), facts=facts)
        period = read_period(context)
        if not isinstance(period.value, Duration):
            return UNKNOWN, period
        zone, present = context.world.zone, context.as_of if period.value.seconds else context.today
        ready = [add(entries.when_of(start), period.value, zone) for start in starts]
        reached = any(compare_dates(one, present, zone) <= 0 for one in ready)
        until = min(reaching(one, present, zone) for one in ready) if context.moves and not reached else None
        return state_of(reached), Reading(reached, facts=facts, until=until)

    return judge


def stopped(node: s.Stopped, scope: Scope) -> Judged:
    """`x stopped at least p before d`: for every drug of the class the later of stop and last dose; never given passes."""
    resolve = _source(node.name, scope)
    read_period, read_before = compile_value(node.period, scope), compile_value(node.before, scope)

    def judge(context: Context) -> tuple[State, Reading]:
        facts = entries.visible(context, resolve(context))
        if not facts:
            return MET, Reading(True)
        period, before = read_period(context), scalar(context, read_before(context))
        if not isinstance(period.value, Duration) or not isinstance(before.value, date):
            return UNKNOWN, Reading(gaps=joined(period.gaps, before.gaps), facts=tuple(fact.id for fact in facts))
        return _all_clear(context, facts, period.value, before)

    return judge


def _all_clear(context: Context, facts: list[Fact], period: Duration, before: Reading) -> tuple[State, Reading]:
    zone = context.world.zone
    read = tuple(fact.id for fact in facts)
    open_courses = [start for start, stop in courses(facts).values() if stop is None]
    if open_courses:
        return NOT_MET, Reading(False, facts=read)
    last: dict[str, Fact] = {fact.code: fact for fact in facts}
    clear = max((local_day(add(entries.when_of(fact), period, zone), zone) for fact in last.values()), default=date.min)
    passed = compare_dates(clear, before.value, zone) <= 0
    until = instant(clear, zone) if before.clock and not passed else None
    return state_of(passed), Reading(clear, facts=read, until=until)


def never_given(node: s.NeverGiven, scope: Scope) -> Judged:
    """`x never given`: an entry answers no; without one, an attested history must be stated."""
    resolve = _source(node.name, scope)

    def judge(context: Context) -> tuple[State, Reading]:
        name = resolve(context)
        facts = entries.visible(context, name)
        if facts:
            return NOT_MET, Reading(False, facts=tuple(fact.id for fact in facts))
        return history(context, name)

    return judge


def lasting(node: s.Lasting, scope: Scope) -> Judged:
    """`mg_adl >= 6 for at least 6 months`: every recorded value since then meets it, and the record reaches back that far."""
    value = node.item.left if isinstance(node.item, s.Compare) else node.item.value
    if not isinstance(value, s.Name):
        raise scope.unknown("for at least", "run of recorded values of a fact", scope.everything())
    resolve = _source(value.name, scope)
    inner = compile_criterion(_of_entry(node.item), scope.inside("fact", value.name))
    read_period = compile_value(node.period, scope)

    def judge(context: Context) -> tuple[State, Reading]:
        period = read_period(context)
        facts = entries.visible(context, resolve(context))
        if not isinstance(period.value, Duration) or not facts:
            return UNKNOWN, period if not period.known else unknown(Why.NEVER_RECORDED, resolve(context))
        return _lasted(context, facts, [inner(context.bound(entry=fact)).state for fact in facts], period.value)

    return judge


def _of_entry(item: s.Compare | s.Is) -> s.Criterion:
    return replace(item, left=s.Name("value")) if isinstance(item, s.Compare) else replace(item, value=s.Name("value"))


def _lasted(context: Context, facts: list[Fact], states: list[State], period: Duration) -> tuple[State, Reading]:
    """Met when the run of values that meet it is long enough; not met when a contrary value cuts it short; else unknown."""
    certain, possible = _run(facts, states, doubtful=False), _run(facts, states, doubtful=True)
    zone, present = context.world.zone, context.as_of if period.seconds else context.today
    read = tuple(fact.id for fact in possible) or (facts[-1].id,)
    ready = [add(entries.when_of(run[-1]), period, zone) for run in (certain, possible) if run]
    turns = [reaching(one, present, zone) for one in ready if compare_dates(one, present, zone) > 0]
    reading = Reading(facts=read, until=min(turns, default=None) if context.moves else None)
    if certain and compare_dates(ready[0], present, zone) <= 0:
        return MET, replace(reading, value=True)
    if possible and (len(possible) == len(facts) or compare_dates(ready[-1], present, zone) <= 0):
        return UNKNOWN, replace(reading, gaps=(Gap(Why.NEVER_RECORDED, facts[-1].code),))
    return NOT_MET, replace(reading, value=False)


def _run(facts: list[Fact], states: list[State], *, doubtful: bool) -> list[Fact]:
    """The newest values back to the first that does not meet it, or that does not for certain; newest first."""
    run: list[Fact] = []
    for fact, state in zip(reversed(facts), reversed(states), strict=True):
        if state is NOT_MET or (state is UNKNOWN and not doubtful):
            break
        run.append(fact)
    return run


def each_day(node: s.EachDay, scope: Scope) -> Judged:
    """`on each of the n days before d, …`: the criterion as of every one of those days."""
    inner = compile_criterion(node.item, scope)
    read_days, read_before = compile_value(node.days, scope), compile_value(node.before, scope)

    def judge(context: Context) -> tuple[State, Reading]:
        days, before = read_days(context), scalar(context, read_before(context))
        count = days.value.days if isinstance(days.value, Duration) else days.value
        if not isinstance(count, int | Decimal) or not isinstance(before.value, date):
            return UNKNOWN, Reading(gaps=joined(days.gaps, before.gaps))
        if count > MOST_DAYS:
            return UNKNOWN, unknown(Why.NOT_COMPARABLE, "days")
        last = local_day(before.value, context.world.zone)
        return _every_day(context, inner, [last - timedelta(days=n) for n in range(int(count), 0, -1)])

    return judge


def _every_day(context: Context, inner: Any, days: list[date]) -> tuple[State, Reading]:
    states, gaps, facts = [], (), ()
    until: datetime | None = None
    for day in days:
        if day > context.today:
            states.append(UNKNOWN)
            gaps = joined(gaps, (Gap(Why.NOT_YET, str(day)),))
            until = sooner(until, start_of_day(day, context.world.zone) if context.moves else None)
            continue
        verdict = inner(context.shifted(day))
        states.append(verdict.state)
        gaps, facts, until = joined(gaps, verdict.gaps), joined(facts, verdict.facts), sooner(until, verdict.until)
    state = NOT_MET if NOT_MET in states else UNKNOWN if UNKNOWN in states or not states else MET
    return state, Reading(gaps=gaps, facts=facts, until=until)


def every_result(node: s.EveryResult, scope: Scope) -> Judged:
    """`every result of task t <= q`: one planned result missing is unknown, one bad is not met, over nothing unknown."""
    if node.task not in scope.spec.tasks:
        raise scope.unknown(node.task, "task", scope.spec.tasks)
    read_limit = compile_value(node.limit, scope)

    def judge(context: Context) -> tuple[State, Reading]:
        chart, states, facts = context.world.chart, [], ()
        context.world.tracker.read(own_cell("task", context.enrolment.id, node.task))
        for task in chart.tasks.values():
            if task.enrolment != context.enrolment.id or task.code != node.task or task.status is TaskStatus.CANCELLED:
                continue
            fact = chart.facts.get(task.closed_by) if task.status is TaskStatus.DONE else None
            current = context.world.records.replaced.get(fact.id, fact.id) if fact else ""
            fact = context.world.records.by_id.get(current)
            if fact is None:
                states.append(UNKNOWN)
                continue
            context.world.tracker.read(fact_cell(fact.code))
            verdict = comparison(context, node, entries.value_of(context, fact), node.operator, read_limit(context))
            states.append(verdict.state)
            facts = joined(facts, verdict.facts)
        state = NOT_MET if NOT_MET in states else UNKNOWN if UNKNOWN in states or not states else MET
        return state, Reading(
            gaps=(Gap(Why.NEVER_RECORDED, f"task {node.task}"),) if state is UNKNOWN else (), facts=facts
        )

    return judge


def changed(node: s.Changed, scope: Scope) -> Judged:
    """`x changed from a to b`: a value a, later a value b; an indeterminate result in between does not hide it.

    Where a conflict or a window whose date is not known leaves it open, it is unknown.
    """
    resolve = _source(node.name, scope)
    windows = [compile_window(window, scope) for window in node.windows]

    def judge(context: Context) -> tuple[State, Reading]:
        facts = entries.visible(context, resolve(context))
        if not facts:
            return UNKNOWN, unknown(Why.NEVER_RECORDED, resolve(context))
        prepared = [window(context) for window in windows]
        walk = _Walk(context, node, [test for test, _, _ in prepared])
        groups = _moments(facts)
        if certain := walk.change(groups, doubtful=False):
            return MET, Reading(True, facts=certain, until=walk.until)
        if possible := walk.change(groups, doubtful=True):
            gaps = joined(*(gaps for _, gaps, _ in prepared)) or (Gap(Why.CONFLICT, facts[-1].code),)
            return UNKNOWN, Reading(gaps=gaps, facts=possible, until=walk.until)
        return NOT_MET, Reading(False, facts=tuple(fact.id for fact in facts[-2:]), until=walk.until)

    return judge


@dataclass(slots=True)
class _Walk:
    """Walks the moments of a series for a change within its windows, for certain or giving doubt its due."""

    context: Context
    node: s.Changed
    tests: list[Test]
    until: datetime | None = None

    def change(self, groups: list[list[Fact]], *, doubtful: bool) -> tuple[str, ...]:
        """Ids of the facts that show the change; none where there is none."""
        earlier = ""
        for group in groups:
            values = _readings(self.context, group)
            contradictory = len(values) > 1 and not doubtful
            reaches = bool(earlier and values & set(self.node.after)) and self._inside(group[-1], doubtful)
            if reaches and not contradictory:
                return (earlier, *(fact.id for fact in group))
            if values & set(self.node.before) and not contradictory:
                earlier = group[-1].id
            elif values & set(self.node.after) and not reaches:
                earlier = ""
        return ()

    def _inside(self, fact: Fact, doubtful: bool) -> bool:
        inside = [test(fact) for test in self.tests]
        for _, turn in inside:
            self.until = sooner(self.until, turn if self.context.moves else None)
        return all(truth or (doubtful and truth is None) for truth, _ in inside)


def _moments(facts: list[Fact]) -> list[list[Fact]]:
    groups: list[list[Fact]] = []
    for fact in facts:
        if groups and groups[-1][0].effective == fact.effective and groups[-1][0].timed == fact.timed:
            groups[-1].append(fact)
        else:
            groups.append([fact])
    return groups


def _readings(context: Context, group: list[Fact]) -> set[str]:
    """The values of one moment: several only in conflict, of which an alarm reads the chosen one."""
    values = list(dict.fromkeys(str(fact.value) for fact in group))
    if len(values) == 1 or not context.alarm:
        return set(values)
    key = (group[0].code, group[0].effective)
    context.conflicts[key] = len(values)
    return {values[context.choices.get(key, 0)]}
