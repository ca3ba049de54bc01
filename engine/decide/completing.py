"""What completes a task: facts (any, or all of a panel within a span), acts, or a condition; in order of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from engine.calendar import add, local_day
from engine.calendar import compare as compare_dates
from engine.definition.rules import DoneRule
from engine.evaluation import entries
from engine.evaluation.context import Context
from engine.model import Act, Fact, FactStatus, When
from engine.units import Duration


@dataclass(frozen=True, slots=True)
class Completion:
    """What completed a task: when it was true, and the fact, act or condition."""

    when: When
    by: str


def completions(
    context: Context, done: DoneRule, since: When | None, recorded_after: datetime | None, *, other_than: str = ""
) -> Iterator[Completion]:
    """Completions effective from `since` on, oldest first. `recorded_after` leaves out what was known when the task was made."""
    found = [
        *_by_facts(context, done, since, recorded_after, other_than),
        *_by_acts(context, done, since, recorded_after),
    ]
    yield from sorted(found, key=lambda one: (local_day(one.when, context.world.zone), str(one.when)))
    if done.when is not None and done.when(context).met:
        yield Completion(context.as_of, "condition")


def _candidates(
    context: Context, code: str, done: DoneRule, since: When | None, after: datetime | None, other_than: str
) -> list[Fact]:
    zone = context.world.zone
    found = []
    for fact in entries.visible(context, context.world.catalogue.canonical(code) or code):
        if fact.id == other_than or fact.status is FactStatus.PRELIMINARY or not _verb_fits(fact, done.spec.verb):
            continue
        if since is not None and compare_dates(entries.when_of(fact), since, zone) < 0:
            continue
        if (after is None or fact.recorded > after) and _has(context, done, fact):
            found.append(fact)
    return found


def _has(context: Context, done: DoneRule, fact: Fact) -> bool:
    return done.having is None or done.having(context.bound(entry=fact)).met


def _verb_fits(fact: Fact, verb: str) -> bool:
    if verb:
        return fact.event is not None and fact.event.value == verb
    return fact.event is None or fact.event.value != "stopped"


def _by_facts(
    context: Context, done: DoneRule, since: When | None, after: datetime | None, other_than: str
) -> list[Completion]:
    if done.spec.any:
        facts = [fact for code in done.spec.any for fact in _candidates(context, code, done, since, after, other_than)]
        return [Completion(entries.when_of(fact), fact.id) for fact in facts]
    if not done.spec.all:
        return []
    series = [_candidates(context, code, done, since, after, other_than) for code in done.spec.all]
    span = done.within(context).value if done.within is not None else None
    return _panels(context, series, span if isinstance(span, Duration) else None)


def _panels(context: Context, series: list[list[Fact]], span: Duration | None) -> list[Completion]:
    """Complete panels: one of each within the span, dated by the earliest; without a span by the one that completes it."""
    found: list[Completion] = []
    queues = [list(facts) for facts in series]
    while queues and all(queues):
        first = min((queue[0] for queue in queues), key=lambda fact: (fact.effective, fact.seq))
        members = [_within(context, queue, first, span) for queue in queues]
        if all(members):
            whole = [fact for fact in members if fact is not None]
            dated = first if span is not None else max(whole, key=lambda fact: (fact.effective, fact.seq))
            found.append(
                Completion(
                    entries.when_of(dated), max(whole, key=lambda fact: fact.seq).id if span is not None else dated.id
                )
            )
            last = max(whole, key=lambda fact: (fact.effective, fact.seq))
            queues = [[fact for fact in queue if fact.effective > last.effective] for queue in queues]
        else:
            queues = [[fact for fact in queue if fact is not first] for queue in queues]
    return found


def _within(context: Context, queue: list[Fact], first: Fact, span: Duration | None) -> Fact | None:
    if span is None:
        return queue[0]
    zone = context.world.zone
    last = add(entries.when_of(first), span, zone)
    return next((fact for fact in queue if compare_dates(entries.when_of(fact), last, zone) <= 0), None)


def _by_acts(context: Context, done: DoneRule, since: When | None, after: datetime | None) -> list[Completion]:
    acts = [act for name in done.spec.action for act in entries.found(context, "action", name) if isinstance(act, Act)]
    zone = context.world.zone
    fitting = [
        act
        for act in acts
        if (since is None or compare_dates(act.at, since, zone) >= 0) and (after is None or act.at >= after)
    ]
    return [Completion(act.at, act.id) for act in fitting]
