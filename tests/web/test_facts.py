"""Facts over HTTP: exact numbers, two times, corrections that keep what was, and refusals that say why."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from engine.clock import VirtualClock
from service.wiring import Careway
from tests.web.story import API, FACTS, enrolled, later, record


@pytest.fixture
def patient(client: TestClient) -> TestClient:
    """Patient p-1 is enrolled."""
    enrolled(client)
    return client


def test_a_value_comes_back_exactly_in_the_catalogues_unit(patient: TestClient) -> None:
    assert record(patient, "igg", "510 mg/dL").status_code == 201
    fact = patient.get(FACTS, params={"code": "igg"}).json()["items"][0]
    assert (fact["value"], fact["unit"], fact["as_reported"]) == ("5.10", "g/L", "510 mg/dL")


@pytest.mark.parametrize("value", ["5.1", "9999 g/L", "5 bananas", {"value": "5 g/L", "effective": "2031-01-01"}])
def test_what_cannot_be_believed_is_refused_and_nothing_recorded(patient: TestClient, value: object) -> None:
    answer = record(patient, "igg", value)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_fact")
    assert patient.get(FACTS).json()["items"] == []


def test_all_facts_or_none(patient: TestClient) -> None:
    body = {"facts": [{"code": "igg", "value": "5 g/L"}, {"code": "igx", "value": "5 g/L"}]}
    assert patient.post(FACTS, json=body).status_code == 422
    assert patient.get(FACTS).json()["items"] == []


@pytest.mark.parametrize(
    "body",
    [
        '{"facts": [{"code": "igg", "code": "iga", "value": "5 g/L"}]}',
        '{"facts": [{"code": "igg", "value": NaN}]}',
        '{"facts": [{"code": "igg", "value": 1' + "0" * 50 + "}]}",
        '{"facts": [{"code": "igg", "value": ' + "[" * 60 + "]" * 60 + "}]}",
        '{"facts": [{"code": "igg", "value": ' + "[" * 20000 + "]" * 20000 + "}]}",
        "{",
    ],
    ids=["a key twice", "no number", "too many digits", "too deep", "far too deep", "broken"],
)
def test_loose_json_is_refused(patient: TestClient, body: str) -> None:
    answer = patient.post(FACTS, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_a_correction_keeps_what_was_known_then(patient: TestClient, careway: Careway, clock: VirtualClock) -> None:
    fact = record(patient, "igg", "4.2 g/L").json()["created"][0]
    before = clock.now().isoformat()
    later(careway, clock, 2)
    answer = patient.post(f"{FACTS}/{fact}/corrections", json={"value": "6.2 g/L", "reason": "report amended"})
    assert answer.status_code == 201
    assert [one["value"] for one in patient.get(FACTS).json()["items"]] == ["6.2"]
    then = patient.get(FACTS, params={"known_at": before}).json()["items"]
    assert [one["value"] for one in then] == ["4.2"]
    every = patient.get(FACTS, params={"history": True}).json()["items"]
    assert {one["id"]: one["replaced_by"] for one in every}[fact] == answer.json()["created"][0]


def test_a_retracted_fact_is_gone_but_in_the_history(patient: TestClient) -> None:
    fact = record(patient, "igg", "4.2 g/L").json()["created"][0]
    assert patient.post(f"{FACTS}/{fact}/retraction", json={"reason": "wrong patient"}).status_code == 201
    assert patient.get(FACTS).json()["items"] == []
    assert len(patient.get(FACTS, params={"history": True}).json()["items"]) == 2
    again = patient.post(f"{FACTS}/{fact}/retraction", json={"reason": "wrong patient"})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_the_same_source_is_recorded_once(patient: TestClient) -> None:
    body = {"facts": [{"code": "igg", "value": "5 g/L", "source": "lab:1"}]}
    assert len(patient.post(FACTS, json=body).json()["created"]) == 1
    assert patient.post(FACTS, json=body).json()["created"] == []


def test_a_moment_without_an_offset_is_refused(patient: TestClient) -> None:
    assert patient.get(FACTS, params={"known_at": "2026-01-05T09:00:00"}).status_code == 422


def test_the_same_key_gives_the_same_patient(client: TestClient) -> None:
    body = {"birth_date": "1980-03-01"}
    first, again = (client.post(f"{API}/patients", json=body, headers={"Idempotency-Key": "a"}) for _ in range(2))
    other = client.post(f"{API}/patients", json={}, headers={"Idempotency-Key": "a"})
    assert first.json()["id"] == again.json()["id"]
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 409)
