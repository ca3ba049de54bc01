"""The bodies of requests and answers, from which the OpenAPI document is made. Unknown keys are refused."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

ID = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["1980-03-01"])]
Instant = Annotated[str, Field(description="RFC 3339, UTC.", examples=["2026-01-05T01:00:00Z"])]
When = Annotated[str, Field(description="A day of the site, or an instant in UTC.", examples=["2026-07-05"])]
Reason = Annotated[str, Field(min_length=3, max_length=2000, pattern=r"\S")]


class Strict(BaseModel):
    """Base of requests: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Shown(BaseModel):
    """Base of answers."""

    model_config = ConfigDict(frozen=True)


# --- requests -------------------------------------------------------------------------------------------------------


class NewPatient(Strict):
    """A patient to register. Without an id the service makes a pseudonym. Names have no place here."""

    id: Annotated[str | None, Field(pattern=ID)] = None
    birth_date: Day | None = None
    sex: Literal["female", "male", "other", "unknown", ""] = ""
    zone: Annotated[str, Field(max_length=64)] = "Asia/Shanghai"


class NewEnrolment(Strict):
    """Put the patient on a pathway; `settings` replace its defaults."""

    pathway: Annotated[str, Field(max_length=80, examples=["inebilizumab"])]
    settings: dict[str, Any] = Field(default_factory=dict)


class NewFact(Strict):
    """One fact as a form gives it: `{"code": "igg", "value": "4.2 g/L"}` or with `effective`, qualifiers and attributes."""

    code: Annotated[str, Field(max_length=80, examples=["igg"])]
    value: Annotated[Any, Field(examples=["4.2 g/L", {"value": "62 kg", "effective": "2025-12-20"}])]
    source: Annotated[str, Field(max_length=300, description="The same source is never recorded twice.")] = ""


class NewFacts(Strict):
    """Facts to record, all or none."""

    facts: Annotated[list[NewFact], Field(min_length=1, max_length=500)]
    pathway: Annotated[str, Field(max_length=80, description="In whose words aliases are read.")] = ""


class Correction(Strict):
    """The new value of a recorded fact."""

    value: Any
    reason: Reason
    status: Literal["amended", "corrected"] = "amended"


class Retraction(Strict):
    """Why a fact was entered in error."""

    reason: Reason


class Actor(Strict):
    """A person in a role."""

    role: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,40}$")]
    name: Annotated[str, Field(max_length=80)] = ""


class OverrideBlock(Strict):
    """Going past overridable blocks, on record."""

    reason: Annotated[str, Field(min_length=10, max_length=2000)]
    approved_by: Actor


class Considered(Strict):
    """The parameters for which an action is looked at."""

    parameters: dict[str, Any] = Field(default_factory=dict)


class Performed(Considered):
    """An action to do."""

    override: OverrideBlock | None = None
    second_person: Actor | None = None


class Omission(Strict):
    """Why a task is not done."""

    reason: Reason


class Completion(Strict):
    """How a task was done, where no fact or action tells."""

    reason: Annotated[str, Field(max_length=2000)] = ""


# --- answers --------------------------------------------------------------------------------------------------------


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
    earliest: Instant | None
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
    earliest: Instant | None
    reasons: list[ActionReason]


class Actions(Shown):
    """The actions of an enrolment."""

    enrolment: str
    version: int
    items: list[ActionProspect]


class Explanation(Shown):
    """Why an action is or is not possible now, in words."""

    enrolment: str
    action: str
    label: str
    language: str
    verdict: str
    dose: str | None
    summary: str
    blocked_by: list[ActionReason]
    warnings: list[ActionReason]
    met: list[ActionReason]
    missing: list[Gap]
    earliest: Instant | None


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
