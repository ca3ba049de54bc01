"""The shape of `pathway.yaml`, as Pydantic models; the JSON Schema for editors comes from here.

Sentences (`when`, `that`, `due`, …) stay text in this module; `engine.definition.compiled` parses and types them.
Every model forbids unknown keys, so that a misspelt key is a finding and not a silent nothing.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from engine.definition.effects_schema import (
    Close,
    Effect,
    Expression,
    Label,
    Level,
    Model,
    Names,
    Open,
    Parameter,
    Record,
    Register,
    Sentence,
    UnknownLevel,
)
from engine.definition.indicator_schema import IndicatorSpec
from engine.definition.task_schema import DoneBy, Grid, Reminder, Step, TaskSpec

__all__ = ["Close", "DoneBy", "Effect", "Expression", "Grid", "IndicatorSpec", "Label", "Model", "Names", "Open", "Parameter", "Record", "Register", "Reminder", "Sentence", "Step", "TaskSpec"]  # fmt: skip


class Setting(Model):
    """A LOCAL DEFAULT of the specification. `value` may be a map from caller to value (sub-pathways; `generic` for the rest)."""

    value: Any
    unit: str = Field("", description="Unit of a plain number: days, hours, minutes, months, years, or a UCUM unit.")
    reason: str = Field(..., description="Why this default: the specification's reason or what it stands in for.")
    spec: Names = Field(default_factory=list, description="Rows of the specification.")
    allowed: Any = None
    maximum: Any = None
    unused: str = Field(
        "", description="Why no sentence reads it: a choice that the definition's form makes, shown to be confirmed."
    )


class Age(Model):
    """How old a fact may be before it is stale for this pathway; without an entry the catalogue's limit holds."""

    within: str = Field(..., description="A period, `setting.x`, or `none`.")
    unless: Sentence | None = Field(None, description="While this is met the limit does not apply.")


class CallerSpec(Model):
    """How this sub-pathway reads one calling pathway; inside, `caller.x` names the caller registered."""

    set: str = ""
    planned: Expression | None = Field(None, description="Planned first dose when none was registered.")
    start: Expression = Field(..., description="Exposure start.")
    end: Expression | None = Field(None, description="Exposure end.")
    finished: Sentence | None = Field(None, description="The caller no longer needs the sub-pathway.")


class Table(Model):
    """A decision table; a cell is text, a number with unit, a period or a name."""

    columns: list[str]
    rows: list[list[str]]


class Row(Model):
    """One row of a first-match classification."""

    when: Sentence
    then: Expression = Field(..., alias="is", description="A code in quotes, `yes`/`no`, or an expression.")


class ValueSpec(Model):
    """A named value: an expression, or the first row whose condition is met (unknown before it makes the result unknown)."""

    value: Expression | None = Field(None, alias="is")
    first_of: list[Row] | None = None
    otherwise: Expression | None = None
    label: Label | None = None
    statement: Names = Field(default_factory=list)


class CriterionSpec(Model):
    """A named criterion with a label for people."""

    that: Sentence
    label: Label | None = None
    statement: Names = Field(default_factory=list)


class Stage(Model):
    """A place on the pathway."""

    label: Label
    spec: Names = Field(default_factory=list)
    terminal: bool = False
    reopenable: bool = False
    parent: str | None = None


class Requirement(Model):
    """One line of a guard."""

    id: str
    that: Sentence | None = None
    holds: bool = Field(
        False, description="Stands for `no hold in force`; each open hold refuses with its own statements."
    )
    include: str | None = Field(
        None, description="Another guard whose requirements belong here (`pathway.guard` for another pathway)."
    )
    each: str | None = Field(None, description="A table; one requirement for each row, `row.x` inside.")
    covered_by: Names = Field(
        [], description="With `include`: what the newest of these acts overrode or warned of is settled."
    )
    when: Sentence | None = Field(None, description="The requirement applies only where this is met.")
    statement: list[str] | str | dict[str, list[str] | str] = Field(default_factory=list)
    not_met: Level = "block"
    unknown: UnknownLevel = "ask"
    when_unknown: UnknownLevel | None = Field(
        None, description="The level where it is unknown whether the requirement applies, if not that of `unknown`."
    )
    value: str = Field("", description="Gates only: the gate's value when this requirement does not pass.")
    consent: str | None = None
    override_by: list[str] = Field(default_factory=list)
    label: Label | None = None


