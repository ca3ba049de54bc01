"""Ids that nobody can guess, for patients and requests; tests hand in a counter instead."""

from __future__ import annotations

import secrets
from itertools import count
from typing import Protocol


class Ids(Protocol):
    """Whatever can name something new."""

    def new(self, kind: str) -> str:
        """A fresh id that begins with `kind`."""
        ...


class RandomIds:
    """80 random bits each: two processes never give the same one, and an id tells nothing about its patient."""

    def new(self, kind: str) -> str:
        """A fresh id, such as `p-3f0a…`."""
        return f"{kind}-{secrets.token_hex(10)}"


class CountedIds:
    """`p-1`, `p-2`, …: for tests and for the demonstration, which is the same each time."""

    def __init__(self) -> None:
        """Begin at 1."""
        self._numbers = count(1)

    def new(self, kind: str) -> str:
        """The next id."""
        return f"{kind}-{next(self._numbers)}"
