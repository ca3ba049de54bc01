"""Reading a patient's data leaves its trace in the patient's audit, before anything is shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from engine.clock import VirtualClock
from engine.ports import StoreBusy
from service.accounts.access import Access
from service.wiring import Careway
from tests.web.people import as_role
from tests.web.story import API, ENROLMENT, FACTS, enrolled


def reads(careway: Careway) -> list[tuple[str, str]]:
    """Event and actor of what was read of p-1."""
    return [(one.event, one.actor) for one in careway.store.entries("p-1") if one.event.endswith(":read")]


def test_reading_is_recorded_with_who_read(client: TestClient, careway: Careway, access: Access) -> None:
    enrolled(client)
    seen = client.get(ENROLMENT).headers["etag"]
    client.get(f"{API}/patients/p-1/audit", headers=as_role(access, "auditor"))
    (first, actor), (second, auditor) = reads(careway)
    assert (first, second) == ("patient:read", "audit:read")
    assert '"name":"n1"' in actor
    assert '"role":"auditor"' in auditor
    assert client.get(ENROLMENT).headers["etag"] == seen, "reading makes no new version"
    assert careway.store.check_fold("p-1") == []
    assert careway.store.verify().problem is None


def test_going_on_reading_is_recorded_once_in_ten_minutes(
    client: TestClient, careway: Careway, clock: VirtualClock, access: Access
) -> None:
    enrolled(client)
    for path in (ENROLMENT, FACTS, f"{ENROLMENT}/actions"):
        client.get(path)
    assert len(reads(careway)) == 1
    client.get(FACTS, headers=as_role(access, "nurse"))
    assert len(reads(careway)) == 2, "another person is another reader"
    clock.advance(timedelta(minutes=10))
    client.get(FACTS)
    assert len(reads(careway)) == 3


def test_what_cannot_be_recorded_is_not_shown(
    client: TestClient, careway: Careway, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrolled(client)

    def busy(*_: object) -> None:
        raise StoreBusy("no")

    monkeypatch.setattr(type(careway.store), "unit", busy)
    assert client.get(FACTS).status_code == 503


def test_the_page_of_a_patient_does_not_fill_with_its_readers(client: TestClient, careway: Careway) -> None:
    enrolled(client)
    text = client.get("/patients/p-1?lang=en").text
    assert reads(careway) != []
    assert "Patient read" not in text
