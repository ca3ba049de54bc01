"""Making and changing people, accounts and roles; each change stands in the audit, with who made it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable

from engine.audit import Event
from engine.catalogue.names import unknown_name
from engine.errors import InvalidCommand, NotFound
from engine.model import Person as Actor
from engine.store.accounts import Account, Grant, Person
from engine.store.accounts.store import Writing
from service.accounts.access import Access
from service.accounts.identity import MAIN
from service.accounts.roles import GRANTABLE
from service.accounts.second_factor import new_recovery_codes, new_secret, recovery_hash

LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
SITE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
Roles = Iterable[tuple[str, str]]
"""Pairs of role and site."""


def add_account(
    access: Access,
    login: str,
    name: str,
    password: str,
    roles: Roles,
    by: Actor,
    *,
    kind: str = "local",
    person: str = "",
    subject: str = "",
) -> Account:
    """A new account; also a new person, unless `person` is one who exists. An empty password makes one that only tokens use.

    Raises `InvalidCommand`, `PasswordRefused`, `UnknownName` for a role, `Conflict` for a login that is taken.
    """
    login = login.strip().lower()
    if not LOGIN.fullmatch(login):
        raise InvalidCommand(
            "This is no login.", place="login", remedy="Use 2 to 64 small letters, digits, dots or hyphens."
        )
    known = access.store.person(person) if person else None
    if person and known is None:
        raise NotFound(f"There is no person {person}.", place=person)
    now, wanted = access.clock.now(), _checked(access, roles)
    stored = access.passwords.hashed(password, login) if password else ""
    who = known or Person(login, _printed(name), now)
    account = Account(f"a-{secrets.token_hex(6)}", who.id, login, kind, now, subject, stored)
    with access.store.writing() as writing:
        if known is None:
            writing.add(who)
        writing.add(account)
        access.note(writing, Event.ACCOUNT_CHANGED, by, what="account made", account=login, person=who.id)
        _grant(access, writing, who.id, wanted, by)
    return account


def grant_roles(access: Access, person: str, roles: Roles, by: Actor) -> None:
    """Give roles at sites, in force at once. Raises `UnknownName`, `NotFound`, `Conflict` for one that the person has."""
    _existing(access, person)
    wanted = _checked(access, roles)
    with access.store.writing() as writing:
        _grant(access, writing, person, wanted, by)


def take_roles(access: Access, person: str, roles: Roles, by: Actor) -> None:
    """Take roles away, in force at once. Raises `NotFound`."""
    _existing(access, person)
    with access.store.writing() as writing:
        for role, site in roles:
            if not writing.remove_grant(person, site, role):
                raise NotFound(f"{person} is not {role} at {site}.", place=role)
            access.note(writing, Event.ACCOUNT_CHANGED, by, what="role taken", person=person, role=role, site=site)


def disable_account(access: Access, login: str, by: Actor, *, disabled: bool = True) -> None:
    """Close an account (or open it again) and end all sessions of its person. Raises `NotFound`."""
    account = existing_account(access, login)
    with access.store.writing() as writing:
        writing.change(Account, account.id, {"disabled": access.clock.now() if disabled else None})
        writing.end_sessions(account.person)
        what = "account disabled" if disabled else "account enabled"
        access.note(writing, Event.ACCOUNT_CHANGED, by, what=what, account=account.login)


def change_password(access: Access, account: Account, password: str, by: Actor, keep: str = "") -> None:
    """Set a password and end the person's other sessions. Raises `PasswordRefused`."""
    stored = access.passwords.hashed(password, account.login)
    with access.store.writing() as writing:
        writing.change(Account, account.id, {"password": stored})
        writing.end_sessions(account.person, keep=keep)
        access.note(writing, Event.ACCOUNT_CHANGED, by, what="password changed", account=account.login)


def begin_second_factor(access: Access, account: Account) -> bytes:
    """A fresh secret for the app to hold; it counts once a code proved that it does. Raises `InvalidCommand` without a lasting key."""
    if not access.keys.lasting:
        raise InvalidCommand(
            "This service has no lasting key.",
            place="secret_key",
            remedy="Set secret_key; `openssl rand -base64 32` makes one.",
        )
    pending = access.keys.opened(account.totp, account.id) if account.totp and not account.two_factors else None
    if pending is not None:
        return pending
    secret = new_secret()
    with access.store.writing() as writing:
        values = {"totp": access.keys.sealed(secret, account.id), "totp_confirmed": None, "totp_step": 0}
        writing.change(Account, account.id, values)
    return secret


def confirm_second_factor(access: Access, account: Account, step: int, by: Actor, keep: str) -> list[str]:
    """The second factor counts from now on; its recovery codes, which are shown this once."""
    codes = new_recovery_codes()
    with access.store.writing() as writing:
        writing.change(Account, account.id, {"totp_confirmed": access.clock.now(), "totp_step": step})
        writing.replace_recovery_codes(account.id, [recovery_hash(account.id, one) for one in codes])
        writing.end_sessions(account.person, keep=keep)
        access.note(writing, Event.ACCOUNT_CHANGED, by, what="second factor set up", account=account.login)
    return codes


def remove_second_factor(access: Access, login: str, by: Actor) -> None:
    """Forget a second factor (the phone and the recovery codes are lost); the person's sessions end. Raises `NotFound`."""
    account = existing_account(access, login)
    with access.store.writing() as writing:
        writing.change(Account, account.id, {"totp": "", "totp_confirmed": None, "totp_step": 0})
        writing.replace_recovery_codes(account.id, [])
        writing.end_sessions(account.person)
        access.note(writing, Event.ACCOUNT_CHANGED, by, what="second factor removed", account=account.login)


def add_site(access: Access, site: str, name: str, by: Actor) -> None:
    """Add a site, or name it anew. Raises `InvalidCommand`."""
    if not SITE.fullmatch(site):
        raise InvalidCommand("This is no id of a site.", place="site", remedy="Use small letters, digits and hyphens.")
    with access.store.writing() as writing:
        writing.add_site(site, _printed(name))
        access.note(writing, Event.ACCOUNT_CHANGED, by, what="site named", site=site)


def existing_account(access: Access, login: str) -> Account:
    """An account by login. Raises `NotFound`."""
    account = access.store.account(login.strip())
    if account is None:
        raise NotFound(f"There is no account {login}.", place=login, remedy="List the accounts.")
    return account


def _existing(access: Access, person: str) -> None:
    if access.store.person(person) is None:
        raise NotFound(f"There is no person {person}.", place=person, remedy="List the accounts.")


def _checked(access: Access, roles: Roles) -> list[tuple[str, str]]:
    """Roles and sites that exist."""
    found, sites = list(roles), access.store.sites()
    for role, site in found:
        if role not in GRANTABLE:
            raise unknown_name("role", role, GRANTABLE, place="roles")
        if site != MAIN and site not in sites:
            raise NotFound(f"There is no site {site}.", place=site, remedy=f"Sites are {', '.join({MAIN, *sites})}.")
    return found


def _grant(access: Access, writing: Writing, person: str, roles: Roles, by: Actor) -> None:
    for role, site in roles:
        if site == MAIN:
            writing.have_site(MAIN, "Main site")
        writing.add(Grant(person, site, role, access.clock.now(), by.name))
        access.note(writing, Event.ACCOUNT_CHANGED, by, what="role given", person=person, role=role, site=site)


def _printed(name: str) -> str:
    text = " ".join(name.split())
    if not 1 <= len(text) <= 80:
        raise InvalidCommand("A name has 1 to 80 characters.", place="name")
    return text
