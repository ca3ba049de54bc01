"""The parts of the service on a database in memory, with a small pathway and a clock that the test sets."""

from __future__ import annotations

import io
import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from engine.clock import VirtualClock
from engine.definition.registry import Registry
from engine.functions import REGISTRY
from pathways.registry import load_catalogue, load_functions
from service import logs
from service.ids import CountedIds
from service.settings import Settings
from service.wiring import Careway, build
from tests.source_tree import ROOT

DRILL = ROOT / "tests" / "data" / "drill" / "drill" / "pathway.yaml"
START = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is set on the machine that runs the tests is no part of them."""
    for name in list(os.environ):
        if name.startswith("CAREWAY_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)


@pytest.fixture(autouse=True)
def log() -> Iterator[io.StringIO]:
    """The operators' log of the test, as the service writes it."""
    handlers, level = logging.root.handlers[:], logging.root.level
    stream = io.StringIO()
    logs.configure("info", stream)
    yield stream
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def registry_of(*files: Path) -> Registry:
    """Definitions of these files alone."""
    load_functions()
    return Registry.load(files, load_catalogue(), REGISTRY)


@pytest.fixture(scope="session")
def drill() -> Registry:
    """The small pathway."""
    return registry_of(DRILL)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


@pytest.fixture
def careway(drill: Registry, clock: VirtualClock) -> Iterator[Careway]:
    settings = Settings(database_url="sqlite://", pass_batch=4, worker_name="w1")
    with build(settings, clock=clock, registry=drill, ids=CountedIds()) as made:
        yield made
