"""Which fact a resource's codes mean. Only checked codes count; what is not mapped is named as `system|code`.

Our own CodeSystem carries every fact by its id; `id:value` states the value too (`diagnosis_nad:nmosd`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pathways
from engine.catalogue import Catalogue, CodeMap, Coding, FactDefinition
from service.fhir.shape import BrokenResource, Node

OTHER_SPELLINGS = ("urn:careway:CodeSystem/facts", "urn:careway:CodeSystem:facts")
"""Further spellings under which our own CodeSystem is met."""
CODES = Path(pathways.__file__).parent / "catalogue" / "codes.yaml"


class Unmapped(Exception):
    """No code of the resource means a fact; `codes` are those that it bears, each with the reason where one is known."""

    def __init__(self, codes: dict[str, str]) -> None:
        super().__init__(", ".join(codes))
        self.codes = codes


class NeedsConfirmation(Exception):
    """The code means a fact only if a person says what the drug was given for."""

    def __init__(self, code: str, fact: str) -> None:
        super().__init__(code)
        self.code, self.fact = code, fact


@dataclass(frozen=True, slots=True)
class Meaning:
    """The fact of a resource, the value that its code states, and the attributes that the code implies."""

    definition: FactDefinition
    coding: Coding
    stated: str = ""
    implies: dict[str, Any] = field(default_factory=dict)


class Codings:
    """Reads CodeableConcepts with the site's table of codes; each code is looked up once."""

    def __init__(self, table: CodeMap) -> None:
        self.table = table
        self.catalogue = table.catalogue
        self._known: dict[tuple[str, str], Coding | None] = {}

    def local(self, system: str) -> bool:
        """Whether a system is our own CodeSystem."""
        return system == self.table.local_system or system in OTHER_SPELLINGS

    def meaning(self, concept: Node) -> Meaning:
        """The fact that a CodeableConcept means. Raises `Unmapped`, `NeedsConfirmation`, `BrokenResource`."""
        codes = list(_codes(concept))
        found = [one for system, code in codes for one in self._meaning(system, code)]
        if not found:
            raise Unmapped(
                {f"{system}|{code}": self._why_not(system, code) for system, code in codes} or {"|": "no code"}
            )
        if len({one.definition.id for one in found}) > 1:
            named = " and ".join(sorted({one.definition.id for one in found}))
            raise BrokenResource(f"its codes mean {named}", place=concept.path, remedy="Send one meaning.")
        first = max(found, key=lambda one: (bool(one.stated), self.local(one.coding.system)))
        if first.coding.confirm:
            raise NeedsConfirmation(f"{first.coding.system}|{first.coding.code}", first.definition.id)
        return first

    def _meaning(self, system: str, code: str) -> Iterator[Meaning]:
        name, _, value = code.partition(":") if self.local(system) else (code, "", "")
        coding = self._lookup(self.table.local_system if self.local(system) else system, name)
        if coding is not None:
            stated = value or str(coding.value)
            yield Meaning(self.catalogue.find(coding.fact), coding, stated, dict(coding.implies))

    def _lookup(self, system: str, code: str) -> Coding | None:
        key = system, code
        if key not in self._known:
            self._known[key] = self.table.lookup(system, code)
        return self._known[key]

    def _why_not(self, system: str, code: str) -> str:
        return "" if self.local(system) else self.table.why_not(system, code)


def _codes(concept: Node) -> Iterator[tuple[str, str]]:
    for coding in concept.at("coding").each():
        system, code = coding.at("system").text(), coding.at("code").text()
        if code:
            yield system, code


@lru_cache(maxsize=4)
def load_codings(catalogue: Catalogue) -> Codings:
    """The table that ships, over a catalogue."""
    return Codings(CodeMap.load(CODES, catalogue))


def words(concept: Node) -> list[str]:
    """What a CodeableConcept says to people: its text, then the displays."""
    found = [concept.at("text").text(), *(one.at("display").text() for one in concept.at("coding").each())]
    return [one for one in found if one]
