"""The catalogue of clinical facts: one id for each fact of every pathway, and every name that means it.

`find` answers names (ids, aliases, aliases of one pathway, labels), `members` and `belongs` answer classes, `enter`,
`amend` and `retract` make records of `engine.model.Fact` out of what people and laboratories write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from engine.calendar import Zone
from engine.catalogue import amendment, entry
from engine.catalogue.definition import ClassDefinition, DerivedDefinition, FactDefinition
from engine.catalogue.loading import read_sections
from engine.catalogue.names import nearest, unknown_name
from engine.errors import UnknownName
from engine.model import SYSTEM, Fact, Person
from engine.units import Quantity, canonical_unit

OTHER_DRUG = "other_drug"


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Facts, classes, derived values, panels and spellings; immutable once loaded."""

    facts: Mapping[str, FactDefinition]
    classes: Mapping[str, ClassDefinition]
    derived: Mapping[str, DerivedDefinition]
    extras: Mapping[str, Any] = field(repr=False)
    """The remaining sections of the file as they stand."""
    content_hash: str = ""
    text: str = field(default="", repr=False)
    """The file's text, for the archive of definitions."""

    @classmethod
    def load(cls, source: str | Path) -> Catalogue:
        """Load from a path or from YAML text; the same content is read once in a process. Raises `AuthorError`."""
        is_path = isinstance(source, Path) or "\n" not in source
        text = Path(source).read_text(encoding="utf-8") if is_path else str(source)
        return _built(text, str(source) if is_path else "catalogue")

    # --- names ---

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """Fact id by alias."""
        return {alias: fact.id for fact in self.facts.values() for alias in fact.aliases}

    @cached_property
    def _labels(self) -> Mapping[str, str]:
        """Fact id by label, where only one fact bears it."""
        owners: dict[str, set[str]] = {}
        for fact in self.facts.values():
            for text in fact.label.values():
                owners.setdefault(text.lower(), set()).add(fact.id)
        return {text: ids.pop() for text, ids in owners.items() if len(ids) == 1}

    @cached_property
    def _derived_names(self) -> Mapping[str, str]:
        return {name: value.id for value in self.derived.values() for name in (value.id, *value.aliases)}

    @cached_property
    def _class_names(self) -> Mapping[str, str]:
        return {name: one.id for one in self.classes.values() for name in (one.id, *one.aliases)}

    def canonical(self, name: str, pathway: str | None = None) -> str | None:
        """Fact id of a name, or None; `pathway` decides aliases that differ by specification."""
        if name in self.facts:
            return name
        if name in self.aliases:
            return self.aliases[name]
        scoped = self.extras.get("scoped_aliases", {}).get(name, {})
        prefix = str(self.extras.get("pathways", {}).get(pathway, "")).lower()
        return scoped.get(pathway) or scoped.get(prefix) or self._labels.get(name.lower())

    def find(self, name: str, pathway: str | None = None) -> FactDefinition:
        """The fact of a name; raises `UnknownName` with the nearest known name."""
        found = self.canonical(name, pathway)
        if found is None:
            raise self._unknown(name)
        return self.facts[found]

    def _unknown(self, name: str) -> UnknownName:
        if name in self._derived_names:
            return UnknownName(
                f"{name} is computed from facts",
                remedy="Record the facts that it is computed from.",
                nearest="",
                name=name,
            )
        if name in self.extras.get("scoped_aliases", {}):
            meanings = ", ".join(sorted(set(self.extras["scoped_aliases"][name].values())))
            return UnknownName(
                f"{name} means different facts in different pathways",
                remedy=f"Use one of: {meanings}.",
                nearest="",
                name=name,
            )
        if name in self.extras.get("replaced", {}):
            return UnknownName(
                f"{name} was replaced: {self._replacement(name)}", remedy="Use those facts.", nearest="", name=name
            )
        return unknown_name("fact", name, self.names)

    def _replacement(self, name: str) -> str:
        entry = self.extras["replaced"][name]
        by = entry.get("by", "") if isinstance(entry, Mapping) else entry
        return by if isinstance(by, str) else ", ".join(by)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every id and alias of a fact, for the nearest known name."""
        return (*self.facts, *self.aliases)

    def nearest(self, name: str) -> str:
        """The known name closest to `name` among facts, classes and derived values, or an empty text."""
        return nearest(name, (*self.names, *self._class_names, *self._derived_names))

    def find_derived(self, name: str) -> DerivedDefinition:
        """The derived value of a name or alias; raises `UnknownName`."""
        if name not in self._derived_names:
            raise unknown_name("derived value", name, self._derived_names)
        return self.derived[self._derived_names[name]]

    # --- classes and panels ---

    def find_class(self, name: str) -> ClassDefinition:
        """The class of a name or alias; raises `UnknownName`."""
        if name not in self._class_names:
            raise unknown_name("class", name, self._class_names)
        return self.classes[self._class_names[name]]

    def is_class(self, name: str) -> bool:
        """Whether a name is that of a class."""
        return name in self._class_names

    def is_derived(self, name: str) -> bool:
        """Whether a name is that of a derived value."""
        return name in self._derived_names

    @cached_property
    def _members(self) -> Mapping[str, tuple[str, ...]]:
        return {one: tuple(fact.id for fact in self.facts.values() if one in fact.classes) for one in self.classes}

    def members(self, name: str) -> tuple[str, ...]:
        """Ids of the exposures of a class; entries of `other_drug` may belong too, see `belongs`."""
        return self._members[self.find_class(name).id]

    def belongs(self, fact: Fact, name: str) -> bool:
        """Whether one entry belongs to a class, by its drug, its route, its indication and what was stated for it."""
        wanted = self.find_class(name)
        attributes = fact.attributes
        if wanted.routes and attributes.get("route") not in (None, *wanted.routes):
            return False
        if fact.code in self._members[wanted.id] or attributes.get("indication") in wanted.by_indication:
            return True
        return fact.code == OTHER_DRUG and wanted.id in attributes.get("classes", ())

    @property
    def panels(self) -> Mapping[str, tuple[str, ...]]:
        """Facts of each panel of tests."""
        return {name: tuple(members) for name, members in self.extras.get("panels", {}).items()}

    # --- units ---

    @property
    def spellings(self) -> Mapping[str, str]:
        """UCUM code by written unit."""
        found: Mapping[str, str] = self.extras.get("unit_spellings", {})
        return found

    def unit(self, text: str) -> str:
        """UCUM code of a written unit; raises `UnitError`."""
        return canonical_unit(text, self.spellings)

    def quantity(self, text: str) -> Quantity:
        """Read a number with its unit as the catalogue spells units; raises `UnitError`."""
        return Quantity.parse(text, self.spellings)

    @cached_property
    def units(self) -> tuple[str, ...]:
        """Every unit that a fact, an accepted report or a dose uses, longest first (for a grammar)."""
        found = {
            unit
            for fact in self.facts.values()
            for unit in (fact.unit, *fact.dose_units.values(), *fact.separate_series)
        }
        found |= {one.unit for fact in self.facts.values() for one in fact.accepted} | {
            value.unit for value in self.derived.values()
        }
        return tuple(sorted(found - {"", "1:n"}, key=lambda unit: (-len(unit), unit)))

    # --- entry ---

    def enter(
        self, name: str, raw: Any, *, now: datetime, zone: Zone, seq: int, id: str, recorder: Person = SYSTEM,
        effective: str | date | datetime | None = None, pathway: str | None = None, source: str = "",
    ) -> Fact:  # fmt: skip
        """Validate and canonicalise one entry (`case-format.md`); raises `InvalidFact` with reason, place, remedy.

        `now` is UTC and becomes `recorded`; `effective` (or the key of that name in `raw`) is local to `zone`.
        """
        context = entry.Context(now, zone, seq, id, recorder, source, pathway, effective)
        return entry.enter(self, name, raw, context)

    def amend(
        self, original: Fact, changes: Any, *, now: datetime, zone: Zone, seq: int, id: str, recorder: Person = SYSTEM, reason: str = "",
    ) -> Fact:  # fmt: skip
        """A corrected version of a fact: new value or qualifiers, everything that is not named stays. Raises `InvalidFact`."""
        return amendment.amend(self, original, changes, entry.Context(now, zone, seq, id, recorder), reason)

    def retract(
        self, original: Fact, *, now: datetime, seq: int, id: str, recorder: Person = SYSTEM, reason: str = ""
    ) -> Fact:
        """The record that a fact was entered in error; it then counts as never recorded."""
        return amendment.retract(original, now=now, seq=seq, id=id, recorder=recorder, reason=reason)

    def pick(
        self, facts: Iterable[Fact], name: str, *, zone: Zone, effective: str | date | datetime, was: Any = None
    ) -> Fact:
        """The current fact of a name and effective time, the last recorded or the one that `was` of a value. Raises `NotFound`."""
        return amendment.pick(self, facts, name, zone=zone, effective=effective, was=was)


@lru_cache(maxsize=8)
def _built(text: str, name: str) -> Catalogue:
    read = read_sections(text, name=name)
    return Catalogue(read.facts, read.classes, read.derived, read.extras, read.content_hash, text)
