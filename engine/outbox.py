"""What leaves Careway: letters, rendered once in the transaction that asked for them, and what became of each.

A letter is one message to one recipient over one channel. Its id comes from the unique key of the request (patient,
enrolment, message, occurrence, role, recipient, channel), so that asking twice gives the same letter. Delivery claims
letters by state, with a lease and an epoch, and marks what it did; a letter whose sender died is sent again, once, under
the same id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

from engine.model import Changes, Chart

INBOX = "inbox"
"""The channel inside Careway: a letter there has arrived as soon as it is written."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one recipient over one channel, word for word as it is sent."""

    id: str
    patient: str
    """Empty for a summary, which concerns several."""
    enrolment: str
    message: str
    """The message of the chart that asked for it; empty for a summary."""
    code: str
    occurrence: str
    role: str
    recipient: str
    channel: str
    address: str
    language: str
    layout: str
    urgency: str
    rank: int
    """Order of sending: 0 critical, 1 high, 2 routine."""
    subject: str
    body: str
    html: str
    short: str
    link: str
    thread: str
    """Letters about one occurrence share it."""
    created: datetime
    not_before: datetime
    valid_until: datetime | None = None
    """After this it is no longer worth sending."""


def letter_id(*key: str) -> str:
    """The id of a letter: 24 hexadecimal digits of the digest of its unique key."""
    return sha256("\x1f".join(key).encode()).hexdigest()[:24]


STATES = ("pending", "sending", "sent", "suppressed", "carried", "dead")
"""`carried`: a summary told it instead. `dead`: given up, for people to look at."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of a letter in the hands of one worker; written only while the worker's claim (`epoch`) holds."""

    letter: str
    epoch: int
    state: str
    at: datetime
    """When it was sent, suppressed or given up; of a letter that waits, when it is tried again (UTC)."""
    reason: str = ""
    """The last error, or why it was not sent."""
    tries: int = 0
    lease_until: datetime | None = None
    carried_by: str = ""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A letter that one worker holds until its lease ends; `epoch` is the fencing token."""

    letter: Letter
    epoch: int
    tries: int
    repeated: bool
    """Its sender died while sending: it may have arrived already."""


@dataclass(frozen=True, slots=True)
class Record:
    """A letter with what became of it, for people."""

    letter: Letter
    state: str
    at: datetime
    reason: str
    tries: int
    carried_by: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters a worker takes: those of these channels, at most of this rank, of one recipient where one is named."""

    channels: tuple[str, ...]
    rank: int = 2
    recipient: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many letters wait for one recipient on one channel."""

    recipient: str
    channel: str
    count: int
    critical: int
    """How many of them are critical."""


Post = Callable[[Chart, Changes, datetime], Sequence[Letter]]
"""Turns the messages that a decision requested into letters. Called within the deciding transaction: it must not fail."""


def no_post(_chart: Chart, _changes: Changes, _now: datetime) -> Sequence[Letter]:
    """No letters: where nothing is delivered (cases, simulations)."""
    return ()


class Outbox(Protocol):
    """Letters as stored. Instants are UTC."""

    def waiting(self, now: datetime, channels: Sequence[str]) -> list[Waiting]:
        """Recipients with letters to be sent now, the most first."""

    def claim(self, now: datetime, wanted: Wanted, limit: int, worker: str, lease: timedelta) -> list[Claimed]:
        """Take letters that are to be sent, the most urgent and then the oldest first. Never one that another holds."""

    def mark(self, marks: Sequence[Mark], letters: Sequence[Letter] = ()) -> int:
        """Write marks, and new letters with them, in one transaction; how many marks still held their claim."""

    def sent_since(self, recipient: str, channel: str, since: datetime) -> int:
        """How many letters a recipient was sent over a channel since a moment."""

    def records(
        self, *, state: str = "", patient: str = "", role: str = "", channel: str = "",
        sites: frozenset[str] | None = None, limit: int = 50,
    ) -> list[Record]:  # fmt: skip
        """Letters, the newest first; filters that are empty (sites: None) let everything pass."""

    def counts(self) -> Mapping[str, int]:
        """How many letters are in each state that still concerns anybody: pending, sending, dead."""
