"""A definition ready to run: every sentence compiled once, every setting typed, ages and callers prepared.

A `Definition` is immutable and shared by all enrolments that are pinned to its content hash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from engine.catalogue import Catalogue
from engine.catalogue.definition import AgeRule
from engine.definition.graph import StateGraph
from engine.definition.guards import CompiledGate, CompiledGuard, GateReading, compile_gate, compile_guard
from engine.definition.locals import local_names
from engine.definition.rules import Rules, compile_rules
from engine.definition.schema import DefinitionSpec, ValueSpec
from engine.definition.schema import Setting as SettingSpec
from engine.errors import AuthorError
from engine.evaluation.compiling import compile_criterion, compile_value
from engine.evaluation.context import Context, CriterionFunction, ValueFunction
from engine.evaluation.entries import scalar, valued
from engine.evaluation.results import Reading, State, Verdict, Why, joined, sooner, unknown
from engine.evaluation.scope import Scope
from engine.evaluation.settings import typed
from engine.functions import Function
from engine.language import syntax as s
from engine.language.parsing import parse_criterion, parse_value
from engine.model import Caller
from engine.units import Duration, Quantity

Sentence = Callable[[str, str], Any]


@dataclass
class Compiler:
    """Compiles the sentences of one definition; with `findings` it goes on after a mistake and collects them all."""

    scope: Scope
    findings: list[tuple[str, AuthorError]] | None = None

    def criterion(self, text: str | None, place: str) -> CriterionFunction | None:
        """The function of a criterion, None for none."""
        return (
            None
            if text is None
            else self._compiled(lambda: compile_criterion(parse_criterion(text), self.scope), place, _never)
        )

    def value(self, text: str | None, place: str) -> ValueFunction | None:
        """The function of a value, None for none."""
        return (
            None
            if text is None
            else self._compiled(lambda: compile_value(parse_value(text), self.scope), place, _nothing)
        )

    def inside(self, source: str, name: str) -> Compiler:
        """The compiler of sentences inside `with (…)`: attributes of the entries are names, too."""
        return replace(self, scope=self.scope.inside(source, name))

    def apart(self) -> Compiler:
        """A compiler that notes the names it meets by themselves (`scope.uses`)."""
        return replace(self, scope=self.scope.apart())

    def _compiled(self, build: Callable[[], Any], place: str, fallback: Any) -> Any:
        try:
            return build()
        except AuthorError as error:
            if self.findings is None:
                error.place = error.place or place
                raise
            self.findings.append((place, error))
            return fallback


def _never(context: Context) -> Verdict:
    """Stands in for a criterion that could not be compiled."""
    return Verdict(State.UNKNOWN)


def _nothing(context: Context) -> Reading:
    """Stands in for a value that could not be compiled."""
    return unknown(Why.NOT_COMPARABLE, "")


@dataclass(frozen=True)
class Age:
    """How old a fact may be, and when the limit does not apply."""

    within: ValueFunction | None
    unless: CriterionFunction | None


@dataclass(frozen=True)
class CallerRules:
    """How a calling pathway is read."""

    planned: ValueFunction | None
    start: ValueFunction
    end: ValueFunction | None
    finished: CriterionFunction | None


@dataclass(frozen=True)
class Definition:
    """One version of a pathway, ready to run."""

    spec: DefinitionSpec
    hash: str
    catalogue: Catalogue
    settings: Mapping[str, Any]
    values: Mapping[str, ValueFunction]
    criteria: Mapping[str, CriterionFunction]
    ages: Mapping[str, Age]
    callers: Mapping[str, CallerRules]
    guards: Mapping[str, CompiledGuard]
    gate: CompiledGate | None
    rules: Rules
    attested: frozenset[str]
    catalogue_ages: Mapping[str, Duration] = field(default_factory=dict)
    locals: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Named values and criteria that depend on bindings of a single sentence, with these."""
    functions: Mapping[str, Function] = field(default_factory=dict)
    """The registered functions in the versions with which it was read."""
    borrowed: Mapping[str, Any] = field(default_factory=dict)
    """Settings of other pathways that its sentences read, by `pathway.setting`, as they were when it was read."""

    @property
    def id(self) -> str:
        """The pathway's id."""
        return self.spec.pathway

    @cached_property
    def graph(self) -> StateGraph:
        """Which moves between stages the definition has, whatever the facts say."""
        return StateGraph(self.spec)

    def setting(self, name: str, replaced: Mapping[str, Any]) -> Any:
        """A typed setting, replaced by the enrolment's own where it has one."""
        if name not in self.settings:
            raise AuthorError(f"{self.id} has no setting “{name}”.", remedy="See `careway settings`.")
        if name not in replaced:
            return self.settings[name]
        return typed_setting(replaced[name], self.spec.settings[name].unit, self.settings[name])

    def age_limit(self, context: Context, code: str) -> Duration | None:
        """How old a fact may be here and now; None for no limit."""
        reading = self.age_reading(context, code)
        return reading.value if reading is not None and isinstance(reading.value, Duration) else None

    def age_reading(self, context: Context, code: str) -> Reading | None:
        """How old a fact may be, as it is read; None for no limit. An unknown limit is one that nothing keeps."""
        age = self.ages.get(code)
        if age is None:
            limit = self.catalogue_ages.get(code)
            return None if limit is None else Reading(limit)
        if age.within is None:
            return None
        exempt = age.unless(context) if age.unless is not None else None
        if exempt is not None and exempt.met:
            return None
        reading = age.within(context)
        return replace(reading, until=sooner(reading.until, exempt.until)) if exempt is not None else reading

    def caller_value(self, context: Context, caller: Caller, key: str) -> Reading:
        """`caller.x`: what was registered, or what the caller's section says."""
        rules = self.callers.get(caller.pathway) or self.callers.get("generic")
        plain = {
            "pathway": caller.pathway,
            "drug": caller.drug or None,
            "ended": caller.ended,
            "registered": caller.registered,
        }
        if key in plain:
            return Reading(plain[key]) if plain[key] is not None else unknown(Why.NOT_YET, f"caller {key}")
        if rules is None:
            return unknown(Why.NOT_ENROLLED, caller.pathway)
        reading: Reading = context.remembered(
            "k", f"{caller.pathway}.{key}", lambda inner: _caller_reading(inner, caller, rules, key)
        )
        return reading

    def gate_value(self, context: Context, pathway: str) -> GateReading:
        """What a caller reads of this sub-pathway."""
        if self.gate is None:
            raise AuthorError(f"{self.id} has no gate.", remedy="Read its stage instead.")
        caller = context.enrolment.callers.get(pathway) or Caller(pathway, context.enrolment.opened)
        return self.gate.read(context.bound(caller=caller))

    def guard_passes(self, context: Context, node: s.GuardPasses) -> Verdict:
        """Whether a guard passes, counting what the standing act overrode as passed."""
        return self.guards[node.guard].passes(context, node)


