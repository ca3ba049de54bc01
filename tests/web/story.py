"""Short ways to say what the tests of the web are about: a patient on the toy pathway, asked over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.testclient import TestClient

from engine.clock import VirtualClock
from service.wiring import Careway

API = "/api/v1"
ENROLMENT = f"{API}/enrolments/p-1.1"
GIVE = f"{ENROLMENT}/actions/give"
FACTS = f"{API}/patients/p-1/facts"


def enrolled(client: TestClient) -> str:
    """Patient p-1 on the toy pathway; the ETag of the enrolment."""
    assert client.post(f"{API}/patients", json={"birth_date": "1980-03-01", "sex": "female"}).status_code == 201
    answer = client.post(f"{API}/patients/p-1/enrolments", json={"pathway": "toy"})
    assert answer.status_code == 201, answer.text
    return answer.headers["etag"]


def record(client: TestClient, code: str, value: Any, **more: Any) -> Any:
    """Record one fact; the answer."""
    return client.post(FACTS, json={"facts": [{"code": code, "value": value}]}, **more)


def treated(client: TestClient) -> None:
    """Patient p-1, enrolled, with IgG recorded and the first dose given."""
    enrolled(client)
    assert record(client, "igg", "9 g/L").status_code == 201
    seen = client.get(ENROLMENT).headers["etag"]
    assert client.post(GIVE, json={}, headers={"If-Match": seen}).status_code == 200


def later(careway: Careway, clock: VirtualClock, days: int) -> None:
    """Let days go by, with all that falls due in them."""
    end = clock.now() + timedelta(days=days)
    while (due := careway.engine.next_due()) is not None and due <= end:
        clock.set(max(due, clock.now()))
        careway.engine.fire("p-1", clock.now())
    clock.set(end)
