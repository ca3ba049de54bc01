"""When a fact is corrected or voided: which acts already done would now be refused. History stays; people are told."""

from __future__ import annotations

from engine.audit import Event
from engine.decide.acting import guarding
from engine.decide.working import Working
from engine.definition.guards import included
from engine.model import Act, Fact


def question_acts(w: Working, old: Fact, new: Fact) -> None:
    """Feel `superseded:<action>` for each act whose guard now refuses because of the new version of a fact."""
    for act in list(w.chart.acts.values()):
        if act.at >= old.recorded and _now_refused(w, act, old, new):
            w.say(Event.DECISION_QUESTIONED, act.enrolment, act=act.id, action=act.action, fact=new.id)
            enrolment = w.enrolment(act.enrolment)
            guard = guarding(w, enrolment, w.definition(enrolment).spec.actions[act.action].guard)
            for where in (act.enrolment, guard) if guard else (act.enrolment,):
                w.feel(f"superseded:{act.action}", where, act)


def _now_refused(w: Working, act: Act, old: Fact, new: Fact) -> bool:
    enrolment = w.enrolment(act.enrolment)
    spec = w.definition(enrolment).spec.actions.get(act.action)
    if spec is None or not spec.guard:
        return False
    context = w.context(enrolment.id, **{"with": act.parameters}).shifted(act.at)
    guard = spec.guard
    findings = included(context, guard) if "." in guard else context.definition.guards[guard].requirements(context)
    touched = {old.id, new.id}
    return any(one.refuses and (touched & set(one.verdict.facts) or _missing(one, new)) for one in findings)


def _missing(finding: object, new: Fact) -> bool:
    gaps = getattr(getattr(finding, "verdict", None), "gaps", ())
    return any(gap.code == new.code for gap in gaps)
