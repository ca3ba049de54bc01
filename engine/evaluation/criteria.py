"""Criteria: trees of the criteria language turned into functions from a context to a `Verdict`.

The truth tables are those of `criteria-language.md` §4. Every function is total: what cannot be judged is unknown with its
reason, never an exception.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.evaluation import entries, names, own, series
from engine.evaluation.comparing import HOLDS, comparison
from engine.evaluation.compiling import compile_criterion, compile_value, compile_watched, enter_criteria
from engine.evaluation.context import Context, CriterionFunction, ValueFunction
from engine.evaluation.entries import scalar
from engine.evaluation.results import (
    MET,
    NOT_MET,
    UNKNOWN,
    Gap,
    Range,
    Reading,
    State,
    Verdict,
    Why,
    joined,
    sooner,
)
from engine.evaluation.scope import Scope
from engine.evaluation.selecting import compile_selector, distinct, most_in_any, rolling_period
from engine.evaluation.silence import silence
from engine.language import syntax as s
from engine.model import Fact

# --- logic ----------------------------------------------------------------------------------------------------------


def _combine(
    node: Any, scope: Scope, decide: Callable[[int, int, int], State], decisive: State | None = None
) -> CriterionFunction:
    """`decisive` is the state of one part that settles the whole, after which a brief context looks no further."""
    items = [compile_criterion(item, scope) for item in node.items]

    def judge(context: Context) -> Verdict:
        parts = []
        met = unmet = 0
        until: datetime | None = None
        for item in items:
            part = item(context)
            parts.append(part)
            met += part.state is MET
            unmet += part.state is NOT_MET
            if part.until is not None and (until is None or part.until < until):
                until = part.until
            if context.brief and part.state is decisive:
                break
        state = decide(met, unmet, len(parts))
        gaps = joined(*[part.gaps for part in parts if part.state is UNKNOWN]) if state is UNKNOWN else ()
        facts = () if context.brief else joined(*[part.facts for part in parts])
        return Verdict(state, node, tuple(parts), gaps, facts, until)

    return judge


def _all(node: s.All, scope: Scope) -> CriterionFunction:
    def decide(met: int, unmet: int, count: int) -> State:
        return NOT_MET if unmet else MET if met == count else UNKNOWN

    return _combine(node, scope, decide, decisive=NOT_MET)


def _any(node: s.AnyOf, scope: Scope) -> CriterionFunction:
    def decide(met: int, unmet: int, count: int) -> State:
        return MET if met else NOT_MET if unmet == count else UNKNOWN

    return _combine(node, scope, decide, decisive=MET)


def _at_least(node: s.AtLeastOf, scope: Scope) -> CriterionFunction:
    return _combine(
        node,
        scope,
        lambda met, unmet, count: MET if met >= node.count else NOT_MET if count - unmet < node.count else UNKNOWN,
    )


_SWAPPED = {MET: NOT_MET, NOT_MET: MET, UNKNOWN: UNKNOWN}


def _not(node: s.Not, scope: Scope) -> CriterionFunction:
    item = compile_criterion(node.item, scope)

    def judge(context: Context) -> Verdict:
        part = item(context)
        return Verdict(_SWAPPED[part.state], node, (part,), part.gaps, part.facts, part.until)

    return judge


def _unless(node: s.Unless, scope: Scope) -> CriterionFunction:
    item, exception = compile_criterion(node.item, scope), compile_criterion(node.exception, scope)

    def judge(context: Context) -> Verdict:
        first, other = item(context), exception(context)
        state = MET if other.met or first.met else UNKNOWN if UNKNOWN in (first.state, other.state) else NOT_MET
        gaps = joined(*(part.gaps for part in (first, other) if part.state is UNKNOWN)) if state is UNKNOWN else ()
        return Verdict(
            state, node, (first, other), gaps, joined(first.facts, other.facts), sooner(first.until, other.until)
        )

    return judge


def _counts_as_no(node: s.CountsAsNo, scope: Scope) -> CriterionFunction:
    item = compile_criterion(node.item, scope)

    def judge(context: Context) -> Verdict:
        part = item(context)
        return Verdict(MET if part.met else NOT_MET, node, (part,), part.gaps, part.facts, part.until)

    return judge


def _named(node: s.Named, scope: Scope) -> CriterionFunction:
    name = node.name
    scope.uses.add(name)
    if "." in name:
        head, key = name.split(".", 1)
        if head == "caller":
            return _truth(node, compile_value(s.Name(name), scope))
        if head == s.ELSEWHERE:
            return own.met_elsewhere(node, key)
        if head not in scope.pathways:
            raise scope.unknown(head, "pathway", scope.pathways)
        return lambda context: _named_elsewhere(node, context, head, key)
    if name in scope.spec.criteria:
        return lambda context: named_criterion(context, name, node)
    if name in scope.functions or scope.catalogue.is_derived(name) or name in scope.spec.values:
        return _truth(node, compile_value(s.Name(name), scope))
    raise scope.unknown(name, "criterion", {*scope.spec.criteria, *scope.functions})


def named_criterion(context: Context, name: str, node: s.Node | None = None) -> Verdict:
    """A criterion of the definition, judged once for each world."""
    inner: Verdict = context.remembered("c", name, context.definition.criteria[name])
    return Verdict(inner.state, node or s.Named(name), (inner,), inner.gaps, inner.facts, inner.until)


def _named_elsewhere(node: s.Named, context: Context, pathway: str, name: str) -> Verdict:
    other = names.linked(context, pathway)
    if other is None:
        return Verdict(UNKNOWN, node, gaps=(Gap(Why.NOT_ENROLLED, pathway),))
    if name not in other.definition.criteria:
        return Verdict(UNKNOWN, node, gaps=(Gap(Why.NOT_COMPARABLE, node.name),))
    return named_criterion(other, name, node)


def truth(reading: Reading) -> State:
    """A yes/no reading as a state."""
    return State.UNKNOWN if not isinstance(reading.value, bool) else State.MET if reading.value else State.NOT_MET


def _truth(node: s.Criterion, read: Any) -> CriterionFunction:
    def judge(context: Context) -> Verdict:
        reading = read(context)
        return Verdict(truth(reading), node, (), reading.gaps, reading.facts, reading.until, reading.value)

    return judge


# --- values ---------------------------------------------------------------------------------------------------------


def _compare(node: s.Compare, scope: Scope) -> CriterionFunction:
    read_left, read_right = compile_watched(node.left, scope), compile_watched(node.right, scope)
    if isinstance(node.right, s.Number):
        unit = scope.catalogue.unit(node.right.unit) if node.right.unit else ""
        return _compare_with(node, read_left, Reading(node.right.value, unit))

    def judge(context: Context) -> Verdict:
        return comparison(
            context, node, scalar(context, read_left(context)), node.operator, scalar(context, read_right(context))
        )

    return judge


def _compare_with(node: s.Compare, read: ValueFunction, limit: Reading) -> CriterionFunction:
    """A value against a written number, which is most of what guards ask; the same as `comparison`, with less to find out."""
    holds, number, unit = HOLDS[node.operator], limit.value, limit.unit

    def judge(context: Context) -> Verdict:
        left = scalar(context, read(context))
        value = left.value
        if type(value) is not Decimal or left.unit != unit:
            return comparison(context, node, left, node.operator, limit)
        state = MET if holds(value, number) else NOT_MET
        return Verdict(state, node, (), (), left.facts, left.until, value, number, unit)

    return judge


def _is(node: s.Is, scope: Scope) -> CriterionFunction:
    read = compile_value(node.value, scope)
    read_entry = names.compile_entry(node.value, scope)
    broader = _broader(node.value, scope) if read_entry else {}
    wanted = frozenset(meaning for code in node.codes for meaning in (code, _meaning(code)))
    indeterminate = wanted & frozenset(entries.INDETERMINATE)

    def judge(context: Context) -> Verdict:
        if indeterminate:
            entry = (read_entry or read)(context)
            if isinstance(entry.value, Fact) and entry.value.value in indeterminate:
                return Verdict(MET, node, (), (), entry.facts, entry.until, entry.value.value)
        reading = scalar(context, read(context))
        value = reading.value
        if value is None or isinstance(value, Range):
            return Verdict(UNKNOWN, node, (), reading.gaps, reading.facts, reading.until)
        hit = value in wanted if type(value) is str and not broader else bool(wanted & _covered(value, broader))
        return Verdict(MET if hit else NOT_MET, node, (), (), reading.facts, reading.until, value)

    return judge


def _broader(node: s.Value, scope: Scope) -> Mapping[str, str]:
    """The broader codes of the fact that a name means."""
    code = scope.catalogue.canonical(node.name) if isinstance(node, s.Name) else None
    return scope.catalogue.facts[code].broader if code is not None else {}


def _covered(value: Any, broader: Mapping[str, str]) -> set[Any]:
    """The codes that a value stands for: itself, and every broader code (`mg_ocular` is also `mg`)."""
    values = value if isinstance(value, tuple) else (value,)
    found = {one if isinstance(one, bool) else str(one) for one in values}
    for code in list(found) if broader else ():
        found.update(_upwards(code, broader))
    return found


def _upwards(code: Any, broader: Mapping[str, str]) -> Iterator[str]:
    while isinstance(code, str) and code in broader:
        code = broader[code]
        yield code


def _meaning(code: str) -> Any:
    return {"yes": True, "no": False, "true": True, "false": False}.get(code, code)


def _known(node: s.Known, scope: Scope) -> CriterionFunction:
    read = compile_value(node.value, scope)

    def judge(context: Context) -> Verdict:
        reading = scalar(context, read(context))
        exact = reading.known
        return Verdict(
            MET if exact else UNKNOWN,
            node,
            (),
            () if exact else reading.gaps,
            reading.facts,
            reading.until,
            reading.value,
            None,
            reading.unit,
        )

    return judge


def _missing(node: s.Missing, scope: Scope) -> CriterionFunction:
    read = compile_value(node.value, scope)

    def judge(context: Context) -> Verdict:
        reading = scalar(context, read(context))
        return Verdict(
            NOT_MET if reading.known else MET,
            node,
            (),
            (),
            reading.facts,
            reading.until,
            reading.value,
            None,
            reading.unit,
        )

    return judge


# --- entries --------------------------------------------------------------------------------------------------------


def _exists(node: s.Exists, scope: Scope) -> CriterionFunction:
    select = compile_selector(node.selector, scope)
    period = rolling_period(node.selector)
    read_period = compile_value(period, scope) if period is not None else None
    negated = node.quantifier == "no"

    def judge(context: Context) -> Verdict:
        selection = select(context)
        low, high, gaps = _counted(context, selection, node, read_period)
        state = MET if low >= node.count else UNKNOWN if high >= node.count else NOT_MET
        if state is NOT_MET and (unspoken := silence(context, selection)):
            state, gaps = UNKNOWN, unspoken
        shown = Decimal(low)
        return Verdict(
            _SWAPPED[state] if negated else state,
            node,
            (),
            gaps if state is UNKNOWN else (),
            selection.facts,
            selection.until,
            shown,
        )

    return judge


def _counted(context: Context, selection: Any, node: s.Exists, read_period: Any) -> tuple[int, int, tuple[Gap, ...]]:
    gaps = selection.gaps or ((Gap(Why.NO_UNIT, selection.name),) if selection.maybe else ())
    if node.distinct:
        low, high, more = distinct(context, selection, node.distinct)
        return low, high, joined(gaps, more)
    if read_period is not None:
        length, zone = read_period(context).value, context.world.zone
        return (
            most_in_any(selection.certain, length, zone),
            most_in_any(selection.certain + selection.maybe, length, zone),
            gaps,
        )
    return len(selection.certain), len(selection.certain) + len(selection.maybe), gaps


def _passed(node: s.Criterion, read: Callable[[Context], tuple[State, Reading]]) -> CriterionFunction:
    def judge(context: Context) -> Verdict:
        try:
            state, reading = read(context)
        except (OverflowError, ValueError):  # a date beyond the last year of the calendar
            state, reading = UNKNOWN, Reading(gaps=(Gap(Why.NOT_COMPARABLE, ""),))
        context.turns(reading.until)
        return Verdict(
            state,
            node,
            (),
            reading.gaps if state is UNKNOWN else (),
            reading.facts,
            reading.until,
            reading.value,
            None,
            reading.unit,
        )

    return judge


def _moved(node: s.Moved, scope: Scope) -> CriterionFunction:
    difference = (
        s.Sum(node.reference, "-", node.value) if node.direction == "fell" else s.Sum(node.value, "-", node.reference)
    )
    return _compare(s.Compare(difference, ">=", node.amount), scope)


enter_criteria(
    {
        s.All: _all,
        s.AnyOf: _any,
        s.AtLeastOf: _at_least,
        s.Not: _not,
        s.Unless: _unless,
        s.CountsAsNo: _counts_as_no,
        s.Named: _named,
        s.Compare: _compare,
        s.Is: _is,
        s.Known: _known,
        s.Missing: _missing,
        s.Exists: _exists,
        s.Moved: _moved,
        s.Running: lambda node, scope: _passed(node, series.running(node, scope)),
        s.Stopped: lambda node, scope: _passed(node, series.stopped(node, scope)),
        s.NeverGiven: lambda node, scope: _passed(node, series.never_given(node, scope)),
        s.Lasting: lambda node, scope: _passed(node, series.lasting(node, scope)),
        s.EachDay: lambda node, scope: _passed(node, series.each_day(node, scope)),
        s.EveryResult: lambda node, scope: _passed(node, series.every_result(node, scope)),
        s.Changed: lambda node, scope: _passed(node, series.changed(node, scope)),
        s.HoldOpen: own.hold_open,
        s.TaskIs: own.task_is,
        s.StageIs: own.stage_is,
        s.GateIs: own.gate_is,
        s.GuardPasses: own.guard_passes,
        s.Enrolled: own.enrolled,
        s.CallerHas: own.caller_has,
    }
)
