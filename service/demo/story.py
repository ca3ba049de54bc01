"""A fictitious patient's story: what arrives and what people do, each at its moment. Written by journeys, played later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from engine.calendar import age_in_years, local_to_utc

ZONE = "Asia/Shanghai"
COORDINATOR, NEUROLOGIST, NURSE, INFECTION = "care_coordinator", "neurologist", "infusion_nurse", "infectious_disease"
CHILDBEARING_UNTIL = 50
"""Years of age in these stories; a clinician states it in life."""
MAIN, VISIT = "inebilizumab", "infusion_visit"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Facts that reach Careway at one moment; `facts` in the forms of `case-format.md`."""

    at: datetime
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Deed:
    """An action, or (`task`) a task that is closed by hand. `refused`: the story wants to see it refused."""

    at: datetime
    name: str
    by: str
    pathway: str = MAIN
    parameters: Mapping[str, Any] = field(default_factory=dict)
    refused: bool = False
    override: str = ""
    approved: str = ""
    """Who approves the override; the same role as acts, if nobody is named."""
    second: str = ""
    task: bool = False


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A role reads and acknowledges what it was told."""

    at: datetime
    by: str


Event = Arrival | Deed | Acknowledgement


@dataclass(frozen=True, slots=True)
class Invented:
    """Somebody who does not exist."""

    name: str
    sex: str
    born: date


@dataclass
class Story:
    """One patient. Journeys add events in any order; they are played in order of time."""

    number: int
    journey: str
    person: Invented
    main: str = MAIN
    """The pathway that the first facts bring the patient onto."""
    events: list[Event] = field(default_factory=list)

    @property
    def female(self) -> bool:
        """Whether pregnancy has to be thought of."""
        return self.person.sex == "female"

    def childbearing(self, on: date) -> bool:
        """Whether the stories record a childbearing potential."""
        return self.female and self.age(on) < CHILDBEARING_UNTIL

    def age(self, on: date) -> int:
        """In whole years."""
        return age_in_years(self.person.born, on)

    def facts(self, day: date, clock: str = "09:00", **facts: Any) -> None:
        """Facts arrive; None leaves one out."""
        known = {code: value for code, value in facts.items() if value is not None}
        if known:
            self.events.append(Arrival(moment(day, clock), known))

    def does(self, day: date, clock: str, name: str, by: str = NEUROLOGIST, **more: Any) -> None:
        """Somebody acts; see `Deed` for what more can be said."""
        self.events.append(Deed(moment(day, clock), name, by, **more))

    def reads(self, day: date, clock: str, *roles: str) -> None:
        """Roles acknowledge what they were told."""
        self.events += [Acknowledgement(moment(day, clock), role) for role in roles]

    def until(self, now: datetime) -> list[Event]:
        """What has happened by now, in order; the future stays unwritten."""
        return sorted((one for one in self.events if one.at <= now), key=lambda one: one.at)


def moment(day: date, clock: str) -> datetime:
    """An instant of the site's day, in UTC."""
    hour, minute = map(int, clock.split(":"))
    return local_to_utc(datetime(day.year, day.month, day.day, hour, minute), ZONE)  # noqa: DTZ001 - local, converted here


def days(day: date, number: int) -> date:
    """So many days later."""
    return day + timedelta(days=number)
