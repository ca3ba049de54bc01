"""The worklist, as API and as page: what is overdue, due, blocked or lacks data, filtered and paged by the address."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from engine.clock import VirtualClock
from service.wiring import Careway
from tests.web.story import API, later, record, treated

WORKLIST = f"{API}/worklist"


@pytest.fixture
def late(client: TestClient, careway: Careway, clock: VirtualClock) -> TestClient:
    """A patient 170 days after the first dose: two checks are overdue, one is due."""
    treated(client)
    later(careway, clock, 150)
    return client


def test_overdue_before_due_with_days_late_and_owner(late: TestClient) -> None:
    items = late.get(WORKLIST).json()["items"]
    assert [(one["state"], one["code"], one["days_late"]) for one in items] == [
        ("overdue", "check", 23), ("due", "check", None),
    ]  # fmt: skip
    assert items[0]["role"] == "care_coordinator"
    assert items[0]["pathway"] == {"id": "toy", "label": "Toy"}


def test_pages_lead_through_all_lines(late: TestClient) -> None:
    states = ["overdue", "due", "later"]
    whole = late.get(WORKLIST, params={"state": states}).json()["items"]
    found, cursor = [], None
    while True:
        page = late.get(WORKLIST, params={"state": states, "limit": 1, **({"cursor": cursor} if cursor else {})}).json()
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == whole
    assert len(whole) == 4


def test_a_hold_is_listed_with_what_it_blocks(late: TestClient) -> None:
    record(late, "active_infection", "sepsis")
    blocked = late.get(WORKLIST, params={"state": "blocked"}).json()["items"]
    assert blocked[0]["kind"] == "hold"
    assert blocked[0]["role"] == "neurologist"
    assert all(one["blocked_by"] == [{"id": "infection", "label": "Infection"}] for one in blocked)


@pytest.mark.parametrize(
    ("asked", "number"),
    [({"role": "care_coordinator"}, 2), ({"role": "nurse"}, 0), ({"pathway": "toy"}, 2), ({"pathway": "hbv"}, 0)],
)
def test_filters(late: TestClient, asked: dict[str, str], number: int) -> None:
    assert len(late.get(WORKLIST, params=asked).json()["items"]) == number


def test_actions_that_lack_data(late: TestClient) -> None:
    items = late.get(WORKLIST, params={"state": "unknown"}, headers={"Accept-Language": "zh"}).json()["items"]
    assert items[0]["missing"] == [{"fact": "igg", "label": "血清免疫球蛋白G", "why": "已过期"}]
    assert late.get(WORKLIST, params={"state": "unknown", "role": "nurse"}).json()["items"] == []


def test_the_page_works_without_scripts_and_from_nowhere_else(late: TestClient) -> None:
    answer = late.get("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script|<style|style=|onclick|https?://", answer.text)
    assert answer.headers["cache-control"] == "no-store"


def test_the_page_shows_what_the_api_lists(late: TestClient) -> None:
    text = late.get("/?lang=en").text
    assert "23 days late" in text
    assert "Care coordinator" in text
    assert 'href="/patients/p-1#p-1.1"' in text


def test_the_language_is_chosen_by_the_address_and_remembered(late: TestClient) -> None:
    assert 'lang="zh-CN"' in late.get("/?lang=zh").text
    assert "工作清单" in late.get("/").text
    assert "Worklist" in late.get("/?lang=en").text


def test_filters_of_the_page_stand_in_the_address(late: TestClient) -> None:
    text = late.get("/", params={"role": "care_coordinator", "state": "overdue", "lang": "en"}).text
    assert '<option value="care_coordinator" selected>' in text
    assert '/?role=care_coordinator&amp;state=due"' in text
    assert text.count('class="is-overdue"') == 1
    assert 'class="is-due"' not in text


def test_an_empty_page_says_so(client: TestClient) -> None:
    assert "Nothing is overdue, due or blocked." in client.get("/").text
    assert "Nothing matches these filters." in client.get("/?state=later").text


def test_the_page_of_a_patient(late: TestClient) -> None:
    record(late, "active_infection", "sepsis")
    text = late.get("/patients/p-1?lang=en").text
    for words in ("Toy", "Paused", "Infection", "Resume", "T-1", "Hold opened", "too old", "46 years"):
        assert words in text, words
    chinese = late.get("/patients/p-1?lang=zh").text
    assert "下次复核" in chinese or "未完成任务" in chinese


def test_what_a_patient_is_called_is_escaped(client: TestClient) -> None:
    answer = client.get("/", params={"role": '"><img src=x>', "pathway": "<b>"})
    assert "<img src=x>" not in answer.text
    assert "<b>" not in answer.text.replace("<b>0</b>", "")


def test_static_files_may_be_kept(client: TestClient) -> None:
    answer = client.get("/static/careway.css")
    assert answer.status_code == 200
    assert "max-age" in answer.headers["cache-control"]
    assert client.get("/static/vendor/pico/pico-2.1.1.min.css").status_code == 200
    assert client.get("/static/vendor/pico/LICENSE.md").status_code == 200


def test_the_audit_comes_page_by_page(late: TestClient) -> None:
    place, found, cursor = f"{API}/patients/p-1/audit", [], None
    while True:
        page = late.get(place, params={"limit": 4, **({"cursor": cursor} if cursor else {})}).json()
        found += [one["position"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == list(range(1, len(found) + 1))
    assert len(found) > 4


def test_pathways_tell_their_settings_with_reasons(client: TestClient) -> None:
    assert [one["id"] for one in client.get(f"{API}/pathways").json()["items"]] == ["toy"]
    toy = client.get(f"{API}/pathways/toy", headers={"Accept-Language": "zh"}).json()
    assert toy["title"] == "玩具"
    assert {one["name"]: one["reason"] for one in toy["settings"]} == {"igg_age": "a month", "low": "threshold"}


def test_patients_come_page_by_page(client: TestClient) -> None:
    for number in range(3):
        client.post(f"{API}/patients", json={"id": f"q{number}"})
    first = client.get(f"{API}/patients", params={"limit": 2}).json()
    rest = client.get(f"{API}/patients", params={"limit": 2, "cursor": first["next"]}).json()
    assert first["items"] + rest["items"] == ["q0", "q1", "q2"]
    assert rest["next"] is None
    summary = client.get(f"{API}/patients/q0")
    assert summary.headers["etag"] == f'"{summary.json()["version"]}"'
