"""Settling: after every command, holds, stages, tasks and messages are brought in line with what is now true, until nothing moves.

Order within a round: edges (what just happened), then for each open enrolment holds, automatic transitions, tasks, conditions.
A definition that never comes to rest is an author's mistake and is said to be one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from engine.decide.effects import carry_out
from engine.decide.holds import settle_hold
from engine.decide.ladders import ALL, settle_ladders
from engine.decide.notices import feel_edge, settle_condition
from engine.decide.stages import move
from engine.decide.tasks import settle_task
from engine.decide.timers import settle_timers
from engine.decide.working import Edge, Working
from engine.definition.rules import AutomaticRule, Rules
from engine.errors import AuthorError
from engine.evaluation.context import Context
from engine.evaluation.results import Verdict
from engine.model import Enrolment

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
            w.world.tracker.let_pass()
            return
    names = ", ".join(sorted({one.pathway for one in w.open_enrolments()}))
    raise AuthorError(
        f"The definitions of {names} do not come to rest.",
        remedy="Two rules undo each other; look for opposite conditions.",
    )


def _settle_one(w: Working, enrolment_id: str) -> bool:
    """Look at the rules of an enrolment that are on its agenda; True when one of them changed something."""
    agenda = w.world.tracker.agenda(enrolment_id)
    if agenda.quiet(w.now):
        return False
    moved = False
    for kind, name, look in _looks(w.definition(w.enrolment(enrolment_id)).rules):
        rule = (enrolment_id, kind, name)
        if agenda.calls(rule, w.now) and w.world.tracker.look(rule, partial(look[0], w, enrolment_id, *look[1:])):
            moved = True
            if kind == "stage":
                break
    agenda.count_soonest()
    return moved


Look = tuple[str, str, tuple[Callable[..., bool], *tuple[Any, ...]]]
"""Kind and id of a rule, and what looks at it: a function of the working copy, the enrolment and what follows."""


def _looks(rules: Rules) -> Iterator[Look]:
    """Every rule of a definition with the way to look at it, in the order in which they are looked at."""
    for hold in rules.holds:
        yield "hold", hold.id, (settle_hold, hold)
    for automatic in rules.automatic:
        if not automatic.edges:
            yield "stage", automatic.id, (_transition, automatic)
    for task in rules.tasks:
        yield "task", task.id, (settle_task, task)
    for notice in (*rules.notifications, *rules.deviations):
        if notice.when is not None and not notice.edges:
            yield "notice", notice.id, (settle_condition, notice)
    if any(notice.ladder for notice in rules.notifications):
        yield "ladder", ALL, (settle_ladders,)


# --- automatic transitions ------------------------------------------------------------------------------------------


def _transition(w: Working, enrolment_id: str, rule: AutomaticRule) -> bool:
    """Take an automatic transition that is due; the next round looks again from the new stage."""
    enrolment = w.enrolment(enrolment_id)
    if not enrolment.open or not _applies(rule, enrolment.stage):
        return False
    target, because = _target(rule, w.context(enrolment_id))
    if target is None or target == enrolment.stage:
        return False
    _take(w, enrolment_id, rule, target, because)
    return True


def _applies(rule: AutomaticRule, stage: str) -> bool:
    return rule.spec.from_ is None or stage in rule.spec.from_


def _target(rule: AutomaticRule, context: Context) -> tuple[str | None, Verdict | None]:
    """Where the rule leads here and why, or None; cases are tried in order."""
    if rule.when is not None and not (refused := rule.when(context.briefly())).met:
        return None, refused
    for to, when in rule.cases:
        if when(context.briefly()).met:
            return to, when(context)
    return (None if rule.cases else rule.spec.to), rule.when(context) if rule.when is not None else None


def _take(
    w: Working,
    enrolment_id: str,
    rule: AutomaticRule,
    target: str | None,
    because: Verdict | None,
    edge: Edge | None = None,
) -> None:
    bindings = {"entry": edge.entry} if edge is not None and edge.entry is not None else {}
    carry_out(w, enrolment_id, rule.effects, f"{rule.id}/{w.chart.patient.seq}", **bindings)
    if target is not None and (w.enrolment(enrolment_id).open or _reopenable(w, w.enrolment(enrolment_id))):
        move(w, enrolment_id, target, rule.id, because)


# --- edges ----------------------------------------------------------------------------------------------------------


def _feel_edges(w: Working) -> bool:
    felt = False
    while w.edges:
        edge = w.edges.popleft()
        felt = True
        if edge.enrolment is None:
            for enrolment in [*w.open_enrolments(), *_listening(w)]:
                _feel(w, enrolment.id, edge)
        elif edge.enrolment in w.chart.enrolments:
            _feel(w, edge.enrolment, edge)
    return felt


def _listening(w: Working) -> list[Enrolment]:
    """Ended enrolments that a fact may open again: the newest of a pathway, in a stage that is terminal and reopenable."""
    ended = [one for one in w.chart.enrolments.values() if not one.open]
    return [one for one in ended if _reopenable(w, one) and w.world.newest(one.pathway) == one]


def _reopenable(w: Working, enrolment: Enrolment) -> bool:
    return w.definition(enrolment).spec.stages[enrolment.stage].reopenable


def _feel(w: Working, enrolment_id: str, edge: Edge) -> None:
    if edge.enrolment is None and not w.enrolment(enrolment_id).open:
        _reopen(w, w.enrolment(enrolment_id), edge)
        if not w.enrolment(enrolment_id).open:
            return
    enrolment = w.enrolment(enrolment_id)
    if enrolment.open:
        for rule in w.definition(enrolment).rules.hearing(edge.name)[0]:
            if _applies(rule, w.enrolment(enrolment_id).stage):
                _take_on_edge(w, enrolment_id, rule, edge)
    feel_edge(w, enrolment_id, edge)


def _reopen(w: Working, enrolment: Enrolment, edge: Edge) -> None:
    """The rules that name the ended stage as one they lead out of."""
    for rule in w.definition(enrolment).rules.hearing(edge.name)[0]:
        leads_out = enrolment.stage in (rule.spec.from_ or ())
        if leads_out and not w.enrolment(enrolment.id).open:
            _take_on_edge(w, enrolment.id, rule, edge)


def _take_on_edge(w: Working, enrolment_id: str, rule: AutomaticRule, edge: Edge) -> None:
    target, because = _target(rule, w.context(enrolment_id, entry=edge.entry))
    refused = because is not None and not because.met
    if not refused and (target is not None or not rule.cases):
        _take(w, enrolment_id, rule, target, because, edge)
