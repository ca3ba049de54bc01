"""Every refusal has one form, speaks the reader's language, and tells neither a stack nor what was sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from service.wiring import Careway
from tests.web.story import API, ENROLMENT, FACTS, GIVE, enrolled

SECRET = "Zhang-San-110101199003070000"
Ask = Callable[[TestClient], Any]

ASKED: dict[str, tuple[Ask, int, str]] = {
    "no such address": (lambda c: c.get(f"{API}/nothing"), 404, "not_found"),
    "no such patient": (lambda c: c.get(f"{API}/patients/{SECRET}"), 404, "not_found"),
    "no such enrolment": (lambda c: c.get(f"{API}/enrolments/p-9.9"), 404, "not_found"),
    "no such fact": (lambda c: c.post(f"{FACTS}/p-1.99/retraction", json={"reason": "wrong"}), 404, "not_found"),
    "no such task": (lambda c: c.post(f"{API}/patients/p-1/tasks/x/completion", json={}), 404, "not_found"),
    "no such message": (lambda c: c.post(f"{API}/patients/p-1/messages/x/acknowledgement"), 404, "not_found"),
    "no such pathway": (lambda c: c.get(f"{API}/pathways/{SECRET}"), 404, "not_found"),
    "unknown pathway": (lambda c: c.post(f"{API}/patients/p-1/enrolments", json={"pathway": "toi"}), 422, "unknown_name"),
    "enrolled already": (lambda c: c.post(f"{API}/patients/p-1/enrolments", json={"pathway": "toy"}), 409, "conflict"),
    "id is taken": (lambda c: c.post(f"{API}/patients", json={"id": "p-1"}), 409, "conflict"),
    "bad id": (lambda c: c.post(f"{API}/patients", json={"id": SECRET + " ."}), 422, "invalid_request"),
    "bad day": (lambda c: c.post(f"{API}/patients", json={"birth_date": "2026-02-30"}), 422, "invalid_command"),
    "bad zone": (lambda c: c.post(f"{API}/patients", json={"zone": "Mars/Olympus"}), 422, "invalid_command"),
    "bad zone path": (lambda c: c.post(f"{API}/patients", json={"zone": "../../etc/passwd"}), 422, "invalid_command"),
    "unknown key": (lambda c: c.post(f"{API}/patients", json={"name": SECRET}), 422, "invalid_request"),
    "no body": (lambda c: c.post(FACTS), 422, "invalid_request"),
    "wrong method": (lambda c: c.delete(f"{API}/patients/p-1"), 405, "method_not_allowed"),
    "too large": (lambda c: c.post(FACTS, content=b"x" * 1_000_001), 413, "content_too_large"),
    "too large, unsaid": (lambda c: c.post(FACTS, content=(b"x" * 65_536 for _ in range(20))), 413, "content_too_large"),
    "nobody": (lambda c: c.get(f"{API}/worklist", headers={"Authorization": ""}), 401, "not_signed_in"),
    "a token that is none": (lambda c: c.get(f"{API}/worklist", headers={"Authorization": "Bearer cw_x"}), 401, "not_signed_in"),
    "the system's role": (lambda c: c.post(f"{API}/patients", json={}, headers={"Careway-Role": "system"}), 403, "role_not_held"),
    "a role without the right": (lambda c: c.get("/metrics"), 403, "role_missing"),
    "no version": (lambda c: c.post(GIVE, json={}), 428, "if_match_missing"),
    "unasked parameter": (
        lambda c: c.post(GIVE, json={"parameters": {"x": SECRET}}, headers={"If-Match": '"1"'}), 422, "invalid_command",
    ),
    "bad cursor": (lambda c: c.get(f"{API}/worklist", params={"cursor": SECRET}), 422, "bad_cursor"),
    "cursor of another list": (lambda c: c.get(f"{API}/worklist", params={"cursor": "WzFd"}), 422, "bad_cursor"),
    "limit out of bounds": (lambda c: c.get(f"{API}/worklist", params={"limit": 9999}), 422, "invalid_request"),
    "unknown fact": (lambda c: c.get(FACTS, params={"code": "igx"}), 422, "unknown_name"),
}  # fmt: skip


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_refusal_has_one_form(client: TestClient, name: str, language: str) -> None:
    ask, status, code = ASKED[name]
    enrolled(client)
    client.headers["accept-language"] = language
    answer = ask(client)
    content = answer.json()
    assert (answer.status_code, content["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == language
    assert answer.headers["cache-control"] == "no-store"
    assert content["status"] == status
    assert content["type"] == f"urn:careway:problem:{code}"
    assert content["title"].isascii() is (language == "en")


def test_invalid_input_is_pointed_at_and_not_repeated(client: TestClient) -> None:
    answer = client.post(f"{API}/patients", json={"name": SECRET, "sex": SECRET})
    assert {one["pointer"] for one in answer.json()["errors"]} == {"/name", "/sex"}
    assert SECRET not in answer.text


def test_an_unexpected_failure_tells_nothing(
    client: TestClient, careway: Careway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(SECRET)

    enrolled(client)
    monkeypatch.setattr(type(careway.engine), "chart", broken)
    answer = client.get(f"{API}/patients/p-1")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-request-id"]


def test_headers_do_not_say_who_acts(client: TestClient) -> None:
    del client.headers["Authorization"]
    answer = client.post(f"{API}/patients", json={}, headers={"Careway-Role": "neurologist", "Careway-Person": "n1"})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_request_keeps_its_id_and_a_bad_one_is_replaced(client: TestClient) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "abc-1"}).headers["x-request-id"] == "abc-1"
    assert client.get("/healthz", headers={"X-Request-ID": "a b\tc"}).headers["x-request-id"] != "a b\tc"


def test_a_browser_gets_a_page_for_an_error(client: TestClient) -> None:
    answer = client.get("/patients/p-9?lang=zh", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "返回工作清单" in answer.text


def test_the_document_names_every_answer(client: TestClient) -> None:
    document = client.get(f"{API}/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert "Careway-Role" in document["info"]["description"]
    perform = document["paths"]["/api/v1/enrolments/{enrolment}/actions/{action}"]["post"]
    assert {"200", "401", "403", "404", "409", "412", "413", "422", "428", "503"} <= perform["responses"].keys()
    ids = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(ids) == len(set(ids))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(value=JSON, code=st.sampled_from(["igg", "active_infection", "inebilizumab", "weight", "pregnancy"]))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_value_of_a_fact_makes_the_service_fail(client: TestClient, value: Any, code: str) -> None:
    client.post(f"{API}/patients", json={"id": "p-1"})
    answer = client.post(FACTS, json={"facts": [{"code": code, "value": value}]})
    assert answer.status_code in {201, 422}, answer.text


@given(cursor=st.text(max_size=60))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_cursor_makes_the_service_fail(client: TestClient, cursor: str) -> None:
    for state in ("due", "unknown"):
        answer = client.get(f"{API}/worklist", params={"cursor": cursor, "state": state})
        assert answer.status_code in {200, 422}


def test_an_enrolment_shows_in_the_log_by_its_id(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    """The line of a request bears route and ids; names and addresses with them never."""
    import structlog  # noqa: PLC0415 - only this test looks at the log

    enrolled(client)
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        client.get(ENROLMENT)
    found = [line for line in lines if line["event"] == "request"]
    assert found[0]["route"].endswith("/enrolments/{enrolment}")
    assert found[0]["request"]
