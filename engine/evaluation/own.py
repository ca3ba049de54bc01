"""Criteria over the engine's own records: holds, tasks, stages, gates, guards, enrolments, callers. Complete by construction."""

from __future__ import annotations

from collections.abc import Callable

from engine.evaluation import names
from engine.evaluation.compiling import compile_criterion
from engine.evaluation.context import Context, CriterionFunction
from engine.evaluation.results import MET, NOT_MET, UNKNOWN, Gap, State, Verdict, Why, joined, sooner, state_of
from engine.evaluation.scope import Scope
from engine.evaluation.settings import callers
from engine.evaluation.tracking import own_cell
from engine.language import syntax as s
from engine.model import Task, TaskStatus


def _elsewhere(pathway: str, scope: Scope) -> Callable[[Context], Context | None]:
    if pathway and pathway not in scope.pathways:
        raise scope.unknown(pathway, "pathway", scope.pathways)
    return lambda context: names.linked(context, pathway) if pathway else context


def hold_open(node: s.HoldOpen, scope: Scope) -> CriterionFunction:
    """`hold x is open`; of a pathway on which the patient is not enrolled: not open."""
    where = _elsewhere(node.pathway, scope)
    if not node.pathway and node.hold != "any" and node.hold not in scope.spec.holds:
        raise scope.unknown(node.hold, "hold", scope.spec.holds)

    def judge(context: Context) -> Verdict:
        other = where(context)
        if other is None:
            return Verdict(NOT_MET, node)
        context.world.tracker.read(own_cell("hold", other.enrolment.id, "*" if node.hold == "any" else node.hold))
        holds = [
            one
            for one in context.world.chart.holds.values()
            if one.enrolment == other.enrolment.id and one.released is None
        ]
        found = [one for one in holds if node.hold in ("any", one.code)]
        return Verdict(state_of(bool(found)), node, facts=joined(*(one.causes for one in found)))

    return judge


def task_is(node: s.TaskIs, scope: Scope) -> CriterionFunction:
    """`task x is open | overdue | done`."""
    where = _elsewhere(node.pathway, scope)
    if not node.pathway and node.task not in scope.spec.tasks:
        raise scope.unknown(node.task, "task", scope.spec.tasks)

    def judge(context: Context) -> Verdict:
        other = where(context)
        if other is None:
            return Verdict(NOT_MET, node)
        context.world.tracker.read(own_cell("task", other.enrolment.id, node.task))
        tasks = context.world.owned("tasks", other.enrolment.id, node.task)
        return Verdict(state_of(any(_TASK_STATES[node.state](task) for task in tasks)), node)

    return judge


_TASK_STATES: dict[str, Callable[[Task], bool]] = {
    "open": lambda task: task.status is TaskStatus.OPEN,
    "overdue": lambda task: task.status is TaskStatus.OPEN and task.overdue_since is not None and not task.frozen,
    "done": lambda task: task.status is TaskStatus.DONE,
}


def stage_is(node: s.StageIs, scope: Scope) -> CriterionFunction:
    """`stage is one of a, b`, `stage of p is a`; of a pathway without enrolment: unknown."""
    where = _elsewhere(node.pathway, scope)
    if not node.pathway:
        for stage in node.stages:
            if stage not in scope.spec.stages:
                raise scope.unknown(stage, "stage", scope.spec.stages)

    def judge(context: Context) -> Verdict:
        other = where(context)
        if other is None:
            return Verdict(UNKNOWN, node, gaps=(Gap(Why.NOT_ENROLLED, node.pathway),))
        return Verdict(state_of(other.enrolment.stage in node.stages), node, left=other.enrolment.stage)

    return judge


def gate_is(node: s.GateIs, scope: Scope) -> CriterionFunction:
    """`gate of p is one of …` by the caller set of this pathway; the gaps are those of the gate's own requirements."""
    where = _elsewhere(node.pathway, scope)

    def judge(context: Context) -> Verdict:
        other = where(context)
        if other is None:
            return Verdict(UNKNOWN, node, gaps=(Gap(Why.NOT_ENROLLED, node.pathway),))
        gate = other.definition.gate_value(other, context.enrolment.pathway)
        state: State = state_of(gate.value in node.values)
        if state is NOT_MET and gate.unknown:
            state = UNKNOWN
        return Verdict(
            state, node, gate.verdicts, gate.gaps if state is not MET else (), gate.facts, gate.until, gate.value
        )

    return judge


def guard_passes(node: s.GuardPasses, scope: Scope) -> CriterionFunction:
    """`guard g passes`: two-valued; what the standing authorisation overrode counts as passed."""
    if node.guard not in scope.spec.guards:
        raise scope.unknown(node.guard, "guard", scope.spec.guards)

    def judge(context: Context) -> Verdict:
        return context.definition.guard_passes(context, node)

    return judge


def enrolled(node: s.Enrolled, scope: Scope) -> CriterionFunction:
    """`enrolled on p`."""
    if node.pathway not in scope.pathways:
        raise scope.unknown(node.pathway, "pathway", scope.pathways)
    return lambda context: Verdict(state_of(context.world.newest(node.pathway, open_only=True) is not None), node)


def met_elsewhere(node: s.Named, name: str) -> CriterionFunction:
    """`elsewhere.x is met`: on another pathway that the patient is on and that has a criterion of this name; on none: not met.

    So pathways that must not be planned together need not know of each other, and a further one joins them by offering the criterion.
    """

    def judge(context: Context) -> Verdict:
        others = [one for one in context.others() if name in one.definition.criteria]
        parts = tuple(_of(one, name) for one in others)
        states = {part.state for part in parts}
        state = MET if MET in states else UNKNOWN if UNKNOWN in states else NOT_MET
        gaps = joined(*(part.gaps for part in parts if part.state is UNKNOWN)) if state is UNKNOWN else ()
        until = None
        for part in parts:
            until = sooner(until, part.until)
        return Verdict(state, node, parts, gaps, joined(*(part.facts for part in parts)), until)

    return judge


def _of(context: Context, name: str) -> Verdict:
    inner: Verdict = context.remembered("c", name, context.definition.criteria[name])
    shown = s.Named(f"{context.enrolment.pathway}.{name}")
    return Verdict(inner.state, shown, (inner,), inner.gaps, inner.facts, inner.until)


def caller_has(node: s.CallerHas, scope: Scope) -> CriterionFunction:
    """`any caller has (…)`, `every caller has (…)`: over no callers the first is not met, the second unknown."""
    item = compile_criterion(node.item, scope)

    def judge(context: Context) -> Verdict:
        parts = tuple(item(context.bound(caller=caller)) for caller in callers(context))
        states = {part.state for part in parts}
        if node.quantifier == "any":
            state = MET if MET in states else UNKNOWN if UNKNOWN in states else NOT_MET
        else:
            state = NOT_MET if NOT_MET in states else UNKNOWN if UNKNOWN in states or not parts else MET
        gaps = joined(*(part.gaps for part in parts if part.state is UNKNOWN)) if state is UNKNOWN else ()
        until = None
        for part in parts:
            until = sooner(until, part.until)
        return Verdict(state, node, parts, gaps, joined(*(part.facts for part in parts)), until)

    return judge
