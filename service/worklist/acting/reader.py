"""Who reads a page about a patient, and in which roles that person may do something there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import Request

from engine.store.accounts import Session
from service.accounts import emergencies
from service.accounts.guard import Admitted, admitted
from service.accounts.rights import Right
from service.accounts.roles import roles_with


@dataclass(frozen=True, slots=True)
class Reader:
    """The person before the page, at the site of the patient."""

    admitted: Admitted

    @classmethod
    def of(cls, request: Request) -> Reader:
        """Whom the gate let in."""
        return cls(admitted(request))

    def roles(self, right: Right) -> list[str]:
        """The person's roles that have a right here; in an emergency the one that broke the glass."""
        held = self.admitted.identity.roles(right, self.admitted.site)
        broken = self.admitted.emergency
        return [broken.role] if not held and broken and right in emergencies.RIGHTS else held

    def may(self, right: Right) -> bool:
        """Whether the person has a right here."""
        return bool(self.roles(right))

    def acting(self, allowed: Iterable[str]) -> list[str]:
        """The roles in which the person may do an action that these roles may do."""
        named = frozenset(allowed)
        return [role for role in self.roles(Right.ACT) if role in named]

    @property
    def session(self) -> Session | None:
        """The session in which the person is signed in; None for a program."""
        return self.admitted.identity.session

    @property
    def signed_lately(self) -> bool:
        """Whether the session's first signature was given: then one component is enough."""
        return self.session is not None and self.session.signed is not None

    @property
    def two_factors(self) -> bool:
        """Whether the account has a second factor."""
        account = self.admitted.identity.account
        return account is not None and account.two_factors


def who_may(right: Right) -> tuple[str, ...]:
    """The roles that have a right, for whoever does not."""
    return roles_with(right)
