"""Tokens for programs: shown once, stored as a hash, limited to scopes and to a time, revocable. `cw_` and 256 random bits."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from engine.audit import Event
from engine.errors import InvalidCommand, NotFound
from engine.model import Person as Actor
from engine.store.accounts import Token
from service.accounts.access import Access
from service.accounts.identity import Identity
from service.accounts.keys import hashed
from service.accounts.rights import SCOPES

PREFIX = "cw_"
LONGEST = timedelta(days=366)


def make_token(
    access: Access, person: str, name: str, scopes: Sequence[str], lasts: timedelta, by: Actor
) -> tuple[Token, str]:
    """A token and what to send; the latter cannot be had again. Raises `NotFound`, and `InvalidCommand` for scope or time."""
    if access.store.person(person) is None:
        raise NotFound(f"There is no person {person}.", place=person)
    if unknown := [one for one in scopes if one not in SCOPES] or not scopes:
        raise InvalidCommand("These are no scopes.", place=str(unknown), remedy=f"Scopes are {', '.join(SCOPES)}.")
    if not timedelta(0) < lasts <= LONGEST:
        raise InvalidCommand("A token lasts for 1 to 366 days.", place="days", remedy="Make a new one in time.")
    now, secret = access.clock.now(), PREFIX + secrets.token_urlsafe(32)
    token = Token(
        f"t-{secrets.token_hex(6)}", hashed(secret), person, name, tuple(scopes), now, by.name, now + lasts
    )  # fmt: skip
    with access.store.writing() as writing:
        writing.add(token)
        access.note(
            writing, Event.ACCOUNT_CHANGED, by, what="token made", person=person, token=token.id, scopes=list(scopes)
        )
    return token, secret


def revoke_token(access: Access, token: str, by: Actor) -> None:
    """End a token at once. Raises `NotFound`."""
    with access.store.writing() as writing:
        if not writing.change(Token, token, {"revoked": access.clock.now()}):
            raise NotFound(f"There is no token {token}.", place=token)
        access.note(writing, Event.ACCOUNT_CHANGED, by, what="token revoked", token=token)


def identity_of(access: Access, secret: str) -> Identity | None:
    """Whose token this is; None for one that is unknown, over, revoked, or of a person who was disabled."""
    token = access.store.token(hashed(secret)) if secret.startswith(PREFIX) else None
    if token is None or token.revoked is not None or access.clock.now() >= token.expires:
        return None
    person = access.store.person(token.person)
    if person is None or person.disabled is not None:
        return None
    return Identity(person, tuple(access.store.grants(person.id)), token=token)
