"""Adherence over HTTP and as pages: figures, the patients behind them, files with their audit, the register's two signatures."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from starlette.testclient import TestClient

from engine.clock import VirtualClock
from service.accounts.access import Access
from service.wiring import Careway
from tests.web.people import ELSEWHERE, PASSWORD, as_role, bearer, person, sign_in, token_of
from tests.web.story import API, later, treated

ADHERENCE, DEVIATIONS = f"{API}/adherence", f"{API}/deviations"
YEAR = {"from": "2026-01-01", "to": "2026-12-31", "pathway": "toy"}


@pytest.fixture
def late(client: TestClient, careway: Careway, clock: VirtualClock) -> TestClient:
    """A patient whose check of month 4 was done eleven days late: a deviation is on record. Asked as the quality office."""
    treated(client)
    later(careway, clock, 138)
    body = {"facts": [{"code": "cd20_b_cell_count", "value": "3 /uL"}]}
    assert client.post(f"{API}/patients/p-1/facts", json=body).status_code == 201
    return client


@pytest.fixture
def quality(access: Access) -> dict[str, str]:
    return as_role(access, "quality_office")


def section(answer: Any, name: str) -> Any:
    return next(one for one in answer.json()["sections"] if one["id"] == name)


def entries(careway: Careway, event: str) -> list[dict[str, Any]]:
    return [json.loads(one.content) for one in careway.store.entries("") if one.event == event]


# --- figures --------------------------------------------------------------------------------------------------------


def test_the_report_counts_what_was_planned_against_what_was_done(late: TestClient, quality: dict[str, str]) -> None:
    answer = late.get(ADHERENCE, params=YEAR, headers=quality)
    assert answer.status_code == 200
    rows = {row["task"]: row for row in section(answer, "tasks")["rows"]}
    assert (rows["Check"]["late"], rows["Check"]["running"], rows["Check"]["share_on_time"]) == (1, 2, 0.0)
    (indicator,) = (row for row in section(answer, "indicators")["rows"] if row["statement"] == "T-1")
    assert (indicator["met"], indicator["denominator"], indicator["share_met"]) == (1, 1, 1.0)
    (move,) = section(answer, "moves")["rows"]
    assert (move["from"], move["to"], move["via"], move["count"]) == ("Waiting", "Treated", "Give", 1)
    (wait,) = section(answer, "waits")["rows"]
    assert (wait["total"], wait["reached"], wait["open"], wait["lost"]) == (1, 1, 0, 0)
    assert section(answer, "deviations")["rows"] == [{"deviation": "Late", "count": 1}]


def test_a_report_speaks_the_readers_language(late: TestClient, quality: dict[str, str]) -> None:
    answer = late.get(ADHERENCE, params=YEAR, headers={**quality, "Accept-Language": "zh"})
    assert section(answer, "tasks")["title"] == "任务：计划与实际"
    assert [row["task"] for row in section(answer, "tasks")["rows"]] == ["检查", "IgG"]


def test_a_report_holds_the_patients_of_the_readers_sites(late: TestClient, access: Access) -> None:
    elsewhere = as_role(access, "quality_office", ELSEWHERE)
    for site in ("", "main", ELSEWHERE):
        answer = late.get(ADHERENCE, params={**YEAR, "site": site}, headers=elsewhere)
        assert section(answer, "tasks")["rows"] == []
    assert late.get(DEVIATIONS, params=YEAR, headers=elsewhere).json()["items"] == []


@pytest.mark.parametrize("query", [{"from": "soon"}, {"from": "2026-02-01", "to": "2026-01-01"}, {"pathway": "none"}])
def test_what_cannot_be_asked_is_refused_with_a_remedy(
    late: TestClient, quality: dict[str, str], query: dict[str, str]
) -> None:
    answer = late.get(ADHERENCE, params=query, headers=quality)
    assert answer.status_code in (404, 422)
    assert answer.json()["remedy"]


@pytest.mark.parametrize("role", ["neurologist", "nurse", "operations", "administrator"])
def test_who_has_no_right_sees_no_figure(late: TestClient, access: Access, role: str) -> None:
    for path in (ADHERENCE, f"{ADHERENCE}/export", DEVIATIONS):
        assert late.get(path, params=YEAR, headers=as_role(access, role)).status_code == 403


def test_a_look_behind_a_figure_is_on_record(late: TestClient, careway: Careway, quality: dict[str, str]) -> None:
    """Before anything is shown, with who looked, at what, and how many rows there were."""
    answer = late.get(f"{ADHERENCE}/tasks", params={**YEAR, "code": "check", "timing": "late"}, headers=quality)
    (row,) = answer.json()["items"]
    assert (row["patient"], row["timing"], row["due"], row["until"]) == ("p-1", "late", "2026-05-05", "2026-05-12")
    (told,) = entries(careway, "report:read")
    assert (told["of"], told["class"], told["rows"], told["filter"]["pathway"]) == ("check", "late", 1, "toy")


# --- files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["html", "pdf", "csv", "xlsx", "json"])
def test_a_file_is_recorded_with_its_digest(
    late: TestClient, careway: Careway, quality: dict[str, str], form: str
) -> None:
    answer = late.get(f"{ADHERENCE}/export", params={**YEAR, "form": form}, headers=quality)
    assert answer.status_code == 200
    digest = sha256(answer.content).hexdigest()
    assert answer.headers["digest"] == f"sha-256={digest}"
    (told,) = entries(careway, "export:written")
    assert (told["form"], told["sha256"], told["bytes"], told["complete"]) == (form, digest, len(answer.content), True)
    assert told["definitions"] == [careway.registry.latest("toy").hash]
    assert "p-1" not in answer.text


@pytest.mark.parametrize("form", ["xes", "ocel"])
def test_a_log_streams_names_nobody_and_is_recorded(
    late: TestClient, careway: Careway, quality: dict[str, str], form: str
) -> None:
    answer = late.get(f"{ADHERENCE}/export", params={**YEAR, "form": form}, headers=quality)
    assert answer.status_code == 200
    assert "content-length" not in answer.headers
    assert "p-1" not in answer.text
    (told,) = entries(careway, "export:written")
    assert told["sha256"] == sha256(answer.content).hexdigest()
    assert told["counts"] == {"enrolments": 1, "events": 5}
    assert told["complete"] is True
    assert careway.store.verify().problem is None


def test_who_may_read_figures_may_not_take_them_away(late: TestClient, access: Access) -> None:
    lead = as_role(access, "coordinator_lead")
    assert late.get(ADHERENCE, params=YEAR, headers=lead).status_code == 200
    assert late.get(f"{ADHERENCE}/export", params=YEAR, headers=lead).status_code == 403


# --- the register ---------------------------------------------------------------------------------------------------


def assessment(version: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "classification": "minor",
        "assessment": "No harm.",
        "corrective_action": "Remind.",
        "version": version,
        **more,
    }


def the_deviation(client: TestClient, headers: dict[str, str]) -> str:
    (one,) = client.get(DEVIATIONS, params=YEAR, headers=headers).json()["items"]
    return f"{API}/patients/{one['patient']}/deviations/{one['id']}"


def test_a_deviation_is_assessed_and_signed_off_by_another_person(
    late: TestClient, careway: Careway, access: Access, quality: dict[str, str]
) -> None:
    path = the_deviation(late, quality)
    answer = late.post(f"{path}/assessment", json=assessment(), headers=quality)
    assert (answer.status_code, answer.json()["state"]) == (200, "assessed")
    approver = bearer(access, person(access, "luo", "clinical_approver", password=PASSWORD))
    seen = late.get(path, headers=approver).json()
    signature = {"shown": seen["shown"], "login": "luo", "password": PASSWORD}
    signed = late.post(f"{path}/signature", json={"signature": signature}, headers=approver)
    assert (signed.status_code, signed.json()["state"]) == (200, "signed"), signed.text
    assert signed.json()["review"]["signed_role"] == "clinical_approver"
    (told,) = entries(careway, "deviation:assessed")
    assert (told["before"], told["after"]["classification"], told["patient"]) == (None, "minor", "p-1")
    (told,) = entries(careway, "deviation:signed")
    assert (told["signature"]["name"], told["signature"]["shown"]) == ("Dr Luo", seen["shown"])
    again = late.post(f"{path}/assessment", json=assessment(2), headers=quality)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_who_reads_a_deviation_reads_a_patient(late: TestClient, careway: Careway, quality: dict[str, str]) -> None:
    """And stands in the patient's audit."""
    late.get(the_deviation(late, quality), headers=quality)
    told = [
        one for one in careway.store.entries("p-1") if one.event == "patient:read" and "quality_office" in one.actor
    ]
    assert len(told) == 1


