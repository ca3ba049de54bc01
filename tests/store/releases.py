"""Releases of a small site: a pathway that opens another, a catalogue of four facts and a function, each of which can change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.catalogue import Catalogue
from engine.clock import VirtualClock
from engine.commands import Enrol, Entry, Outcome, PerformAction, RecordFacts
from engine.definition.registry import Registry
from engine.functions import Function, Reader
from engine.model import Chart, Enrolment, Patient, Person
from service.settings import Settings
from service.wiring import Careway, build

START = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
DOCTOR = Person("neurologist", "n1")

CATALOGUE = """
facts:
  - {id: igg, label: {en: IgG, zh: IgG}, kind: quantity, unit: g/L, range: [0, 150], max_age: {ward: 30 d}}
  - {id: relapse, label: {en: Relapse, zh: 复发}, kind: event, attributes: {severity: [mild, severe]}}
  - {id: oldmab, label: {en: Oldmab, zh: 旧单抗}, kind: exposure, classes: [antibody], events: [given], dose_unit: {given: mg}}
  - {id: plainol, label: {en: Plainol, zh: 普药}, kind: exposure, classes: [], events: [given], dose_unit: {given: mg}}
classes:
  - {id: antibody, label: {en: Antibody, zh: 抗体}}
pathways: {ward: W, visit: V}
"""
WARD = """
pathway: ward
title: {en: Ward, zh: 病房}
spec: ward.md
initial: waiting
settings:
  limit: {value: 5 g/L, reason: A limit.}
  attention: {value: 1, unit: minutes, reason: A task falls due.}
stages:
  waiting: {label: {en: Waiting, zh: 等待}}
  treated: {label: {en: Treated, zh: 已治疗}}
  over: {label: {en: Over, zh: 结束}, terminal: true}
guards:
  dose:
    require:
      - {id: igg_fine, that: igg >= setting.limit, statement: W-1}
      - {id: not_before, that: no antibody given, statement: W-2}
      - {id: lead, that: setting.visit.lead = 2 days, statement: W-3}
      - {id: score, that: score >= 1, statement: W-4}
actions:
  give: {label: {en: Give, zh: 给药}, from: [waiting], to: treated, by: [neurologist], guard: dose}
  visit: {label: {en: Visit, zh: 就诊}, by: [neurologist], effects: [{open: {pathway: visit}}]}
  finish: {label: {en: Finish, zh: 结束}, to: over, by: [neurologist]}
tasks:
  look_after:
    label: {en: Look after the relapse, zh: 处理复发}
    for: care_coordinator
    each: relapse within 1 day
    due: (time of entry) + setting.attention
"""
VISIT = """
pathway: visit
title: {en: Visit, zh: 就诊}
spec: visit.md
initial: open
parent: ward
settings:
  lead: {value: 2, unit: days, reason: A lead.}
stages:
  open: {label: {en: Open, zh: 进行}}
  over: {label: {en: Over, zh: 结束}, terminal: true}
actions:
  close: {label: {en: Close, zh: 关闭}, to: over, by: [neurologist]}
"""


def score(value: int = 1, version: str = "1") -> Function:
    """A function that always answers the same."""

    def compute(read: Reader) -> int:
        return value

    return Function("score", {"en": "Score", "zh": "评分"}, "quantity", "", compute, version=version)


@dataclass(frozen=True)
class Release:
    """What one release of the site ships."""

    ward: str = WARD
    visit: str = VISIT
    catalogue: str = CATALOGUE
    function: Function = field(default_factory=score)
    superseded: Mapping[tuple[str, str], Function] = field(default_factory=dict)

    def with_ward(self, old: str, new: str) -> Release:
        """The next release, with another text of the ward."""
        assert old in self.ward
        return replace(self, ward=self.ward.replace(old, new))

    def with_visit(self, old: str, new: str) -> Release:
        """The next release, with another text of the visit."""
        assert old in self.visit
        return replace(self, visit=self.visit.replace(old, new))

    def with_catalogue(self, old: str, new: str) -> Release:
        """The next release, with another catalogue."""
        assert old in self.catalogue
        return replace(self, catalogue=self.catalogue.replace(old, new))

    def registry(self, folder: Path) -> Registry:
        """The definitions as they are loaded from files."""
        files = []
        for name, text in (("ward", self.ward), ("visit", self.visit)):
            file = folder / name / "pathway.yaml"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            files.append(file)
        made = Registry.load(files, Catalogue.load(self.catalogue), {"score": self.function})
        made.superseded = self.superseded
        return made


@dataclass
class Site:
    """A database on which releases are started one after the other."""

    url: str
    folder: Path
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(START))

    def start(self, release: Release, *, read_only: bool = False) -> Careway:
        """A process of this release on the database."""
        settings = Settings(database_url=self.url)
        registry = release.registry(self.folder)
        return build(settings, clock=self.clock, registry=registry, read_only=read_only)


def enrolled(careway: Careway, patient: str = "p1") -> str:
    """A new patient on the ward; the enrolment's id."""
    at = careway.clock.now()
    careway.engine.register_patient(Patient(patient), at)
    return str(careway.engine.execute(Enrol(patient=patient, at=at, pathway="ward")).enrolment)


def recorded(careway: Careway, patient: str = "p1", **facts: Any) -> None:
    """Facts of a patient."""
    entries = tuple(Entry(code, value) for code, value in facts.items())
    careway.engine.execute(RecordFacts(patient=patient, at=careway.clock.now(), entries=entries))


def acted(careway: Careway, action: str, patient: str = "p1", pathway: str = "ward") -> Outcome:
    """An action on the newest enrolment on a pathway."""
    one = newest(careway.engine.chart(patient), pathway)
    return careway.engine.execute(
        PerformAction(patient=patient, at=careway.clock.now(), by=DOCTOR, enrolment=one.id, action=action)
    )


def asked(careway: Careway, patient: str = "p1") -> list[str]:
    """The statements that stand in the way of giving the dose; empty where it may be given."""
    one = newest(careway.engine.chart(patient))
    outcome = careway.engine.consider(patient, one.id, "give", {}, careway.clock.now())
    return [statement for reason in outcome.reasons for statement in reason.statements]


def newest(chart: Chart, pathway: str = "ward") -> Enrolment:
    """The newest enrolment on a pathway."""
    return [one for one in chart.enrolments.values() if one.pathway == pathway][-1]
