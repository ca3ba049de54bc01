"""Courses through the stages: which moves were made, and how long it took from one stage to another.

The wait from A to B begins when A was first entered and ends when B was first entered afterwards. Who has not come to B
is censored: `open` while the enrolment runs (watched until now), `lost` where it ended elsewhere (watched until its end).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from engine.adherence.survival import Spell
from engine.model import StageEntry

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Course:
    """One enrolment's way through the stages."""

    patient: str
    enrolment: str
    opened: datetime
    closed: datetime | None
    entries: Sequence[StageEntry]


@dataclass(frozen=True, slots=True)
class Move:
    """One change of stage. `via` is the action or automatic transition."""

    patient: str
    enrolment: str
    before: str
    after: str
    via: str
    at: datetime


@dataclass(slots=True)
class Wait:
    """All waits from one stage to another."""

    begin: str
    end: str
    spells: list[Spell] = field(default_factory=list)
    reached: int = 0
    open: int = 0
    lost: int = 0

    @property
    def total(self) -> int:
        """Everybody who entered the first stage."""
        return len(self.spells)


def moves(course: Course) -> Iterator[Move]:
    """The changes of stage of one enrolment, in order; its opening is none."""
    for before, after in pairwise(course.entries):
        yield Move(course.patient, course.enrolment, before.stage, after.stage, after.via, after.at)


def wait(courses: Iterable[Course], begin: str, end: str, now: datetime) -> Wait:
    """The wait from one stage to another over all enrolments that came to the first one. Lengths are days."""
    found = Wait(begin, end)
    for course in courses:
        _add(found, course, now)
    return found


def _add(found: Wait, course: Course, now: datetime) -> None:
    start = next((number for number, one in enumerate(course.entries) if one.stage == found.begin), None)
    if start is None:
        return
    begun = course.entries[start].at
    reached = next((one.at for one in course.entries[start + 1 :] if one.stage == found.end), None)
    if reached is not None:
        found.reached += 1
    elif course.closed is None:
        found.open += 1
    else:
        found.lost += 1
    until = reached or course.closed or now
    found.spells.append(Spell(max((until - begun) / DAY, 0.0), reached is not None))
