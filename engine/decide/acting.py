"""A person does an action: who may, from where, what stands in the way, what it changes.

Judging (`consider`) changes nothing and serves pages and previews; `perform` judges in the same way and then writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.audit import Event
from engine.catalogue.names import unknown_name
from engine.commands import PerformAction, Reason, Signature
from engine.decide.effects import carry_out, named_by
from engine.decide.explaining import reason_of, simple_reason
from engine.decide.parameters import read_parameters, stored
from engine.decide.stages import PREVIOUS, move
from engine.decide.working import Working
from engine.definition.guards import OVERRIDABLE, PASS, Finding, included
from engine.definition.rules import ActionRule
from engine.definition.schema import Parameter
from engine.errors import Conflict
from engine.evaluation.context import Context, ValueFunction
from engine.evaluation.entries import scalar
from engine.evaluation.names import linked
from engine.evaluation.results import REPAIRABLE, Range, State
from engine.model import Act, Caller, Enrolment, Person


@dataclass(slots=True)
class Judgement:
    """An action judged: what refuses it, what it warns of, which of the blocks were overridden, the dose."""

    rule: ActionRule
    parameters: Mapping[str, Any]
    findings: list[Finding] = field(default_factory=list)
    formal: list[Reason] = field(default_factory=list)
    """Refusals that no medical requirement gives: wrong role or stage, missing second person."""
    overridden: list[Finding] = field(default_factory=list)
    dose: str | None = None

    @property
    def refusing(self) -> list[Finding]:
        """Requirements that stand in the way and were not overridden."""
        return [one for one in self.findings if one.refuses and one not in self.overridden]

    @property
    def warning(self) -> list[Finding]:
        """Requirements that warn."""
        return [one for one in self.findings if one.level == "warn"]

    @property
    def refused(self) -> bool:
        """Whether the action cannot be done."""
        return bool(self.formal or self.refusing)


def rule_of(w: Working, enrolment: Enrolment, action: str) -> ActionRule:
    """The rule of an action. Raises `UnknownName` with the nearest known action."""
    rules = w.definition(enrolment).rules.actions
    if action not in rules:
        raise unknown_name("action", action, rules, place=enrolment.pathway)
    return rules[action]


def judge(w: Working, enrolment: Enrolment, action: str, given: Mapping[str, Any]) -> Judgement:
    """Judge an action as if its role were allowed and its signatures given."""
    rule = rule_of(w, enrolment, action)
    parameters = read_parameters(rule.spec.asks, given, w.world.catalogue, w.zone)
    judgement = Judgement(rule, parameters)
    judgement.formal += _stage_reasons(enrolment, rule)
    context = w.context(enrolment.id, **{"with": parameters})
    judgement.findings = _findings(context, rule)
    judgement.dose = dose_of(context, rule)
    return judgement


def _stage_reasons(enrolment: Enrolment, rule: ActionRule) -> list[Reason]:
    if not enrolment.open:
        return [simple_reason("stage", f"{enrolment.pathway} has ended.", f"{enrolment.pathway} 已结束。")]
    allowed = rule.spec.from_
    if allowed is None or enrolment.stage in allowed:
        return []
    english = f"Possible from {', '.join(allowed)}; the stage is {enrolment.stage}."
    return [simple_reason("stage", english, f"仅可在 {'、'.join(allowed)} 阶段进行；当前阶段为 {enrolment.stage}。")]


def _findings(context: Context, rule: ActionRule) -> list[Finding]:
    found: list[Finding] = []
    if rule.spec.guard:
        guard = rule.spec.guard
        found += included(context, guard) if "." in guard else context.definition.guards[guard].findings(context)
    if rule.spec.gate:
        found += _gate_findings(context, rule.spec.gate)
    return found


def _gate_findings(context: Context, caller: str) -> list[Finding]:
    """The gate for the caller an action names; `generic` means the registered caller without a set of its own."""
    assert context.definition.gate is not None
    callers = context.enrolment.callers
    own_sets = {name for name in context.definition.callers if name != "generic"}
    named = (
        caller
        if caller != "generic"
        else next((one for one in callers if one not in own_sets or one == "ae_escalation"), "generic")
    )
    bound = callers.get(named) or Caller(named, context.enrolment.opened)
    return context.definition.gate.read(context.bound(caller=bound)).findings


def dose_of(context: Context, rule: ActionRule) -> str | None:
    """The dose as of the moment for which the guard is judged, since a birthday may lie before a planned start (INE §8.1).

    What is known now but too old by then still gives a dose: it is judged again when the dose is given.
    """
    if rule.dose is None:
        return None
    named = rule.spec.guard if rule.spec.guard and "." not in rule.spec.guard else None
    then = context.definition.guards[named].moment(context) if named else context
    return _amount(then, rule.dose) or _amount(context, rule.dose)


def _amount(context: Context, dose: ValueFunction) -> str | None:
    reading = scalar(context, dose(context))
    if reading.value is None or isinstance(reading.value, Range):
        return None
    return f"{reading.value.normalize():f} {reading.unit}".strip()


# --- performing -----------------------------------------------------------------------------------------------------


def perform(w: Working, command: PerformAction) -> Judgement:
    """Judge and, unless refused, write the act and what it changes. Raises `Conflict` when the enrolment moved on meanwhile."""
    enrolment = w.enrolment(command.enrolment)
    if command.expected_version is not None and command.expected_version != enrolment.version:
        raise Conflict(
            "The enrolment changed meanwhile.", remedy="Look at it again and decide again.", version=enrolment.version
        )
    judgement = judge(w, enrolment, command.action, command.parameters)
    judgement.formal += _people_reasons(judgement.rule, command)
    context = w.context(enrolment.id, **{"with": judgement.parameters})
    judgement.formal += _hold_reasons(context, judgement.rule, command.by.role)
    judgement.formal += _left_out(context, judgement)
    judgement.formal += _short_reason(context, command)
    judgement.overridden = _overridden(judgement, command)
    if judgement.refused:
        return judgement
    _write(w, command, enrolment, judgement)
    return judgement


def _people_reasons(rule: ActionRule, command: PerformAction) -> list[Reason]:
    found = []
    if command.by.role not in rule.spec.by:
        roles = ", ".join(rule.spec.by)
        found.append(
            simple_reason("role", f"This is for {roles}, not for {command.by.role}.", f"此操作由 {roles} 执行。")
        )
    if rule.spec.second_person and command.second_person is None:
        found.append(simple_reason("second_person", "A second person must sign.", "需要第二人签名。"))
    second = command.second_person
    if second is not None and rule.spec.second and second.role not in rule.spec.second:
        roles = ", ".join(rule.spec.second)
        found.append(
            simple_reason("second_person", f"{roles} signs second, not {second.role}.", f"第二签名人须为 {roles}。")
        )
    if _same_person(command):
        found.append(
            simple_reason("second_person", "The second person must be another person.", "第二签名人必须是另一人。")
        )
    return [replace(one, statements=tuple(rule.spec.statement)) for one in found]


def _same_person(command: PerformAction) -> bool:
    """Whether the second person is the first one, be it in another role."""
    second = command.second_person
    return second is not None and bool(command.by.name) and second.name == command.by.name


def _hold_reasons(context: Context, rule: ActionRule, role: str) -> list[Reason]:
    """A hold that the action names is released by the roles that the hold itself names."""
    named = [one.spec.release for one in rule.effects if (one.spec.release or "").startswith("with.")]
    spec = context.definition.spec.holds.get(named_by(context, named[0] or "")) if named else None
    if spec is None or not spec.by or role in spec.by:
        return []
    roles = ", ".join(spec.by)
    return [simple_reason("role", f"This hold is released by {roles}, not by {role}.", f"此暂停由 {roles} 解除。")]


def _left_out(context: Context, judgement: Judgement) -> list[Reason]:
    """A parameter that is asked for now and was not given; a preview does not ask yet."""
    found = []
    for key, spec in judgement.rule.spec.asks.items():
        if judgement.parameters.get(key) in (None, ""):
            asked = judgement.rule.asked.get(key)
            if asked(context).met if asked is not None else spec.required:
                found.append(_asking(key, spec))
    return found


def _asking(key: str, spec: Parameter) -> Reason:
    english, chinese = (spec.label.en, spec.label.zh) if spec.label else (key, key)
    text = {"en": f"Asked for now: {english}.", "zh": f"此时须填写：{chinese}。"}
    return Reason(f"with.{key}", "parameter", tuple(spec.statement), "not_met", text)


def _short_reason(context: Context, command: PerformAction) -> list[Reason]:
    """An override whose reason is shorter than the definition asks for."""
    asked = context.definition.spec.override_reason
    if asked is None or command.override is None:
        return []
    least = int(context.definition.setting(asked.at_least.removeprefix("setting."), context.enrolment.settings))
    if len(command.override.reason.strip()) >= least:
        return []
    text = {"en": f"The reason of an override has at least {least} characters.", "zh": f"越权理由至少 {least} 个字符。"}
    return [Reason("override_reason", "override", tuple(asked.statement), "not_met", text)]


def _overridden(judgement: Judgement, command: PerformAction) -> list[Finding]:
    """The blocks that this override goes past: overridable ones, by a role that may; hard blocks stay."""
    if command.override is None:
        return []
    role = command.override.approved_by.role
    return [
        one
        for one in judgement.findings
        if one.level in OVERRIDABLE and (not one.override_by or role in one.override_by)
    ]


def _write(w: Working, command: PerformAction, enrolment: Enrolment, judgement: Judgement) -> None:
    act_id, seq = w.next_id()
    act = Act(
        act_id, enrolment.id, command.action, w.now, seq, command.by, stored(judgement.parameters), _second(command, judgement),
        tuple(one.requirement for one in judgement.overridden), tuple(one.requirement for one in judgement.warning),
        _reason_text(command), enrolment.stage,
    )  # fmt: skip
    w.put("acts", act)
    _say(w, command, judgement, act)
    bindings = {"with": judgement.parameters}
    carry_out(w, enrolment.id, judgement.rule.effects, f"{command.action}/{act_id}", **bindings)
    w.feel(f"action:{command.action}", enrolment.id, act)
    for one in judgement.overridden:
        for where in _concerned(w, enrolment, judgement.rule, one.pathway):
            w.feel(f"override:{one.requirement}", where, act)
    for one in judgement.warning:
        w.feel(f"warned:{one.requirement}", enrolment.id, act)
    to = _target(judgement)
    if to and to != enrolment.stage and w.enrolment(enrolment.id).open:
        move(w, enrolment.id, to, command.action)


def _target(judgement: Judgement) -> str:
    """The stage to which the act leads: the one written, or the one that the person named (left out: the previous one)."""
    head, _, key = (judgement.rule.spec.to or "").partition(".")
    return str(judgement.parameters.get(key) or PREVIOUS) if head == "with" and key else judgement.rule.spec.to or ""


def _second(command: PerformAction, judgement: Judgement) -> Person | None:
    """Who signed second: the second person, or whoever approved what was overridden."""
    approved = command.override.approved_by if command.override is not None and judgement.overridden else None
    return command.second_person or approved


def _concerned(w: Working, enrolment: Enrolment, rule: ActionRule, pathway: str) -> list[str]:
    """The enrolments that feel what happens to a requirement: the act's own, and the one whose guard the requirement is of."""
    guard = guarding(w, enrolment, rule.spec.guard)
    return [enrolment.id, guard] if guard and pathway != enrolment.pathway else [enrolment.id]


