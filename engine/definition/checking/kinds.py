"""What a value is: a number with a unit, a date, a length of time, a code of a closed list. `ANY` where only a patient tells.

The checks compare kinds so that `igg >= 5 mg` or `hbsag is positve` is found when the definition is read and not at the bedside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from engine.catalogue.definition import FactDefinition, FactKind
from engine.definition.checking.subject import Subject
from engine.definition.schema import Parameter, ValueSpec
from engine.errors import AuthorError
from engine.evaluation.entries import INDETERMINATE
from engine.evaluation.settings import typed
from engine.language import syntax as s
from engine.language.parsing import parse_value
from engine.units import Duration


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of value, with its unit (None: not known) or its codes (None: not known)."""

    sort: str
    unit: str | None = None
    codes: frozenset[str] | None = None
    label: str = ""


ANY, DATE, PERIOD, TRUTH, TEXT = Kind("any"), Kind("date"), Kind("period"), Kind("truth"), Kind("text")
COUNT = Kind("number", "")
_PARAMETERS = {"text": TEXT, "boolean": TRUTH, "date": DATE, "datetime": DATE, "when": DATE, "number": COUNT}
_CALLER = {"ended": DATE, "registered": DATE, "planned_start": DATE, "start": DATE, "end": DATE, "finished": TRUTH}


