"""One case as immutable records: what was read from the file, ids checked, times in UTC, values as written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from engine.commands import Entry


@dataclass(frozen=True, slots=True)
class EnrolmentRef:
    """Which of the patient's enrolments is meant: the latest open one of a pathway, or its n-th (`hbv#2`)."""

    pathway: str
    ordinal: int | None = None

    def __str__(self) -> str:
        return f"{self.pathway}#{self.ordinal}" if self.ordinal else self.pathway


@dataclass(frozen=True, slots=True)
class ActionRef:
    """An action of an enrolment with what it asks for; `written` as it stands in the case."""

    written: str
    action: str
    enrolment: EnrolmentRef
    parameters: Mapping[str, Any] = field(default_factory=dict)


class ActKind(StrEnum):
    """What a person does in a step."""

    DO = "do"
    COMPLETE = "complete"
    ACKNOWLEDGE = "acknowledge"


@dataclass(frozen=True, slots=True)
class Approval:
    """Going past an overridable block, on record."""

    reason: str
    approved_by: str


@dataclass(frozen=True, slots=True)
class Act:
    """The act of a step. `enrolment` is None for a task or notification that is looked up everywhere."""

    kind: ActKind
    name: str
    enrolment: EnrolmentRef | None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    second_person: str = ""
    override: Approval | None = None


@dataclass(frozen=True, slots=True)
class Amendment:
    """A correction (`changes` given) or a retraction of one recorded fact."""

    key: str
    """`correct` or `retract`."""
    fact: str
    effective: str | date
    reason: str
    was: Any = None
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expectation:
    """One thing that must hold. `written` is JSON-ready, `about` what the reader made of it (a record of this file)."""

    key: str
    written: Any
    about: Any
    line: int


@dataclass(frozen=True, slots=True)
class ActionClaim:
    """An action and what is said of it: statement ids, fact ids or a dose. `act` means the act of the step itself."""

    action: ActionRef | None
    """None: the act of the step."""
    ids: tuple[str, ...] = ()
    dose: str = ""


@dataclass(frozen=True, slots=True)
class StageClaim:
    """The stage of an enrolment; `none` means that the patient was never enrolled."""

    enrolment: EnrolmentRef
    stage: str


@dataclass(frozen=True, slots=True)
class TaskClaim:
    """An open task; what is None is not compared."""

    task: str
    due: date | datetime | None = None
    opens: date | datetime | None = None
    until: date | datetime | None = None


@dataclass(frozen=True, slots=True)
class HoldsClaim:
    """Exactly the holds `codes` on `enrolment`; those of other enrolments at least."""

    enrolment: EnrolmentRef
    codes: tuple[str, ...]
    others: tuple[tuple[EnrolmentRef, str], ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeClaim:
    """A notification, to one role or to anyone."""

    notification: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class ValueClaim:
    """A computed value; `value` None means not determined."""

    name: str
    enrolment: EnrolmentRef
    value: Any


@dataclass(frozen=True, slots=True)
class Step:
    """One moment of the story. `at` is UTC, `written_at` the local time as people read it."""

    at: datetime
    written_at: str
    line: int
    pathway: EnrolmentRef | None = None
    enrol: str = ""
    """A further pathway that the patient is put on first of all (a treatment beside the case's own, or after it)."""
    amendments: tuple[Amendment, ...] = ()
    facts: tuple[Entry, ...] = ()
    act: Act | None = None
    by: str = ""
    expect: tuple[Expectation, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One patient's dated story."""

    id: str
    file: str
    title: str
    pathway: str
    zone: str
    birth_date: date | None
    sex: str
    settings: Mapping[str, Any]
    steps: tuple[Step, ...]
