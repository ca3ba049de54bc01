"""Sessions are rows of ours: the cookie holds 256 random bits, the row their hash. Ending one ends it at once, everywhere.

A session ends after some idle time and, whatever happens, after some hours. Signing in always makes a new id.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta

from engine.audit import Event
from engine.model import Person as Actor
from engine.store.accounts import Account, Session
from service.accounts.access import Access
from service.accounts.identity import Identity
from service.accounts.keys import hashed

BREAK = timedelta(minutes=15)
"""After so long without a request the next signature takes all components again."""
_NOTED = timedelta(minutes=1)
"""How exact `seen` is: noting every request would write at every look."""
_HALFWAY = timedelta(minutes=10)
"""For giving the second factor."""


def open_session(access: Access, account: Account, *, state: str, factors: str) -> str:
    """Sign in; what the cookie will hold. While `state` is `second_factor` it opens nothing but the next step."""
    now, secret = access.clock.now(), secrets.token_urlsafe(32)
    lasts = timedelta(hours=access.settings.session_hours) if state == "open" else _HALFWAY
    session = Session(hashed(secret), account.id, account.person, state, now, now, now + lasts)
    with access.store.writing() as writing:
        writing.end_old_sessions(now)
        writing.add(session)
        if state == "open":
            access.note(
                writing, Event.SESSION_OPENED, Actor("", account.person), account=account.login, factors=factors
            )
    return secret


def end_session(access: Access, session: Session) -> None:
    """Sign out."""
    with access.store.writing() as writing:
        writing.end_session(session.id)
        access.note(writing, Event.SESSION_CLOSED, Actor("", session.person))


def living(access: Access, secret: str, *, state: str = "open") -> Session | None:
    """The session of a cookie, if it still lives; that it was used is noted once a minute."""
    found = access.store.session(hashed(secret)) if secret else None
    if found is None or found.state != state:
        return None
    now = access.clock.now()
    idle = now - found.seen
    if now >= found.ends or idle >= timedelta(minutes=access.settings.session_idle_minutes):
        return None
    return found if idle < _NOTED else _seen(access, found, broken=idle >= BREAK)


def _seen(access: Access, session: Session, *, broken: bool) -> Session:
    now = access.clock.now()
    signed = None if broken else session.signed
    with access.store.writing() as writing:
        writing.change(Session, session.id, {"seen": now, "signed": signed})
    return replace(session, seen=now, signed=signed)


def identity_of(access: Access, secret: str) -> Identity | None:
    """Who holds a cookie; None for a session that has ended, or a person or account that was disabled meanwhile."""
    session = living(access, secret)
    account = access.store.account_of(session.account) if session else None
    if session is None or account is None or not usable(access, account):
        return None
    person = access.store.person(account.person)
    if person is None or person.disabled is not None:
        return None
    return Identity(person, tuple(access.store.grants(person.id)), session=session, account=account)


def usable(access: Access, account: Account) -> bool:
    """Whether an account opens anything: not disabled, and no demonstration account outside a demonstration."""
    return account.disabled is None and (account.kind != "demonstration" or access.demonstration)