@dataclass
class Kinds:
    """Kinds of the values of one definition."""

    subject: Subject
    _open: set[str] = field(default_factory=set)
    _known: dict[str, Kind] = field(default_factory=dict)

    def of(self, node: s.Node, inside: tuple[str, str] | None = None) -> Kind:
        """The kind of a value; inside `with (…)` a name may be an attribute of the entry."""
        read = _READERS.get(type(node))
        return read(self, node, inside) if read else ANY

    # --- names ---

    def name(self, name: str, inside: tuple[str, str] | None) -> Kind:
        """The kind of a plain or dotted name."""
        if inside is not None and (found := self.attribute(inside, name)) is not None:
            return found
        if "." in name:
            head, key = name.split(".", 1)
            return self._dotted(head, key)
        return _BUILT_IN.get(name) or self._plain(name)

    def _plain(self, name: str) -> Kind:
        if name in self.subject.spec.values:
            return self.named(name)
        catalogue = self.subject.catalogue
        code = catalogue.canonical(name)
        if code is not None and code not in self.subject.functions:
            return fact_kind(catalogue.facts[code])
        derived = catalogue.find_derived(name) if catalogue.is_derived(name) else None
        function = self.subject.functions.get(derived.id if derived else name)
        if function is not None:
            return _declared(function.kind, function.unit)
        return _declared(derived.kind, derived.unit) if derived else ANY

    def named(self, name: str) -> Kind:
        """The kind of a value of the definition; one that leads back to itself has none (another check says so)."""
        if name in self._open:
            return ANY
        if name not in self._known:
            self._open.add(name)
            self._known[name] = self._value(self.subject.spec.values[name])
            self._open.discard(name)
        return self._known[name]

    def _value(self, value: ValueSpec | str) -> Kind:
        texts = (
            [value]
            if isinstance(value, str)
            else [value.value, value.otherwise, *(row.then for row in value.first_of or ())]
        )
        return joined(self._text(text) for text in texts if text is not None)

    def _text(self, text: str) -> Kind:
        try:
            return self.of(parse_value(text))
        except AuthorError:
            return ANY

    def _dotted(self, head: str, key: str) -> Kind:
        spec = self.subject.spec
        if head == "setting":
            return self.setting(key)
        if head == "caller":
            return _CALLER.get(key, ANY)
        if head == "with":
            return joined(self.parameter(one.asks[key]) for one in spec.actions.values() if key in one.asks)
        if head == "anchor":
            return joined(
                self._text(one.anchor[key]) for _, one in self.subject.effects if one.anchor and key in one.anchor
            )
        other = self.subject.others.get(head)
        if other is not None and other is not spec and key in other.values:
            return Kinds(self.subject.peer(other)).named(key)
        return ANY

    def parameter(self, asked: Parameter) -> Kind:
        """The kind of what an action asks for."""
        if asked.kind == "quantity":
            return Kind("number", self.subject.catalogue.unit(asked.unit) if asked.unit else None)
        if asked.kind in ("code", "codes") and asked.codes:
            return Kind("code", codes=frozenset(asked.codes))
        return _PARAMETERS.get(asked.kind, ANY)

    def setting(self, key: str) -> Kind:
        """The kind of a setting or of a part of it; a map of callers has the kind of its entries."""
        head, _, rest = key.partition(".")
        own = not rest or head in self.subject.spec.settings
        spec = self.subject.spec if own else self.subject.others.get(head)
        name, _, part = (key if own else rest).partition(".")
        setting = spec.settings.get(name) if spec else None
        if setting is None:
            return ANY
        if part and isinstance(setting.value, dict):
            return raw_kind(setting.value.get(part), setting.unit)
        values = list(setting.value.values()) if isinstance(setting.value, dict) else [setting.value]
        return joined((raw_kind(value, setting.unit) for value in values), codes=_allowed(setting.allowed))

    # --- entries ---

    def attribute(self, inside: tuple[str, str], name: str) -> Kind | None:
        """The kind of an attribute of the entries; None for a name that is none of theirs."""
        source, owner = inside
        if name in ("date", "time"):
            return DATE
        if source == "action":
            action = self.subject.spec.actions.get(owner)
            return (
                self.parameter(action.asks[name])
                if action and name in action.asks
                else ANY
                if name in ("role", "name")
                else None
            )
        if source != "fact":
            return None
        return self._of_facts(self.facts(owner), name)

    def facts(self, owner: str) -> list[FactDefinition]:
        """The facts that a name of a fact or class stands for."""
        catalogue = self.subject.catalogue
        code = catalogue.canonical(owner)
        if code is not None:
            return [catalogue.facts[code]]
        return [catalogue.facts[one] for one in catalogue.members(owner)] if catalogue.is_class(owner) else []

    def _of_facts(self, facts: list[FactDefinition], name: str) -> Kind | None:
        if name == "value":
            return joined(fact_kind(one) for one in facts)
        if name in ("uln", "lower_limit"):
            return joined(Kind("number", one.unit) for one in facts)
        found = [kind for one in facts if (kind := self._attribute_of(one, name)) is not None]
        return joined(found) if found else None

    def attributes(self, owner: str) -> set[str]:
        """Every attribute that the entries of a fact or class may have."""
        common = self.subject.catalogue.extras.get("exposure_common_attributes", {})
        found = {"value", "date", "time"}
        for fact in self.facts(owner):
            found |= {*fact.attributes, *fact.qualifiers, *(common if fact.kind is FactKind.EXPOSURE else ())}
        return found

    def _attribute_of(self, fact: FactDefinition, name: str) -> Kind | None:
        extras = self.subject.catalogue.extras
        known: Mapping[str, Any] = (
            extras.get("exposure_common_attributes", {}) if fact.kind is FactKind.EXPOSURE else {}
        )
        if name in fact.attributes:
            return _attribute_kind(fact.attributes[name])
        if name in fact.qualifiers:
            return _attribute_kind(extras.get("qualifier_definitions", {}).get(name))
        return _attribute_kind(known[name]) if name in known else None

    def picked(self, node: s.Pick) -> Kind:
        """An entry, worth its value where a value is asked for."""
        if node.selector.source != "fact":
            return DATE
        return joined(fact_kind(one) for one in self.facts(node.selector.name))


def fact_kind(fact: FactDefinition) -> Kind:
    """The kind of a fact's value; exposures and events have attributes instead."""
    if fact.kind is FactKind.CODED and fact.values:
        codes = frozenset({*fact.values, *fact.broader, *fact.broader.values(), *INDETERMINATE})
        return Kind("code", codes=codes, label=fact.id)
    if fact.kind is FactKind.QUANTITY:
        return Kind("number", fact.unit, label=fact.id)
    return {FactKind.BOOLEAN: TRUTH, FactKind.DATE: DATE, FactKind.TEXT: TEXT}.get(fact.kind, ANY)


def raw_kind(raw: Any, unit: str = "") -> Kind:
    """The kind of a setting's value or of a cell of a table."""
    value, found = typed(raw, unit)
    if isinstance(value, bool):
        return TRUTH
    if isinstance(value, Duration):
        return PERIOD
    if isinstance(value, date):
        return DATE
    if isinstance(value, Decimal):
        return Kind("number", found)
    return Kind("code", codes=frozenset([value])) if isinstance(value, str) else ANY


