"""Actions over HTTP: only on the version that was seen, once for each key, and refused with reasons that help."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from engine.clock import VirtualClock
from service.accounts.access import Access
from service.wiring import Careway
from tests.web.people import as_role
from tests.web.story import API, ENROLMENT, FACTS, GIVE, enrolled, later, record, treated


def test_an_enrolment_tells_its_version_as_etag(client: TestClient) -> None:
    seen = enrolled(client)
    answer = client.get(ENROLMENT)
    assert (answer.status_code, answer.headers["etag"]) == (200, seen)
    assert answer.json()["stage"] == {"id": "waiting", "label": "Waiting"}


def test_acting_without_if_match_is_428(client: TestClient) -> None:
    enrolled(client)
    answer = client.post(GIVE, json={})
    assert (answer.status_code, answer.json()["code"]) == (428, "if_match_missing")


@pytest.mark.parametrize("tag", ["7", "*", 'W/"1"', '"x"', '"1", "2"'])
def test_if_match_must_be_one_version_of_ours(client: TestClient, tag: str) -> None:
    enrolled(client)
    assert client.post(GIVE, json={}, headers={"If-Match": tag}).status_code == 422


def test_acting_on_a_stale_version_is_412_and_tells_the_current_one(client: TestClient) -> None:
    seen = enrolled(client)
    answer = client.post(GIVE, json={}, headers={"If-Match": '"99"'})
    assert (answer.status_code, answer.json()["code"], answer.headers["etag"]) == (412, "stale_version", seen)


def test_a_medical_refusal_is_409_with_what_would_help(client: TestClient) -> None:
    seen = enrolled(client)
    answer = client.post(GIVE, json={}, headers={"If-Match": seen})
    first = answer.json()["reasons"][0]
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert (first["requirement"], first["level"], first["state"]) == ("igg_known", "block", "unknown")
    assert first["statements"] == ["T-1"]
    assert first["missing"][0] == {"fact": "igg", "label": "Immunoglobulin G, serum", "why": "never recorded"}


def test_the_refusal_speaks_the_readers_language(client: TestClient) -> None:
    seen = enrolled(client)
    answer = client.post(GIVE, json={}, headers={"If-Match": seen, "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"})
    assert answer.json()["title"] == "目前不允许执行此操作。"
    assert answer.json()["detail"].startswith("要求：")
    assert answer.headers["content-language"] == "zh"


def test_the_wrong_role_is_refused(client: TestClient, access: Access) -> None:
    seen = enrolled(client)
    record(client, "igg", "9 g/L")
    answer = client.post(GIVE, json={}, headers={"If-Match": seen, **as_role(access, "nurse")})
    assert (answer.status_code, answer.json()["reasons"][0]["level"]) == (409, "role")


def test_nobody_acts_in_a_role_that_is_not_theirs(client: TestClient) -> None:
    seen = enrolled(client)
    answer = client.post(GIVE, json={}, headers={"If-Match": seen, "Careway-Role": "haematologist"})
    assert (answer.status_code, answer.json()["code"]) == (403, "role_not_held")
    assert "neurologist" in answer.json()["remedy"]


def test_the_same_key_gives_the_stored_answer_whenever_it_comes_again(
    client: TestClient, clock: VirtualClock, careway: Careway
) -> None:
    """Also later, and although the version that was seen is no longer current by then."""
    seen = enrolled(client)
    record(client, "igg", "9 g/L")
    headers = {"If-Match": seen, "Idempotency-Key": "dose-1"}
    first = client.post(GIVE, json={}, headers=headers)
    later(careway, clock, 1)
    again = client.post(GIVE, json={}, headers=headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert (first.json()["replayed"], again.json()["replayed"]) == (False, True)
    given = client.get(FACTS, params={"code": "inebilizumab"}).json()["items"]
    assert len(given) == 1


def test_the_same_key_for_another_request_is_422(client: TestClient) -> None:
    enrolled(client)
    record(client, "igg", "9 g/L", headers={"Idempotency-Key": "k"})
    answer = record(client, "igg", "8 g/L", headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


def test_actions_are_listed_with_what_would_happen(client: TestClient) -> None:
    enrolled(client)
    record(client, "igg", "4.2 g/L")
    items = {one["action"]: one for one in client.get(f"{ENROLMENT}/actions").json()["items"]}
    give = items["give"]
    assert (give["verdict"], give["dose"], give["possible"]) == ("accepted_with_warnings", "300 mg", True)
    warning = next(one for one in give["reasons"] if one["level"] == "warn")
    assert (warning["value"], warning["limit"], warning["age_days"]) == ("4.2 g/L", "5.00 g/L", 0)
    assert next(one for one in give["reasons"] if one["requirement"] == "igg_known")["state"] == "met"
    assert items["resume"]["possible"] is False


def test_a_preview_changes_nothing(client: TestClient) -> None:
    seen = enrolled(client)
    assert client.post(f"{GIVE}/preview", json={}).json()["verdict"] == "refused"
    assert client.get(ENROLMENT).headers["etag"] == seen


@pytest.mark.parametrize(("language", "word"), [("en", "too old"), ("zh", "已过期")])
def test_an_explanation_names_the_statement_and_what_is_missing(
    client: TestClient, careway: Careway, clock: VirtualClock, language: str, word: str
) -> None:
    enrolled(client)
    record(client, "igg", "9 g/L")
    later(careway, clock, 41)
    answer = client.get(f"{ENROLMENT}/explanations/give", headers={"Accept-Language": language})
    content = answer.json()
    assert answer.headers["content-language"] == language
    assert content["verdict"] == "refused"
    assert content["missing"][0]["why"] == word
    assert "T-1" in content["text"]
    assert content["reasons"][0]["values"][0]["age_days"] == 41


def test_an_unknown_action_names_the_nearest(client: TestClient) -> None:
    seen = enrolled(client)
    answer = client.post(f"{ENROLMENT}/actions/giv", json={}, headers={"If-Match": seen})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_name")
    assert "give" in answer.json()["remedy"]


def test_a_hold_blocks_and_is_shown(client: TestClient) -> None:
    treated(client)
    record(client, "active_infection", "sepsis")
    shown = client.get(ENROLMENT).json()
    assert [one["code"] for one in shown["holds"]] == ["infection"]
    assert shown["holds"][0]["statements"] == ["T-3"]
    assert shown["stage"]["id"] == "paused"


def test_messages_are_acknowledged_once(client: TestClient) -> None:
    treated(client)
    record(client, "active_infection", "sepsis")
    message = client.get(ENROLMENT).json()["messages"][0]
    assert message["label"] == "Hold"
    place = f"{API}/patients/p-1/messages/{message['id']}/acknowledgement"
    assert [client.post(place).status_code for _ in range(2)] == [200, 200]
    assert client.get(ENROLMENT).json()["messages"] == []


def test_tasks_are_completed_or_omitted_with_a_reason(client: TestClient) -> None:
    treated(client)
    first, second = [one["id"] for one in client.get(ENROLMENT).json()["tasks"] if one["code"] == "check"][:2]
    tasks = f"{API}/patients/p-1/tasks"
    assert client.post(f"{tasks}/{first}/completion", json={}).status_code == 200
    assert client.post(f"{tasks}/{second}/omission", json={}).status_code == 422
    assert client.post(f"{tasks}/{second}/omission", json={"reason": "declined"}).status_code == 200
    assert client.post(f"{tasks}/{first}/completion", json={}).status_code == 404


def test_a_preview_tells_what_would_follow_and_does_nothing(client: TestClient, careway: Careway) -> None:
    enrolled(client)
    record(client, "igg", "9 g/L")
    before = careway.engine.chart("p-1")
    follows = client.post(f"{GIVE}/preview", json={}).json()["follows"]
    assert "stage:changed p-1.1 treated" in follows
    assert "fact:recorded inebilizumab" in follows
    assert follows.count("task:opened p-1.1 check") == 3
    assert careway.engine.chart("p-1") == before
    assert client.get(f"{ENROLMENT}/actions").json()["items"][0]["follows"] == []
