"""Guards and gates: lists of requirements, each judged to pass, warn, or block.

Unknown never opens a gate: an unknown requirement blocks (`ask`) unless its definition says that it only warns. A gate is a
guard read by callers: the first requirement that does not pass gives the gate its value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from engine.calendar import instant
from engine.definition.schema import Gate, Guard, Requirement
from engine.evaluation import names
from engine.evaluation.context import Context, CriterionFunction, ValueFunction
from engine.evaluation.results import MET, NOT_MET, UNKNOWN, Gap, State, Verdict, Why, joined, sooner, state_of
from engine.evaluation.tracking import own_cell
from engine.language import syntax as s
from engine.language.parsing import parse_value
from engine.model import Act, Caller

if TYPE_CHECKING:
    from engine.definition.compiled import Compiler

PASS, WARN, INFO, BLOCK, BLOCK_HARD, ASK_ONLY = "pass", "warn", "info", "block", "block_hard", "ask_only"
REFUSING = frozenset({BLOCK, BLOCK_HARD, ASK_ONLY})
OVERRIDABLE = frozenset({BLOCK})


@dataclass(slots=True)
class Finding:
    """One requirement judged."""

    requirement: str
    level: str
    verdict: Verdict
    statements: tuple[str, ...] = ()
    spec: Requirement | None = None
    pathway: str = ""
    override_by: tuple[str, ...] = ()

    @property
    def refuses(self) -> bool:
        """Whether it stands in the way."""
        return self.level in REFUSING


@dataclass(frozen=True)
class CompiledRequirement:
    """A requirement with its sentences compiled."""

    spec: Requirement
    pathway: str
    that: CriterionFunction | None
    when: CriterionFunction | None
    rows: tuple[Mapping[str, str], ...] = ()

    def findings(self, context: Context) -> Iterable[Finding]:
        """Every finding of the requirement: one, or one for each row, hold or included requirement."""
        applies = self.when(context) if self.when is not None else None
        if applies is not None and applies.state is NOT_MET:
            return
        doubt = applies if applies is not None and applies.state is UNKNOWN else None
        if self.spec.include:
            yield from _settled(context, included(context, self.spec.include), tuple(self.spec.covered_by))
        elif self.spec.holds:
            yield from _open_holds(context)
        elif self.rows:
            for number, row in enumerate(self.rows, start=1):
                yield self._judged(context.bound(row=row), f"{self.spec.id}:{number}", row, doubt)
        else:
            yield self._judged(context, self.spec.id, None, doubt)

    def _judged(self, context: Context, name: str, row: Mapping[str, str] | None, doubt: Verdict | None) -> Finding:
        assert self.that is not None
        verdict = self.that(context)
        level = PASS
        if verdict.state is not MET and doubt is not None:
            verdict, level = _perhaps(verdict, doubt), _level_in_doubt(self.spec)
        elif verdict.state is not MET:
            level = self.spec.not_met if verdict.state is NOT_MET else _unknown_level(self.spec)
        return Finding(
            name,
            level,
            verdict,
            _statements(self.spec, context, row),
            self.spec,
            self.pathway,
            tuple(self.spec.override_by or context.definition.spec.override_by),
        )


def _perhaps(verdict: Verdict, doubt: Verdict) -> Verdict:
    """What is not met where nobody knows whether it must be: unknown, for what leaves that open."""
    gaps, facts = joined(doubt.gaps, verdict.gaps), joined(verdict.facts, doubt.facts)
    return replace(verdict, state=UNKNOWN, gaps=gaps, facts=facts, until=sooner(verdict.until, doubt.until))


def _level_in_doubt(spec: Requirement) -> str:
    return _UNKNOWN_LEVELS.get(spec.when_unknown, spec.when_unknown) if spec.when_unknown else _unknown_level(spec)


_UNKNOWN_LEVELS: Mapping[str, str] = {"ask": BLOCK}


def _unknown_level(spec: Requirement) -> str:
    if "unknown" not in spec.model_fields_set:
        return {"warn": WARN, "info": INFO, "not_proposed": INFO}.get(spec.not_met, BLOCK)
    return _UNKNOWN_LEVELS.get(spec.unknown, spec.unknown)


def _statements(spec: Requirement, context: Context, row: Mapping[str, str] | None) -> tuple[str, ...]:
    stated: Any = spec.statement
    if isinstance(stated, dict):
        caller = context.bindings.get("caller")
        pathway = caller.pathway if isinstance(caller, Caller) else "generic"
        stated = stated.get(pathway, stated.get("generic", []))
    if row is not None and isinstance(stated, str) and stated.startswith("row."):
        stated = row[stated.removeprefix("row.")]
    return tuple(stated) if isinstance(stated, list) else (stated,) if stated else ()


def _open_holds(context: Context) -> Iterable[Finding]:
    """Each hold in force as a finding with the statements of the hold."""
    context.world.tracker.read(own_cell("hold", context.enrolment.id, "*"))
    for hold in context.world.chart.holds.values():
        if hold.enrolment == context.enrolment.id and hold.released is None:
            spec = context.definition.spec.holds[hold.code]
            verdict = Verdict(NOT_MET, s.Not(s.HoldOpen(hold.code)), facts=hold.causes)
            level = BLOCK_HARD if spec.hard else BLOCK
            override_by = tuple(context.definition.spec.override_by)
            yield Finding(
                f"hold:{hold.code}", level, verdict, tuple(spec.statement), None, context.definition.id, override_by
            )


def included(context: Context, name: str) -> Iterable[Finding]:
    """The findings of another guard, judged in the enrolment that its pathway means here; its `as_of` does not apply."""
    pathway, _, guard = name.rpartition(".")
    other = names.linked(context, pathway) if pathway else context
    if other is None:
        missing = Verdict(UNKNOWN, s.Enrolled(pathway), gaps=(Gap(Why.NOT_ENROLLED, pathway),))
        return [Finding(name, BLOCK, missing)]
    return other.definition.guards[guard].requirements(other)


def _settled(context: Context, findings: Iterable[Finding], actions: tuple[str, ...]) -> Iterable[Finding]:
    """The findings, where what the newest of these acts overrode or warned of is only told once more."""
    act = _newest(context, actions) if actions else None
    told = {*act.overridden, *act.warned} if act is not None else frozenset()
    for one in findings:
        settled = one.requirement in told and one.level in (WARN, *OVERRIDABLE)
        yield replace(one, level=INFO) if settled else one


@dataclass(frozen=True)
class CompiledGuard:
    """A guard with its sentences compiled."""

    name: str
    as_of: ValueFunction | None
    as_of_tree: s.Value | None
    items: tuple[CompiledRequirement, ...]
    actions: tuple[str, ...] = ()
    """Actions of the same pathway that carry this guard; their acts may have overridden parts of it."""

    def moment(self, context: Context) -> Context:
        """The context as of the guard's own moment, where that is known and later than now."""
        value = self.as_of(context).value if self.as_of is not None else None
        if not isinstance(value, date):
            return context
        start = instant(value, context.world.zone)
        if start <= context.as_of:
            return context
        context.turns(start)
        return context.shifted(value)

    def findings(self, context: Context) -> list[Finding]:
        """Every requirement judged as of the guard's moment; while that is unknown, so is whether the guard passes."""
        return [*self._undated(context), *self.requirements(self.moment(context))]

    def _undated(self, context: Context) -> Iterable[Finding]:
        if self.as_of is None or self.as_of_tree is None:
            return
        moment = self.as_of(context)
        if not isinstance(moment.value, date):
            gaps = moment.gaps or (Gap(Why.IMPRECISE, self.name),)
            verdict = Verdict(UNKNOWN, s.Known(self.as_of_tree), (), gaps, moment.facts, moment.until)
            yield Finding("as_of", BLOCK, verdict, pathway=context.definition.id)

    def requirements(self, context: Context) -> list[Finding]:
        """Every requirement judged in the context as it is."""
        return [finding for item in self.items for finding in item.findings(context)]

    def passes(self, context: Context, node: s.GuardPasses) -> Verdict:
        """Two-valued; requirements that the standing act overrode count as passed."""
        overridden = _overridden(context, self.actions)
        findings = [one for one in self.findings(context) if one.requirement not in overridden]
        until = None
        for one in findings:
            until = sooner(until, one.verdict.until)
        parts = tuple(one.verdict for one in findings if one.refuses)
        return Verdict(state_of(not parts), node, parts, (), joined(*(one.verdict.facts for one in findings)), until)


