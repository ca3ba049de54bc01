"""Signing in: login and password, then the second factor where there is one. What was wrong is never told."""

from __future__ import annotations

from dataclasses import dataclass

from engine.audit import Event
from engine.errors import CallerError
from engine.model import Person as Actor
from engine.store.accounts import Account, Session
from service.accounts import second_factor
from service.accounts.access import Access
from service.accounts.sessions import living, open_session, usable

RECOVERY, APP, PASSWORD = "recovery code", "app", "password"


class NotSignedIn(CallerError):
    """Login, password or code is wrong, or the account does not exist or is disabled: it is not said which."""

    code = "not_signed_in"


class TooManyFailures(CallerError):
    """After failures this account has to wait, at this address alone; `seconds` says how long."""

    code = "too_many_failures"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            "There were several failed attempts from here.",
            remedy=f"Try again in {seconds} seconds.",
            seconds=seconds,
        )
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Came:
    """What the password opened: a session, or the question for the second factor."""

    cookie: str
    complete: bool


def with_password(access: Access, login: str, password: str, address: str) -> Came:
    """The first step. Raises `TooManyFailures`, `NotSignedIn`."""
    account = proved_password(access, login.strip(), password, address)
    if account.two_factors:
        return Came(open_session(access, account, state="second_factor", factors=""), complete=False)
    access.delays.succeeded(account.login, address)
    return Came(open_session(access, account, state="open", factors=PASSWORD), complete=True)


def with_second_factor(access: Access, cookie: str, code: str, address: str) -> Came:
    """The second step: a code of the app, or a recovery code. Raises `TooManyFailures`, `NotSignedIn`."""
    pending = living(access, cookie, state="second_factor")
    account = access.store.account_of(pending.account) if pending else None
    if pending is None or account is None or not usable(access, account):
        raise NotSignedIn("This step is over.", remedy="Sign in anew.")
    factor = proved_code(access, account, code, address)
    access.delays.succeeded(account.login, address)
    with access.store.writing() as writing:
        writing.end_session(pending.id)
    return Came(open_session(access, account, state="open", factors=f"{PASSWORD}, {factor}"), complete=True)


def proved_password(access: Access, login: str, password: str, address: str) -> Account:
    """The account whose login and password these are. Raises `TooManyFailures`, `NotSignedIn`."""
    _not_too_soon(access, login, address)
    account = access.store.account(login)
    matches = access.passwords.matches(account.password if account else "", password)
    person = access.store.person(account.person) if account else None
    if not matches or account is None or not usable(access, account) or person is None or person.disabled:
        raise _failed(access, login, address, known=account is not None)
    if access.passwords.outdated(account.password):
        with access.store.writing() as writing:
            writing.change(Account, account.id, {"password": access.passwords.hashed(password, login)})
    return account


def proved_code(access: Access, account: Account, code: str, address: str) -> str:
    """Which factor a code is; it is used up. Raises `TooManyFailures`, `NotSignedIn`."""
    _not_too_soon(access, account.login, address)
    if _app_code(access, account, code):
        return APP
    with access.store.writing() as writing:
        hashed = second_factor.recovery_hash(account.id, code)
        if writing.use_recovery_code(account.id, hashed, access.clock.now()):
            by = Actor("", account.person)
            access.note(writing, Event.ACCOUNT_CHANGED, by, what="recovery code used", account=account.login)
            return RECOVERY
    raise _failed(access, account.login, address, known=True)


def _app_code(access: Access, account: Account, code: str) -> bool:
    secret = access.keys.opened(account.totp, account.id) if account.two_factors else None
    step = second_factor.matching_step(secret, code, access.clock.now()) if secret else None
    if step is None:
        return False
    with access.store.writing() as writing:
        return writing.accept_step(account.id, step)


def _not_too_soon(access: Access, login: str, address: str) -> None:
    if wait := access.delays.seconds_to_wait(login, address):
        raise TooManyFailures(wait)


def _failed(access: Access, login: str, address: str, *, known: bool) -> NotSignedIn:
    """Count and record a failure. A login that nobody has is not recorded: people type passwords there."""
    access.delays.failed(login, address)
    with access.store.writing() as writing:
        named = login.lower() if known else ""
        access.note(writing, Event.SESSION_REFUSED, Actor("", ""), account=named, address=address)
    return NotSignedIn("This did not fit.", remedy="Check login, password and code.")


def sessions_end(access: Access, session: Session) -> None:
    """End every other session of a person: after a new password or a new second factor."""
    with access.store.writing() as writing:
        writing.end_sessions(session.person, keep=session.id)
