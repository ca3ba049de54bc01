"""The registry of clinical functions: what walks a series, takes a root or is a published instrument (`criteria-language.md` §6).

A function reads facts through a `Reader`, the same view that a sentence has (moment, known versions, mode); it sees no clock
and no store. It answers with a value in its declared unit, or raises `NotKnown` with a reason from the closed list. It never
answers with a verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from engine.errors import AuthorError
from engine.model import Act, Fact, Task
from engine.units import Duration


@dataclass(frozen=True, slots=True)
class AtLeast:
    """An answer of which only the lower limit is known: “grade at least 3”."""

    value: Decimal | int


Answer = Decimal | int | str | bool | date | Duration | tuple[Duration, ...] | AtLeast | None


class NotKnown(Exception):
    """The function cannot know its value: why (`engine.evaluation.results.Why`), and for want of which fact."""

    def __init__(self, reason: str, code: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.reason = str(reason)
        self.code = code


class Reader(Protocol):
    """What a function may read."""

    @property
    def today(self) -> date:
        """The day judged, in the site's zone."""

    @property
    def now(self) -> datetime:
        """The moment judged (UTC)."""

    @property
    def zone(self) -> str:
        """Time zone of the site."""

    def value(self, code: str) -> Any:
        """Latest usable value of a fact or named value, canonical. Raises `NotKnown`."""

    def entry(self, code: str) -> Fact:
        """Latest usable entry of a fact. Raises `NotKnown`."""

    def entries(self, code: str, verb: str = "") -> list[Fact]:
        """Visible entries of a fact or class, oldest first."""

    def setting(self, name: str) -> Any:
        """A setting of the definition. Raises `NotKnown` where it has none."""

    def attribute(self, fact: Fact, key: str, default: Any = None) -> Any:
        """An attribute of an entry."""

    def member_of(self, fact: Fact, name: str) -> bool:
        """Whether an entry belongs to a class."""

    def tasks(self, code: str) -> Sequence[Task]:
        """Tasks of the enrolment by their rule."""

    def acts(self, action: str) -> Sequence[Act]:
        """Acts of the enrolment."""

    def changes_at(self, moment: datetime) -> None:
        """Tell that time alone changes the answer at that moment."""


@dataclass(frozen=True)
class Function:
    """A registered function with what the checker and the pages need to know of it."""

    name: str
    label: dict[str, str]
    kind: str
    unit: str
    compute: Callable[[Reader], Answer]
    statements: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    version: str = "1"


REGISTRY: dict[str, Function] = {}
"""Every function that the loaded modules registered, by name."""

SUPERSEDED: dict[tuple[str, str], Function] = {}
"""Older versions that are kept for the enrolments whose definition was read with them, by name and version."""


def function(
    name: str, *, en: str, zh: str, kind: str, unit: str = "", statements: Sequence[str] = (), settings: Sequence[str] = (), version: str = "1",
    superseded: bool = False,
) -> Callable[[Callable[[Reader], Answer]], Callable[[Reader], Answer]]:  # fmt: skip
    """Register a function under a name. Raises `AuthorError` when the name is taken.

    Whoever changes what a function answers gives it a new version. The older one may stay beside it, `superseded`: new
    enrolments never read it, running ones go on with it.
    """

    def register(compute: Callable[[Reader], Answer]) -> Callable[[Reader], Answer]:
        made = Function(name, {"en": en, "zh": zh}, kind, unit, compute, tuple(statements), tuple(settings), version)
        known = SUPERSEDED.get((name, version)) if superseded else REGISTRY.get(name)
        if known is not None and known.compute.__qualname__ != compute.__qualname__:
            raise AuthorError(f"The function “{name}” is registered twice.", remedy="Rename one of them.")
        if superseded:
            SUPERSEDED[name, version] = made
        else:
            REGISTRY[name] = made
        return compute

    return register