class Guard(Model):
    """What must be true before an action; judged as of `as_of` (default now)."""

    as_of: Expression | None = None
    require: list[Requirement]


class GateValue(Model):
    """The value of a gate whose requirements pass."""

    value: str
    when: Sentence


class Gate(Model):
    """What callers read of a sub-pathway, evaluated for one caller."""

    require: list[Requirement]
    passes: list[GateValue]
    otherwise: str = "unknown"


class Action(Model):
    """What a person does."""

    label: Label
    spec: Names = Field(default_factory=list)
    from_: Names | None = Field(None, alias="from", description="Stages; absent = every stage that is not terminal.")
    to: str | None = Field(
        None,
        description="A stage, `previous stage`, absent = the stage stays, or `with.x`: the stage named (left out: the previous one).",
    )
    by: list[str]
    signs: bool = False
    second_person: bool = False
    second: Names = Field([], description="Roles that may sign second; absent: any.")
    asks: dict[str, Parameter] = Field(default_factory=dict, alias="with")
    guard: str | None = Field(None, description="A guard of this pathway, or `pathway.guard`.")
    gate: str | None = Field(
        None, description="Sub-pathways: asks the gate for this caller (`generic` = any other caller)."
    )
    dose: Expression | None = None
    proposed: Sentence | None = Field(None, description="When the engine proposes it (and never takes it).")
    effects: list[Effect] = Field(default_factory=list)
    statement: Names = Field(default_factory=list)


class Case(Model):
    """One outcome of an automatic transition."""

    to: str
    when: Sentence


class Automatic(Model):
    """A transition that the engine makes by itself: on facts, timers, a child's stage. Order = priority."""

    label: Label | None = None
    spec: Names = Field(default_factory=list)
    from_: Names | None = Field(None, alias="from")
    to: str | None = None
    when: Sentence | None = None
    cases: list[Case] = Field(default_factory=list)
    on: Names = Field(
        default_factory=list,
        description="Edge: `fact:x`, `child:pathway.stage`, `child:pathway.ended`, `action:x`, `hold:x`, `released:x`.",
    )
    effects: list[Effect] = Field(default_factory=list)
    statement: Names = Field(default_factory=list)


class HoldSpec(Model):
    """Suspends treatment until released. `opens` is judged in alarm mode, `released` as a guard."""

    label: Label
    spec: Names = Field(default_factory=list)
    opens: Sentence
    released: Sentence | None = Field(
        None, description="Leaves force as soon as this is met; absent: only an action's `release`, or never."
    )
    effect: Literal["suspend", "block", "stop", "pause"] = "block"
    hard: bool = False
    permanent: bool = False
    release: str = Field("", description="In words for people: what releases it.")
    statement: Names = Field(default_factory=list)
    applies_to: str = ""
    by: list[str] = Field(default_factory=list)


class Escalation(Model):
    """Who is told when nobody acknowledged in time, counted from the step before."""

    after: str
    to: Names


Ladder = Annotated[list[Escalation], BeforeValidator(lambda value: value if isinstance(value, list) else [value])]
"""One step or several."""


class Raised(Model):
    """A higher urgency for what is asked for while a condition is met; unknown leaves the usual one."""

    to: Literal["high", "critical"]
    when: Sentence


