"""Signing in and out: sessions that end, forms that nobody forges, guessing that gets slow, a second factor that is used once."""

from __future__ import annotations

import re
from datetime import timedelta
from threading import Semaphore

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from engine.clock import VirtualClock
from engine.model import SYSTEM
from service.accounts import demonstration, passwords, second_factor
from service.accounts.access import Access
from service.accounts.managing import disable_account, existing_account, remove_second_factor, take_roles
from service.api.app import serve_from
from service.wiring import Careway
from tests.web.people import PASSWORD, access_for, person, sign_in, token_of

HTML = {"accept": "text/html"}


@pytest.fixture
def coordinator(browser_client: TestClient, access: Access) -> TestClient:
    """A browser in which a coordinator is signed in."""
    person(access, "lin", "care_coordinator", password=PASSWORD)
    return sign_in(browser_client, "lin")


def typed(client: TestClient, login: str = "lin", password: str = PASSWORD, **more: str) -> int:
    """Send the sign-in form; the status."""
    token = token_of(client.get("/sign-in").text)
    fields = {"form_token": token, "login": login, "password": password, **more}
    return client.post("/sign-in", data=fields, follow_redirects=False).status_code


def test_nobody_sees_a_page_without_signing_in(browser_client: TestClient) -> None:
    answer = browser_client.get("/patients/p-1?lang=zh", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/patients/p-1%3Flang%3Dzh")


def test_after_signing_in_one_is_where_one_wanted_to_be(browser_client: TestClient, access: Access) -> None:
    person(access, "lin", "care_coordinator", password=PASSWORD)
    token = token_of(browser_client.get("/sign-in").text)
    fields = {"form_token": token, "login": "LIN", "password": PASSWORD, "next": "/?state=due"}
    answer = browser_client.post("/sign-in", data=fields)
    assert answer.url.query == b"state=due"
    assert "Dr Lin" in answer.text


@pytest.mark.parametrize(
    "place", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:x", "/\n/x"]
)
def test_signing_in_leads_nowhere_else(browser_client: TestClient, access: Access, place: str) -> None:
    person(access, "lin", "care_coordinator", password=PASSWORD)
    fields = {
        "form_token": token_of(browser_client.get("/sign-in").text),
        "login": "lin",
        "password": PASSWORD,
        "next": place,
    }
    answer = browser_client.post("/sign-in", data=fields, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_the_cookie_is_out_of_reach_and_only_its_hash_is_kept(coordinator: TestClient, access: Access) -> None:
    cookie = coordinator.cookies["careway-session"]
    assert access.store.session(cookie) is None
    again = typed(coordinator)
    assert again == 303
    assert coordinator.cookies["careway-session"] != cookie, "signing in always makes a new id"


def test_cookies_of_a_service_for_others_travel_by_https_alone(careway: Careway) -> None:
    access = access_for(careway)
    open_to_all = type(access)(
        access.store, access.clock, access.settings.model_copy(update={"host": "0.0.0.0"}), access.keys
    )
    assert (access.secure, open_to_all.secure) == (False, True)


def test_signing_out_ends_the_session_for_every_copy_of_the_cookie(coordinator: TestClient) -> None:
    cookie = coordinator.cookies["careway-session"]
    answer = coordinator.post("/sign-out", data={"form_token": token_of(coordinator.get("/").text)})
    assert "You are signed out." in answer.text
    coordinator.cookies.set("careway-session", cookie)
    assert coordinator.get("/", follow_redirects=False).status_code == 303


def test_a_session_ends_after_idle_time_and_in_any_case_after_hours(
    coordinator: TestClient, clock: VirtualClock
) -> None:
    for _ in range(30):
        clock.advance(timedelta(minutes=20))
        assert coordinator.get("/", follow_redirects=False).status_code == 200
    clock.advance(timedelta(minutes=30))
    assert coordinator.get("/", follow_redirects=False).status_code == 303


def test_a_busy_session_ends_after_its_hours(coordinator: TestClient, clock: VirtualClock) -> None:
    answers = []
    for _ in range(37):
        clock.advance(timedelta(minutes=20))
        answers.append(coordinator.get("/", follow_redirects=False).status_code)
    assert answers == [200] * 35 + [303] * 2


@pytest.mark.parametrize("what", ["another token", "no token", "from another site"])
def test_a_forged_form_does_nothing(coordinator: TestClient, what: str) -> None:
    token = token_of(coordinator.get("/").text)
    fields = {"another token": {"form_token": "0" * 64}, "no token": {}}.get(what, {"form_token": token})
    headers = {"sec-fetch-site": "cross-site"} if what == "from another site" else {}
    answer = coordinator.post("/sign-out", data=fields, headers={**HTML, **headers})
    assert answer.status_code == 403
    assert coordinator.get("/", follow_redirects=False).status_code == 200


def test_a_session_changes_something_by_the_api_only_with_its_form_token(coordinator: TestClient) -> None:
    patient = {"id": "p-9"}
    assert coordinator.post("/api/v1/patients", json=patient).json()["code"] == "form_not_ours"
    token = {"X-Form-Token": token_of(coordinator.get("/").text)}
    assert coordinator.post("/api/v1/patients", json=patient, headers=token).status_code == 201


def test_what_was_wrong_is_not_told(browser_client: TestClient, access: Access) -> None:
    """Unknown login, wrong password, closed account, account without a password: the same page."""
    for login, password in (("lin", PASSWORD), ("shut", PASSWORD), ("program", "")):
        person(access, login, "care_coordinator", password=password)
    disable_account(access, "shut", SYSTEM)
    texts = set()
    for login, password in (("lin", "wrong"), ("shut", PASSWORD), ("program", ""), ("nobody", PASSWORD)):
        token = token_of(browser_client.get("/sign-in").text)
        answer = browser_client.post("/sign-in", data={"form_token": token, "login": login, "password": password})
        assert answer.status_code == 401
        texts.add(re.sub(r'value="[^"]*"', "", answer.text))
    assert len(texts) == 1


def test_guessing_gets_slow_for_the_guesser_alone(browser_client: TestClient, access: Access, app: FastAPI) -> None:
    person(access, "lin", "care_coordinator", password=PASSWORD)
    assert [typed(browser_client, password="wrong") for _ in range(4)] == [401, 401, 401, 429]
    assert typed(browser_client) == 429, "the right password waits too, from here"
    elsewhere = TestClient(app, client=("192.0.2.7", 50000))
    assert typed(elsewhere) == 303, "from elsewhere the owner comes in"


def test_a_success_forgives_the_failures_before(browser_client: TestClient, access: Access) -> None:
    person(access, "lin", "care_coordinator", password=PASSWORD)
    assert [typed(browser_client, password=word) for word in ("x", "y", PASSWORD, "x", "y", PASSWORD)] == [
        401,
        401,
        303,
    ] * 2


def test_the_delay_is_said_in_both_languages(browser_client: TestClient, access: Access) -> None:
    for _ in range(3):
        typed(browser_client, password="wrong")
    token = token_of(browser_client.get("/sign-in?lang=zh").text)
    answer = browser_client.post("/sign-in", data={"form_token": token, "login": "lin", "password": "wrong"})
    assert re.search(r"请在 \d+ 秒后重试", answer.text)


def test_rights_that_are_taken_away_end_at_once(coordinator: TestClient, access: Access) -> None:
    take_roles(access, "lin", [("care_coordinator", "main")], SYSTEM)
    assert coordinator.get("/", follow_redirects=False).headers["location"] == "/account"
    assert coordinator.get("/api/v1/worklist").json()["code"] == "role_missing"
    disable_account(access, "lin", SYSTEM)
    assert coordinator.get("/api/v1/worklist").status_code == 401


def test_a_new_password_signs_out_elsewhere(coordinator: TestClient, app: FastAPI) -> None:
    other = sign_in(TestClient(app), "lin")
    token = token_of(coordinator.get("/account").text)
    fields = {"form_token": token, "old": PASSWORD, "new": "another long password", "again": "another long password"}
    assert "is changed" in coordinator.post("/account/password", data=fields).text
    assert coordinator.get("/", follow_redirects=False).status_code == 200
    assert other.get("/", follow_redirects=False).status_code == 303
    assert typed(TestClient(app)) == 401
    assert typed(TestClient(app), password="another long password") == 303


@pytest.mark.parametrize(
    ("old", "new", "again", "status"),
    [("wrong", "x" * 12, "x" * 12, 401), (PASSWORD, "short", "short", 422), (PASSWORD, "x" * 12, "y" * 12, 422)],
)
def test_a_password_that_cannot_be_changed_so(
    coordinator: TestClient, old: str, new: str, again: str, status: int
) -> None:
    token = token_of(coordinator.get("/account").text)
    fields = {"form_token": token, "old": old, "new": new, "again": again}
    assert coordinator.post("/account/password", data=fields).status_code == status


# --- second factor ---


@pytest.fixture
def lasting(access: Access, careway: Careway, app: FastAPI) -> Access:
    """Access with a key that lasts, as a database on disk has one."""
    access.keys.lasting = True
    return access


def set_up(client: TestClient, access: Access, clock: VirtualClock) -> tuple[bytes, list[str]]:
    """Set up the second factor of `lin`; its secret and the recovery codes."""
    page = client.get("/account/second-factor")
    account = existing_account(access, "lin")
    secret = access.keys.opened(account.totp, account.id)
    assert secret is not None
    assert second_factor.spelled(secret) in page.text
    assert secret.hex() not in account.totp, "it is encrypted at rest"
    assert client.get("/account/second-factor.svg").headers["content-type"] == "image/svg+xml"
    fields = {"form_token": token_of(page.text), "code": second_factor.code_at(secret, clock.now())}
    answer = client.post("/account/second-factor", data=fields)
    codes = re.findall(r"<li><code>([^<]+)</code>", answer.text)
    assert len(codes) == 10, answer.text
    return secret, codes


def second_step(client: TestClient, code: str) -> int:
    """Password, then a code; the status."""
    typed(client)
    token = token_of(client.get("/sign-in/second-factor").text)
    return client.post(
        "/sign-in/second-factor", data={"form_token": token, "code": code}, follow_redirects=False
    ).status_code


def test_with_a_second_factor_the_password_alone_opens_nothing(
    coordinator: TestClient, lasting: Access, clock: VirtualClock, app: FastAPI
) -> None:
    secret, _ = set_up(coordinator, lasting, clock)
    other = TestClient(app)
    assert typed(other) == 303
    assert other.get("/", follow_redirects=False).status_code == 303
    clock.advance(timedelta(seconds=30))
    assert second_step(other, second_factor.code_at(secret, clock.now())) == 303
    assert other.get("/", follow_redirects=False).status_code == 200


def test_each_code_works_once(coordinator: TestClient, lasting: Access, clock: VirtualClock, app: FastAPI) -> None:
    secret, recovery = set_up(coordinator, lasting, clock)
    assert second_step(TestClient(app), second_factor.code_at(secret, clock.now())) == 401, "it was used to set up"
    clock.advance(timedelta(seconds=30))
    code = second_factor.code_at(secret, clock.now())
    assert [second_step(TestClient(app), code), second_step(TestClient(app), code)] == [303, 401]
    assert [second_step(TestClient(app), recovery[0].upper()), second_step(TestClient(app), recovery[0])] == [303, 401]


def test_half_a_sign_in_ends_by_itself(
    coordinator: TestClient, lasting: Access, clock: VirtualClock, app: FastAPI
) -> None:
    set_up(coordinator, lasting, clock)
    other = TestClient(app)
    typed(other)
    clock.advance(timedelta(minutes=11))
    assert other.get("/sign-in/second-factor", follow_redirects=False).headers["location"] == "/sign-in"


def test_who_lost_phone_and_codes_is_helped_by_an_administrator(
    coordinator: TestClient, lasting: Access, clock: VirtualClock, app: FastAPI
) -> None:
    set_up(coordinator, lasting, clock)
    remove_second_factor(lasting, "lin", SYSTEM)
    assert coordinator.get("/", follow_redirects=False).status_code == 303
    other = TestClient(app)
    assert typed(other) == 303
    assert other.get("/", follow_redirects=False).status_code == 200


def test_privileged_roles_begin_with_their_second_factor(browser_client: TestClient, lasting: Access) -> None:
    person(lasting, "root", "administrator", "care_coordinator", password=PASSWORD)
    sign_in(browser_client, "root")
    assert browser_client.get("/", follow_redirects=False).headers["location"] == "/account/second-factor"
    assert browser_client.get("/api/v1/worklist").json()["code"] == "second_factor_missing"


# --- demonstration ---


def test_demonstration_accounts_work_in_a_demonstration_alone(
    browser_client: TestClient, careway: Careway, app: FastAPI, access: Access
) -> None:
    shown = access_for(careway, demonstration=True)
    serve_from(app, careway, shown)
    demonstration.ensure(shown)
    page = browser_client.get("/sign-in")
    assert "Sign in as care coordinator" in page.text
    fields = {"form_token": token_of(page.text), "login": "coordinator"}
    assert browser_client.post("/sign-in/demonstration", data=fields).url.path == "/"
    serve_from(app, careway, access)
    assert browser_client.get("/", follow_redirects=False).status_code == 303, "the session does not outlive it"
    assert "coordinator" not in browser_client.get("/sign-in").text
    assert typed(browser_client, "coordinator", demonstration.PASSWORD) == 401
    token = token_of(browser_client.get("/sign-in").text)
    answer = browser_client.post("/sign-in/demonstration", data={"form_token": token, "login": "coordinator"})
    assert answer.status_code == 401


def test_no_account_of_a_person_is_entered_by_a_click(
    browser_client: TestClient, careway: Careway, app: FastAPI
) -> None:
    shown = access_for(careway, demonstration=True)
    serve_from(app, careway, shown)
    person(shown, "lin", "care_coordinator", password=PASSWORD)
    token = token_of(browser_client.get("/sign-in").text)
    answer = browser_client.post("/sign-in/demonstration", data={"form_token": token, "login": "lin"})
    assert answer.status_code == 401


def test_every_sign_in_stands_in_the_audit(coordinator: TestClient, careway: Careway) -> None:
    typed(coordinator, password="wrong")
    typed(coordinator, login="my password by mistake", password="wrong")
    events = [(one.event, one.content) for one in careway.store.entries("")]
    assert [event for event, _ in events if event.startswith("session:")] == ["session:opened"] + [
        "session:refused"
    ] * 2
    assert "mistake" not in str(events)
    assert careway.store.verify().problem is None


def test_nobody_changes_an_account_of_the_demonstration(
    browser_client: TestClient, careway: Careway, app: FastAPI
) -> None:
    shown = access_for(careway, demonstration=True)
    serve_from(app, careway, shown)
    demonstration.ensure(shown)
    token = token_of(browser_client.get("/sign-in").text)
    browser_client.post("/sign-in/demonstration", data={"form_token": token, "login": "coordinator"})
    token = token_of(browser_client.get("/account").text)
    fields = {"form_token": token, "old": demonstration.PASSWORD, "new": "x" * 12, "again": "x" * 12}
    assert browser_client.post("/account/password", data=fields).status_code == 403
    assert browser_client.get("/account/second-factor").status_code == 403


def test_a_flood_of_sign_ins_is_sent_away_instead_of_holding_every_thread(
    browser_client: TestClient, access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_WAITING", Semaphore(0))
    token = token_of(browser_client.get("/sign-in").text)
    answer = browser_client.post("/sign-in", data={"form_token": token, "login": "lin", "password": PASSWORD})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
