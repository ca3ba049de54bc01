"""What the engine asks of a store, in the engine's own words; `engine.store` answers with SQL.

The unit of consistency is the patient: a `UnitOfWork` holds one patient's chart under lock, and whatever is saved with
it (records, audit entries, the outcome of the command) stands or falls together. Deciding happens between reading
`chart` and calling `save`, and touches no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from engine.errors import CarewayError, Conflict
from engine.model import AuditDraft, Changes, Chart, Patient
from engine.outbox import Letter, Mark


class LeaseLost(Conflict):
    """A claim on a timer ran out and another worker took it over; nothing was saved. Claim again."""

    code = "lease_lost"


class StoreBusy(CarewayError):
    """The database did not answer in time, or broke off before anything was saved. The same command may be sent again."""

    code = "store_busy"


class CommitUnknown(CarewayError):
    """The connection broke during COMMIT and no new one could be had: whether the command was saved is not known.

    Send it again with the same idempotency key once the database is back: then it is done once, either way.
    """

    code = "commit_unknown"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a patient is to people and to other systems. Kept apart: no chart, message or audit entry contains it."""

    name: str = ""
    identifiers: Mapping[str, str] = field(default_factory=dict)
    """Number by the system that gave it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command answered, kept under its idempotency key."""

    key: str
    fingerprint: str
    """Digest of the request; the same key with another request is the caller's mistake."""
    content: Mapping[str, Any]
    """JSON-ready."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A due timer that one worker holds until its lease ends; `epoch` is the fencing token."""

    patient: str
    timer: str
    due: datetime
    epoch: int


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The last *completed* pass of a chore, which the watchdog reads."""

    name: str
    at: datetime
    passes: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry of the audit as stored. Instants and contents are kept as the very text that was hashed."""

    patient: str
    chain: str
    number: int
    """1, 2, 3 … within the chain of this patient."""
    position: int
    """1, 2, 3 … over all chains of the patient: the order in which to fold."""
    enrolment: str
    """Empty where the entry concerns no enrolment."""
    event: str
    actor: str
    """Canonical JSON of the acting `Person`."""
    occurred: str
    recorded: str
    content: str
    """Canonical JSON."""
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class ChainHead:
    """Length and last hash of a chain, stored apart from it, so that a cut tail shows."""

    patient: str
    chain: str
    count: int
    hash: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Result of a verification; `problem` is None when every entry holds."""

    entries: int
    chains: int
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class Problem:
    """The first bad entry and what is wrong with it."""

    patient: str
    chain: str
    number: int
    kind: str
    """`edited`, `missing`, `inserted`, `truncated` or `unknown_chain`."""
    message: str


@dataclass(frozen=True, slots=True)
class Archived:
    """One version of a definition with everything that its hash covers, so that it can be compiled again."""

    hash: str
    pathway: str
    text: str
    """The source, as it stood in its file."""
    catalogue: str
    """Text of the catalogue of facts with which it was read."""
    functions: Mapping[str, str]
    """Version of every registered function, by name."""
    settings: Mapping[str, Any]
    """What its sentences read of other pathways' settings, by `pathway.setting`; JSON-ready."""
    pathways: tuple[str, ...] = ()
    """The names of pathways that its sentences may use."""


@dataclass(frozen=True, slots=True)
class ArchivedVersion:
    """What the archive knows of a version, without its text."""

    hash: str
    pathway: str
    number: int
    """1, 2, 3 … within the pathway, in the order in which they came into force first."""
    archived: datetime
    """When it was loaded first (UTC)."""
    release: str
    """The release of Careway that loaded it first."""


@dataclass(frozen=True, slots=True)
class InUse:
    """A version on which enrolments run."""

    hash: str
    pathway: str
    open: int
    """How many open enrolments."""


class UnitOfWork(Protocol):
    """One patient under lock, within one transaction."""

    @property
    def chart(self) -> Chart:
        """The chart as it stands, saved changes of this unit included. A private copy: change it freely."""

    @property
    def agenda(self) -> str:
        """What `save` was given as `agenda` with exactly this version of the chart; empty where it was given none."""

    def previous(self, key: str) -> Outcome | None:
        """What the command of this idempotency key answered before, or None if it never ran."""

    def save(
        self,
        chart: Chart,
        changes: Changes,
        audit: Sequence[AuditDraft],
        *,
        now: datetime,
        key: str = "",
        fingerprint: str = "",
        outcome: Mapping[str, Any] | None = None,
        agenda: str = "",
        letters: Sequence[Letter] = (),
        marks: Sequence[Mark] = (),
    ) -> None:
        """Stage the records named by `changes`, the audit entries and the outcome; they are committed on leaving the block.

        Sets `version` of the patient and of every changed enrolment, and adds the state of the changed records to the
        audit entry of their chain (making an entry where a chain has none); `chart` then is the chart as it will stand.
        May be called several times. A refused command is saved with empty `changes`: it leaves its audit entry and
        nothing else. `agenda` is kept beside the chart for whoever loads this version of it; it is no record, and a chart
        saved without it is simply looked at anew. `letters` are added to the outbox; `marks` say what became of letters
        that this worker holds, and the transaction fails with LeaseLost where one was taken over. Raises UnauditedChange, UnknownEvent.
        """


class Store(Protocol):
    """Patients, their charts, their timers and the audit."""

    def create(
        self, patient: Patient, audit: Sequence[AuditDraft], *, now: datetime, identity: Identity | None = None
    ) -> Chart:
        """Add a patient; the empty chart. Raises Conflict when the id or one of the identifiers is taken."""

    def read(self, patient: str) -> Chart:
        """A consistent chart without a lock, for showing only. Raises NotFound."""

    def unit(self, patient: str, key: str = "") -> AbstractContextManager[UnitOfWork]:
        """Lock a patient. Leaving the block commits what was saved; an exception, or saving nothing, rolls back.

        `key` fetches the previous outcome together with the lock. Raises NotFound, Conflict, StoreBusy. A connection
        lost during COMMIT is resolved by looking, under the patient's lock, whether the entry arrived: either the block
        ends well, or StoreBusy says that nothing was saved; CommitUnknown only when the database stays away.
        """

    def units(
        self, patients: Iterable[str], claims: Sequence[Claim] = ()
    ) -> AbstractContextManager[Mapping[str, UnitOfWork]]:
        """Lock several patients for one transaction (a batch); unknown ones are left out.

        The claims are given back in the same transaction. Raises LeaseLost when one of them was taken over. A batch
        fails as a whole: do it again patient by patient.
        """

    def claim_due(self, now: datetime, limit: int, worker: str, lease: timedelta) -> list[Claim]:
        """Take up to `limit` pending timers that are due, the oldest first, for `lease`. Never one that another holds."""

    def release(self, claims: Sequence[Claim]) -> None:
        """Give claims back unhandled (shutdown); those that were taken over are left alone."""

    def next_due(self) -> datetime | None:
        """When the next unclaimed timer is due."""

    def beat(self, name: str, now: datetime, detail: str = "") -> None:
        """Record a completed pass of the chore `name`."""

    def heartbeat(self, name: str) -> Heartbeat | None:
        """The last completed pass of a chore."""

    def append(self, drafts: Sequence[AuditDraft], *, now: datetime) -> None:
        """Add audit entries that concern no patient (activations, sign-ins, exports)."""

    def entries(self, patient: str) -> Sequence[AuditEntry]:
        """A patient's audit entries in the order of writing."""

    def verify(self) -> Verdict:
        """Check every chain and its head."""