class Notification(Model):
    """A message to people. `on` lists edges; `when` fires on becoming met."""

    label: Label
    spec: Names = Field(default_factory=list)
    to: list[str]
    urgency: Literal["routine", "high", "critical"]
    raised: Raised | None = None
    on: Names = Field(default_factory=list)
    when: Sentence | None = None
    acknowledge: str | None = None
    escalation: Ladder = Field(
        default_factory=list, description="Steps to further roles; the last one is the pathway's `unanswered`."
    )
    statement: Names = Field(default_factory=list)


class DeviationSpec(Model):
    """A class of departure from the protocol. `on` lists edges (`override:*`, `override:requirement`); `when` fires on becoming met."""

    label: Label
    spec: Names = Field(default_factory=list)
    on: Names = Field(default_factory=list)
    when: Sentence | None = None


class OverrideReason(Model):
    """How long the reason of an override must be."""

    at_least: str = Field(..., description="The setting that holds the number of characters.")
    statement: list[str] = Field(default_factory=list)


class Source(Model):
    """Where the pathway comes from."""

    title: str
    body: str = ""
    year: str = ""
    doi: str = ""


NO_NEXT_STEP = "no_next_step"
"""The message about an enrolment for which nothing is planned; every definition has it."""


def _no_next_step() -> Notification:
    label = Label(en="No next step is planned", zh="尚无下一步安排")
    return Notification(label=label, to=["care_coordinator"], urgency="routine")


class DefinitionSpec(Model):
    """One pathway."""

    pathway: str
    title: Label
    spec: str
    source: list[Source] = Field(default_factory=list)
    initial: str
    parent: str | None = Field(None, description="A nested machine: opened by this pathway only.")
    shared: bool = Field(False, description="A sub-pathway: one enrolment for each patient, with callers.")
    opens: list[str] = Field(default_factory=list)
    attested: list[str] = Field(
        default_factory=list, description="Facts and classes whose silence is unknown, not `none`."
    )
    settings: dict[str, Setting] = Field(default_factory=dict)
    ages: dict[str, Age] = Field(default_factory=dict)
    callers: dict[str, CallerSpec] = Field(default_factory=dict)
    values: dict[str, ValueSpec | Expression] = Field(default_factory=dict)
    criteria: dict[str, CriterionSpec | Sentence] = Field(default_factory=dict)
    tables: dict[str, Table] = Field(default_factory=dict)
    stages: dict[str, Stage]
    override_by: list[str] = Field(
        default_factory=list,
        description="Roles that may go past an overridable block where the requirement names none; absent: any.",
    )
    override_reason: OverrideReason | None = Field(None, description="The least length of an override's reason.")
    guards: dict[str, Guard] = Field(default_factory=dict)
    gate: Gate | None = None
    actions: dict[str, Action] = Field(default_factory=dict)
    automatic: dict[str, Automatic] = Field(default_factory=dict)
    holds: dict[str, HoldSpec] = Field(default_factory=dict)
    tasks: dict[str, TaskSpec] = Field(default_factory=dict)
    notifications: dict[str, Notification] = Field(default_factory=dict)
    idle_days: int = Field(
        30,
        gt=0,
        description="After so many days without an open task or a date to wait for, the coordinator is told, and again each time.",
    )
    unanswered: str = Field(
        "pathway_lead", description="The role that gets in the end what nobody acknowledged, and owns it."
    )
    deviations: dict[str, DeviationSpec] = Field(default_factory=dict)
    indicators: dict[str, IndicatorSpec] = Field(default_factory=dict)
    expressed_by: dict[str, str] = Field(
        default_factory=dict, description="Statement: the element (of this or another pathway) that expresses it."
    )
    not_computable: dict[str, str] = Field(default_factory=dict, description="Statement: the reason.")

    @model_validator(mode="after")
    def _tell_of_no_next_step(self) -> DefinitionSpec:
        self.notifications.setdefault(NO_NEXT_STEP, _no_next_step())
        return self
