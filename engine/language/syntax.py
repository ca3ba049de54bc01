"""The tree of the criteria language: what a sentence says, independent of how it is written or judged.

A *criterion* is met, not met or unknown; a *value* is a noun phrase. Trees are immutable and compare by content, so that
printing and parsing again can be held to give the same tree. A *selector* names entries: facts of an id or class, acts,
arrivals at stages, openings of holds.
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


# --- criteria -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class All(Criterion):
    """All of the items."""

    items: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class AnyOf(Criterion):
    """At least one of the items."""

    items: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class AtLeastOf(Criterion):
    """`at least 2 of (a; b; c)`."""

    count: int
    items: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Not(Criterion):
    """Swaps met and not met; unknown stays."""

    item: Criterion


@dataclass(frozen=True, slots=True)
class Unless(Criterion):
    """`a unless b`: met where b is met; where b is not met, a decides (see `criteria-language.md` §4)."""

    item: Criterion
    exception: Criterion


@dataclass(frozen=True, slots=True)
class CountsAsNo(Criterion):
    """`a, unknown counts as no`: warn level only."""

    item: Criterion


@dataclass(frozen=True, slots=True)
class Named(Criterion):
    """`severe is met`: a criterion of the definition by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Compare(Criterion):
    """`igg >= 5 g/L`, `today < earliest_stop`."""

    left: Value
    operator: str
    right: Value


@dataclass(frozen=True, slots=True)
class Is(Criterion):
    """`diabetes is yes`, `tb_status is one of latent, active`. A fact with several values meets it with any of them."""

    value: Value
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known(Criterion):
    """`igg is known`: met or unknown, never not met."""

    value: Value


@dataclass(frozen=True, slots=True)
class Missing(Criterion):
    """`igg is missing`: two-valued; for tasks, messages and holds, refused in guards."""

    value: Value


@dataclass(frozen=True, slots=True)
class Exists(Criterion):
    """`any relapse within 12 months`, `no malignancy …`, `at least 2 mg_exacerbation …`, `at least 2 different drug of …`."""

    quantifier: str
    count: int
    selector: Selector
    distinct: str = ""


@dataclass(frozen=True, slots=True)
class Running(Criterion):
    """`prednisone is running`, `… for at least 3 months`: a course that started and has not stopped."""

    name: str
    period: Value | None = None


@dataclass(frozen=True, slots=True)
class Stopped(Criterion):
    """`jak_inhibitor stopped at least 14 days before apheresis_date`; `name` may be `row.drugs`."""

    name: str
    period: Value
    before: Value


@dataclass(frozen=True, slots=True)
class NeverGiven(Criterion):
    """`cytotoxic_chemotherapy never given`: attested history."""

    name: str


@dataclass(frozen=True, slots=True)
class Lasting(Criterion):
    """`mg_adl >= 6 for at least 6 months`: an unbroken run of recorded values."""

    item: Compare | Is
    period: Value


@dataclass(frozen=True, slots=True)
class EachDay(Criterion):
    """`on each of the 7 days before apheresis_date, prednisone_equivalent_dose < 20 mg/d`."""

    days: Value
    before: Value
    item: Criterion


@dataclass(frozen=True, slots=True)
class EveryResult(Criterion):
    """`every result of task cd20_monitoring <= 4 /uL`: one missing is unknown, one bad is not met."""

    task: str
    operator: str
    limit: Value


@dataclass(frozen=True, slots=True)
class Changed(Criterion):
    """`hbsag changed from negative to positive`."""

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved(Criterion):
    """`ice_score fell by at least 2 from ice_baseline`, `edss rose by at least 0.5 from …`."""

    value: Value
    direction: str
    amount: Value
    reference: Value


@dataclass(frozen=True, slots=True)
class HoldOpen(Criterion):
    """`hold pml_suspected is open`, `hold active_tb of tb is open`; `hold any is open`."""

    hold: str
    pathway: str = ""


@dataclass(frozen=True, slots=True)
class TaskIs(Criterion):
    """`task hbv_carrier_monitoring of hbv is overdue`; states open, overdue, done."""

    task: str
    state: str
    pathway: str = ""


@dataclass(frozen=True, slots=True)
class StageIs(Criterion):
    """`stage is one of loading, maintenance`, `stage of bridging is complete`."""

    stages: tuple[str, ...]
    pathway: str = ""


@dataclass(frozen=True, slots=True)
class GateIs(Criterion):
    """`gate of hbv is one of clear, clear_with_prophylaxis`, by the caller set of this pathway."""

    pathway: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GuardPasses(Criterion):
    """`guard first_dose passes`: two-valued; requirements overridden when the standing authorisation was given count as passed."""

    guard: str


@dataclass(frozen=True, slots=True)
class Enrolled(Criterion):
    """`enrolled on car_t`: an open enrolment exists."""

    pathway: str


@dataclass(frozen=True, slots=True)
class CallerHas(Criterion):
    """`any caller has (…)`, `every caller has (…)`: inside, `caller.x` reads that caller."""

    quantifier: str
    item: Criterion
