"""Outcomes of judging a sentence: a `Reading` of a value, a `Verdict` on a criterion, both with their evidence.

`until` is the next moment at which time alone could change the outcome (None: time alone never will). Timers, "earliest
possible" and the withdrawal of an authorisation follow from it without polling.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from itertools import chain
from typing import Any

from engine.language.syntax import Node


class State(Enum):
    """A criterion is met, not met or unknown."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class Why(StrEnum):
    """The closed list of reasons of unknown (`criteria-language.md` §4)."""

    NEVER_RECORDED = "never_recorded"
    STALE = "stale"
    CONFLICT = "conflict"
    CONFOUNDED = "confounded"
    PRELIMINARY = "preliminary_only"
    INDETERMINATE = "recorded_as_unknown"
    NO_UNIT = "no_unit_limit_or_time"
    NOT_COMPARABLE = "not_comparable"
    IMPRECISE = "imprecise"
    NOT_YET = "has_not_happened_yet"
    NOT_ENROLLED = "not_enrolled"
    NOT_STATED = "history_not_stated"


REPAIRABLE = frozenset(Why) - {Why.NOT_YET, Why.NOT_ENROLLED}
"""What someone can repair by recording something; only this makes an `ask` task."""

SILENT = frozenset({Why.NEVER_RECORDED, Why.NOT_YET, Why.NOT_ENROLLED, Why.NO_UNIT})
"""Nothing was said. Every other reason means that something was, and that it cannot be relied upon."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Why something is unknown, and of which fact."""

    why: Why
    code: str


@dataclass(frozen=True, slots=True)
class Range:
    """A quantity or date known only within limits; None is open-ended. `*_in` tells whether the limit itself counts."""

    low: Any = None
    high: Any = None
    low_in: bool = True
    high_in: bool = True


@dataclass(slots=True)
class Reading:
    """A value that was read; `value` None means unknown, and `gaps` says why.

    Quantities are `Decimal` in `unit`. `clock` marks the moving present (`today`, `now`).
    """

    value: Any = None
    unit: str = ""
    gaps: tuple[Gap, ...] = ()
    facts: tuple[str, ...] = ()
    until: datetime | None = None
    clock: bool = False

    @property
    def known(self) -> bool:
        """Whether there is a value, exact or within limits."""
        return self.value is not None

    @property
    def silent(self) -> bool:
        """Whether it is unknown only because nothing was said."""
        return not self.known and all(gap.why in SILENT for gap in self.gaps)

    def holding(self, value: Any, unit: str = "") -> Reading:
        """Another value that rests on the same evidence; no longer the moving present."""
        return Reading(value, unit, self.gaps, self.facts, self.until)


@dataclass(slots=True)
class Verdict:
    """The outcome of a criterion with the tree of what led to it."""

    state: State
    node: Node | None = None
    parts: tuple[Verdict, ...] = ()
    gaps: tuple[Gap, ...] = ()
    facts: tuple[str, ...] = ()
    until: datetime | None = None
    left: Any = None
    right: Any = None
    unit: str = ""

    @property
    def met(self) -> bool:
        """Met for certain."""
        return self.state is State.MET


MET, NOT_MET, UNKNOWN = State.MET, State.NOT_MET, State.UNKNOWN


def sooner(one: datetime | None, other: datetime | None) -> datetime | None:
    """The earlier of two moments, None being never."""
    if one is None:
        return other
    return one if other is None or one <= other else other


def joined(*parts: tuple[Any, ...]) -> tuple[Any, ...]:
    """Tuples one after the other without repetition, order kept."""
    filled = [part for part in parts if part]
    if len(filled) < 2:
        return filled[0] if filled else ()
    return tuple(dict.fromkeys(chain.from_iterable(filled)))


def unknown(why: Why, code: str, **details: Any) -> Reading:
    """A reading that is unknown for one reason."""
    return Reading(gaps=(Gap(why, code),), **details)


def state_of(truth: bool | None) -> State:
    """Three-valued from a Python truth value, None being unknown."""
    return UNKNOWN if truth is None else MET if truth else NOT_MET
