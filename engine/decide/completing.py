"""What completes a task: facts (any, or all of a panel within a span), acts, or a condition; in order of time."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge

from engine.calendar import add, local_day, start_of_day
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
    """Completions effective from `since` on, oldest first and found as they are asked for: most callers want only one.

    `recorded_after` leaves out what was known when the task was made.
    """
    facts = _by_facts(context, done, _Wanted(done, since, recorded_after, other_than))
    if done.spec.action:
        zone = context.world.zone
        both = [*facts, *_by_acts(context, done, since, recorded_after)]
        yield from sorted(both, key=lambda one: (local_day(one.when, zone), str(one.when)))
    else:
        yield from facts
    if done.when is not None and done.when(context).met:
        yield Completion(context.as_of, "condition")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which facts may complete the task."""

    done: DoneRule
    since: When | None
    recorded_after: datetime | None
    other_than: str

    def first(self, facts: list[Fact], zone: str) -> int:
        """Where in a list the facts begin that can be late enough."""
        if self.since is None:
            return 0
        return bisect_left(facts, start_of_day(local_day(self.since, zone), zone), key=entries.moment_of)

    def admits(self, context: Context, name: str, fact: Fact) -> bool:
        """Whether a fact may complete it, as one of those that the task names."""
        if fact.id == self.other_than or fact.status is FactStatus.PRELIMINARY:
            return False
        if not _verb_fits(fact, self.done.spec.verb):
            return False
        zone = context.world.zone
        if self.since is not None and compare_dates(entries.when_of(fact), self.since, zone) < 0:
            return False
        late = self.recorded_after is None or fact.recorded > self.recorded_after
        return late and _has(context, self.done, name, fact)


def _candidates(context: Context, code: str, wanted: _Wanted) -> Iterator[Fact]:
    """The facts of one id or class that may complete the task, oldest first."""
    seen = entries.visible(context, context.definition.catalogue.canonical(code) or code)
    for number in range(wanted.first(seen, context.world.zone), len(seen)):
        if wanted.admits(context, code, seen[number]):
            yield seen[number]


def _has(context: Context, done: DoneRule, name: str, fact: Fact) -> bool:
    having = done.having.get(name)
    return having is None or having(context.bound(entry=fact)).met


def _verb_fits(fact: Fact, verb: str) -> bool:
    if verb:
        return fact.event is not None and fact.event.value == verb
    return fact.event is None or fact.event.value != "stopped"


def _by_facts(context: Context, done: DoneRule, wanted: _Wanted) -> Iterator[Completion]:
    if done.spec.any:
        found = merge(*(_candidates(context, code, wanted) for code in done.spec.any), key=entries.moment_of)
        return (Completion(entries.when_of(fact), fact.id) for fact in found)
    if not done.spec.all:
        return iter(())
    series = [_candidates(context, code, wanted) for code in done.spec.all]
    span = done.within(context).value if done.within is not None else None
    return _panels(context, series, span if isinstance(span, Duration) else None)


def _panels(context: Context, series: list[Iterator[Fact]], span: Duration | None) -> Iterator[Completion]:
    """Complete panels: one of each within the span, dated by the earliest; without a span by the one that completes it."""
    heads = [next(queue, None) for queue in series]
    while whole := [fact for fact in heads if fact is not None]:
        if len(whole) < len(heads):
            return
        first, last = min(whole, key=_order), max(whole, key=_order)
        if _within(context, whole, first, span):
            completing = max(whole, key=lambda fact: fact.seq) if span is not None else last
            yield Completion(entries.when_of(first if span is not None else last), completing.id)
            heads = [_past(head, queue, last) for head, queue in zip(heads, series, strict=True)]
        else:
            heads = [next(queue, None) if head is first else head for head, queue in zip(heads, series, strict=True)]


def _order(fact: Fact) -> tuple[datetime, int]:
    return fact.effective, fact.seq


def _past(head: Fact | None, queue: Iterator[Fact], last: Fact) -> Fact | None:
    """The next of a series that is later than the panel just completed."""
    while head is not None and head.effective <= last.effective:
        head = next(queue, None)
    return head


def _within(context: Context, members: list[Fact], first: Fact, span: Duration | None) -> bool:
    if span is None:
        return True
    zone = context.world.zone
    end = add(entries.when_of(first), span, zone)
    return all(compare_dates(entries.when_of(fact), end, zone) <= 0 for fact in members)


def _by_acts(context: Context, done: DoneRule, since: When | None, after: datetime | None) -> list[Completion]:
    acts = [act for name in done.spec.action for act in entries.found(context, "action", name) if isinstance(act, Act)]
    zone = context.world.zone
    fitting = [
        act
        for act in acts
        if (since is None or compare_dates(act.at, since, zone) >= 0) and (after is None or act.at >= after)
    ]
    return [Completion(act.at, act.id) for act in fitting]
