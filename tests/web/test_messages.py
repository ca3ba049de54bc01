"""Messages over HTTP and as a page: the inbox, an answer, what became of letters, and who may see which."""

from __future__ import annotations

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from engine.clock import VirtualClock
from engine.outbox import Mark, Wanted
from service.accounts.access import Access
from service.messages import build_messages
from service.settings import Settings
from service.wiring import Careway
from tests.web.people import ELSEWHERE, PASSWORD, as_role, person, sign_in, token_of
from tests.web.story import API, later, treated

INBOX, LETTERS = f"{API}/inbox", f"{API}/letters"


@pytest.fixture
def late(client: TestClient, careway: Careway, clock: VirtualClock) -> TestClient:
    """A patient whose check is overdue: the coordinator was told."""
    treated(client)
    later(careway, clock, 150)
    return client


def test_the_inbox_says_what_waits_in_the_readers_language(late: TestClient) -> None:
    (item,) = late.get(INBOX, params={"role": "care_coordinator"}).json()["items"]
    assert (item["code"], item["patient"], item["urgency"]) == ("overdue", "p-1", "routine")
    assert item["text"].startswith("Overdue. Not done: Check, due ")
    (item,) = late.get(INBOX, headers={"Accept-Language": "zh"}).json()["items"]
    assert item["text"].startswith("逾期。未完成：检查，")
    assert late.get(INBOX, params={"role": "pharmacist"}).json()["items"] == []


def test_an_acknowledged_message_waits_no_more(late: TestClient) -> None:
    (item,) = late.get(INBOX).json()["items"]
    assert late.post(f"{API}/patients/p-1/messages/{item['message']}/acknowledgement").status_code == 200
    assert late.get(INBOX).json()["items"] == []


def test_a_message_is_answered_from_the_page(
    late: TestClient, browser_client: TestClient, access: Access, careway: Careway
) -> None:
    """In the role that it was sent to."""
    person(access, "c1", "care_coordinator", password=PASSWORD)
    browser = sign_in(browser_client, "c1")
    page = browser.get("/messages").text
    assert "Not done: Check" in page
    (message,) = careway.engine.chart("p-1").messages
    answer = browser.post(f"/patients/p-1/messages/{message}/acknowledgement", data={"form_token": token_of(page)})
    assert answer.status_code == 200
    assert "No message waits for an answer." in answer.text
    by = careway.engine.chart("p-1").messages[message].acknowledged_by
    assert by is not None
    assert by.role == "care_coordinator"


def test_a_form_of_somebody_else_answers_nothing(
    late: TestClient, browser_client: TestClient, access: Access, careway: Careway
) -> None:
    person(access, "c1", "care_coordinator", password=PASSWORD)
    browser = sign_in(browser_client, "c1")
    (message,) = careway.engine.chart("p-1").messages
    assert browser.post(f"/patients/p-1/messages/{message}/acknowledgement", data={}).status_code == 403
    assert careway.engine.chart("p-1").messages[message].acknowledged is None


def test_another_site_sees_no_message(late: TestClient, access: Access) -> None:
    headers = as_role(access, "care_coordinator", ELSEWHERE)
    assert late.get(INBOX, headers=headers).json()["items"] == []


def test_what_could_not_be_delivered_is_seen(
    client: TestClient, browser_client: TestClient, careway: Careway, access: Access, clock: VirtualClock
) -> None:
    """By the API and on the page, with the server's code, without the reader's address."""
    settings = careway.settings.model_copy(
        update={"smtp_host": "127.0.0.1", "message_addresses": {"care_coordinator": ("c@hospital.test",)}}
    )
    _post_by(careway, settings)
    treated(client)
    later(careway, clock, 150)
    (claim,) = careway.store.outbox.claim(clock.now(), Wanted(("email",)), 5, "w", timedelta(minutes=1))
    careway.store.outbox.mark([Mark(claim.letter.id, claim.epoch, "dead", clock.now(), "SMTP 550", 1)])
    (letter,) = client.get(LETTERS).json()["items"]
    assert (letter["state"], letter["reason"], letter["tries"]) == ("dead", "SMTP 550", 1)
    assert "c@hospital.test" not in client.get(LETTERS).text
    person(access, "c1", "care_coordinator", password=PASSWORD)
    page = sign_in(browser_client, "c1").get("/messages").text
    assert "email: SMTP 550" in page


def _post_by(careway: Careway, settings: Settings) -> None:
    """Let the engine write letters for these settings."""
    made = build_messages(settings, careway.registry, careway.store, careway.clock)
    careway.engine._post = made.poster


def test_metrics_count_letters(client: TestClient, access: Access) -> None:
    text = client.get("/metrics", headers=as_role(access, "administrator")).text
    assert 'careway_letters{state="dead"} 0.0' in text