def _caller_reading(context: Context, caller: Caller, rules: CallerRules, key: str) -> Reading:
    if key == "planned_start":
        if caller.planned_start is not None:
            return Reading(caller.planned_start)
        return scalar(context, rules.planned(context)) if rules.planned else unknown(Why.NOT_YET, "planned_start")
    if key == "start":
        return scalar(context, rules.start(context))
    if key == "end":
        if rules.end is None:
            return Reading(caller.ended) if caller.ended is not None else unknown(Why.NOT_YET, "caller end")
        return scalar(context, rules.end(context))
    if key == "finished":
        return _finished(context, caller, rules)
    return unknown(Why.NOT_COMPARABLE, f"caller.{key}")


def _finished(context: Context, caller: Caller, rules: CallerRules) -> Reading:
    if caller.ended is not None:
        return Reading(True)
    if rules.finished is None:
        return Reading(False)
    verdict = rules.finished(context)
    value = None if verdict.state is State.UNKNOWN else verdict.met
    return Reading(value, gaps=verdict.gaps, facts=verdict.facts, until=verdict.until)


# --- building -------------------------------------------------------------------------------------------------------


def compile_definition(
    spec: DefinitionSpec, content_hash: str, catalogue: Catalogue, functions: Mapping[str, Function], pathways: Iterable[str],
    findings: list[tuple[str, AuthorError]] | None = None, borrowed: Mapping[str, SettingSpec] | None = None,
) -> Definition:  # fmt: skip
    """Compile every sentence. Raises `AuthorError` at the first mistake, or collects all in `findings`."""
    compiler = Compiler(Scope(spec, catalogue, functions, frozenset(pathways)), findings)
    everywhere = compiler.apart()
    named = {name: compiler.apart() for name in (*spec.values, *spec.criteria)}
    return Definition(
        spec, content_hash, catalogue,
        settings={name: typed_setting(one.value, one.unit) for name, one in spec.settings.items()},
        values={name: _named_value(named[name], name, one) for name, one in spec.values.items()},
        criteria={name: _named_criterion(named[name], name, one) for name, one in spec.criteria.items()},
        ages=_ages(everywhere, spec),
        callers={name: _caller(everywhere, name, one) for name, one in spec.callers.items()},
        guards={name: compile_guard(compiler, name, guard) for name, guard in spec.guards.items()},
        gate=compile_gate(compiler, spec.gate) if spec.gate else None,
        rules=compile_rules(compiler, spec),
        attested=frozenset(catalogue.canonical(name) or name for name in spec.attested),
        catalogue_ages=_catalogue_ages(catalogue, spec.pathway),
        locals=local_names({name: one.scope.uses for name, one in named.items()}, everywhere.scope.uses),
        functions=functions,
        borrowed={name: typed_setting(one.value, one.unit) for name, one in (borrowed or {}).items()},
    )  # fmt: skip


