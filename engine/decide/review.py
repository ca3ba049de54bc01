"""When a fact is corrected or voided: which acts already done would now be refused or give another dose. History stays; people are told."""

from __future__ import annotations

from dataclasses import dataclass

from engine.audit import Event
from engine.decide.acting import dose_of, guarding
from engine.decide.working import Working
from engine.definition.guards import Finding, included
from engine.definition.rules import ActionRule
from engine.evaluation.context import Context
from engine.model import Act, Fact


@dataclass(frozen=True)
class Standing:
    """What the acts rest on by the facts as they stand: the dose of each that gives one, and what refuses each."""

    doses: dict[str, str | None]
    refusing: dict[str, frozenset[str]]


def as_they_stand(w: Working) -> Standing:
    """Every act looked at again, by the facts as they stand, for its own moment."""
    acts = list(w.chart.acts.values())
    doses = {act.id: _dose(w, act) for act in acts if _dose_rule(w, act) is not None}
    return Standing(doses, {act.id: frozenset(one.requirement for one in _refusing(w, act)) for act in acts})


def question_acts(w: Working, old: Fact, new: Fact, before: Standing) -> None:
    """Feel `superseded:<action>` for each act whose guard now refuses, or whose dose is no longer what it was."""
    for act in list(w.chart.acts.values()):
        changed = act.id in before.doses and _dose(w, act) != before.doses[act.id]
        if act.at >= old.recorded and (changed or _now_refused(w, act, old, new, before)):
            w.say(Event.DECISION_QUESTIONED, act.enrolment, act=act.id, action=act.action, fact=new.id)
            enrolment = w.enrolment(act.enrolment)
            guard = guarding(w, enrolment, w.definition(enrolment).spec.actions[act.action].guard)
            for where in (act.enrolment, guard) if guard else (act.enrolment,):
                w.feel(f"superseded:{act.action}", where, act)


def _dose_rule(w: Working, act: Act) -> ActionRule | None:
    rule = w.definition(w.enrolment(act.enrolment)).rules.actions.get(act.action)
    return rule if rule is not None and rule.dose is not None else None


def _dose(w: Working, act: Act) -> str | None:
    rule = _dose_rule(w, act)
    return dose_of(_as_of(w, act), rule) if rule is not None else None


def _as_of(w: Working, act: Act) -> Context:
    return w.context(act.enrolment, **{"with": act.parameters}).shifted(act.at)


def _now_refused(w: Working, act: Act, old: Fact, new: Fact, before: Standing) -> bool:
    """Whether something refuses the act that did not before, or something that rests on the fact itself."""
    touched = {old.id, new.id}
    return any(
        one.requirement not in before.refusing[act.id] or touched & set(one.verdict.facts) or _missing(one, new)
        for one in _refusing(w, act)
    )


def _refusing(w: Working, act: Act) -> list[Finding]:
    """The requirements that refuse an act at its own moment."""
    spec = w.definition(w.enrolment(act.enrolment)).spec.actions.get(act.action)
    if spec is None or not spec.guard:
        return []
    context, guard = _as_of(w, act), spec.guard
    found = included(context, guard) if "." in guard else context.definition.guards[guard].requirements(context)
    return [one for one in found if one.refuses]


def _missing(finding: Finding, new: Fact) -> bool:
    return any(gap.code == new.code for gap in finding.verdict.gaps)
