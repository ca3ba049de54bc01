"""Who asks: a person with roles at sites, come by a session or by a token. Nothing of it is taken from what a request claims."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.model import Person as Actor
from engine.store.accounts import Account, Grant, Person, Session, Token
from engine.store.accounts.reach import MAIN
from service.accounts.rights import EVERYBODY, Right
from service.accounts.roles import PRIVILEGED, rights_of

__all__ = ["MAIN", "Identity", "at_sites"]


@dataclass(frozen=True, slots=True)
class Identity:
    """A person who came in, and how."""

    person: Person
    grants: tuple[Grant, ...]
    session: Session | None = None
    account: Account | None = None
    token: Token | None = None

    def roles(self, right: Right, site: str = "") -> list[str]:
        """The person's roles that have a right, at a site or anywhere; none where the token's scopes leave it out."""
        if self.token is not None and str(right) not in self.token.scopes:
            return []
        found = [one.role for one in self.grants if site in ("", one.site) and right in rights_of(one.role)]
        return list(dict.fromkeys(found))

    def sites(self, right: Right) -> frozenset[str]:
        """The sites at which the person has a right."""
        return frozenset(one.site for one in self.grants if self.roles(right, one.site))

    def may(self, right: Right, site: str = "") -> bool:
        """Whether the person has a right, at a site or anywhere."""
        return right in EVERYBODY or bool(self.roles(right, site))

    def belongs_to(self, site: str) -> bool:
        """Whether the person has any role at a site: to others its patients do not exist."""
        return any(one.site == site for one in self.grants)

    def acting_as(self, role: str) -> Actor:
        """The person in a role, as commands and audit name it."""
        return Actor(role, self.person.id)

    @property
    def lacks_second_factor(self) -> bool:
        """Whether one of the roles demands a second factor that the account does not have yet."""
        if self.account is None or self.account.kind == "demonstration" or self.account.two_factors:
            return False
        return any(one.role in PRIVILEGED for one in self.grants)


def at_sites(grants: Iterable[Grant]) -> dict[str, list[str]]:
    """Roles by site."""
    found: dict[str, list[str]] = {}
    for one in grants:
        found.setdefault(one.site, []).append(one.role)
    return found
