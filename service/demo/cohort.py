"""The demonstration cohort: which patient goes which way, written as Bundles, imported and played to now."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any, cast

from engine.actions import Engine
from engine.calendar import local_day
from engine.clock import as_utc
from engine.errors import Conflict, InvalidCommand
from engine.ports import Heartbeat
from service.demo import journeys_events, journeys_switching
from service.demo.journeys import JOURNEYS, Journey
from service.demo.journeys_cases import courses, told
from service.demo.people import invent
from service.demo.playing import Player, Surprise
from service.demo.records import SYSTEM, Records
from service.demo.story import ZONE, Story
from service.fhir import ImportReport
from service.fhir.codings import load_codings
from service.fhir.people import PeopleStore

PATIENTS, SEED = 200, 2026
_TURN = (None, 0, None, 1, 2)
"""In each five patients: a journey of inebilizumab (None) or the next course of another family."""
STRIDE = 7
"""Prime to the number of journeys (a test holds it)."""
COMPLETE = "demo_cohort"
"""Name of the heartbeat that says that a cohort was built to its end."""
Progress = Callable[[int, int], None]
"""Called with the patients done and in all."""
_REGISTERED = (journeys_switching, journeys_events)
"""Imported so that their journeys are known, in this order."""


class UnfinishedCohort(Conflict):
    """A cohort was begun in this database and not finished; start again with an empty database."""

    code = "unfinished_cohort"


class NoFolder(InvalidCommand):
    """The folder for the Bundles cannot be made."""

    code = "no_folder"


@dataclass
class DemoReport:
    """What was built."""

    patients: int = 0
    commands: int = 0
    journeys: Counter[str] = field(default_factory=Counter)
    imported: ImportReport = field(default_factory=ImportReport)
    surprises: list[Surprise] = field(default_factory=list)
    existed: bool = False
    """The database holds the cohort already; nothing was done."""

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "patients": self.patients, "commands": self.commands, "journeys": dict(self.journeys), "existed": self.existed,
            "facts": self.imported.changed, "surprises": [str(one) for one in self.surprises],
        }  # fmt: skip


def build(
    engine: Engine,
    *,
    now: datetime,
    patients: int = PATIENTS,
    seed: int = SEED,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> DemoReport:
    """Build the cohort in an empty database; the same `seed` and day give the same cohort. With `folder` the Bundles are written there.

    A database that holds the cohort is left alone (`existed`). Raises `UnfinishedCohort`, `NaiveInstant`, and, before anything is
    built, `NoFolder`.
    """
    if exists(engine):
        return DemoReport(patients=patients, existed=True)
    if folder is not None:
        _prepare(folder)
    report, instant = DemoReport(), as_utc(now)
    codes = load_codings(engine.registry.catalogue).table
    for story in stories(patients, seed, local_day(instant, ZONE)):
        player = Player(engine, story, Records(codes, story), instant, report.imported)
        player.play()
        _count(report, player)
        if folder is not None:
            _write(folder, player.records)
        if progress:
            progress(report.patients, patients)
    engine.store.beat(COMPLETE, instant, f"{patients} patients, seed {seed}")
    return report


def exists(engine: Engine) -> bool:
    """Whether the database holds a whole cohort. Raises `UnfinishedCohort` for a part of one."""
    mark: Heartbeat | None = engine.store.heartbeat(COMPLETE)
    if mark is None and cast("PeopleStore", engine.store).find_patient(SYSTEM, "D00001"):
        raise UnfinishedCohort(
            "The demonstration cohort in this database is not complete.",
            remedy="Remove the database and build it anew.",
        )
    return mark is not None


def stories(patients: int, seed: int, today: date) -> Iterator[Story]:
    """The stories of a cohort, one after the other: two journeys of inebilizumab, three courses of the other families."""
    for number in range(1, patients + 1):
        rng = Random(f"{seed}:{number}")  # noqa: S311 - invents people, guards nothing
        group, place = divmod(number - 1, len(_TURN))
        turn = _TURN[place]
        if turn is None:
            yield _story(number, _in_turn(2 * group + place // 2 + 1), today, rng)
        else:
            yield told(number, courses()[(3 * group + turn) % len(courses())], today, rng)


def _in_turn(number: int) -> Journey:
    """Every journey comes once before one comes again; the order is mixed, so that a small cohort is one too."""
    every = list(JOURNEYS.values())
    return every[(number - 1) * STRIDE % len(every)]


def _story(number: int, journey: Journey, today: date, rng: Random) -> Story:
    story = Story(number, journey.name, invent(number, journey.ages, journey.sex, today, rng))
    journey.write(story, today, rng)
    return story


def _count(report: DemoReport, player: Player) -> None:
    report.patients += 1
    report.commands += player.commands
    report.journeys[player.story.journey] += 1
    report.surprises += player.surprises


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        remedy = "Name a folder that you may write to."
        raise NoFolder(f"The Bundles cannot be written: {error.strerror}.", place=str(folder), remedy=remedy) from None


def _write(folder: Path, records: Records) -> None:
    text = json.dumps(records.bundle(), ensure_ascii=False, indent=1)
    (folder / f"{records.own_id}.json").write_text(text + "\n", encoding="utf-8")
