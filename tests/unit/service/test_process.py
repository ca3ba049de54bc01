"""A process of the service leaves its start and its end in the audit, and says how long nobody looked."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest

from engine.clock import VirtualClock
from service.chores import due_pass
from service.process import CHAIN, running
from service.wiring import Careway


def events(careway: Careway) -> list[str]:
    """What the audit tells of the service itself."""
    return [one.event for one in careway.store.entries("") if one.chain == CHAIN]


def test_start_and_stop_are_on_record(careway: Careway) -> None:
    with running(careway):
        assert events(careway) == ["service:started"]
    assert events(careway) == ["service:started", "service:stopped"]
    assert careway.store.verify().problem is None


def test_the_stop_is_on_record_where_something_failed(careway: Careway) -> None:
    with pytest.raises(RuntimeError), running(careway):
        raise RuntimeError
    assert events(careway)[-1] == "service:stopped"


def test_after_downtime_it_says_how_long_nobody_looked(careway: Careway, clock: VirtualClock, log: io.StringIO) -> None:
    due_pass(careway)
    clock.advance(timedelta(hours=3))
    with running(careway):
        pass
    started = next(line for line in map(json.loads, log.getvalue().splitlines()) if line["event"] == "started")
    assert started["late_seconds"] == 10_800


def test_a_process_without_the_due_pass_rings_no_bell(careway: Careway) -> None:
    """As for a site where only workers handle what falls due."""
    silent = Careway(
        careway.settings.model_copy(update={"due_pass": False}),
        careway.clock, careway.store, careway.registry, careway.engine, careway.ids,
    )  # fmt: skip
    with running(silent):
        pass
    assert careway.store.heartbeat("due") is None
