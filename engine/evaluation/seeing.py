"""Which facts count in a context, and what a conflict reads: two values of one series at one moment that differ.

To a guard a conflict is unknown; an alarm reads it each way (`Context.choices`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from engine.evaluation.context import Context
from engine.evaluation.results import Reading, Why, unknown
from engine.model import Fact, FactStatus


def counts(context: Context, fact: Fact) -> bool:
    """Whether a fact was true by the moment judged and, for a guard, is more than preliminary."""
    if fact.effective > context.as_of:
        return False
    return context.alarm or fact.status is not FactStatus.PRELIMINARY


def settle_conflict(context: Context, chosen: Any, among: Iterable[Any] = ()) -> tuple[Any, Reading | None]:
    """The entry to read where several share a moment and differ; or the unknown reading of a conflict.

    Results of one series contradict each other. Of different series (method, specimen) only those are rivals `among` which the
    entry was chosen: they are not comparable, and whoever names no series may rely on neither.
    """
    if not isinstance(chosen, Fact) or chosen.event is not None:
        return chosen, None
    together = _at_moment(context, chosen)
    if len(together) < 2:
        return chosen, None
    definition = context.definition.catalogue.facts[chosen.code]
    if definition.multiple:
        return chosen, None
    keys = definition.series
    own, chosen_from = _series(chosen, keys), {id(one) for one in among}
    rivals = [
        one for one in together if one.timed == chosen.timed and (_series(one, keys) == own or id(one) in chosen_from)
    ]
    readings = {(one.value, one.comparator, str(one.attributes.get("detection", ""))): one for one in rivals}
    if len(readings) < 2:
        return chosen, None
    options = list(readings.values())
    if context.alarm:
        key = (chosen.code, chosen.effective)
        context.conflicts[key] = len(options)
        return options[context.choices.get(key, 0)], None
    contradict = len({_series(one, keys) for one in options}) < len(options)
    why = Why.CONFLICT if contradict else Why.NOT_COMPARABLE
    return chosen, unknown(why, chosen.code, facts=tuple(one.id for one in options))


def _at_moment(context: Context, fact: Fact) -> list[Fact]:
    """The facts that count of the same id and moment, the given one among them."""
    seen = context.world.records.visible(fact.code, context.as_of, preliminary=context.alarm)
    first = bisect_left(seen, fact.effective, key=_effective)
    return seen[first : bisect_right(seen, fact.effective, first, key=_effective)]


def _effective(fact: Fact) -> datetime:
    return fact.effective


def _series(fact: Fact, keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(fact.attributes.get(key)) for key in keys)
