"""The pages of facts: found by any name, kept as typed, refused in words without losing anything, corrected, voided, struck through."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from engine.catalogue.definition import FactKind
from pathways.registry import load_catalogue
from service.accounts.access import Access
from service.wiring import Careway
from service.worklist.acting.details import CODES, NAMES
from service.worklist.acting.searching import search
from tests.web.people import PASSWORD, person, sign_in
from tests.web.story import enrolled, record
from tests.web.test_pages_actions import field

FACTS = "/patients/p-1/facts"


@pytest.fixture
def coordinator(client: TestClient, app: FastAPI, access: Access) -> TestClient:
    """A browser in which a coordinator is signed in; patient p-1 is on the toy pathway."""
    enrolled(client)
    person(access, "lin", "care_coordinator", password=PASSWORD)
    return sign_in(TestClient(app, raise_server_exceptions=False), "lin")


def enter(client: TestClient, code: str, **typed: Any) -> Any:
    """Fill in the form of a fact and save it; fields with a dot are written with two underscores."""
    page = client.get(f"{FACTS}/new/{code}")
    sent = {name.replace("__", "."): value for name, value in typed.items()}
    fields = {"form_token": field(page.text, "form_token"), "key": field(page.text, "key"), "effective": "2026-01-05"}
    return client.post(f"{FACTS}/new/{code}", data=fields | sent)


def facts(careway: Careway) -> list[Any]:
    return list(careway.engine.chart("p-1").facts.values())


def test_what_was_typed_is_kept_beside_the_catalogues_unit(coordinator: TestClient, careway: Careway) -> None:
    answer = enter(coordinator, "igg", value="510", unit="mg/dL", source="report 17")
    assert (answer.status_code, answer.url.path) == (200, FACTS)
    saved = facts(careway)[0]
    assert (str(saved.value), saved.as_reported, saved.source, saved.recorder.name) == (
        "5.10",
        "510 mg/dL",
        "report 17",
        "lin",
    )
    assert "as entered: 510 mg/dL" in answer.text
    assert "Fact recorded" in answer.text


def test_a_unit_that_was_written_with_the_value_wins_over_the_list(coordinator: TestClient, careway: Careway) -> None:
    enter(coordinator, "igg", value="5.1 g/L", unit="mg/dL")
    assert str(facts(careway)[0].value) == "5.1"


@pytest.mark.parametrize(
    ("value", "words", "chinese"),
    [
        ("5.1", "The unit is missing", "缺少单位"), ("3 bananas", "This unit is not known", "无法识别该单位"), ("3 /uL", "not measured in this unit", "该项目不用此单位"),
        ("999999 g/L", "No patient has this value", "该数值不合理"), ("3-4 g/L", "This is a range", "这是范围"), ("much", "This is not a number", "这不是数值"),
    ],
)  # fmt: skip
def test_a_refusal_says_why_in_both_languages_and_loses_nothing(
    coordinator: TestClient, careway: Careway, value: str, words: str, chinese: str
) -> None:
    answer = enter(coordinator, "igg", value=value, source="report 17")
    assert answer.status_code == 422
    assert words in answer.text
    assert field(answer.text, "value") == value
    assert field(answer.text, "source") == "report 17"
    coordinator.get("/?lang=zh")
    assert chinese in enter(coordinator, "igg", value=value).text
    assert facts(careway) == []


def test_a_day_to_come_is_refused(coordinator: TestClient) -> None:
    assert "This has not come yet" in enter(coordinator, "igg", value="5 g/L", effective="2026-01-06").text


def test_the_form_sent_twice_records_once(coordinator: TestClient, careway: Careway) -> None:
    page = coordinator.get(f"{FACTS}/new/igg").text
    sent = {
        "form_token": field(page, "form_token"),
        "key": field(page, "key"),
        "effective": "2026-01-05",
        "value": "5 g/L",
    }
    assert [coordinator.post(f"{FACTS}/new/igg", data=sent).status_code for _ in range(2)] == [200, 200]
    assert len(facts(careway)) == 1


def test_what_will_follow_is_shown_and_nothing_saved(coordinator: TestClient, careway: Careway) -> None:
    page = coordinator.get(f"{FACTS}/new/active_infection").text
    sent = {"form_token": field(page, "form_token"), "effective": "2026-01-05", "value": "sepsis"}
    answer = coordinator.post(f"{FACTS}/new/active_infection/preview", data=sent)
    assert "Hold in force" in answer.text
    assert facts(careway) == []


def test_after_saving_it_stands_there_what_followed(coordinator: TestClient) -> None:
    answer = enter(coordinator, "active_infection", value="sepsis", effective="2026-01-04")
    assert "Hold in force" in answer.text
    assert "Infection" in answer.text
    assert "Hold released" in enter(coordinator, "active_infection", value="none").text


def test_a_correction_strikes_the_old_value_through(
    coordinator: TestClient, careway: Careway, client: TestClient
) -> None:
    fact = record(client, "igg", "4.2 g/L").json()["created"][0]
    place = f"{FACTS}/{fact}"
    page = coordinator.get(place).text
    sent = {
        "form_token": field(page, "form_token"),
        "key": field(page, "key"),
        "value": "6.2",
        "unit": "g/L",
        "reason": "report amended",
    }
    answer = coordinator.post(f"{place}/correction", data=sent)
    assert "<del>4.2 g/L</del>" in answer.text
    assert "report amended" in answer.text
    assert "6.2 g/L" in answer.text
    stale = coordinator.post(f"{place}/correction", data={**sent, "key": "another", "value": "7"})
    assert stale.status_code == 409
    assert "Replaced" in stale.text, "the page says who was first"


def test_voiding_takes_a_reason(coordinator: TestClient, careway: Careway, client: TestClient) -> None:
    fact = record(client, "igg", "4.2 g/L").json()["created"][0]
    token = field(coordinator.get(f"{FACTS}/{fact}").text, "form_token")
    answer = coordinator.post(f"{FACTS}/{fact}/retraction", data={"form_token": token, "key": "k", "reason": ""})
    assert (answer.status_code, "a reason is needed" in answer.text) == (422, True)
    answer = coordinator.post(
        f"{FACTS}/{fact}/retraction", data={"form_token": token, "key": "k", "reason": "wrong patient"}
    )
    assert "<del>4.2 g/L</del>" in answer.text
    assert "wrong patient" in answer.text


def test_who_may_not_record_sees_who_may(app: FastAPI, access: Access, coordinator: TestClient) -> None:
    person(access, "qing", "quality_office", password=PASSWORD)
    browser = sign_in(TestClient(app, raise_server_exceptions=False), "qing")
    text = browser.get(f"{FACTS}/new/igg").text
    assert "You can look, but not do this" in text
    assert "Care coordinator" in text
    token = field(browser.get("/").text, "form_token")
    assert browser.post(f"{FACTS}/new/igg", data={"form_token": token, "value": "5 g/L"}).status_code == 403


@pytest.mark.parametrize(
    "typed", ["igg", "IgG", "Immunoglobulin G", "免疫球蛋白G", "血清免疫球蛋白", "immunoglobulin serum"]
)
def test_a_fact_is_found_by_id_label_and_alias_in_both_languages(typed: str) -> None:
    assert "igg" in [one.id for one in search(load_catalogue(), typed)]


def test_what_is_called_otherwise_leads_to_the_nearest_name(coordinator: TestClient) -> None:
    assert f'{FACTS}/new/hbsag"' in coordinator.get(f"{FACTS}/new", params={"search": "hbsagg"}).text
    assert search(load_catalogue(), " ") == []


def test_every_fact_of_the_catalogue_has_a_form(coordinator: TestClient) -> None:
    """One of each kind with every sort of detail; none of them fails to be drawn."""
    for kind in FactKind:
        known = [one for one in load_catalogue().facts.values() if one.kind is kind]
        widest = max(known, key=lambda one: len(one.attributes) + len(one.qualifiers))
        assert coordinator.get(f"{FACTS}/new/{widest.id}").status_code == 200, widest.id


def test_every_detail_has_its_chinese_name() -> None:
    catalogue = load_catalogue()
    names, codes = set(catalogue.extras["exposure_common_attributes"]), set()
    for one in catalogue.facts.values():
        names |= {*one.qualifiers, *one.attributes}
        codes |= {
            str(code) for kind in one.attributes.values() if isinstance(kind, tuple | list) for code in kind
        } | set(one.routes)
    assert sorted(names - set(NAMES)) == []
    assert sorted(codes - set(CODES)) == []
