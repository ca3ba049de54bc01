"""Ways out of Careway: one file for each, and one small interface. A channel sends one message, or says how it failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a channel sends. It holds no name and no result: a pseudonym, a link, words that are the same for everybody."""

    id: str
    """Stays the same when the message is sent again, so that the receiver can tell."""
    address: str
    language: str
    subject: str
    body: str
    html: str
    short: str
    link: str
    urgency: str
    thread: str
    sent: str
    """When it is sent, RFC 5322 (`Mon, 06 Jul 2026 09:00:00 +0800`)."""
    repeated: bool = False
    """Its first sender broke off: the receiver may have it already."""


class SendingFailed(Exception):
    """A message was not sent. Its text goes to operators: it names no patient and no address."""


class TryAgain(SendingFailed):
    """The message was not taken now; the channel works."""


class Refused(SendingFailed):
    """The message will never be taken: the receiver does not exist, or refuses what is sent."""


class ChannelDown(SendingFailed):
    """The channel does not work now; no message has a better chance than this one.

    `midway`: it broke off while this message was handed over. That may be the message's own fault, and the other side may
    have the message all the same.
    """

    def __init__(self, text: str, *, midway: bool = False) -> None:
        """`text` is for operators."""
        super().__init__(text)
        self.midway = midway


class Channel(Protocol):
    """One way out."""

    name: str

    def send(self, message: Outgoing) -> None:
        """Hand a message over. Returns when the other side has taken it. Raises `SendingFailed`."""
