"""The bell: APScheduler only rings, and a watchdog reads what completed passes left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from engine.clock import SystemClock, VirtualClock
from engine.ports import StoreBusy
from service.chores import PassResult, due_pass
from service.scheduler import Bell, Every
from service.settings import Settings
from service.wiring import Careway, build
from tests.unit.service.conftest import START
from tests.unit.service.doing import awaiting, fired

PATIENCE = 20
"""Seconds for which a test waits for a signal before it fails."""


def test_it_rings_until_nothing_more_is_due(careway: Careway, clock: VirtualClock) -> None:
    """A pass that ended at its limit is followed by the next at once."""
    limited = Careway(
        careway.settings.model_copy(update={"pass_limit": 1, "pass_batch": 1}),
        careway.clock, careway.store, careway.registry, careway.engine, careway.ids,
    )  # fmt: skip
    awaiting(careway, "a", "b", "c")
    clock.advance(timedelta(minutes=1))
    assert Bell(limited).ring() is not None
    assert [fired(careway, patient) for patient in "abc"] == [1, 1, 1]


@pytest.mark.parametrize(
    "error", [StoreBusy("does not answer"), RuntimeError("a fault of ours")], ids=["busy", "fault"]
)
def test_a_pass_that_fails_does_not_stop_the_bell(careway: Careway, error: Exception) -> None:
    def failing(_: Careway) -> PassResult:
        raise error

    assert Bell(careway, failing).ring() is None


def test_it_rings_at_once_and_again_and_stops(real: Careway) -> None:
    """With the machine's clock and threads; the test waits for signals."""
    counted, ring_twice = counting(2)
    bell = Bell(real, counted)
    bell.start()
    assert ring_twice.wait(PATIENCE)
    bell.stop()
    assert not any(one.name.startswith("careway-watchdog") for one in threading.enumerate())


def test_the_watchdog_says_when_nothing_gets_on_and_starts_the_bell_anew(careway: Careway) -> None:
    """The scheduler believes that it is running; only completed passes tell. The machine's clock plays no part."""
    rung, seconds = threading.Semaphore(0), [0.0]

    def does_nothing(_: Careway) -> PassResult:
        rung.release()
        return PassResult(careway.clock.now())

    patient = careway.settings.watchdog_seconds
    bell = Bell(_ringing_once(careway), does_nothing, lambda: seconds[0])
    bell.start()
    try:
        assert rung.acquire(timeout=PATIENCE)
        assert bell.look(), "it has just been started"
        seconds[0] = patient + 1
        assert not bell.look()
        assert rung.acquire(timeout=PATIENCE), "the new scheduler rings at once"
        due_pass(careway)
        seconds[0] = 2 * patient + 2
        assert bell.look()
    finally:
        bell.stop()


@pytest.mark.parametrize("jump", [timedelta(days=3650), timedelta(hours=-1)], ids=["ahead", "back"])
def test_a_clock_that_is_set_makes_one_ring_and_no_endless_count(jump: timedelta) -> None:
    trigger = Every(timedelta(seconds=1))
    first = trigger.get_next_fire_time(None, START)
    assert first == START
    assert trigger.get_next_fire_time(first, START + jump) == START + jump + timedelta(seconds=1)


def _ringing_once(careway: Careway) -> Careway:
    """With an interval so long that only a start rings."""
    settings = careway.settings.model_copy(update={"pass_seconds": 3600.0})
    return Careway(settings, careway.clock, careway.store, careway.registry, careway.engine, careway.ids)


def counting(times: int) -> tuple[Callable[[Careway], PassResult], threading.Event]:
    """A pass, and what is set once it was made so often."""
    reached, made = threading.Event(), []

    def counted(careway: Careway) -> PassResult:
        made.append(1)
        if len(made) >= times:
            reached.set()
        return due_pass(careway)

    return counted, reached


@pytest.fixture
def real(careway: Careway) -> Careway:
    """On the machine's clock, ringing quickly."""
    settings = Settings(database_url="sqlite://", pass_seconds=0.01)
    return build(settings, clock=SystemClock(), registry=careway.registry)
