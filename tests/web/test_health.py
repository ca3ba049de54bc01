"""What supervisors ask: alive, ready, and the numbers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from engine.clock import VirtualClock
from engine.errors import CarewayError
from engine.ports import StoreBusy
from service.accounts.access import Access
from service.chores.due import DUE
from service.wiring import Careway
from tests.web.people import as_role
from tests.web.story import treated


def test_alive_asks_nobody_else(client: TestClient, careway: Careway) -> None:
    careway.close()
    assert client.get("/healthz").json() == {"status": "ok"}


def test_not_ready_before_the_first_due_pass(client: TestClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["due_pass"] == "no due pass has completed yet"


def test_ready_while_passes_complete_and_not_when_they_stop(
    client: TestClient, careway: Careway, clock: VirtualClock
) -> None:
    careway.store.beat(DUE, clock.now())
    assert client.get("/readyz").status_code == 200
    clock.advance(timedelta(seconds=31))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["database"]) == (503, "ok")
    assert "31 s ago" in answer.json()["checks"]["due_pass"]


def test_not_ready_when_the_database_does_not_answer(
    client: TestClient, careway: Careway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> CarewayError:
        raise StoreBusy("no")

    monkeypatch.setattr(type(careway.store), "next_due", busy)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["database"]) == (503, "store_busy")


def test_catching_up_is_no_fault_but_a_timer_nobody_takes_is(
    client: TestClient, careway: Careway, clock: VirtualClock
) -> None:
    treated(client)
    clock.advance(timedelta(days=200))
    careway.store.beat(DUE, clock.now())
    assert client.get("/readyz").status_code == 200
    clock.advance(timedelta(seconds=31))
    assert "has waited" in client.get("/readyz").json()["checks"]["timers"]


def test_metrics_count_commands_by_verdict_and_tell_the_lag(
    client: TestClient, careway: Careway, clock: VirtualClock, access: Access
) -> None:
    treated(client)
    clock.advance(timedelta(days=200))
    careway.store.beat(DUE, clock.now())
    clock.advance(timedelta(seconds=5))
    text = client.get("/metrics", headers=as_role(access, "operations")).text
    assert 'careway_commands_total{command="PerformAction",verdict="accepted"} 1.0' in text
    assert 'careway_command_seconds_count{command="RecordFacts"} 1.0' in text
    assert "careway_due_pass_age_seconds 5.0" in text
    lag = next(line for line in text.splitlines() if line.startswith("careway_oldest_due_timer_lag_seconds"))
    assert float(lag.split()[1]) > 86_400
    due = next(line for line in text.splitlines() if line.startswith("careway_due_timers"))
    assert float(due.split()[1]) >= 1
    assert "p-1" not in text
