"""Every decision can be made again from the audit alone: what was asked, known and in force then gives the same entries."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.actions import Engine
from engine.asked import _NAMES, asked_json, command_of
from engine.audit.replay import Replay, in_force
from engine.codec import canonical
from engine.commands import Command, CorrectFact, Enrol, Entry, FireTimers, PerformAction, RecordFacts
from engine.decide.decision import _CARRY_OUT
from engine.definition.registry import Registry
from engine.errors import AuthorError
from engine.model import SYSTEM, Patient, Person
from engine.ports import AuditEntry
from engine.store import SqlStore, upgrade
from service.replaying import replay
from tests.living import bare, moment, registry_with
from tests.store.releases import Release, Site, acted, asked, enrolled, recorded
from tests.store.strategies import records

START = moment("2026-01-05")
DOCTOR = Person("neurologist", "doctor")
COURSE = bare(
    """
guards:
  leave: {require: [{id: igg_fine, that: igg >= 5 g/L, statement: T-1, not_met: warn, unknown: ask}]}
tasks:
  look: {label: {en: L, zh: L}, for: nurse, each: relapse within 1 day, due: (time of entry) + 1 minute, overdue: [{after: 0 days, notify: late}]}
notifications: {late: {label: {en: L, zh: L}, to: [nurse], urgency: high}}
""",
    "course",
).replace(
    "to: over, by: [neurologist]}", "to: over, by: [neurologist], guard: leave, from: [here], proposed: igg is known}"
)  # fmt: skip


@pytest.fixture(scope="module")
def registry() -> Registry:
    """A course with a guard, a task that falls due, and a message."""
    return registry_with((), COURSE)


@pytest.fixture
def lived(store: SqlStore, registry: Registry) -> list[AuditEntry]:
    """The audit of a patient for whom something was recorded, corrected, refused, done and due."""
    engine = Engine(store, registry)
    engine.register_patient(Patient("p1", birth_date=date(1980, 3, 1)), START)
    enrolment = str(engine.execute(Enrol(patient="p1", at=START, pathway="course")).enrolment)
    leave = PerformAction(patient="p1", at=START, by=DOCTOR, enrolment=enrolment, action="leave")
    entries = (Entry("igg", "6 g/L"), Entry("relapse", {"event": "occurred", "severity": "mild"}))
    assert not engine.execute(leave).accepted
    told = engine.execute(RecordFacts(patient="p1", at=START, entries=entries))
    engine.fire("p1", START + timedelta(minutes=2))
    correction = CorrectFact(patient="p1", at=START, by=DOCTOR, fact=told.created[0], value="4 g/L", reason="Typing.")
    engine.execute(replace(correction, at=START + timedelta(hours=1)))
    assert engine.execute(replace(leave, at=START + timedelta(hours=2))).accepted
    return store.entries("p1")


def differences(registry: Registry, entries: list[AuditEntry]) -> list[tuple[str, str]]:
    """Command and difference of every decision that comes out otherwise."""
    return [(one.command, one.difference) for one in Replay(registry, []).of(entries) if not one.same]


def test_all_that_was_decided_comes_out_again(registry: Registry, lived: list[AuditEntry]) -> None:
    again = list(Replay(registry, []).of(lived))
    commands = ["enrol", "perform_action", "record_facts", "fire_timers", "correct_fact", "perform_action"]
    assert [one.command for one in again] == commands
    assert [one.difference for one in again] == [""] * 6
    assert {one for decision in again for one in decision.definitions} == {registry.latest("course").hash}


@pytest.mark.parametrize("part", ["findings", "events", "changes"])
def test_a_record_that_says_otherwise_is_named(registry: Registry, lived: list[AuditEntry], part: str) -> None:
    """Evidence, events and changed records are all compared; what follows is decided from what the record says."""
    place = next(n for n, one in enumerate(lived) if one.event == "action:refused")
    content = orjson.loads(lived[place].content)
    content[part] = {} if part == "changes" else []
    lived[place] = replace(lived[place], content=canonical(content).decode())
    found = differences(registry, lived)
    assert found[0] == ("perform_action", f"{lived[place].chain}: {part} come out otherwise")


def test_an_engine_that_decides_otherwise_is_found(registry: Registry, lived: list[AuditEntry]) -> None:
    """The same hash with another rule behind it: a function or the engine itself has changed."""
    changed = registry_with((), COURSE.replace("igg >= 5 g/L", "igg >= 3 g/L"))
    forged = replace_hash(changed, registry)
    assert [command for command, _ in differences(forged, lived)] == ["perform_action"] * 2


def replace_hash(changed: Registry, known: Registry) -> Registry:
    """A registry whose course bears the hash of another."""
    made = changed.latest("course")
    object.__setattr__(made, "hash", known.latest("course").hash)
    changed.add(made)
    return changed


def test_a_missing_entry_shows(registry: Registry, lived: list[AuditEntry]) -> None:
    place = next(n for n, one in enumerate(lived) if "cause" in orjson.loads(one.content))
    del lived[place]
    ((_, said), *_) = differences(registry, lived)
    assert said.endswith("come out.")


def test_entries_of_a_release_that_kept_no_question_are_taken_as_they_are(
    registry: Registry, lived: list[AuditEntry]
) -> None:
    """The decisions after them are made again from what they say."""
    older = []
    for one in lived[:6]:
        content = orjson.loads(one.content)
        content.pop("asked", None)
        older.append(replace(one, content=canonical(content).decode()))
    again = list(Replay(registry, []).of([*older, *lived[6:]]))
    assert 0 < len(again) < 6
    assert all(one.same for one in again)


def test_decisions_are_made_again_under_the_versions_that_were_in_force(tmp_path: Path) -> None:
    """An enrolment of January takes January's limit, also in July, under the release of July."""
    url = f"sqlite:///{tmp_path / 'careway.db'}"
    upgrade(url)
    site, first = Site(url, tmp_path / "pathways"), Release()
    for patient, release in (("old", first), ("new", first.with_ward("value: 5 g/L", "value: 7 g/L"))):
        with site.start(release) as careway:
            enrolled(careway, patient)
            recorded(careway, patient, igg="6 g/L")
            assert asked(careway, patient) == ([] if patient == "old" else ["W-1"])
            acted(careway, "give", patient)
        site.clock.advance(timedelta(days=1))
    with site.start(first) as careway:
        found = list(replay(careway))
        versions = in_force(careway.store.entries(""))
    assert len(versions) == 3
    assert {one.patient for one in found} == {"old", "new"}
    assert [one.replayed.difference for one in found] == [""] * len(found)


