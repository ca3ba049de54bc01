"""What can be asked of the engine, and what it answers. Everything that happens is one of these commands.

A command names the patient, who asks and when it happened; its idempotency key makes repeating it safe. The answer is an
`Outcome`: accepted, accepted with warnings, or refused, always with the reasons and the evidence behind them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from engine.model import SYSTEM, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Base of all commands. `at` is the moment of the command (UTC); `key` its idempotency key."""

    patient: str
    at: datetime
    by: Person = SYSTEM
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrol(Command):
    """Put the patient on a pathway; `settings` replace defaults for this enrolment and those it opens."""

    pathway: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One raw fact as a form, file or case gives it; `value` in the forms of `case-format.md`."""

    code: str
    value: Any
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFacts(Command):
    """Record facts, all or none."""

    entries: tuple[Entry, ...]
    pathway: str = ""
    """The pathway in whose scope aliases are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectFact(Command):
    """Replace the value of one recorded fact (`fact` is its id). The old version stays readable."""

    fact: str
    value: Any
    reason: str
    status: str = "amended"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetractFact(Command):
    """Declare a recorded fact entered in error."""

    fact: str
    reason: str


@dataclass(frozen=True, slots=True)
class Override:
    """Going past overridable blocks, on record."""

    reason: str
    approved_by: Person


@dataclass(frozen=True, slots=True)
class Signature:
    """That a person signed by proving anew who it is; `shown` is the SHA-256 of what that person saw."""

    person: str
    name: str
    """As printed."""
    role: str
    meaning: str
    """`responsible`, `witnessed` or `approved override`."""
    shown: str
    factors: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformAction(Command):
    """A person does an action of an enrolment. `expected_version` makes it conditional (If-Match)."""

    enrolment: str
    action: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    override: Override | None = None
    second_person: Person | None = None
    expected_version: int | None = None
    signatures: tuple[Signature, ...] = ()
    """Kept in the audit. They are no part of what is asked: the same request may come again signed anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseTask(Command):
    """Declare a task done, or omit it, by hand. `status` is done or omitted; omitting takes a reason."""

    task: str
    status: str = "done"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge(Command):
    """Acknowledge a message."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FireTimers(Command):
    """The bell: handle every timer of the patient that is due at `at`."""


class Verdict(StrEnum):
    """How a command ended."""

    ACCEPTED = "accepted"
    WARNED = "accepted_with_warnings"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Reason:
    """One requirement that did not pass: what, how strictly, why, from which statement, and what would help."""

    requirement: str
    level: str
    """block_hard, block, warn, info, role, stage, parameter, signature, second_person."""
    statements: tuple[str, ...]
    state: str
    """not_met or unknown."""
    text: Mapping[str, str]
    """`en` and `zh`."""
    missing: tuple[tuple[str, str], ...] = ()
    """(fact id, reason of unknown) for what is missing, stale or in conflict."""
    facts: tuple[str, ...] = ()
    """Ids of the facts read."""
    earliest: datetime | None = None
    """The next moment at which time alone could change it."""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    """The evaluation tree, JSON-ready."""
    pathway: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to a command."""

    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    """Refusing reasons first, then warnings."""
    dose: str | None = None
    """The computed dose of an action, e.g. `300 mg`."""
    enrolment: str | None = None
    created: tuple[str, ...] = ()
    """Ids of facts or enrolments created."""
    replayed: bool = False
    """The command had been carried out before; this is the stored answer."""

    @property
    def accepted(self) -> bool:
        """Whether the command was carried out."""
        return self.verdict is not Verdict.REFUSED

    @property
    def refusals(self) -> tuple[Reason, ...]:
        """Reasons that refused it."""
        return tuple(reason for reason in self.reasons if reason.level not in ("warn", "info"))

    @property
    def warnings(self) -> tuple[Reason, ...]:
        """Reasons that only warn."""
        return tuple(reason for reason in self.reasons if reason.level == "warn")