def joined(kinds: Iterable[Kind], codes: frozenset[str] = frozenset()) -> Kind:
    """What several kinds have in common; nothing in common is `ANY`."""
    found = list(kinds)
    if not found or len({one.sort for one in found}) > 1:
        return ANY
    first = found[0]
    if first.sort == "number":
        units = {one.unit for one in found}
        return Kind("number", first.unit if len(units) == 1 else None, label=first.label)
    if first.sort == "code":
        known = None if any(one.codes is None for one in found) else codes.union(*(one.codes or () for one in found))
        return Kind("code", codes=known, label=first.label)
    return first


def _allowed(allowed: Any) -> frozenset[str]:
    """Codes that a setting may take; by caller in a map."""
    lists = list(allowed.values()) if isinstance(allowed, dict) else [allowed]
    return frozenset(str(item) for one in lists if isinstance(one, list) for item in one)


def _attribute_kind(kind: Any) -> Kind:
    if isinstance(kind, tuple | list):
        return Kind("code", codes=frozenset({*map(str, kind), *INDETERMINATE}))
    return {"date": DATE, "datetime": DATE, "boolean": TRUTH, "integer": COUNT}.get(str(kind), ANY)


def _declared(kind: str, unit: str) -> Kind:
    if kind == "quantity":
        return Kind("number", unit)
    return {"boolean": TRUTH, "date": DATE, "period": PERIOD, "coded": Kind("code")}.get(str(kind), ANY)


_BUILT_IN: Mapping[str, Kind] = {
    "today": DATE, "now": DATE, "birth_date": DATE, "last_result": DATE, "age": Kind("number", "a", label="age"), "sex": Kind("code"),
}  # fmt: skip


# --- by node --------------------------------------------------------------------------------------------------------


def _sum(kinds: Kinds, node: s.Sum, inside: tuple[str, str] | None) -> Kind:
    left, right = kinds.of(node.left, inside), kinds.of(node.right, inside)
    if left == DATE and right == DATE:
        return PERIOD
    return ANY if ANY in (left, right) else left


def _attribute(kinds: Kinds, node: s.Attribute, inside: tuple[str, str] | None) -> Kind:
    if node.name in ("date", "time"):
        return DATE
    owner = owner_of(node.of)
    return (owner is not None and kinds.attribute(owner, node.name)) or ANY


def owner_of(node: s.Node) -> tuple[str, str] | None:
    """Whose entry a value is: of a selector, or the latest of a fact."""
    match node:
        case s.Pick(_, selector):
            return selector.source, selector.name
        case s.Name(name) if "." not in name:
            return "fact", name
        case _:
            return None


def _lookup(kinds: Kinds, node: s.Lookup, inside: tuple[str, str] | None) -> Kind:
    table = kinds.subject.spec.tables.get(node.table)
    if table is None or node.column not in table.columns:
        return ANY
    column = table.columns.index(node.column)
    return joined(raw_kind(row[column]) for row in table.rows if len(row) > column)


def _fixed(kind: Kind) -> Callable[[Kinds, Any, Any], Kind]:
    return lambda kinds, node, inside: kind


_READERS: Mapping[type[s.Node], Callable[[Kinds, Any, Any], Kind]] = {
    s.Number: lambda kinds, node, inside: Kind("number", kinds.subject.catalogue.unit(node.unit) if node.unit else ""),
    s.Period: _fixed(PERIOD),
    s.Day: _fixed(DATE),
    s.Truth: _fixed(TRUTH),
    s.Word: lambda kinds, node, inside: raw_kind(node.text),
    s.Name: lambda kinds, node, inside: kinds.name(node.name, inside),
    s.Pick: lambda kinds, node, inside: kinds.picked(node),
    s.Attribute: _attribute,
    s.Sum: _sum,
    s.Product: _fixed(Kind("number")),
    s.Bounded: lambda kinds, node, inside: kinds.of(node.value, inside),
    s.Rounded: lambda kinds, node, inside: kinds.of(node.step, inside),
    s.Choice: lambda kinds, node, inside: joined(kinds.of(item, inside) for item in node.items),
    s.OverCallers: lambda kinds, node, inside: kinds.of(node.value, inside),
    s.Count: _fixed(COUNT),
    s.CountDistinct: _fixed(COUNT),
    s.CountMet: _fixed(COUNT),
    s.NextOnGrid: _fixed(DATE),
    s.Lookup: _lookup,
}
