"""What the catalogue says about one fact, one class of drugs and one derived value, as immutable records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from engine.model import ExposureEvent
from engine.units import Duration

Label = Mapping[str, str]
"""Text by language: `en`, `zh`."""

EMPTY: Mapping[str, Any] = {}


class FactKind(StrEnum):
    """How a fact is recorded."""

    QUANTITY = "quantity"
    CODED = "coded"
    BOOLEAN = "boolean"
    DATE = "date"
    TEXT = "text"
    EXPOSURE = "exposure"
    EVENT = "event"


class AgeRule(StrEnum):
    """Age limits that are not a length of time."""

    PERMANENT = "permanent"
    """Never stale."""
    EPISODE = "episode"
    """Valid within this episode only."""
    NONE = "none"
    """The pathway sets no limit."""
    SAME_VISIT = "same visit"
    BY_SCHEDULE = "by schedule"


AgeLimit = Duration | AgeRule


@dataclass(frozen=True, slots=True)
class AcceptedUnit:
    """A unit in which reports come, and how it becomes the canonical one: `value * factor`, or a formula in x."""

    unit: str
    factor: Decimal | None = None
    formula: str = ""


@dataclass(frozen=True, slots=True)
class FactDefinition:
    """One fact of the catalogue; ids are those of `facts.yaml`."""

    id: str
    label: Label
    kind: FactKind
    unit: str = ""
    """Canonical UCUM unit of a quantity."""
    accepted: tuple[AcceptedUnit, ...] = ()
    range: tuple[Decimal, Decimal] | None = None
    """Plausible range in the canonical unit, inclusive."""
    step: Decimal | None = None
    decimals: int | None = None
    """Digits to show; never a rounding of what is compared."""
    separate_series: tuple[str, ...] = ()
    """Units that are kept apart and never converted into each other."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Codes of a coded fact with their Chinese labels."""
    value_aliases: Mapping[str, str] = field(default_factory=dict)
    broader: Mapping[str, str] = field(default_factory=dict)
    """Broader code of a narrower one."""
    multiple: bool = False
    """Several values hold at once: entries collect instead of replacing each other."""
    precision: str = ""
    """Of a date: `day` or `minute`."""
    qualifiers: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """Further keys of an entry, each with its type or its allowed values."""
    constants: Mapping[str, Decimal] = field(default_factory=dict)
    """Numbers that belong to the drug (`mg_equal_to_5_mg_prednisone`), not to an entry."""
    classes: tuple[str, ...] = ()
    events: tuple[ExposureEvent, ...] = ()
    routes: tuple[str, ...] = ()
    dose_units: Mapping[str, str] = field(default_factory=dict)
    """Canonical dose unit of a single administration (`given`) and of a course (`course`)."""
    max_age: Mapping[str, Mapping[str, AgeLimit]] = field(default_factory=dict)
    """Age limit by pathway and context (`default`, or a stricter one such as `ICU`)."""
    used_by: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    alias_implies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Qualifiers that an alias stands for: `sao2` implies `method: arterial_gas`."""
    codes: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    @property
    def series(self) -> tuple[str, ...]:
        """Qualifiers that tell series of this fact apart: two values conflict only within one series."""
        known = (*self.qualifiers, *self.attributes)
        return tuple(key for key in SERIES_KEYS if key in known) + (("unit",) if self.separate_series else ())

    @property
    def happens(self) -> bool:
        """Whether it is an exposure or event: not recorded means that it did not happen."""
        return self.kind in (FactKind.EXPOSURE, FactKind.EVENT)

    def narrower(self, code: str) -> frozenset[str]:
        """The code itself and every code that it covers (`mg` covers `mg_ocular`)."""
        found = {code}
        while more := {low for low, high in self.broader.items() if high in found} - found:
            found |= more
        return frozenset(found)

    def age_limits(self, pathway: str) -> Mapping[str, AgeLimit]:
        """Age limits of a pathway by context; empty where the specification gives none."""
        return self.max_age.get(pathway, EMPTY)


SERIES_KEYS = ("specimen", "method", "scale_version", "instrument", "antigen", "treatment")


@dataclass(frozen=True, slots=True)
class ClassDefinition:
    """A class of exposures."""

    id: str
    label: Label
    aliases: tuple[str, ...] = ()
    attested: bool = False
    """Whether silence leaves the history unknown (`criteria-language.md` §4)."""
    attested_by: str = ""
    """The boolean fact that states the history."""
    routes: tuple[str, ...] = ()
    """Only entries by these routes belong; a route that is not stated belongs."""
    by_indication: tuple[str, ...] = ()
    """An entry of any drug given for one of these indications belongs too."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class DerivedDefinition:
    """A value that is computed from facts."""

    id: str
    label: Label
    kind: FactKind
    unit: str = ""
    inputs: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    definition: str = ""
    used_by: tuple[str, ...] = ()