def test_nobody_signs_the_own_assessment_or_what_was_not_shown(late: TestClient, access: Access) -> None:
    who = person(access, "both", "consultant", password=PASSWORD)
    headers = bearer(access, who)
    path = the_deviation(late, headers)
    assert late.post(f"{path}/assessment", json=assessment(), headers=headers).status_code == 200
    shown = late.get(path, headers=headers).json()["shown"]
    mine = {"signature": {"shown": shown, "login": "both", "password": PASSWORD}}
    answer = late.post(f"{path}/signature", json=mine, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "same_person")
    other = bearer(access, person(access, "other", "consultant", password=PASSWORD))
    theirs = {"signature": {"shown": "0" * 64, "login": "other", "password": PASSWORD}}
    answer = late.post(f"{path}/signature", json=theirs, headers=other)
    assert (answer.status_code, answer.json()["code"]) == (409, "shown_differs")


def test_two_who_assess_at_once_do_not_overwrite_each_other(late: TestClient, quality: dict[str, str]) -> None:
    path = the_deviation(late, quality)
    assert late.post(f"{path}/assessment", json=assessment(), headers=quality).status_code == 200
    assert late.post(f"{path}/assessment", json=assessment(), headers=quality).status_code == 409
    assert late.post(f"{path}/assessment", json=assessment(1), headers=quality).json()["review"]["version"] == 2


