"""The facts of a chart as they stand: superseded and voided versions removed, ordered by effective time, by fact id.

`Records.of(facts, known_at)` answers "what was known then"; the present index is kept up to date with `add`, so that a new
fact costs what it touches and not what is stored.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from engine.model import Fact, FactStatus


def order(fact: Fact) -> tuple[datetime, str, int]:
    """Effective time, then order of recording; results of one moment by what they say, so that their arrival decides nothing.

    What happens (given, started, stopped) keeps the order of recording: a course may be stopped and started on one day.
    """
    said = "" if fact.event is not None else f"{fact.timed} {sorted(fact.attributes.items(), key=_name)} {fact.value}"
    return fact.effective, said, fact.seq


def _name(attribute: tuple[str, Any]) -> str:
    return attribute[0]


class Records:
    """Current versions of facts by id of the catalogue, each list ordered by `order`."""

    __slots__ = ("by_code", "by_id", "early", "replaced")

    def __init__(self) -> None:
        self.by_code: dict[str, list[Fact]] = {}
        self.by_id: dict[str, Fact] = {}
        self.replaced: dict[str, str] = {}
        self.early: set[str] = set()
        """Ids of the catalogue that ever had a preliminary result."""

    @classmethod
    def of(cls, facts: Iterable[Fact], known_at: datetime | None = None) -> Records:
        """The records as known at a moment (None: now)."""
        records = cls()
        for fact in sorted(facts, key=lambda one: one.seq):
            if known_at is None or fact.recorded <= known_at:
                records.add(fact)
        return records

    def copy(self) -> Records:
        """An independent index that shares the facts; a list is copied when it changes."""
        other = Records()
        other.by_code, other.by_id, other.replaced = dict(self.by_code), dict(self.by_id), dict(self.replaced)
        other.early = set(self.early)
        return other

    def add(self, fact: Fact) -> None:
        """Take in one newly recorded version."""
        self.by_id[fact.id] = fact
        if fact.status is FactStatus.PRELIMINARY:
            self.early.add(fact.code)
        if fact.supersedes:
            self._remove(fact.supersedes)
            self.replaced[fact.supersedes] = fact.id
        if fact.status is not FactStatus.ENTERED_IN_ERROR and fact.id not in self.replaced:
            entries = list(self.by_code.get(fact.code, ()))
            place = bisect_right(entries, fact.effective, key=_effective)
            entries.insert(place, fact)
            first = bisect_left(entries, fact.effective, key=_effective)
            if first < place:
                entries[first : place + 1] = sorted(entries[first : place + 1], key=order)
            self.by_code[fact.code] = entries

    def _remove(self, fact_id: str) -> None:
        old = self.by_id.get(fact_id)
        if old is not None:
            self.by_code[old.code] = [one for one in self.by_code.get(old.code, ()) if one.id != fact_id]

    def current(self, code: str) -> list[Fact]:
        """Current versions of a fact, oldest first."""
        return self.by_code.get(code, [])

    def visible(self, code: str, as_of: datetime, *, preliminary: bool) -> list[Fact]:
        """Current versions that were true by a moment, oldest first; preliminary ones only if wanted. Not to be changed."""
        facts = self.by_code.get(code, [])
        if facts and facts[-1].effective > as_of:
            facts = facts[: bisect_right(facts, as_of, key=_effective)]
        if preliminary or code not in self.early:
            return facts
        return [fact for fact in facts if fact.status is not FactStatus.PRELIMINARY]


def _effective(fact: Fact) -> datetime:
    return fact.effective
