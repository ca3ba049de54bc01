"""Breaking the glass: one patient, one hour, on record, reviewed; and nothing more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from engine.clock import VirtualClock
from engine.model import SYSTEM
from service.accounts.access import Access
from service.accounts.identity import MAIN
from service.accounts.managing import existing_account, grant_roles
from service.accounts.sessions import open_session
from service.wiring import Careway
from tests.web.people import ELSEWHERE, PASSWORD, as_role, bearer, person, sign_in, token_of
from tests.web.story import API

PATIENT = "/patients/p-north"
HTML = {"accept": "text/html"}


@pytest.fixture
def physician(client: TestClient, app: FastAPI, access: Access) -> TestClient:
    """A physician of the main site, at a browser; at another site there is a patient."""
    north = as_role(access, "neurologist", ELSEWHERE)
    assert client.post(f"{API}/patients", json={"id": "p-north"}, headers=north).status_code == 201
    assert client.post(f"{API}/patients/p-north/enrolments", json={"pathway": "toy"}, headers=north).status_code == 201
    person(access, "wang", "physician", password=PASSWORD)
    return sign_in(TestClient(app, raise_server_exceptions=False), "wang")


def broken(client: TestClient, patient: str = "p-north", reason: str = "collapsed in our emergency room") -> int:
    """Break the glass; the status."""
    token = token_of(client.get("/emergency").text)
    fields = {"form_token": token, "patient": patient, "code": "life_threatening", "reason": reason}
    return client.post("/emergency", data=fields, follow_redirects=False).status_code


def test_the_glass_lets_one_patient_be_read_for_an_hour(physician: TestClient, clock: VirtualClock) -> None:
    missing = physician.get(PATIENT, headers=HTML)
    assert missing.status_code == 404
    assert "/emergency?patient=p-north" in missing.text
    assert broken(physician) == 303
    assert physician.get(PATIENT).status_code == 200
    for _ in range(4):
        clock.advance(timedelta(minutes=14))
        assert physician.get(PATIENT).status_code == 200
    clock.advance(timedelta(minutes=5))
    assert physician.get(PATIENT).status_code == 404


def test_every_page_says_so_meanwhile_in_both_languages(physician: TestClient) -> None:
    broken(physician)
    assert "Emergency access" in physician.get("/?lang=en").text
    assert "紧急访问" in physician.get(f"{PATIENT}?lang=zh").text


def test_it_opens_no_list_no_audit_no_correction_and_nothing_to_a_program(
    physician: TestClient, access: Access
) -> None:
    broken(physician)
    assert "p-north" not in physician.get(f"{API}/patients").text
    assert physician.get(f"{API}/patients/p-north/audit").status_code == 404
    token = {"X-Form-Token": token_of(physician.get("/").text)}
    facts = {"facts": [{"code": "igg", "value": "9 g/L"}]}
    assert physician.post(f"{API}/patients/p-north/facts", json=facts, headers=token).status_code == 404
    program = TestClient(physician.app, headers=bearer(access, "wang"))
    assert program.get(f"{API}/patients/p-north").status_code == 404


def test_what_is_due_can_be_done_in_the_role_that_broke_the_glass(physician: TestClient, access: Access) -> None:
    broken(physician)
    token = {"X-Form-Token": token_of(physician.get("/").text)}
    seen = physician.get(f"{API}/enrolments/p-north.1").headers["etag"]
    answer = physician.post(f"{API}/enrolments/p-north.1/actions/finish", json={}, headers={**token, "If-Match": seen})
    assert (answer.status_code, answer.json()["reasons"][0]["level"]) == (409, "role"), "a physician is no neurologist"


def test_a_block_is_not_passed_in_an_emergency(physician: TestClient, access: Access) -> None:
    person(access, "shen", "neurologist", password=PASSWORD)
    broken(physician)
    token = {"X-Form-Token": token_of(physician.get("/").text)}
    seen = physician.get(f"{API}/enrolments/p-north.1").headers["etag"]
    approved = {"login": "shen", "role": "neurologist", "password": PASSWORD}
    body = {"override": {"reason": "no time for the result", "approved_by": approved}}
    answer = physician.post(f"{API}/enrolments/p-north.1/actions/give", json=body, headers={**token, "If-Match": seen})
    assert (answer.status_code, answer.json()["code"]) == (403, "emergency_limits")


@pytest.mark.parametrize(("patient", "reason", "status"), [("p-x", "collapsed here", 404), ("p-north", "short", 422)])
def test_it_takes_a_patient_and_a_reason(physician: TestClient, patient: str, reason: str, status: int) -> None:
    assert broken(physician, patient, reason) == status
    assert physician.get(PATIENT).status_code == 404


def test_it_is_done_twice_a_day_at_most(physician: TestClient) -> None:
    assert [broken(physician) for _ in range(3)] == [303, 303, 409]


def test_coordinators_do_not_break_the_glass(physician: TestClient, app: FastAPI, access: Access) -> None:
    person(access, "lin", "care_coordinator", password=PASSWORD)
    browser = sign_in(TestClient(app), "lin")
    assert browser.get("/emergency").status_code == 403
    assert "/emergency" not in browser.get(PATIENT, headers=HTML).text


def test_it_stands_in_the_audit_of_the_patient_and_of_access(physician: TestClient, careway: Careway) -> None:
    broken(physician)
    physician.get(PATIENT)
    events = [one.event for one in careway.store.entries("p-north")]
    assert events[-2:] == ["access:break_glass:opened", "patient:read"]
    assert "access:break_glass:opened" in [one.event for one in careway.store.entries("")]
    assert careway.store.verify().problem is None
    assert careway.store.check_fold("p-north") == []


def test_a_privacy_officer_of_the_patients_site_reviews_it(
    physician: TestClient, app: FastAPI, access: Access, clock: VirtualClock
) -> None:
    broken(physician)
    for login, site in (("luo", ELSEWHERE), ("main", "main")):
        person(access, login, "privacy_officer", site=site, password=PASSWORD)
    officer, other = (_officer(app, access, login) for login in ("luo", "main"))
    assert "Nothing waits" in other.get("/emergencies?lang=en").text
    page = officer.get("/emergencies?lang=en").text
    assert "collapsed in our emergency room" in page
    place = page.partition('action="/emergencies/')[2].partition('"')[0]
    officer.post(f"/emergencies/{place}", data={"form_token": token_of(page)})
    assert "Nothing waits" in officer.get("/emergencies").text


def _officer(app: FastAPI, access: Access, login: str) -> TestClient:
    """Signed in with the second factor that this role needs."""
    account = existing_account(access, login)
    with access.store.writing() as writing:
        writing.change(type(account), account.id, {"totp": "set up", "totp_confirmed": access.clock.now()})
    browser = TestClient(app)
    browser.cookies.set("careway-session", open_session(access, account, state="open", factors="app"))
    return browser


def test_who_has_a_role_there_needs_no_emergency(physician: TestClient, access: Access) -> None:
    grant_roles(access, "wang", [("physician", ELSEWHERE)], SYSTEM)
    assert physician.get(PATIENT).status_code == 200


def test_what_is_due_is_done_by_page_and_nothing_more(
    physician: TestClient, client: TestClient, access: Access, careway: Careway
) -> None:
    """Acting, closing tasks and acknowledging are offered; recording facts, enrolling and overriding are not."""
    grant_roles(access, "wang", [("neurologist", MAIN)], SYSTEM)
    broken(physician)
    text = physician.get(PATIENT).text
    assert "Put on a pathway" not in text
    assert "Record a fact" not in text
    assert "You can look, but not do this" in physician.get(f"{PATIENT}/facts/new/igg").text
    place = f"{PATIENT}/enrolments/p-north.1/actions"
    page = physician.get(f"{place}/give").text
    assert "Override: go past" not in page
    token = token_of(page)
    assert physician.post(f"{PATIENT}/facts/new/igg", data={"form_token": token, "value": "9 g/L"}).status_code == 404