COMMANDS: list[type[Command]] = [Enrol, RecordFacts, CorrectFact, PerformAction, FireTimers]


@given(st.sampled_from(COMMANDS).flatmap(records), st.integers(0, 10**6))
def test_what_was_asked_comes_back_exactly(command: Command, seq: int) -> None:
    """All but the idempotency key, through canonical JSON."""
    kept: dict[str, Any] = orjson.loads(canonical(asked_json(command, seq)))
    assert kept["seq"] == seq
    assert command_of(kept, command.patient, command.at, command.by) == replace(command, key="")


def test_a_binary_fraction_is_kept_as_the_decimal_that_it_was_read_as() -> None:
    command = RecordFacts(
        patient="p1", at=START, entries=(Entry("igg", {"value": 4.1, "unit": "g/L"}), Entry("mrs", 2.0))
    )
    again = command_of(asked_json(command, 1), "p1", START, SYSTEM)
    assert isinstance(again, RecordFacts)
    assert [one.value for one in again.entries] == [{"value": Decimal("4.1"), "unit": "g/L"}, Decimal("2.0")]


def test_every_command_can_be_kept() -> None:
    assert set(_NAMES) == set(_CARRY_OUT)


def test_a_command_of_a_later_release_is_refused_with_its_name() -> None:
    with pytest.raises(AuthorError, match="'resurrect'"):
        command_of({"command": "resurrect", "seq": 1}, "p1", START, SYSTEM)
