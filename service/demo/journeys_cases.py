"""Courses on the ladder of autoimmune encephalitis, CAR-T, toxicity and pain: the cases beside those pathways, moved to this year.

A case is a dated course that has been read against its specification; nobody has to invent another. It is moved by whole years,
so that ends of months stay what they are, to the last time at which all of it lies in the past.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from engine.calendar import add_months
from engine.catalogue.strict_yaml import load_yaml
from pathways.registry import HERE
from service.demo.people import invent
from service.demo.story import ZONE, Story, moment

FAMILIES = ("ae_escalation", "car_t", "nmosd_pain", "neurotoxicity_surveillance")
_LATER = ("correct", "retract", "complete", "acknowledge", "enrol")
"""Keys of steps that a story does not tell."""
_WHEN = re.compile(r"^\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?$")


@dataclass(frozen=True)
class Course:
    """One case as a course: its pathway, its patient and its steps as they are written."""

    name: str
    pathway: str
    patient: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...]

    @property
    def last(self) -> date:
        """The day of the last step."""
        return _day(self.steps[-1]["at"])


@cache
def courses() -> tuple[Course, ...]:
    """The courses that a story can tell, in turn of the families."""
    found = [list(_of(family)) for family in FAMILIES]
    longest = max(map(len, found))
    return tuple(one[number] for number in range(longest) for one in found if number < len(one))


def _of(family: str) -> Iterator[Course]:
    for path in sorted((Path(HERE) / family / "cases").glob("*.yaml")):
        case = load_yaml(path.read_text(encoding="utf-8"), name=path.name)
        steps = tuple(case["steps"])
        told = case["pathway"] == family and "settings" not in case
        if told and not any(key in step for step in steps for key in _LATER):
            yield Course(str(case["id"]), family, case.get("patient") or {}, steps)


def told(number: int, course: Course, today: date, rng: Random) -> Story:
    """A case as the story of patient `number`."""
    years = today.year - course.last.year
    if add_months(course.last, 12 * years) >= today:
        years -= 1
    person = invent(number, (30, 60), str(course.patient.get("sex", "female")), today, rng)
    if "birth_date" in course.patient:
        person = replace(person, born=_moved(_day(course.patient["birth_date"]), years))
    story = Story(number, course.name, person, main=course.pathway)
    for step in course.steps:
        _tell(story, step, years)
    return story


def _tell(story: Story, step: Mapping[str, Any], years: int) -> None:
    day, clock = _moved(_day(step["at"]), years), str(step["at"])[11:] or "00:00"
    if step.get("facts"):
        story.facts(day, clock, **_later(step["facts"], years))
    if "do" in step:
        given = dict(_later(step.get("with") or {}, years))
        second = str(step.get("second_person") or given.pop("second_person", ""))
        override = step.get("override") or {}
        story.does(
            day, clock, str(step["do"]), str(step["by"]), pathway=str(step.get("pathway", story.main)).partition("#")[0],
            parameters=given, refused="refused" in (step.get("expect") or {}), second=second,
            override=str(override.get("reason", "")), approved=str(override.get("approved_by", "")),
        )  # fmt: skip


def _later(raw: Any, years: int) -> Any:
    """The same, with every date in it moved; when something was true as a date or a moment of its own."""
    if isinstance(raw, Mapping):
        moved = {key: _later(value, years) for key, value in raw.items()}
        return moved | ({"effective": _when(moved["effective"])} if "effective" in moved else {})
    if isinstance(raw, list):
        return [_later(one, years) for one in raw]
    text = str(raw)
    if not _WHEN.match(text):
        return raw
    return f"{_moved(_day(text), years)}{text[10:]}"


def _when(text: str) -> date | datetime:
    if len(text) == len("2026-01-01"):
        return _day(text)
    return moment(_day(text), text[11:]).astimezone(ZoneInfo(ZONE))


def _moved(day: date, years: int) -> date:
    return add_months(day, 12 * years)


def _day(text: Any) -> date:
    return datetime.fromisoformat(str(text)[:10]).date()
