"""The due pass: what is due is handled once, oldest first, bounded, and nobody is delayed by another's fault."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from engine.actions import Engine
from engine.clock import VirtualClock
from engine.ports import Claim, LeaseLost, StoreBusy
from service.chores import DUE, due_pass, progress
from service.wiring import Careway
from tests.unit.service.conftest import DRILL, registry_of
from tests.unit.service.doing import awaiting, enrolled, fired, relapse

MINUTE = timedelta(minutes=1)


def test_nothing_is_done_before_it_is_due(careway: Careway, clock: VirtualClock) -> None:
    awaiting(careway, "p1")
    clock.advance(MINUTE - timedelta(seconds=1))
    assert due_pass(careway).fired == 0
    clock.advance(timedelta(seconds=1))
    assert due_pass(careway).fired == 1
    assert [one.code for one in careway.engine.chart("p1").messages.values()] == ["unattended"]


def test_a_timer_fires_once(careway: Careway, clock: VirtualClock) -> None:
    awaiting(careway, "p1")
    clock.advance(MINUTE)
    assert [due_pass(careway).fired for _ in range(3)] == [1, 0, 0]
    assert fired(careway, "p1") == 1


def test_all_batches_of_a_pass_are_handled_and_the_audit_holds(careway: Careway, clock: VirtualClock) -> None:
    patients = [f"p{number}" for number in range(11)]
    awaiting(careway, *patients)
    clock.advance(MINUTE)
    result = due_pass(careway)
    assert (result.fired, result.patients, result.failures) == (11, 11, [])
    assert careway.store.verify().problem is None
    assert all(careway.store.check_fold(patient) == [] for patient in patients)


def test_what_is_late_fires_late_and_says_so(careway: Careway, clock: VirtualClock) -> None:
    """After three hours without the service the audit tells when the timer was due and when it fired."""
    awaiting(careway, "p1")
    clock.advance(MINUTE + timedelta(hours=3))
    assert due_pass(careway).latest == timedelta(hours=3)
    entries = [orjson.loads(one.content) | {"at": one.occurred} for one in careway.store.entries("p1")]
    (told,) = [
        (one["at"], event["due"]) for one in entries for event in one["events"] if event["event"] == "timer:fired"
    ]
    assert told[0].startswith("2026-01-05T04:01:00")
    assert told[1].startswith("2026-01-05T01:01:00")


def test_a_pass_is_bounded_and_takes_the_oldest_first(careway: Careway, clock: VirtualClock) -> None:
    limited = _with(careway, pass_limit=2, pass_batch=1)
    for patient in ("late", "later", "latest"):
        awaiting(careway, patient)
        clock.advance(timedelta(seconds=1))
    clock.advance(MINUTE)
    result = due_pass(limited)
    assert result.more
    assert [fired(careway, patient) for patient in ("late", "later", "latest")] == [1, 1, 0]
    assert not due_pass(limited).more


def test_one_patient_with_a_fault_delays_nobody(careway: Careway, clock: VirtualClock, tmp_path: Path) -> None:
    """The version on which he runs is neither loaded nor archived; he is reported, the others are handled, and he is tried again later."""
    _enrol_on_another_version(careway, tmp_path, "bad")
    awaiting(careway, "a", "b", "c")
    clock.advance(MINUTE)
    result = due_pass(careway)
    assert [(one.patient, one.code) for one in result.failures] == [("bad", "version_not_revivable")]
    assert [fired(careway, patient) for patient in ("a", "b", "c", "bad")] == [1, 1, 1, 0]
    assert due_pass(careway).failures == [], "his claims are kept until their lease ends"
    clock.advance(timedelta(seconds=careway.settings.lease_seconds))
    assert [one.patient for one in due_pass(careway).failures] == ["bad"]


def test_many_patients_with_faults_do_not_fill_every_batch(
    careway: Careway, clock: VirtualClock, tmp_path: Path
) -> None:
    """More of them than a batch holds, all older than the one who is well."""
    for number in range(9):
        _enrol_on_another_version(careway, tmp_path, f"bad{number}")
    clock.advance(timedelta(seconds=1))
    awaiting(careway, "well")
    clock.advance(MINUTE)
    assert len(due_pass(careway).failures) == 9
    assert fired(careway, "well") == 1


def test_what_another_worker_took_over_is_left_to_it(careway: Careway, clock: VirtualClock) -> None:
    awaiting(careway, "p1", "p2")
    clock.advance(MINUTE)

    def lost(patients: Any, at: Any, claims: Sequence[Claim] = ()) -> int:
        raise LeaseLost("taken over")

    result = due_pass(_with_engine(careway, lost))
    assert (result.taken_over, result.failures, result.fired) == (2, [], 0)


def test_a_database_that_does_not_answer_ends_the_pass_without_a_heartbeat(
    careway: Careway, clock: VirtualClock
) -> None:
    """It is no fault of any patient, and the watchdog must see that no pass went through."""
    awaiting(careway, "p1")
    clock.advance(MINUTE)

    def away(patients: Any, at: Any, claims: Sequence[Claim] = ()) -> int:
        raise StoreBusy("does not answer")

    with pytest.raises(StoreBusy):
        due_pass(_with_engine(careway, away))
    assert careway.store.heartbeat(DUE) is None


def test_progress_is_read_from_completed_passes(careway: Careway, clock: VirtualClock) -> None:
    """A thread that claims to run proves nothing; a process that has just started is given its time."""
    assert progress(careway).stands_still
    assert not progress(careway, since=clock.now()).stands_still
    due_pass(careway)
    assert not progress(careway).stands_still
    awaiting(careway, "p1")
    clock.advance(timedelta(seconds=careway.settings.watchdog_seconds + 61))
    found = progress(careway)
    assert found.stands_still
    assert found.lag == timedelta(seconds=careway.settings.watchdog_seconds + 1)


def _enrol_on_another_version(careway: Careway, folder: Path, patient: str) -> None:
    other = folder / "pathway.yaml"
    other.write_text(DRILL.read_text(encoding="utf-8") + "# another version\n", encoding="utf-8")
    engine = Engine(careway.store, registry_of(other))
    enrolled(careway, patient, engine)
    relapse(careway, patient, engine)


def _with(careway: Careway, **settings: Any) -> Careway:
    changed = careway.settings.model_copy(update=settings)
    return Careway(changed, careway.clock, careway.store, careway.registry, careway.engine, careway.ids)


def _with_engine(careway: Careway, fire_many: Any) -> Careway:
    engine = Engine(careway.store, careway.registry)
    engine.fire_many = fire_many  # type: ignore[method-assign]
    return Careway(careway.settings, careway.clock, careway.store, careway.registry, engine, careway.ids)
