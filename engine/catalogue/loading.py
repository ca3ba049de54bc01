"""Turns the text of `facts.yaml` into the definitions of a catalogue; everything it refuses names the entry at fault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any, TypeVar

from engine.catalogue.definition import (
    AcceptedUnit,
    AgeLimit,
    AgeRule,
    ClassDefinition,
    DerivedDefinition,
    FactDefinition,
    FactKind,
)
from engine.catalogue.strict_yaml import load_yaml
from engine.errors import AuthorError
from engine.model import ExposureEvent
from engine.units import Duration, UnitError, parse_unit

Entry = TypeVar("Entry", FactDefinition, ClassDefinition, DerivedDefinition)


@dataclass(frozen=True, slots=True)
class Sections:
    """The content of a catalogue file; `extras` are the sections that stand for themselves (panels, spellings …)."""

    facts: Mapping[str, FactDefinition]
    classes: Mapping[str, ClassDefinition]
    derived: Mapping[str, DerivedDefinition]
    extras: Mapping[str, Any]
    content_hash: str


def read_sections(text: str, *, name: str = "facts.yaml") -> Sections:
    """Read and check a catalogue; raises `AuthorError` naming file and entry."""
    data = load_yaml(text, name=name)
    try:
        facts = _unique((_fact(raw) for raw in data["facts"]), "fact")
        classes = _unique((_class(raw) for raw in data["classes"]), "class")
        derived = _unique((_derived(raw) for raw in data.get("derived", ())), "derived value")
    except (KeyError, TypeError, ValueError, UnitError) as error:
        raise AuthorError(f"bad entry: {error!r}", place=name, remedy="Compare with the entries beside it.") from error
    _check(facts, classes, name)
    extras = {key: value for key, value in data.items() if key not in ("facts", "classes", "derived")}
    return Sections(facts, classes, derived, extras, sha256(text.encode()).hexdigest())


def _unique(entries: Iterable[Entry], what: str) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for entry in entries:
        if entry.id in found:
            raise AuthorError(f"{what} {entry.id} occurs twice", remedy="Remove one.")
        found[entry.id] = entry
    return found


def _fact(raw: Mapping[str, Any]) -> FactDefinition:
    attributes, constants = _attributes(raw.get("attributes", {}))
    return FactDefinition(
        id=raw["id"],
        label=raw["label"],
        kind=FactKind(raw["kind"]),
        attributes=attributes,
        constants=constants,
        values={str(code): str(label) for code, label in raw.get("values", {}).items()},
        value_aliases={str(alias): str(code) for alias, code in raw.get("value_aliases", {}).items()},
        broader=raw.get("broader", {}),
        multiple=raw.get("multiple", False),
        precision=raw.get("precision", ""),
        qualifiers=tuple(raw.get("qualifiers", ())),
        max_age={pathway: _age_limits(limits) for pathway, limits in raw.get("max_age", {}).items()},
        used_by=tuple(raw.get("used_by", ())),
        aliases=tuple(raw.get("aliases", ())),
        alias_implies=raw.get("alias_implies", {}),
        codes=raw.get("codes", {}),
        note=raw.get("note", ""),
        **_measured(raw),
        **_administered(raw),
    )


def _attributes(raw: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Decimal]]:
    """Attributes of entries, and the numbers that are constants of the drug."""
    constants = {
        key: Decimal(str(value))
        for key, value in raw.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    return {
        key: tuple(map(str, value)) if isinstance(value, list) else value
        for key, value in raw.items()
        if key not in constants
    }, constants


def _measured(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What only a quantity has."""
    if raw["kind"] != FactKind.QUANTITY:
        return {}
    parse_unit(raw["unit"])
    low, high = raw["range"]
    return {
        "unit": raw["unit"],
        "accepted": tuple(_accepted(unit) for unit in raw.get("accepted", ())),
        "range": (Decimal(str(low)), Decimal(str(high))),
        "step": Decimal(str(raw["step"])) if "step" in raw else None,
        "decimals": raw.get("decimals"),
        "separate_series": tuple(raw.get("separate_series", ())),
    }


def _accepted(raw: Mapping[str, Any]) -> AcceptedUnit:
    factor = Decimal(str(raw["factor"])) if "factor" in raw else None
    return AcceptedUnit(raw["unit"], factor, raw.get("formula", ""))


def _administered(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What only an exposure or event has."""
    if raw["kind"] not in (FactKind.EXPOSURE, FactKind.EVENT):
        return {}
    occurs = ["occurred"] if raw["kind"] == FactKind.EVENT else []
    return {
        "classes": tuple(raw.get("classes", ())),
        "events": tuple(ExposureEvent(event) for event in raw.get("events", occurs)),
        "routes": tuple(raw.get("route", ())),
        "dose_units": raw.get("dose_unit", {}),
    }


def _age_limits(raw: str | Mapping[str, str]) -> dict[str, AgeLimit]:
    limits = raw if isinstance(raw, Mapping) else {"default": raw}
    return {context: _age_limit(text) for context, text in limits.items()}


def _age_limit(text: str) -> AgeLimit:
    return AgeRule(text) if text in set(AgeRule) else Duration.parse(text)


def _class(raw: Mapping[str, Any]) -> ClassDefinition:
    return ClassDefinition(
        id=raw["id"],
        label=raw["label"],
        aliases=tuple(raw.get("aliases", ())),
        attested=raw.get("history") == "attested",
        attested_by=raw.get("attested_by", ""),
        routes=tuple(raw.get("routes", ())),
        by_indication=tuple(raw.get("by_indication", ())),
        note=raw.get("note", ""),
    )


def _derived(raw: Mapping[str, Any]) -> DerivedDefinition:
    return DerivedDefinition(
        id=raw["id"],
        label=raw["label"],
        kind=FactKind(raw["kind"]),
        unit=raw.get("unit", ""),
        inputs=tuple(raw.get("inputs", ())),
        aliases=tuple(raw.get("aliases", ())),
        definition=raw.get("definition", ""),
        used_by=tuple(raw.get("used_by", ())),
    )


def _check(facts: Mapping[str, FactDefinition], classes: Mapping[str, ClassDefinition], name: str) -> None:
    for fact in facts.values():
        for problem in _problems(fact, classes):
            raise AuthorError(f"fact {fact.id}: {problem}", place=name, remedy="Correct the entry.")


def _problems(fact: FactDefinition, classes: Mapping[str, ClassDefinition]) -> list[str]:
    """Names that an entry uses and nothing defines."""
    unknown = [f"class {one} is not defined" for one in fact.classes if one not in classes]
    unknown += [
        f"{alias} stands for {code}, which is not a value"
        for alias, code in fact.value_aliases.items()
        if code not in fact.values
    ]
    return unknown + [
        f"broader value {code} is not a value" for code in fact.broader.values() if code not in fact.values
    ]
