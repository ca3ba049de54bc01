"""The limits that a patient's pathways really apply to a value, read from the sentences of guards, gates, holds and messages.

`igg >= setting.low` in a guard gives the line `≥ 5 g/L`. The other side of the comparison is read in the patient's own
enrolment at the moment asked about, so that replaced settings and multiples of a laboratory's limit count as they do in
a decision. What compares anything else than a recorded quantity with a known number gives no line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from engine.decide.working import Working
from engine.definition.compiled import Definition
from engine.definition.schema import DefinitionSpec, Gate, Guard, Requirement
from engine.errors import CarewayError
from engine.evaluation.compiling import compile_value
from engine.evaluation.context import Context, ValueFunction
from engine.evaluation.scope import Scope
from engine.language import syntax as s
from engine.language.parsing import parse_criterion, parse_value
from engine.language.readable import OPERATORS
from engine.model import Enrolment
from engine.units import Quantity
from service.api.shown import value_text
from service.pictures.lanes import Limit
from service.pictures.words import word

_KINDS = {"block_hard": "block", "block": "block", "warn": "warn"}
_RANK = ("alarm", "block", "warn", "told")
_TURNED = {">=": "<=", "<=": ">=", ">": "<", "<": ">"}
_NEGATED = {">=": "<", "<=": ">", ">": "<=", "<": ">="}
_DEEPEST = 4
"""How far names of criteria are followed into other names."""


@dataclass(frozen=True)
class Sought:
    """One comparison of a definition, ready to be read in an enrolment."""

    code: str
    operator: str
    bound: ValueFunction
    kind: str
    place: tuple[str, str, str]
    """Pathway, kind of element and its name."""
    statements: tuple[str, ...]
    row: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class _Sentence:
    tree: s.Criterion
    kind: str
    place: tuple[str, str, str]
    statements: tuple[str, ...]
    rows: tuple[Mapping[str, str] | None, ...] = (None,)


def limits_of(w: Working, enrolments: list[Enrolment], language: str) -> dict[str, tuple[Limit, ...]]:
    """The limits of these enrolments at the moment of `w`, by id of the fact, each value once with all its sources."""
    found: dict[str, dict[tuple[Decimal, str], Limit]] = {}
    for enrolment in enrolments:
        try:
            definition = w.definition(enrolment)
        except CarewayError:
            continue
        context = w.context(enrolment.id)
        for sought in comparisons(definition):
            limit = _read(sought, context, language)
            if limit is not None:
                known = found.setdefault(sought.code, {})
                key = (limit.value, limit.operator)
                known[key] = _both(known[key], limit) if key in known else limit
    return {code: tuple(sorted(limits.values(), key=lambda one: -one.value)) for code, limits in found.items()}


def _both(one: Limit, other: Limit) -> Limit:
    kind = min(one.kind, other.kind, key=_RANK.index)
    return replace(one, kind=kind, sources=tuple(dict.fromkeys((*one.sources, *other.sources))))


def _read(sought: Sought, context: Context, language: str) -> Limit | None:
    """The line of a comparison; none where its number is not known here."""
    try:
        reading = sought.bound(context if sought.row is None else context.bound(row=sought.row))
        value = _number(reading.value, reading.unit, sought.code, context)
    except CarewayError:
        return None
    if value is None:
        return None
    unit = context.definition.catalogue.facts[sought.code].unit
    text = f"{OPERATORS[sought.operator]} {value_text(_short(value), unit, language)}"
    return Limit(_short(value), sought.operator, sought.kind, text, (_source(sought, context, language),))


def _number(value: Any, unit: str, code: str, context: Context) -> Decimal | None:
    """A value in the unit of the fact. Raises `CarewayError` where the units do not convert."""
    wanted = context.definition.catalogue.facts[code].unit
    if isinstance(value, Quantity):
        value, unit = value.value, value.unit
    if not isinstance(value, Decimal):
        return None
    return Quantity(value, unit).to(wanted).value if unit and unit != wanted else value


def _short(value: Decimal) -> Decimal:
    rounded = value.quantize(Decimal("0.0001")).normalize()
    return rounded if rounded != rounded.to_integral() else rounded.to_integral()


def _source(sought: Sought, context: Context, language: str) -> str:
    pathway, kind, name = sought.place
    labels = context.world.registry.labels
    label = labels.of(kind, f"{pathway}.{name}", language) if kind == "hold" else _required(context, sought, language)
    stated = f" ({', '.join(sought.statements)})" if sought.statements else ""
    return f"{labels.of('pathway', pathway, language)}: {label} – {word(sought.kind, language)}{stated}"


def _required(context: Context, sought: Sought, language: str) -> str:
    """The label of a requirement or message."""
    spec = context.definition.spec
    _, kind, name = sought.place
    if kind == "message":
        return str(getattr(spec.notifications[name].label, language))
    guards: list[Guard | Gate] = [*spec.guards.values(), *([spec.gate] if spec.gate else [])]
    found = next((one for guard in guards for one in guard.require if one.id == name and one.label), None)
    return str(getattr(found.label, language)) if found and found.label else name.replace("_", " ")


# --- reading the sentences ------------------------------------------------------------------------------------------


def comparisons(definition: Definition) -> tuple[Sought, ...]:
    """Every comparison of a recorded quantity that decides something; found once for each version."""
    return _comparisons(_Held(definition))


@dataclass(frozen=True)
class _Held:
    """A definition as the key of a cache: by its hash and catalogue."""

    definition: Definition

    def __hash__(self) -> int:
        return hash(self.definition.hash)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.definition is self.definition


@lru_cache(maxsize=128)
def _comparisons(held: _Held) -> tuple[Sought, ...]:
    definition = held.definition
    pathways = frozenset((definition.id, *definition.spec.opens))
    scope = Scope(definition.spec, definition.catalogue, definition.functions, pathways)
    return tuple(one for sentence in _sentences(definition.spec) for one in _in(sentence, definition, scope))


def _sentences(spec: DefinitionSpec) -> Iterator[_Sentence]:
    guards: list[Guard | Gate] = [*spec.guards.values(), *([spec.gate] if spec.gate else [])]
    for guard in guards:
        for one in guard.require:
            if one.that and one.not_met in _KINDS:
                rows: tuple[Mapping[str, str] | None, ...] = _rows(spec, one)
                yield from _parsed(
                    one.that, _KINDS[one.not_met], (spec.pathway, "requirement", one.id), _stated(one), rows
                )
    for name, hold in spec.holds.items():
        yield from _parsed(hold.opens, "alarm", (spec.pathway, "hold", name), tuple(hold.statement))
    for name, message in spec.notifications.items():
        if message.when:
            yield from _parsed(message.when, "told", (spec.pathway, "message", name), tuple(message.statement))


def _parsed(
    text: str, kind: str, place: tuple[str, str, str], statements: tuple[str, ...],
    rows: tuple[Mapping[str, str] | None, ...] = (None,),
) -> Iterator[_Sentence]:  # fmt: skip
    try:
        yield _Sentence(parse_criterion(text), kind, place, statements, rows)
    except CarewayError:
        return


def _rows(spec: DefinitionSpec, one: Requirement) -> tuple[Mapping[str, str] | None, ...]:
    table = spec.tables.get(one.each) if one.each else None
    return tuple(dict(zip(table.columns, row, strict=True)) for row in table.rows) if table else (None,)


def _stated(one: Requirement) -> tuple[str, ...]:
    stated = one.statement
    if isinstance(stated, dict):
        return ()
    return tuple(stated) if isinstance(stated, list) else (stated,) if not stated.startswith("row.") else ()


def _in(sentence: _Sentence, definition: Definition, scope: Scope) -> Iterator[Sought]:
    """The comparisons of one sentence. One that stands beside its own opposite asks only that the value is known: no limit."""
    found = list(dict.fromkeys(_sides(sentence, definition)))
    for code, operator, right in found:
        bound = _compiled(right, scope) if (code, _NEGATED[operator], right) not in found else None
        for row in sentence.rows if bound else ():
            assert bound is not None
            yield Sought(code, operator, bound, sentence.kind, sentence.place, sentence.statements, row)


def _sides(sentence: _Sentence, definition: Definition) -> Iterator[tuple[str, str, s.Value]]:
    """Fact, operator and limit of each comparison that has them, whichever side the limit stands on."""
    for node, negated in compared(sentence.tree, definition.spec):
        turned = _TURNED.get(node.operator, "")
        for left, operator, right in ((node.left, node.operator, node.right), (node.right, turned, node.left)):
            code = _fact(left, definition)
            if code and operator in _TURNED and _is_bound(right, definition):
                yield code, _NEGATED[operator] if negated else operator, right


def compared(
    node: s.Node, spec: DefinitionSpec, *, negated: bool = False, depth: int = 0
) -> Iterator[tuple[s.Compare, bool]]:
    """The comparisons in a criterion, through the names of criteria, and whether each stands under an odd number of `not`."""
    match node:
        case s.Compare():
            yield node, negated
        case s.Not(item):
            yield from compared(item, spec, negated=not negated, depth=depth)
        case s.Unless(item, _) | s.CountsAsNo(item) | s.Lasting(item, _) | s.EachDay(_, _, item):
            yield from compared(item, spec, negated=negated, depth=depth)
        case s.All(items) | s.AnyOf(items) | s.AtLeastOf(_, items):
            for one in items:
                yield from compared(one, spec, negated=negated, depth=depth)
        case s.Named(name) if depth < _DEEPEST and name in spec.criteria:
            named = spec.criteria[name]
            tree = parse_criterion(named if isinstance(named, str) else named.that)
            yield from compared(tree, spec, negated=negated, depth=depth + 1)
        case _:
            return


def _fact(node: s.Node, definition: Definition, depth: int = 0) -> str:
    """The recorded quantity that a value reads; empty where it is anything else."""
    catalogue, spec = definition.catalogue, definition.spec
    if isinstance(node, s.Pick) and node.selector.source == "fact":
        return _quantity(node.selector.name, definition)
    if not isinstance(node, s.Name) or "." in node.name:
        return ""
    named = spec.values.get(node.name)
    if named is None or catalogue.canonical(node.name) is not None:
        return _quantity(node.name, definition)
    text = named if isinstance(named, str) else named.value
    return _fact(parse_value(text), definition, depth + 1) if text and depth < _DEEPEST else ""


def _quantity(name: str, definition: Definition) -> str:
    code = definition.catalogue.canonical(name, definition.id)
    return code if code and definition.catalogue.facts[code].kind == "quantity" else ""


def _is_bound(node: s.Node, definition: Definition) -> bool:
    """Whether a side can be a limit: a number, a setting, a row's cell, or what is made from them."""
    match node:
        case s.Number():
            return True
        case s.Name(name):
            return name.startswith(("setting.", "row."))
        case s.Product(left, right):
            return any(_is_bound(one, definition) for one in (left, right))
        case s.Choice(_, items):
            return all(_is_bound(one, definition) for one in items)
        case _:
            return False


def _compiled(node: s.Node, scope: Scope) -> ValueFunction | None:
    try:
        return compile_value(node, scope) if isinstance(node, s.Value) else None
    except CarewayError:
        return None
