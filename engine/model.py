"""The nouns of a treatment pathway, as plain immutable records.

Everything the engine decides about one patient is one aggregate, the `Chart`: the facts that were recorded and the
enrolments with their stages, acts, holds, tasks and timers. A decision works on a copy of the chart and says which
records it wrote; the store saves exactly those. Instants are aware UTC datetimes; clinical dates are `date`s in the
zone of the patient's site (`Patient.zone`). A *when* (due dates, windows) is a `date` where only the day matters and a
`datetime` where minutes do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

When = date | datetime
"""A calendar day in the site's zone, or an instant in UTC."""


class FactStatus(StrEnum):
    """Life of a recorded fact (FHIR Observation.status, the part that treatment pathways need)."""

    PRELIMINARY = "preliminary"
    FINAL = "final"
    AMENDED = "amended"
    CORRECTED = "corrected"
    ENTERED_IN_ERROR = "entered_in_error"


class ExposureEvent(StrEnum):
    """What an exposure or event entry tells: a single administration, the two ends of a course, an occurrence."""

    GIVEN = "given"
    STARTED = "started"
    STOPPED = "stopped"
    OCCURRED = "occurred"


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts: a person in a role. `name` is the id of the person, whichever account was used; never a patient."""

    role: str
    name: str = ""
    on_behalf_of: str = ""


SYSTEM = Person("system", "careway")
"""The engine itself: timers, automatic transitions, re-evaluations."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One recorded clinical datum with its two times.

    `value` is canonical: `Decimal` in the catalogue's unit for quantities, the code for coded facts, `bool`, `date`/
    `datetime` or text otherwise, `None` for exposures and events (they carry `event` and `attributes`). Qualifiers and
    attributes (`uln`, `detection`, `specimen`, `dose`, `planned_next`, …) are canonical too: quantities as `Decimal` in
    the unit of the fact or, for a dose, in the unit named by `<key>_unit`.
    """

    id: str
    code: str
    effective: datetime
    """When it was true (UTC). Midnight of `effective_day` in the site's zone when only the day is known."""
    effective_day: date
    timed: bool
    """Whether the time of day is known; a day-precise fact counts for its whole day."""
    recorded: datetime
    """When Careway learned of it (UTC)."""
    seq: int
    """Order of recording within the chart."""
    value: Decimal | bool | str | date | datetime | None = None
    event: ExposureEvent | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    comparator: str = ""
    """`<`, `<=`, `>` or `>=` where the laboratory gave a limit instead of a value."""
    status: FactStatus = FactStatus.FINAL
    supersedes: str | None = None
    """The fact that this one amends, corrects or voids."""
    reason: str = ""
    recorder: Person = SYSTEM
    source: str = ""
    """Origin of an imported fact (`fhir:Observation/123`); the same source is never recorded twice."""
    as_reported: str = ""
    """The value as it was entered, before conversion."""


class TaskStatus(StrEnum):
    """Life of a task. Cancelled: no longer owed; omitted: a person decided not to do it; missed: overtaken unfinished."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"
    OMITTED = "omitted"
    MISSED = "missed"


TERMINAL_TASKS = frozenset({TaskStatus.DONE, TaskStatus.OMITTED, TaskStatus.MISSED, TaskStatus.CANCELLED})
"""Every status but open."""


@dataclass(frozen=True, slots=True)
class Task:
    """Something due, with its window. `occurrence` tells apart the repetitions of one task rule."""

    id: str
    enrolment: str
    code: str
    occurrence: str
    role: str
    due: When | None
    opens: When | None
    until: When | None
    created: datetime
    status: TaskStatus = TaskStatus.OPEN
    closed: datetime | None = None
    closed_by: str = ""
    """Fact id, act id or the reason in words."""
    overdue_since: datetime | None = None
    frozen: bool = False
    """A hold suspends it: it stays visible and is not overdue."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Suspends treatment until released."""

    id: str
    enrolment: str
    code: str
    opened: datetime
    causes: tuple[str, ...] = ()
    """Fact ids that opened it."""
    released: datetime | None = None
    released_by: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """An action that was accepted. Refused ones stand in the audit only."""

    id: str
    enrolment: str
    action: str
    at: datetime
    seq: int
    by: Person
    parameters: Mapping[str, Any] = field(default_factory=dict)
    second_person: Person | None = None
    overridden: tuple[str, ...] = ()
    """Ids of the requirements that were overridden."""
    warned: tuple[str, ...] = ()
    reason: str = ""
    stage: str = ""
    """The stage in which it was done."""