def _overridden(context: Context, actions: tuple[str, ...]) -> frozenset[str]:
    act = _newest(context, actions)
    return frozenset(act.overridden) if act is not None else frozenset()


def _newest(context: Context, actions: tuple[str, ...]) -> Act | None:
    for action in actions:
        context.world.tracker.read(own_cell("action", context.enrolment.id, action))
    acts = (act for action in actions for act in context.world.owned("acts", context.enrolment.id, action))
    return max(acts, key=lambda act: act.seq, default=None)


@dataclass(slots=True)
class GateReading:
    """What a caller reads: the value, whether it is for want of data, and everything behind it."""

    value: str
    unknown: bool
    findings: list[Finding]
    gaps: tuple[Gap, ...]
    facts: tuple[str, ...]
    until: datetime | None

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts of the requirements that did not pass."""
        return tuple(one.verdict for one in self.findings if one.level != PASS)


@dataclass(frozen=True)
class CompiledGate:
    """A gate with its sentences compiled."""

    items: tuple[CompiledRequirement, ...]
    values: tuple[tuple[str, CriterionFunction], ...]
    otherwise: str

    def read(self, context: Context) -> GateReading:
        """The gate for the bound caller."""
        findings = [finding for item in self.items for finding in item.findings(context)]
        failing = next((one for one in findings if one.refuses and one.spec and one.spec.value), None)
        verdicts = [one.verdict for one in findings]
        if failing is not None and failing.spec is not None:
            value, unknown = failing.spec.value, failing.verdict.state is State.UNKNOWN
        else:
            value, unknown, rows = self._passing(context)
            verdicts += rows
        gaps = joined(*(one.gaps for one in verdicts if one.state is State.UNKNOWN))
        until = None
        for one in verdicts:
            until = sooner(until, one.until)
        return GateReading(value, unknown, findings, gaps, joined(*(one.facts for one in verdicts)), until)

    def _passing(self, context: Context) -> tuple[str, bool, list[Verdict]]:
        """The first row that is met; an unknown row before it leaves the value open, unless both give the same."""
        doubtful: set[str] = set()
        rows: list[Verdict] = []
        for value, when in self.values:
            rows.append(when(context))
            if rows[-1].met:
                return (value, False, rows) if doubtful <= {value} else (self.otherwise, True, rows)
            if rows[-1].state is State.UNKNOWN:
                doubtful.add(value)
        return self.otherwise, bool(doubtful), rows


# --- compiling ------------------------------------------------------------------------------------------------------


def compile_guard(compiler: Compiler, name: str, guard: Guard) -> CompiledGuard:
    """The guard with every sentence compiled."""
    spec = compiler.scope.spec
    items = tuple(_requirement(compiler, one, f"guards.{name}.{one.id}") for one in guard.require)
    actions = tuple(action for action, one in spec.actions.items() if one.guard == name)
    place = f"guards.{name}.as_of"
    tree = parse_value(guard.as_of) if guard.as_of else None
    return CompiledGuard(name, compiler.value(guard.as_of, place), tree, items, actions)


def compile_gate(compiler: Compiler, gate: Gate) -> CompiledGate:
    """The gate with every sentence compiled."""
    items = tuple(_requirement(compiler, one, f"gate.{one.id}") for one in gate.require)
    values = ((one.value, compiler.criterion(one.when, f"gate.passes.{one.value}")) for one in gate.passes)
    return CompiledGate(items, tuple((value, when) for value, when in values if when is not None), gate.otherwise)


def _requirement(compiler: Compiler, spec: Requirement, place: str) -> CompiledRequirement:
    that = compiler.criterion(spec.that, f"{place}.that")
    when = compiler.criterion(spec.when, f"{place}.when")
    return CompiledRequirement(spec, compiler.scope.spec.pathway, that, when, _rows(compiler, spec))


def _rows(compiler: Compiler, spec: Requirement) -> tuple[Mapping[str, str], ...]:
    if spec.each is None:
        return ()
    table = compiler.scope.spec.tables.get(spec.each)
    if table is None:
        raise compiler.scope.unknown(spec.each, "table", compiler.scope.spec.tables)
    return tuple(dict(zip(table.columns, row, strict=True)) for row in table.rows)