def guarding(w: Working, enrolment: Enrolment, guard: str | None) -> str | None:
    """The enrolment of another pathway whose guard an action carries (`inebilizumab.dose`)."""
    pathway = (guard or "").rpartition(".")[0]
    other = linked(w.context(enrolment.id), pathway) if pathway else None
    return other.enrolment.id if other is not None else None


def ask_for_missing(w: Working, enrolment: Enrolment, judgement: Judgement) -> None:
    """A refusal for want of data asks for it: an edge `ask:<fact>` for everything that somebody can record."""
    gaps = [gap for one in judgement.refusing if one.verdict.state is State.UNKNOWN for gap in one.verdict.gaps]
    for code in dict.fromkeys(gap.code for gap in gaps if gap.why in REPAIRABLE):
        w.feel(f"ask:{code}", enrolment.id)


def _reason_text(command: PerformAction) -> str:
    return command.override.reason if command.override else str(command.parameters.get("reason", ""))


def _say(w: Working, command: PerformAction, judgement: Judgement, act: Act) -> None:
    chain = command.enrolment
    w.say(Event.ACTION_ACCEPTED, chain, action=command.action, dose=judgement.dose, act=act.id)
    if judgement.rule.spec.signs and not command.signatures:
        w.say(Event.ACTION_SIGNED, chain, action=command.action, by=command.by.role)
    for signature in command.signatures:
        w.say(Event.ACTION_SIGNED, chain, action=command.action, by=signature.role, **_signed(signature))
    for one in judgement.overridden:
        approved = command.override.approved_by.role if command.override else ""
        w.say(
            Event.OVERRIDE_RECORDED,
            chain,
            requirement=one.requirement,
            statements=list(one.statements),
            reason=act.reason,
            approved_by=approved,
        )
    for one in judgement.warning:
        w.say(Event.WARNING_ACKNOWLEDGED, chain, requirement=one.requirement, statements=list(one.statements))


def _signed(signature: Signature) -> dict[str, str]:
    """What the audit keeps of a signature besides role and action."""
    return {name: getattr(signature, name) for name in ("person", "name", "meaning", "shown", "factors")}


def reasons(w: Working, judgement: Judgement) -> tuple[Reason, ...]:
    """All reasons of a judgement, refusals first, then what was overridden or only warns."""
    labels = w.world.registry.labels
    ordered = [*judgement.refusing, *judgement.overridden, *judgement.warning]
    informed = [
        one for one in judgement.findings if one.level not in (PASS, "warn", "not_proposed") and one not in ordered
    ]
    return (
        *judgement.formal,
        *(reason_of(one, labels, overridden=one in judgement.overridden) for one in (*ordered, *informed)),
    )
