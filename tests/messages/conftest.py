"""The service with messages on each database, a clock that the test sets, and a mail server that fails as it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.clock import VirtualClock
from service.ids import CountedIds
from service.settings import Settings
from service.wiring import Careway, build
from tests.messages.acting import alarm
from tests.messages.faulty_smtp import FaultyMailbox, serving

START = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
ADDRESSES = {
    "neurologist": ("neuro@hospital.test",), "infectious_disease": ("infect@hospital.test;zh",), "on_call": ("oncall@hospital.test",),
    "care_coordinator": ("coord@hospital.test",), "coordinator_lead": ("lead@hospital.test",), "pathway_lead": ("owner@hospital.test",),
}  # fmt: skip


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


@pytest.fixture
def mailbox() -> FaultyMailbox:
    return FaultyMailbox()


@pytest.fixture
def port(mailbox: FaultyMailbox) -> Iterator[int]:
    with serving(mailbox) as port:
        yield port


def mail_settings(url: str, port: int, **more: Any) -> Settings:
    """The settings of a service that sends to a server on this machine."""
    given: dict[str, Any] = {
        "database_url": url, "worker_name": "w1", "smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none",
        "smtp_sender": "careway@hospital.test", "smtp_seconds": 0.5, "message_addresses": ADDRESSES, "public_url": "https://careway.test",
        "message_fallback": "coordinator_lead",
    }  # fmt: skip
    return Settings(**{**given, **more})


@pytest.fixture
def careway(store_url: str, port: int, clock: VirtualClock) -> Iterator[Careway]:
    with build(mail_settings(store_url, port), clock=clock, registry=alarm(), ids=CountedIds()) as made:
        yield made


@pytest.fixture
def small(port: int, clock: VirtualClock) -> Iterator[Careway]:
    """On a database in memory alone."""
    with build(mail_settings("sqlite://", port), clock=clock, registry=alarm(), ids=CountedIds()) as made:
        yield made
