"""Nouns of the criteria language: the bases of its tree, values, and selectors of entries.

They stand apart from `syntax`, which adds the criteria and is what everybody imports.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


class Node:
    """Any part of a sentence."""

    __slots__ = ()


class Criterion(Node):
    """Something that is met, not met or unknown."""

    __slots__ = ()


class Value(Node):
    """Something that is read: a quantity, date, code, yes/no or entry."""

    __slots__ = ()


# --- values ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Number(Value):
    """A number with its unit (empty for counts and scores): `5 g/L`, `0.5 10*9/L`, `2`."""

    value: Decimal
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Period(Value):
    """A length of time. Months are calendar months, days calendar days, minutes clock time."""

    months: int = 0
    days: int = 0
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Day(Value):
    """A calendar day."""

    day: date


@dataclass(frozen=True, slots=True)
class Word(Value):
    """Quoted text."""

    text: str


@dataclass(frozen=True, slots=True)
class Truth(Value):
    """`yes` or `no` where a value is asked for."""

    yes: bool


@dataclass(frozen=True, slots=True)
class Name(Value):
    """A fact, named value, anchor, registered function, `today`, `now`; dotted: `setting.x`, `with.x`, `row.x`, `entry.x`,
    `caller.x`, `given.x` (what the opener of the enrolment handed over).
    """

    name: str


@dataclass(frozen=True, slots=True)
class Pick(Value):
    """`latest …` or `first …` of a selector: an entry."""

    which: str
    selector: Selector


@dataclass(frozen=True, slots=True)
class Attribute(Value):
    """`planned_next of latest rituximab`, `uln of alt`, `date of …`, `time of …`, `tail_end of hbv`."""

    name: str
    of: Value


@dataclass(frozen=True, slots=True)
class Sum(Value):
    """`a + b` or `a - b`: numbers, or a date and a period."""

    left: Value
    operator: str
    right: Value


@dataclass(frozen=True, slots=True)
class Product(Value):
    """`8 mg/kg * weight`."""

    left: Value
    right: Value


@dataclass(frozen=True, slots=True)
class Bounded(Value):
    """`…, at most 800 mg` or `…, at least 10 mg`."""

    value: Value
    bound: str
    limit: Value


@dataclass(frozen=True, slots=True)
class Rounded(Value):
    """`…, rounded to 1 mg`, `rounded up to`, `rounded down to`; half up."""

    value: Value
    mode: str
    step: Value


@dataclass(frozen=True, slots=True)
class Choice(Value):
    """`earliest of (a; b)`, `latest of`, `least of`, `greatest of`, `first known of`."""

    which: str
    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class OverCallers(Value):
    """`earliest of x over callers`: the choice among the values that the callers of a sub-pathway give."""

    which: str
    value: Value


@dataclass(frozen=True, slots=True)
class Count(Value):
    """`count of relapse within 12 months`."""

    selector: Selector


@dataclass(frozen=True, slots=True)
class CountDistinct(Value):
    """`count of different drug of therapy_trial …`."""

    attribute: str
    selector: Selector


@dataclass(frozen=True, slots=True)
class CountMet(Value):
    """`number met of (a; b; c)`: a range while some are unknown."""

    items: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class NextOnGrid(Value):
    """`next of every 6 months from t0 after last_infusion`: first grid date later than the day, never chained."""

    every: Value
    anchor: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Lookup(Value):
    """`outcome in table drug_evidence for tofacitinib, neural_antibody`."""

    column: str
    table: str
    keys: tuple[Value, ...]


# --- selectors ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Window(Node):
    """One restriction in time. `kind`: within, since, after, before, until, on, between, at_least, rolling.

    `within p` · `within p before d` · `within p after d` · `at least p before d` · `at least p ago` ·
    `between p and q before d` · `between d and e` · `in any p`.
    """

    kind: str
    period: Value | None = None
    upper: Value | None = None
    side: str = ""
    date: Value | None = None


@dataclass(frozen=True, slots=True)
class Selector(Node):
    """Entries: `relapse with (severity is severe) within 12 months`; `source` is fact, action, stage, hold or task."""

    source: str
    name: str
    verb: str = ""
    having: Criterion | None = None
    windows: tuple[Window, ...] = ()