@pytest.mark.parametrize("body", [{"classification": "fatal"}, {"assessment": ""}, {"more": 1}])
def test_an_assessment_is_whole(late: TestClient, quality: dict[str, str], body: dict[str, Any]) -> None:
    path = the_deviation(late, quality)
    assert late.post(f"{path}/assessment", json=assessment(**body), headers=quality).status_code == 422


# --- pages ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def browser(late: TestClient, browser_client: TestClient, access: Access) -> TestClient:
    person(access, "gu", "quality_office", password=PASSWORD)
    return sign_in(browser_client, "gu")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_picture_stands_beside_a_table_of_its_numbers(browser: TestClient, language: str) -> None:
    page = browser.get("/adherence", params={**YEAR, "lang": language}).text
    assert page.count('<svg class="plot"') == len(re.findall(r"<figure>", page)) >= 4
    for part in page.split("<section id=")[1:]:
        assert "<figure>" not in part or "<table" in part
    assert "style=" not in page


def test_a_number_leads_to_the_patients_behind_it(browser: TestClient) -> None:
    page = browser.get("/adherence", params=YEAR).text
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/adherence/behind[^"]+)"', page)]
    assert links
    for link in links:
        rows = browser.get(link)
        assert rows.status_code == 200
        assert 'href="/patients/p-1#p-1.1"' in rows.text


def test_the_register_is_worked_from_its_pages(
    browser: TestClient, access: Access, careway: Careway, clock: VirtualClock
) -> None:
    listed = browser.get("/deviations", params=YEAR).text
    path = re.findall(r'href="(/patients/p-1/deviations/[^"]+)"', listed)[0]
    page = browser.get(path).text
    assert "Sign off</h2>" not in page
    form = {"form_token": token_of(page), "classification": "major", "assessment": "Checked.", "version": "0"}
    wrong = browser.post(f"{path}/assessment", data={**form, "classification": ""})
    assert (wrong.status_code, "Checked." in wrong.text) == (422, True)
    assert browser.post(f"{path}/assessment", data=form).status_code == 200
    person(access, "luo", "clinical_approver", password=PASSWORD)
    signer = sign_in(browser, "luo")
    page = signer.get(path).text
    shown = page.partition('name="shown" value="')[2].partition('"')[0]
    form = {"form_token": token_of(page), "shown": shown, "password": "wrong"}
    assert "The signature is not right." in signer.post(f"{path}/signature", data=form).text
    clock.set(clock.now() + timedelta(minutes=1))
    done = signer.post(f"{path}/signature", data={**form, "password": PASSWORD})
    assert "Signed off by" in done.text
    assert len(entries(careway, "deviation:signed")) == 1
