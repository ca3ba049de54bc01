"""What is known of people and of the ways in which they come in. Secrets are here only as hashes or encrypted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Person:
    """A human being (or a system that delivers data). `id` never changes; it stands in the audit."""

    id: str
    name: str
    """As printed beside a signature."""
    created: datetime
    disabled: datetime | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """One way in for a person: a login with a password, and perhaps a second factor."""

    id: str
    person: str
    login: str
    kind: str
    """`local`, or `demonstration` (works only while `careway demo` serves on this machine)."""
    created: datetime
    subject: str = ""
    """Who this is to the identity provider; empty where nobody signs in there."""
    password: str = ""
    """Argon2id hash; empty where no password was set."""
    totp: str = ""
    """The second factor's secret, encrypted; empty where there is none."""
    totp_confirmed: datetime | None = None
    """When the person proved to hold it; until then it does not count."""
    totp_step: int = 0
    """The last time step whose code was accepted: a code is good once."""
    disabled: datetime | None = None

    @property
    def two_factors(self) -> bool:
        """Whether signing in takes a second factor."""
        return self.totp_confirmed is not None


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that a person has at a site."""

    person: str
    site: str
    role: str
    granted: datetime
    granted_by: str


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that somebody signed in with."""

    id: str
    """SHA-256 of what the cookie holds."""
    account: str
    person: str
    state: str
    """`open`, or `second_factor` while only the password has been given."""
    created: datetime
    seen: datetime
    """Last request, to the minute."""
    ends: datetime
    signed: datetime | None = None
    """When all components of a signature were given; None anew after a break."""


@dataclass(frozen=True, slots=True)
class Token:
    """A key with which a program acts for a person, within scopes, until a day."""

    id: str
    hash: str
    person: str
    name: str
    scopes: tuple[str, ...]
    created: datetime
    created_by: str
    expires: datetime
    revoked: datetime | None = None


@dataclass(frozen=True, slots=True)
class Emergency:
    """That somebody opened a patient of another site in an emergency."""

    id: str
    patient: str
    person: str
    role: str
    code: str
    reason: str
    opened: datetime
    ends: datetime
    reviewed: datetime | None = None
    reviewed_by: str = ""
