"""Settling: after every command, holds, stages, tasks and messages are brought in line with what is now true, until nothing moves.

Order within a round: edges (what just happened), then for each open enrolment holds, automatic transitions, tasks, conditions.
A definition that never comes to rest is an author's mistake and is said to be one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from engine.decide.effects import carry_out
from engine.decide.holds import settle_hold
from engine.decide.notices import feel_edge, hears, settle_condition
from engine.decide.stages import move
from engine.decide.tasks import settle_task
from engine.decide.timers import settle_timers
from engine.decide.working import Edge, Working
from engine.definition.rules import AutomaticRule
from engine.errors import AuthorError
from engine.evaluation.context import Context
from engine.evaluation.results import Verdict
from engine.evaluation.tracking import Rule
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
    for rule, look in _looks(w, enrolment_id):
        if agenda.calls(rule, w.now) and w.world.tracker.look(rule, look):
            moved = True
            if rule[1] == "stage":
                break
    agenda.count_soonest()
    return moved


def _looks(w: Working, enrolment_id: str) -> Iterator[tuple[Rule, Callable[[], bool]]]:
    """Every rule of an enrolment with the way to look at it, in the order in which they are looked at."""
    rules = w.definition(w.enrolment(enrolment_id)).rules
    for hold in rules.holds:
        yield (enrolment_id, "hold", hold.id), partial(settle_hold, w, enrolment_id, hold)
    for automatic in rules.automatic:
        if not automatic.edges:
            yield (enrolment_id, "stage", automatic.id), partial(_transition, w, enrolment_id, automatic)
    for task in rules.tasks:
        yield (enrolment_id, "task", task.id), partial(settle_task, w, enrolment_id, task)
    for notice in (*rules.notifications, *rules.deviations):
        if notice.when is not None and not notice.edges:
            yield (enrolment_id, "notice", notice.id), partial(settle_condition, w, enrolment_id, notice)


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
    because = rule.when(context) if rule.when is not None else None
    if because is not None and not because.met:
        return None, because
    for to, when in rule.cases:
        verdict = when(context)
        if verdict.met:
            return to, verdict
    return (None if rule.cases else rule.spec.to), because


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
        for rule in w.definition(enrolment).rules.automatic:
            if any(hears(name, edge.name) for name in rule.edges) and _applies(rule, w.enrolment(enrolment_id).stage):
                _take_on_edge(w, enrolment_id, rule, edge)
    feel_edge(w, enrolment_id, edge)


def _reopen(w: Working, enrolment: Enrolment, edge: Edge) -> None:
    """The rules that name the ended stage as one they lead out of."""
    for rule in w.definition(enrolment).rules.automatic:
        leads_out = enrolment.stage in (rule.spec.from_ or ())
        if leads_out and not w.enrolment(enrolment.id).open and any(hears(name, edge.name) for name in rule.edges):
            _take_on_edge(w, enrolment.id, rule, edge)


def _take_on_edge(w: Working, enrolment_id: str, rule: AutomaticRule, edge: Edge) -> None:
    target, because = _target(rule, w.context(enrolment_id, entry=edge.entry))
    refused = because is not None and not because.met
    if not refused and (target is not None or not rule.cases):
        _take(w, enrolment_id, rule, target, because, edge)
