"""The parts of access put together for one process: store, clock, key, passwords, delays; kept beside the application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.audit import Event
from engine.clock import Clock
from engine.model import AuditDraft
from engine.model import Person as Actor
from engine.store.accounts import AccountStore
from engine.store.accounts.store import Writing
from service.accounts.delays import Delays
from service.accounts.keys import Keys, load_keys
from service.accounts.passwords import Passwords
from service.accounts.reads import Reads
from service.settings import Settings
from service.wiring import Careway

CHAIN = "access"
"""Audit chain of sign-ins, accounts and refusals."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Access:
    """Everything that decides who comes in."""

    store: AccountStore
    clock: Clock
    settings: Settings
    keys: Keys
    passwords: Passwords = field(default_factory=Passwords)
    delays: Delays = field(default_factory=Delays)
    reads: Reads = field(default_factory=Reads)
    demonstration: bool = False
    """Whether demonstration accounts work: only while `careway demo` serves on this machine."""

    @property
    def secure(self) -> bool:
        """Whether cookies travel by https alone."""
        stated = self.settings.secure_cookies
        return self.settings.host not in LOOPBACK if stated is None else stated

    def note(self, writing: Writing, event: Event, by: Actor, **content: Any) -> None:
        """Put what happened into the audit, within the transaction of the change."""
        now = self.clock.now()
        body: Mapping[str, Any] = {"events": [], **content}
        writing.record([AuditDraft(CHAIN, None, event.value, by, now, body)], now)


def access_to(careway: Careway, *, demonstration: bool = False, keys: Keys | None = None) -> Access:
    """Access to the database of these parts, with the key of the settings. Raises `InvalidSetting` for one that is none."""
    shown = demonstration and careway.settings.host in LOOPBACK
    store = AccountStore(careway.store.database)
    return Access(store, careway.clock, careway.settings, keys or load_keys(careway.settings), demonstration=shown)
