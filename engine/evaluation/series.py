"""Criteria that walk a series: running courses, stopped drugs, unbroken runs, each day of a stretch, changes from one value to another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from engine.calendar import add, instant, local_day
from engine.calendar import compare as compare_dates
from engine.evaluation import entries
from engine.evaluation.comparing import comparison
from engine.evaluation.compiling import compile_criterion, compile_value
from engine.evaluation.context import Context
from engine.evaluation.entries import scalar
from engine.evaluation.results import MET, NOT_MET, UNKNOWN, Gap, Reading, State, Why, joined, sooner, state_of, unknown
from engine.evaluation.scope import Scope
from engine.evaluation.selecting import compile_window, reaching, resolver
from engine.evaluation.tracking import fact_cell, own_cell
from engine.language import syntax as s
from engine.model import ExposureEvent, Fact, TaskStatus
from engine.units import Duration

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
        ready = min((add(entries.when_of(start), period.value, context.world.zone) for start in starts), key=str)
        reached = compare_dates(ready, context.today, context.world.zone) <= 0
        until = reaching(ready, context.today, context.world.zone) if context.moves and not reached else None
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
        return _attested(context, name)

    return judge


def _attested(context: Context, name: str) -> tuple[State, Reading]:
    catalogue = context.world.catalogue
    one = catalogue.classes.get(name)
    if not (one and one.attested) and name not in context.definition.attested:
        return MET, Reading(True)
    stated = entries.visible(context, one.attested_by) if one and one.attested_by else []
    if not stated:
        return UNKNOWN, unknown(Why.NOT_STATED, name)
    reading = entries.value_of(context, stated[-1])
    return (UNKNOWN if not reading.known else state_of(reading.value is False)), reading


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
        run = _run(context, facts, inner)
        read = tuple(fact.id for fact in run) or (facts[-1].id,)
        if not run:
            return NOT_MET, Reading(False, facts=read)
        return _long_enough(context, facts, run, period.value, read)

    return judge


def _of_entry(item: s.Compare | s.Is) -> s.Criterion:
    return replace(item, left=s.Name("value")) if isinstance(item, s.Compare) else replace(item, value=s.Name("value"))


def _run(context: Context, facts: list[Fact], inner: Any) -> list[Fact]:
    run: list[Fact] = []
    for fact in reversed(facts):
        if inner(context.bound(entry=fact)).state is not MET:
            break
        run.append(fact)
    return run


def _long_enough(
    context: Context, facts: list[Fact], run: list[Fact], period: Duration, read: tuple[str, ...]
) -> tuple[State, Reading]:
    zone = context.world.zone
    ready = add(entries.when_of(run[-1]), period, zone)
    if compare_dates(ready, context.today if not period.seconds else context.as_of, zone) <= 0:
        return MET, Reading(True, facts=read)
    until = reaching(ready, context.as_of if period.seconds else context.today, zone) if context.moves else None
    if len(run) == len(facts):
        return UNKNOWN, Reading(gaps=(Gap(Why.NEVER_RECORDED, run[-1].code),), facts=read, until=until)
    return NOT_MET, Reading(False, facts=read, until=until)


def each_day(node: s.EachDay, scope: Scope) -> Judged:
    """`on each of the n days before d, …`: the criterion as of every one of those days."""
    inner = compile_criterion(node.item, scope)
    read_days, read_before = compile_value(node.days, scope), compile_value(node.before, scope)

    def judge(context: Context) -> tuple[State, Reading]:
        days, before = read_days(context), scalar(context, read_before(context))
        if not days.known or not isinstance(before.value, date):
            return UNKNOWN, Reading(gaps=joined(days.gaps, before.gaps))
        count = days.value.days if isinstance(days.value, Duration) else int(days.value)
        last = local_day(before.value, context.world.zone)
        return _every_day(context, inner, [last - timedelta(days=n) for n in range(min(count, 400), 0, -1)])

    return judge


def _every_day(context: Context, inner: Any, days: list[date]) -> tuple[State, Reading]:
    states, gaps, facts = [], (), ()
    until: datetime | None = None
    for day in days:
        if day > context.today:
            states.append(UNKNOWN)
            gaps = joined(gaps, (Gap(Why.NOT_YET, str(day)),))
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
    """`x changed from a to b`: a value a, later a value b; an indeterminate result in between does not hide it."""
    resolve = _source(node.name, scope)
    windows = [compile_window(window, scope) for window in node.windows]

    def judge(context: Context) -> tuple[State, Reading]:
        facts = entries.visible(context, resolve(context))
        if not facts:
            return UNKNOWN, unknown(Why.NEVER_RECORDED, resolve(context))
        tests = [window(context)[0] for window in windows]
        earlier = None
        for group in _moments(facts):
            values = _possible(context, group)
            if earlier is not None and values & set(node.after):
                if all(test(group[-1])[0] for test in tests):
                    return MET, Reading(True, facts=(earlier, *(fact.id for fact in group)))
                earlier = None
            if values & set(node.before):
                earlier = group[-1].id
        return NOT_MET, Reading(False, facts=tuple(fact.id for fact in facts[-2:]))

    return judge


def _moments(facts: list[Fact]) -> list[list[Fact]]:
    groups: list[list[Fact]] = []
    for fact in facts:
        if groups and groups[-1][0].effective == fact.effective and groups[-1][0].timed == fact.timed:
            groups[-1].append(fact)
        else:
            groups.append([fact])
    return groups


def _possible(context: Context, group: list[Fact]) -> set[str]:
    """The values of one moment: several only in conflict, of which a guard reads none and an alarm the chosen one."""
    values = list(dict.fromkeys(str(fact.value) for fact in group))
    if len(values) == 1:
        return set(values)
    if not context.alarm:
        return set()
    key = (group[0].code, group[0].effective)
    context.conflicts[key] = len(values)
    return {values[context.choices.get(key, 0)]}
