"""The bodies of answers, from which the OpenAPI document is made."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Instant = Annotated[str, Field(description="RFC 3339, UTC.", examples=["2026-01-05T01:00:00Z"])]
When = Annotated[str, Field(description="A day of the site, or an instant in UTC.", examples=["2026-07-05"])]


class Shown(BaseModel):
    """Base of answers."""

    model_config = ConfigDict(frozen=True)


class ProblemItem(Shown):
    """One mistake of a request."""

    pointer: str
    detail: str


class Problem(Shown):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    instance: str = ""
    place: str = ""
    remedy: str = ""
    errors: list[ProblemItem] = Field(default_factory=list)
    reasons: list[Any] = Field(default_factory=list, description="Of a refused action: see ActionReason.")


class Named(Shown):
    """An id and what it is called."""

    id: str
    label: str


class Patient(Shown):
    """A patient, by pseudonym."""

    id: str
    birth_date: str | None
    sex: str
    zone: str
    version: int


class Arrival(Shown):
    """One arrival at a stage."""

    stage: str
    at: Instant
    via: str


class Hold(Shown):
    """A hold in force."""

    id: str
    code: str
    label: str
    opened: Instant
    released: Instant | None
    causes: list[str]
    effect: str
    hard: bool
    statements: list[str]
    release: str


class Task(Shown):
    """A task and its window."""

    id: str
    code: str
    label: str
    occurrence: str
    role: str
    status: str
    due: When | None
    opens: When | None
    until: When | None
    overdue_since: Instant | None
    frozen: bool
    closed: Instant | None
    closed_by: str
    statements: list[str]


class Message(Shown):
    """A requested notification."""

    id: str
    code: str
    label: str
    enrolment: str
    to: str
    urgency: str
    requested: Instant
    acknowledged: Instant | None
    acknowledged_by: str | None


class Enrolment(Shown):
    """A patient on a pathway."""

    id: str
    patient: str
    pathway: str
    title: str
    ordinal: int
    definition: str
    version: int
    stage: Named
    opened: Instant
    closed: Instant | None
    parent: str | None
    settings: Any
    callers: list[str]
    history: list[Arrival]
    holds: list[Hold]
    tasks: list[Task]
    messages: list[Message]
    next_event: Annotated[Instant | None, Field(description="When the engine will look again by itself.")]


class PatientSummary(Patient):
    """A patient with all enrolments."""

    facts: int
    deviations: int
    enrolments: list[Enrolment]


class PatientIds(Shown):
    """A page of patients."""

    items: list[str]
    next: str | None


class Fact(Shown):
    """A recorded fact with its two times."""

    id: str
    code: str
    label: str
    value: Any
    unit: str
    comparator: str
    event: str | None
    attributes: Any
    status: str
    effective: When
    recorded: Instant
    recorded_by: str
    source: str
    as_reported: str
    supersedes: str | None
    replaced_by: str | None
    reason: str


class Facts(Shown):
    """Facts as known at a moment."""

    known_at: Instant
    items: list[Fact]


class Gap(Shown):
    """What is missing, stale or in conflict."""

    fact: str
    label: str
    why: str


class ActionReason(Shown):
    """One requirement: what is asked, what was found, and what would help."""

    requirement: str
    level: str
    state: str
    text: str
    value: str
    limit: str
    age_days: int | None
    statements: list[str]
    missing: list[Gap]
    next_change: Annotated[Instant | None, Field(description="When time alone could next change this.")]
    pathway: str


class ActionParameter(Shown):
    """What an action asks for."""

    name: str
    kind: str
    unit: str
    codes: list[str]
    required: bool
    label: str


class ActionProspect(Shown):
    """What would happen if somebody of the right role did it now."""

    action: str
    label: str
    roles: list[str]
    signs: bool
    second_person: bool
    to: str
    asks: list[ActionParameter]
    possible: bool
    proposed: bool
    verdict: str
    dose: str | None
    missing: list[Gap]
    earliest: Annotated[When | None, Field(description="When waiting alone makes a refused action possible.")]
    reasons: list[ActionReason]
    follows: Annotated[
        list[str], Field(description="What would follow, as audit events with what they are about; only in a preview.")
    ] = []
    shown: Annotated[str, Field(description="SHA-256 of all this, for the signature; only in a preview.")] = ""


class Actions(Shown):
    """The actions of an enrolment."""

    enrolment: str
    version: int
    items: list[ActionProspect]


class ExplainedValue(Shown):
    """A recorded value behind a reason, how old it is and how old it may be."""

    fact: str
    label: str
    value: str
    day: str
    age_days: int
    age_limit: str


class ExplainedReason(Shown):
    """A reason in a sentence and in its parts."""

    requirement: str
    level: str
    statements: list[str]
    sentence: str
    values: list[ExplainedValue]
    missing: list[Gap]
    next_change: Instant | None


class Explanation(Shown):
    """Why an action is or is not possible now, in words."""

    enrolment: str
    action: str
    label: str
    language: str
    verdict: str
    dose: str | None
    text: str
    reasons: list[ExplainedReason]
    met: list[ActionReason]
    missing: list[Gap]
    earliest: Annotated[When | None, Field(description="When waiting alone makes it possible.")]


class Result(Shown):
    """How a command ended."""

    verdict: str
    enrolment: str | None
    version: int | None
    created: list[str]
    dose: str | None
    replayed: Annotated[bool, Field(description="It had been done before under this key; this is the stored answer.")]
    reasons: list[ActionReason]


class WorkItem(Shown):
    """One line of the worklist."""

    state: str
    kind: str
    patient: str
    enrolment: str
    pathway: Named
    stage: Named
    id: str
    code: str
    label: str
    role: str
    due: When | None
    opens: When | None
    until: When | None
    days_late: int | None
    since: Instant | None
    blocked_by: list[Named]
    missing: list[Gap]


class WorkPage(Shown):
    """A page of the worklist."""

    items: list[WorkItem]
    next: str | None


class AuditItem(Shown):
    """One audit entry."""

    chain: str
    number: int
    position: int
    enrolment: str
    event: str
    actor: Any
    occurred: str
    recorded: str
    content: Any
    hash: str


class AuditPage(Shown):
    """A page of a patient's audit."""

    items: list[AuditItem]
    next: str | None


class SettingShown(Shown):
    """A setting with its default and the reason for it."""

    name: str
    value: Any
    unit: str
    reason: str
    spec: list[str]


class PathwaySummary(Shown):
    """A pathway in force."""

    id: str
    title: str
    definition: str
    spec: str
    shared: bool
    parent: str | None


class PathwayShown(PathwaySummary):
    """A pathway with its stages, actions and settings."""

    initial: str
    stages: list[Named]
    terminal: list[str]
    actions: list[Named]
    holds: list[Named]
    tasks: list[Named]
    settings: list[SettingShown]


class Pathways(Shown):
    """All pathways in force."""

    items: list[PathwaySummary]
