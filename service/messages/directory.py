"""Who gets the messages of a role. What is meant for a role with nobody in it goes to the fallback, which is told so.

The port is one question, `recipients`. It is asked within the deciding transaction, so an answer comes from memory.
Until accounts know people's addresses, the settings do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who reads messages over a channel outside Careway."""

    person: str
    """Stable id of the person; where only an address is known, the address."""
    channel: str
    address: str
    language: str


class Directory(Protocol):
    """Knows who holds a role at a site."""

    def recipients(self, role: str, site: str) -> Sequence[Recipient]:
        """The people of a role, each with the ways to reach them; empty where there is nobody. From memory, never fails."""


@dataclass(frozen=True, slots=True)
class SettingsDirectory:
    """The table of the settings: addresses by role, the same at every site."""

    addresses: Mapping[str, tuple[str, ...]]
    channels: tuple[str, ...]
    """The ways out that are set up; an address on another one reaches nobody."""
    language: str

    def recipients(self, role: str, site: str) -> Sequence[Recipient]:  # noqa: ARG002 - the table knows no sites
        """The addresses of a role. An address may end in `;zh` or `;en`: the language of that reader."""
        found = [self._recipient(entry) for entry in dict.fromkeys(self.addresses.get(role, ()))]
        return [one for one in found if one.channel in self.channels]

    def _recipient(self, entry: str) -> Recipient:
        address, _, language = entry.partition(";")
        where = address.strip()
        channel = "webhook" if where.startswith("https://") else "email"
        return Recipient(where, channel, where, language.strip() or self.language)


@dataclass(frozen=True, slots=True)
class Told:
    """The readers of one message: who, and why they."""

    recipients: tuple[Recipient, ...]
    why: str
    """`role`, `escalated`, or `fallback` where nobody holds the role."""
    owner: str
    """The role in whose inbox the message stands for certain: its own, or the fallback's."""


def told(directory: Directory, role: str, site: str, fallback: str, *, escalated: bool) -> Told:
    """Who is told; nothing is owned by nobody."""
    found = tuple(directory.recipients(role, site))
    if found:
        return Told(found, "escalated" if escalated else "role", role)
    instead = tuple(directory.recipients(fallback, site))
    return Told(instead, "fallback", fallback)
