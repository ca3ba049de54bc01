"""When a fact is corrected or voided: which acts already done would now be refused or give another dose. History stays; people are told."""

from __future__ import annotations

from engine.audit import Event
from engine.decide.acting import dose_of, guarding
from engine.decide.working import Working
from engine.definition.guards import included
from engine.definition.rules import ActionRule
from engine.evaluation.context import Context
from engine.model import Act, Fact


def doses_given(w: Working) -> dict[str, str | None]:
    """The dose of each act that gives one, by the facts as they stand, for the moment of the act."""
    return {act.id: _dose(w, act) for act in w.chart.acts.values() if _dose_rule(w, act) is not None}


def question_acts(w: Working, old: Fact, new: Fact, doses: dict[str, str | None]) -> None:
    """Feel `superseded:<action>` for each act whose guard now refuses, or whose dose is no longer that of `doses`."""
    for act in list(w.chart.acts.values()):
        changed = act.id in doses and _dose(w, act) != doses[act.id]
        if act.at >= old.recorded and (changed or _now_refused(w, act, old, new)):
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


def _now_refused(w: Working, act: Act, old: Fact, new: Fact) -> bool:
    enrolment = w.enrolment(act.enrolment)
    spec = w.definition(enrolment).spec.actions.get(act.action)
    if spec is None or not spec.guard:
        return False
    context = _as_of(w, act)
    guard = spec.guard
    findings = included(context, guard) if "." in guard else context.definition.guards[guard].requirements(context)
    touched = {old.id, new.id}
    return any(one.refuses and (touched & set(one.verdict.facts) or _missing(one, new)) for one in findings)


def _missing(finding: object, new: Fact) -> bool:
    gaps = getattr(getattr(finding, "verdict", None), "gaps", ())
    return any(gap.code == new.code for gap in gaps)
