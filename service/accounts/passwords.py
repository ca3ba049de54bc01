"""Passwords: argon2id, a length and nothing else that people have to obey, and never two hashes more than the machine bears."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Semaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.errors import CallerError

SHORTEST, LONGEST = 12, 128
_AT_ONCE = Semaphore(2)
"""Each hash takes 64 MiB: many sign-ins at once wait for one another instead of filling the memory."""
_WAITING = Semaphore(8)
"""Whoever comes while so many wait is sent away at once: else a flood of sign-ins would hold every thread of the service."""


class PasswordRefused(CallerError):
    """A new password is too short, too long, or the login itself."""

    code = "password_refused"


class PasswordsBusy(CallerError):
    """Too many passwords are being checked at this moment."""

    code = "passwords_busy"


@contextmanager
def _turn() -> Iterator[None]:
    if not _WAITING.acquire(blocking=False):
        raise PasswordsBusy("Many people sign in at this moment.", remedy="Try again in a few seconds.", seconds=3)
    try:
        with _AT_ONCE:
            yield
    finally:
        _WAITING.release()


class Passwords:
    """Hashes passwords and checks them. Tests hand in a hasher that takes less time."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobody = ""

    def hashed(self, password: str, login: str) -> str:
        """The hash of a new password. Raises `PasswordRefused`, `PasswordsBusy`."""
        if not SHORTEST <= len(password) <= LONGEST or password.strip().lower() == login.lower():
            raise PasswordRefused(
                f"A password has {SHORTEST} to {LONGEST} characters and is not the login.",
                place="password",
                remedy="A few words in a row are easy to remember and hard to guess.",
            )
        with _turn():
            return self._hasher.hash(password)

    def matches(self, stored: str, password: str) -> bool:
        """Whether this is the password of a stored hash. It takes as long where there is none, so that time tells no login.

        Raises `PasswordsBusy`.
        """
        with _turn():
            self._nobody = self._nobody or self._hasher.hash("nobody's password")
            return self._verified(stored or self._nobody, password[: LONGEST + 1]) and bool(stored)

    def outdated(self, stored: str) -> bool:
        """Whether a hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _verified(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
