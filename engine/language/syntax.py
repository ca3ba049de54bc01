"""The tree of the criteria language: what a sentence says, independent of how it is written or judged.

A *criterion* is met, not met or unknown; a *value* is a noun phrase. Trees are immutable and compare by content, so that
printing and parsing again can be held to give the same tree. A *selector* names entries: facts of an id or class, acts,
arrivals at stages, openings of holds.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.language.nouns import (
    Attribute,
    Bounded,
    Choice,
    Count,
    CountDistinct,
    CountMet,
    Criterion,
    Day,
    Lookup,
    Name,
    NextOnGrid,
    Node,
    Number,
    OverCallers,
    Period,
    Pick,
    Product,
    Rounded,
    Selector,
    Sum,
    Truth,
    Value,
    Window,
    Word,
)

__all__ = [
    "ELSEWHERE",
    "All",
    "AnyOf",
    "AtLeastOf",
    "Attribute",
    "Bounded",
    "CallerHas",
    "Changed",
    "Choice",
    "Compare",
    "Count",
    "CountDistinct",
    "CountMet",
    "CountsAsNo",
    "Criterion",
    "Day",
    "EachDay",
    "Enrolled",
    "EveryResult",
    "Exists",
    "GateIs",
    "GuardPasses",
    "HoldOpen",
    "Is",
    "Known",
    "Lasting",
    "Lookup",
    "Missing",
    "Moved",
    "Name",
    "Named",
    "NeverGiven",
    "NextOnGrid",
    "Node",
    "Not",
    "Number",
    "OverCallers",
    "Period",
    "Pick",
    "Product",
    "Rounded",
    "Running",
    "Selector",
    "StageIs",
    "Stopped",
    "Sum",
    "TaskIs",
    "Truth",
    "Unless",
    "Value",
    "Window",
    "Word",
]

# --- criteria -------------------------------------------------------------------------------------------------------


ELSEWHERE = "elsewhere"
"""First part of a criterion's name that is looked for on every other pathway of the patient, whichever they are."""


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
    """`severe is met`: a criterion of the definition by its name; `elsewhere.x is met` on any other pathway of the patient."""

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
