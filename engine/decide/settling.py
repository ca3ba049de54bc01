"""Settling: after every command, holds, stages, tasks and messages are brought in line with what is now true, until nothing moves.

Order within a round: edges (what just happened), then for each open enrolment holds, automatic transitions, tasks, conditions.
A definition that never comes to rest is an author's mistake and is said to be one.
"""

from __future__ import annotations

from engine.decide.effects import carry_out
from engine.decide.holds import settle_holds
from engine.decide.notices import feel_edge, hears, settle_conditions
from engine.decide.stages import move
from engine.decide.tasks import settle_tasks
from engine.decide.timers import settle_timers
from engine.decide.working import Edge, Working
from engine.definition.rules import AutomaticRule
from engine.errors import AuthorError
from engine.evaluation.context import Context

MOST_ROUNDS = 40
"""More rounds than this mean that a definition moves in a circle."""


def settle(w: Working) -> None:
    """Bring the chart to rest. Raises `AuthorError` when it does not come to rest."""
    for _ in range(MOST_ROUNDS):
        moved = _feel_edges(w)
        for enrolment in w.open_enrolments():
            moved = _settle_one(w, enrolment.id) or moved
        if not moved and not w.edges:
            settle_timers(w)
            return
    names = ", ".join(sorted({one.pathway for one in w.open_enrolments()}))
    raise AuthorError(
        f"The definitions of {names} do not come to rest.",
        remedy="Two rules undo each other; look for opposite conditions.",
    )


def _settle_one(w: Working, enrolment_id: str) -> bool:
    moved = settle_holds(w, enrolment_id)
    moved = _transitions(w, enrolment_id) or moved
    if w.enrolment(enrolment_id).open:
        moved = settle_tasks(w, enrolment_id) or moved
        moved = settle_conditions(w, enrolment_id) or moved
    return moved


# --- automatic transitions ------------------------------------------------------------------------------------------


def _transitions(w: Working, enrolment_id: str) -> bool:
    """Take the first automatic transition that is due; the next round looks again from the new stage."""
    enrolment = w.enrolment(enrolment_id)
    if not enrolment.open:
        return False
    for rule in w.definition(enrolment).rules.automatic:
        if not rule.edge and _applies(rule, enrolment.stage):
            target = _target(rule, w.context(enrolment_id))
            if target is not None and target != enrolment.stage:
                _take(w, enrolment_id, rule, target)
                return True
    return False


def _applies(rule: AutomaticRule, stage: str) -> bool:
    return rule.spec.from_ is None or stage in rule.spec.from_


def _target(rule: AutomaticRule, context: Context) -> str | None:
    """Where the rule leads here, or None; cases are tried in order, and an unknown one before the first met ends the search."""
    if rule.when is not None and not rule.when(context).met:
        return None
    for to, when in rule.cases:
        if when(context).met:
            return to
    return rule.spec.to if not rule.cases else None


def _take(w: Working, enrolment_id: str, rule: AutomaticRule, target: str | None, edge: Edge | None = None) -> None:
    bindings = {"entry": edge.entry} if edge is not None and edge.entry is not None else {}
    carry_out(w, enrolment_id, rule.effects, f"{rule.id}/{w.chart.patient.seq}", **bindings)
    if target is not None and w.enrolment(enrolment_id).open:
        move(w, enrolment_id, target, rule.id)


# --- edges ----------------------------------------------------------------------------------------------------------


def _feel_edges(w: Working) -> bool:
    felt = False
    while w.edges:
        edge = w.edges.popleft()
        felt = True
        if edge.enrolment is None:
            for enrolment in w.open_enrolments():
                _feel(w, enrolment.id, edge)
        elif edge.enrolment in w.chart.enrolments:
            _feel(w, edge.enrolment, edge)
    return felt


def _feel(w: Working, enrolment_id: str, edge: Edge) -> None:
    enrolment = w.enrolment(enrolment_id)
    if enrolment.open:
        for rule in w.definition(enrolment).rules.automatic:
            if rule.edge and hears(rule.edge, edge.name) and _applies(rule, w.enrolment(enrolment_id).stage):
                _take_on_edge(w, enrolment_id, rule, edge)
    feel_edge(w, enrolment_id, edge)


def _take_on_edge(w: Working, enrolment_id: str, rule: AutomaticRule, edge: Edge) -> None:
    context = w.context(enrolment_id, entry=edge.entry)
    target = _target(rule, context)
    if rule.when is not None and not rule.when(context).met:
        return
    if rule.cases and target is None:
        return
    _take(w, enrolment_id, rule, target, edge)