def _ages(compiler: Compiler, spec: DefinitionSpec) -> dict[str, Age]:
    found = {}
    for name, age in spec.ages.items():
        code = compiler.scope.catalogue.canonical(name)
        if code is None and compiler.findings is not None:
            compiler.findings.append(
                (f"ages.{name}", compiler.scope.unknown(name, "fact", compiler.scope.catalogue.names))
            )
        within = None if age.within == "none" else compiler.value(age.within, f"ages.{name}.within")
        found[code or name] = Age(within, compiler.criterion(age.unless, f"ages.{name}.unless"))
    return found


def _catalogue_ages(catalogue: Catalogue, pathway: str) -> dict[str, Duration]:
    limits = {code: fact.age_limits(pathway).get("default") for code, fact in catalogue.facts.items()}
    return {code: limit for code, limit in limits.items() if limit is not None and not isinstance(limit, AgeRule)}


def _named_value(compiler: Compiler, name: str, spec: ValueSpec | str) -> ValueFunction:
    place = f"values.{name}"
    if isinstance(spec, str):
        return compiler.value(spec, place) or _nothing
    if spec.first_of is None:
        return compiler.value(spec.value, place) or _nothing
    rows = [
        (
            compiler.criterion(row.when, f"{place}.first_of.{n}.when") or _never,
            compiler.value(row.then, f"{place}.first_of.{n}.is") or _nothing,
        )
        for n, row in enumerate(spec.first_of)
    ]
    return _classification(rows, compiler.value(spec.otherwise, f"{place}.otherwise"))


def _classification(
    rows: list[tuple[CriterionFunction, ValueFunction]], otherwise: ValueFunction | None
) -> ValueFunction:
    """The first row that is met. A row that is unknown before it makes the result unknown, unless both give the same."""

    def read(context: Context) -> Reading:
        doubtful: list[tuple[Verdict, Reading]] = []
        seen: list[Verdict] = []
        for when, then in rows:
            verdict = when(context)
            seen.append(verdict)
            if verdict.state is State.UNKNOWN:
                doubtful.append((verdict, valued(context, then(context))))
            elif verdict.met:
                return _classified(seen, doubtful, valued(context, then(context)))
        return _classified(
            seen, doubtful, valued(context, otherwise(context)) if otherwise else unknown(Why.NOT_YET, "")
        )

    return read


def _classified(seen: list[Verdict], doubtful: list[tuple[Verdict, Reading]], result: Reading) -> Reading:
    facts = joined(result.facts, *(one.facts for one in seen))
    until = result.until
    for one in seen:
        until = sooner(until, one.until)
    if any(reading.value != result.value for _, reading in doubtful):
        return Reading(gaps=joined(*(verdict.gaps for verdict, _ in doubtful)), facts=facts, until=until)
    return Reading(result.value, result.unit, result.gaps, facts, until)


def _named_criterion(compiler: Compiler, name: str, spec: Any) -> CriterionFunction:
    text = spec if isinstance(spec, str) else spec.that
    return compiler.criterion(text, f"criteria.{name}") or _never


def _caller(compiler: Compiler, name: str, spec: Any) -> CallerRules:
    place = f"callers.{name}"
    return CallerRules(
        compiler.value(spec.planned, f"{place}.planned"),
        compiler.value(spec.start, f"{place}.start") or _nothing,
        compiler.value(spec.end, f"{place}.end"),
        compiler.criterion(spec.finished, f"{place}.finished"),
    )


def typed_setting(raw: Any, unit: str, like: Any = None) -> Any:
    """A setting as sentences read it: a period, quantity, number, truth value, code, tuple, or a map of callers or parts.

    A map that replaces another (`like`) keeps the entries that it does not name.
    """
    if isinstance(raw, dict):
        known = like if isinstance(like, dict) else {}
        return {**known, **{key: None if value is None else typed_setting(value, unit) for key, value in raw.items()}}
    value, found = typed(raw, unit)
    if isinstance(like, dict) and not isinstance(raw, dict):
        return {**like, **dict.fromkeys(like, _held(value, found))}
    return _held(value, found)


def _held(value: Any, unit: str) -> Any:
    return Quantity(value, unit) if unit else value
