"""Which fact a LOINC or ATC code means, for import and export. The codes are data (`pathways/catalogue/codes.yaml`).

A code whose meaning nobody has checked is kept but not used: a wrong mapping would feed a wrong number into a guard.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.catalogue.catalogue import Catalogue
from engine.catalogue.strict_yaml import load_yaml
from engine.errors import AuthorError

VERIFIED = "verified"
_STATUSES = (VERIFIED, "component_only", "unverified")


@dataclass(frozen=True, slots=True)
class Coding:
    """One code and the fact that it means."""

    system: str
    code: str
    fact: str
    status: str = VERIFIED
    preferred: bool = False
    unit: str = ""
    """UCUM unit of the result where the code decides it (a log10 viral load)."""
    value: str = ""
    """Code of the fact that a positive result means (`neural_antibody`: NMDAR)."""
    implies: Mapping[str, Any] = field(default_factory=dict)
    """Attributes that the code states."""
    confirm: bool = False
    """Whether a person must confirm the use before it is recorded as this fact."""
    panel: str = ""
    """Code of the panel that carries it as a component."""
    also: tuple[str, ...] = ()
    """Other facts that share the code: dose, route or a person decides which it is."""

    @property
    def verified(self) -> bool:
        """Whether code and meaning were both read in a public source."""
        return self.status == VERIFIED


@dataclass(frozen=True, eq=False)
class CodeMap:
    """All codings; the local system knows every fact by its own id."""

    codings: tuple[Coding, ...]
    systems: Mapping[str, str]
    local_system: str
    not_mapped: Mapping[tuple[str, str], str]
    """Reason by (system, code) for codes that must not be read as a fact."""
    catalogue: Catalogue = field(repr=False)

    @classmethod
    def load(cls, source: str | Path, catalogue: Catalogue) -> CodeMap:
        """Load from a path or YAML text; raises `AuthorError` for an unknown fact or a code with two meanings."""
        is_path = isinstance(source, Path) or "\n" not in source
        data = load_yaml(Path(source).read_text(encoding="utf-8") if is_path else str(source), name="codes.yaml")
        systems: Mapping[str, str] = data["systems"]
        codings = tuple(one for name, system in systems.items() for raw in data[name] for one in _codings(raw, system))
        _check(codings, catalogue)
        reasons = {
            (systems[name], code): why for name in systems for code, why in data.get(f"{name}_not_mapped", {}).items()
        }
        return cls(codings, systems, data["local_system"], reasons, catalogue)

    def lookup(self, system: str, code: str, *, verified_only: bool = True) -> Coding | None:
        """The coding of a code, or None; unverified ones only on request."""
        if system == self.local_system:
            fact = self.catalogue.canonical(code)
            return Coding(system, code, fact, preferred=fact == code) if fact else None
        found = next((one for one in self.codings if (one.system, one.code) == (system, code)), None)
        return found if found and (found.verified or not verified_only) else None

    def why_not(self, system: str, code: str) -> str:
        """Why a known code is not read as a fact, or an empty text."""
        found = self.lookup(system, code, verified_only=False)
        return self.not_mapped.get((system, code), "") or (
            f"{found.fact}: code is {found.status}" if found and not found.verified else ""
        )

    def codes(self, fact: str) -> tuple[Coding, ...]:
        """Every coding of a fact, the preferred first."""
        return tuple(
            sorted((one for one in self.codings if fact in (one.fact, *one.also)), key=lambda one: not one.preferred)
        )

    def preferred(self, fact: str) -> Coding:
        """The code under which a fact is exported: a verified one, else the local code."""
        found = next((one for one in self.codes(fact) if one.preferred and one.verified and not one.implies), None)
        return found or Coding(self.local_system, fact, fact, preferred=True)


def _codings(raw: Mapping[str, Any], system: str) -> Iterator[Coding]:
    yield _coding(raw, raw["preferred"], system, raw, preferred=True)
    for code in raw.get("previous", ()):
        yield _coding(raw, code, system, raw)
    for accepted in raw.get("accepted", ()):
        yield _coding(raw, accepted["code"], system, accepted)


def _coding(
    entry: Mapping[str, Any], code: str, system: str, own: Mapping[str, Any], *, preferred: bool = False
) -> Coding:
    if own["status"] not in _STATUSES:
        raise AuthorError(
            f"{code} has status {own['status']!r}", place="codes.yaml", remedy=f"Use one of: {', '.join(_STATUSES)}."
        )
    return Coding(
        system, str(code), entry["fact"], own["status"], preferred=preferred, unit=own.get("unit", ""),
        value=entry.get("value", ""), implies=own.get("implies", {}), confirm=entry.get("confirm", False), panel=entry.get("panel", ""), also=tuple(entry.get("also", ())),
    )  # fmt: skip


def _check(codings: Iterable[Coding], catalogue: Catalogue) -> None:
    seen: dict[tuple[str, str], Coding] = {}
    for one in codings:
        for fact in (one.fact, *one.also):
            catalogue.find(fact)
        if (one.system, one.code) in seen:
            raise AuthorError(f"{one.code} means two facts", place="codes.yaml", remedy="Keep the one that is right.")
        seen[one.system, one.code] = one