@dataclass(frozen=True, slots=True)
class StageEntry:
    """One arrival at a stage."""

    stage: str
    at: datetime
    seq: int
    via: str
    """Id of the action or automatic transition, or `opened`."""


class TimerState(StrEnum):
    """A timer is pending until it fires or is no longer wanted."""

    PENDING = "pending"
    FIRED = "fired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Timer:
    """A moment at which the engine must look again. `(enrolment, key)` is unique: it fires once."""

    id: str
    enrolment: str
    key: str
    due: datetime
    state: TimerState = TimerState.PENDING
    fired: datetime | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A requested notification; one row for each recipient role. `(enrolment, code, occurrence, to)` is unique."""

    id: str
    enrolment: str
    code: str
    occurrence: str
    to: str
    urgency: str
    requested: datetime
    variables: Mapping[str, Any] = field(default_factory=dict)
    acknowledged: datetime | None = None
    acknowledged_by: Person | None = None


@dataclass(frozen=True, slots=True)
class Deviation:
    """A departure from the protocol, kept for adherence."""

    id: str
    enrolment: str
    code: str
    occurrence: str
    at: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Caller:
    """A pathway that uses this sub-pathway (`shared-subpathways.md` M-1)."""

    pathway: str
    registered: datetime
    planned_start: When | None = None
    drug: str = ""
    ended: When | None = None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A patient on a pathway, pinned to one version of its definition. Sub-pathways are enrolments too."""

    id: str
    pathway: str
    definition: str
    """Content hash of the definition under which it runs."""
    ordinal: int
    """1 for the patient's first enrolment on this pathway (`hbv#2` names the second)."""
    stage: str
    opened: datetime
    parent: str | None = None
    closed: datetime | None = None
    version: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings that differ from the definition's defaults."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """What the opener handed over (`planned_start` of a visit)."""
    anchors: Mapping[str, Any] = field(default_factory=dict)
    """Values that a human decision set (re-anchoring); all other anchors are derived from facts."""
    callers: Mapping[str, Caller] = field(default_factory=dict)
    flags: Mapping[str, Any] = field(default_factory=dict)
    """Edge memory: which conditions of messages and deviations were met when last looked at."""
    history: tuple[StageEntry, ...] = ()

    @property
    def open(self) -> bool:
        """Whether the enrolment still runs."""
        return self.closed is None


@dataclass(frozen=True, slots=True)
class Patient:
    """The person treated, by pseudonymous id. Names live elsewhere and never reach the engine."""

    id: str
    birth_date: date | None = None
    sex: str = ""
    zone: str = "Asia/Shanghai"
    version: int = 0
    seq: int = 0
    """Last sequence number used by the chart; ids and the order of records come from it."""


@dataclass(slots=True)
class Chart:
    """Everything the engine knows of one patient. `copy` is cheap: records are immutable, only the maps are copied."""

    patient: Patient
    facts: dict[str, Fact] = field(default_factory=dict)
    enrolments: dict[str, Enrolment] = field(default_factory=dict)
    acts: dict[str, Act] = field(default_factory=dict)
    holds: dict[str, Hold] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    timers: dict[str, Timer] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    deviations: dict[str, Deviation] = field(default_factory=dict)

    def copy(self) -> Chart:
        """An independent chart that shares the immutable records."""
        maps: dict[str, Any] = {name: dict(getattr(self, name)) for name in RECORDS}
        return Chart(self.patient, **maps)


RECORDS = ("facts", "enrolments", "acts", "holds", "tasks", "timers", "messages", "deviations")
"""The maps of a chart, each from id to record; the store has one table for each."""


@dataclass(slots=True)
class Changes:
    """Ids of the records that a decision wrote, by map of the chart; what the store must save."""

    facts: dict[str, None] = field(default_factory=dict)
    enrolments: dict[str, None] = field(default_factory=dict)
    acts: dict[str, None] = field(default_factory=dict)
    holds: dict[str, None] = field(default_factory=dict)
    tasks: dict[str, None] = field(default_factory=dict)
    timers: dict[str, None] = field(default_factory=dict)
    messages: dict[str, None] = field(default_factory=dict)
    deviations: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditDraft:
    """One audit entry before the store gives it a number and a hash.

    `chain` is the enrolment's id, or the patient's for what concerns the patient alone (facts). `content` is JSON-ready:
    the events of the closed vocabulary (`engine.audit.Event`), the evaluation trees, fact ids, definition hash, and the
    state of every record that changed, so that folding a chain gives the current state.
    """

    chain: str
    enrolment: str | None
    event: str
    actor: Person
    occurred: datetime
    content: Mapping[str, Any]
