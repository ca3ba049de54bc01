"""What an administrator may change: accounts of people whose every role is at the administrator's sites; never the own ones."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from engine.errors import NotFound
from engine.model import Person as Actor
from engine.store.accounts import Account, Grant, Person
from service.accounts.access import Access
from service.accounts.identity import Identity
from service.accounts.managing import (
    add_account,
    change_password,
    disable_account,
    grant_roles,
    remove_second_factor,
    take_roles,
)
from service.accounts.rights import Right
from service.accounts.signing_in import proved_password
from service.api.problems import Refusal


@dataclass(frozen=True, slots=True)
class Entry:
    """An account as the administration lists it."""

    account: Account
    person: Person
    grants: tuple[Grant, ...]
    own: bool


class Administration:
    """The accounts that one administrator reaches."""

    def __init__(self, access: Access, identity: Identity, right: Right, address: str) -> None:
        """`right` is the one that the route needs."""
        self._access, self._identity, self._address = access, identity, address
        self._sites = identity.sites(right)
        self._by = Actor(identity.roles(right)[0], identity.person.id)

    @property
    def sites(self) -> dict[str, str]:
        """The sites at which roles can be given, with their names."""
        names = self._access.store.sites()
        return {site: names.get(site, site) for site in sorted(self._sites)}

    def entries(self) -> list[Entry]:
        """Every account in reach, by login."""
        found = [self._entry(account, person) for account, person in self._access.store.accounts()]
        return [one for one in found if self._reached(one)]

    def entry(self, login: str) -> Entry:
        """One of them. Raises NotFound."""
        found = next((one for one in self.entries() if one.account.login == login), None)
        if found is None:
            raise NotFound(f"There is no account {login}.", place=login, remedy="List the accounts.")
        return found

    def add(self, login: str, name: str) -> str:
        """A new account without roles; its first password, which is shown once. Raises what `add_account` raises."""
        password = _first_password()
        add_account(self._access, login, name, password, [], self._by)
        return password

    def set_password(self, login: str) -> str:
        """A new first password; the person is signed out. Raises NotFound, Refusal."""
        account, password = self._other(login).account, _first_password()
        change_password(self._access, account, password, self._by)
        return password

    def set_open(self, login: str, *, open: bool) -> None:
        """Close an account or open it again. Raises NotFound, Refusal."""
        disable_account(self._access, self._other(login).account.login, self._by, disabled=not open)

    def forget_second_factor(self, login: str) -> None:
        """For who lost phone and recovery codes. Raises NotFound, Refusal."""
        remove_second_factor(self._access, self._other(login).account.login, self._by)

    def change_role(self, login: str, role: str, site: str, password: str, *, give: bool) -> None:
        """Give or take a role; the administrator signs with the password. Raises `NotSignedIn`, `TooManyFailures`, NotFound, Refusal."""
        entry = self._other(login)
        if site not in self._sites:
            raise NotFound(f"There is no site {site}.", place=site)
        account = self._identity.account
        assert account is not None
        proved_password(self._access, account.login, password, self._address)
        change = grant_roles if give else take_roles
        change(self._access, entry.person.id, [(role, site)], self._by)

    def _entry(self, account: Account, person: Person) -> Entry:
        grants = sorted(self._access.store.grants(person.id), key=lambda one: (one.site, one.role))
        return Entry(account, person, tuple(grants), person.id == self._identity.person.id)

    def _reached(self, entry: Entry) -> bool:
        return all(one.site in self._sites for one in entry.grants)

    def _other(self, login: str) -> Entry:
        entry = self.entry(login)
        if entry.own:
            raise Refusal(
                403, "same_person", "Nobody administers the own account.", remedy="Ask another administrator."
            )
        if entry.account.kind == "demonstration":
            raise Refusal(403, "demonstration", "Accounts of the demonstration stay as they are.")
        return entry


def _first_password() -> str:
    return secrets.token_urlsafe(12)
