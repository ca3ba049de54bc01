"""The pages of actions: what will follow stands there before it is done; the same refusals as the API; nothing typed is lost."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from engine.clock import VirtualClock
from engine.definition.registry import Registry
from engine.functions import REGISTRY
from engine.model import SYSTEM
from pathways.registry import load_catalogue, load_functions, load_registry
from service.accounts import second_factor
from service.accounts.access import Access
from service.accounts.keys import hashed
from service.accounts.managing import begin_second_factor, confirm_second_factor
from service.api.app import create_app, serve_from
from service.ids import CountedIds
from service.settings import Settings
from service.wiring import Careway, build
from service.worklist.acting.details import CODES, NAMES
from tests.web.conftest import TOY
from tests.web.people import ELSEWHERE, PASSWORD, access_for, as_role, person, sign_in
from tests.web.story import API, record

SIGNING = TOY.parent / "signing.yaml"
PLACE = "/patients/p-1/enrolments/p-1.1/actions"
"""The enrolment on the toy pathway."""


def field(text: str, name: str) -> str:
    """What stands in the first input or text area of a name."""
    found = re.search(rf'<input[^>]*name="{re.escape(name)}"[^>]*value="([^"]*)"', text) or re.search(
        rf'<textarea[^>]*name="{re.escape(name)}"[^>]*>([^<]*)<', text
    )
    assert found is not None, f"no field {name}"
    return html.unescape(found[1])


@pytest.fixture(scope="module")
def both() -> Registry:
    """The toy pathway, and one whose actions take signatures."""
    load_functions()
    return Registry.load([TOY, SIGNING], load_catalogue(), REGISTRY)


@pytest.fixture
def careway(both: Registry, clock: VirtualClock) -> Iterator[Careway]:
    """The product, in memory, with these pathways."""
    with build(Settings(database_url="sqlite://"), clock=clock, registry=both, ids=CountedIds()) as made:
        yield made


@pytest.fixture
def neurologist(client: TestClient, app: FastAPI, access: Access) -> TestClient:
    """A browser in which a neurologist is signed in; patient p-1 is on both pathways, with enough IgG."""
    client.post(f"{API}/patients", json={"id": "p-1", "birth_date": "1980-03-01", "sex": "female"})
    client.post(f"{API}/patients/p-1/enrolments", json={"pathway": "toy"})
    client.post(f"{API}/patients/p-1/enrolments", json={"pathway": "signing"})
    assert record(client, "igg", "9 g/L").status_code == 201
    person(access, "zhou", "neurologist", password=PASSWORD)
    return sign_in(TestClient(app, raise_server_exceptions=False), "zhou")


def signing(careway: Careway) -> str:
    """Where the actions of the pathway with signatures are done."""
    known = careway.engine.chart("p-1").enrolments.values()
    return f"/patients/p-1/enrolments/{next(one.id for one in known if one.pathway == 'signing')}/actions"


def form(text: str, **more: Any) -> dict[str, Any]:
    """The hidden fields of the form that confirms, with what a person fills in (a dot is written with two underscores)."""
    kept = {name: field(text, name) for name in ("form_token", "key", "seen", "shown", "as_role")}
    return kept | {name.replace("__", "."): value for name, value in more.items()}


def acts(careway: Careway) -> list[str]:
    return [one.action for one in careway.engine.chart("p-1").acts.values()]


# --- acting ---


def test_what_will_follow_stands_there_and_then_it_happens(neurologist: TestClient, careway: Careway) -> None:
    page = neurologist.get(f"{PLACE}/give")
    for words in ("What will follow", "New stage", "Waiting", "Treated", "300 mg", "New tasks", "Check", "5 May 2026"):
        assert words in page.text, words
    assert acts(careway) == [], "looking does nothing"
    done = neurologist.post(f"{PLACE}/give", data=form(page.text))
    assert (done.status_code, done.url.path) == (200, "/patients/p-1")
    assert "happened=" in str(done.url)
    for words in ("What was done", "New stage", "300 mg", "New tasks"):
        assert words in done.text, words
    assert acts(careway) == ["give"]


def test_what_was_foreseen_is_what_happens(neurologist: TestClient, careway: Careway) -> None:
    """The list before and the list after are made of the same words."""
    page = neurologist.get(f"{PLACE}/give").text
    done = neurologist.post(f"{PLACE}/give", data=form(page)).text
    lists = [re.search(r'<dl class="following">.*?</dl>', text, re.DOTALL) for text in (page, done)]
    assert lists[0] is not None
    assert lists[1] is not None
    assert lists[0][0] == lists[1][0]


def test_a_double_click_does_it_once(neurologist: TestClient, careway: Careway) -> None:
    sent = form(neurologist.get(f"{PLACE}/give").text)
    answers = [neurologist.post(f"{PLACE}/give", data=sent) for _ in range(2)]
    assert [one.url.path for one in answers] == ["/patients/p-1"] * 2
    assert acts(careway) == ["give"]


def test_a_stale_view_is_refused_with_the_fresh_page(
    neurologist: TestClient, careway: Careway, client: TestClient
) -> None:
    sent = form(neurologist.get(f"{PLACE}/finish").text)
    assert neurologist.post(f"{PLACE}/give", data=form(neurologist.get(f"{PLACE}/give").text)).status_code == 200
    answer = neurologist.post(f"{PLACE}/finish", data=sent)
    assert answer.status_code == 412
    assert "Something changed while you were looking" in answer.text
    assert "finish" not in acts(careway)
    assert neurologist.post(f"{PLACE}/finish", data=form(answer.text)).status_code == 200
    assert "finish" in acts(careway)


def test_a_result_that_came_meanwhile_makes_the_view_stale_too(
    neurologist: TestClient, careway: Careway, client: TestClient, clock: VirtualClock
) -> None:
    sent = form(neurologist.get(f"{PLACE}/give").text)
    clock.advance(timedelta(minutes=1))
    record(client, "igg", "4 g/L")
    answer = neurologist.post(f"{PLACE}/give", data=sent)
    assert answer.status_code == 409
    assert "Warnings to acknowledge" in answer.text
    assert acts(careway) == []


def test_time_that_passes_while_reading_makes_nothing_stale(
    neurologist: TestClient, careway: Careway, clock: VirtualClock
) -> None:
    sent = form(neurologist.get(f"{PLACE}/give").text)
    clock.advance(timedelta(minutes=4))
    assert neurologist.post(f"{PLACE}/give", data=sent).status_code == 200
    assert acts(careway) == ["give"]


def test_each_warning_is_acknowledged_first(
    neurologist: TestClient, careway: Careway, client: TestClient, clock: VirtualClock
) -> None:
    clock.advance(timedelta(minutes=1))
    record(client, "igg", "4 g/L")
    page = neurologist.get(f"{PLACE}/give").text
    answer = neurologist.post(f"{PLACE}/give", data=form(page))
    assert (answer.status_code, acts(careway)) == (422, [])
    assert "acknowledge each warning" in answer.text
    assert neurologist.post(f"{PLACE}/give", data=form(answer.text, warned="igg_fine")).status_code == 200
    assert acts(careway) == ["give"]


def test_a_refusal_is_the_apis_and_on_record(neurologist: TestClient, careway: Careway, client: TestClient) -> None:
    record(client, "active_infection", "sepsis")
    page = neurologist.get(f"{PLACE}/give").text
    assert "It is not possible now" in page
    answer = neurologist.post(f"{PLACE}/give", data=form(page))
    assert answer.status_code == 409
    assert "It was refused, and that is on record." in answer.text
    refused = [one for one in careway.store.entries("p-1") if one.event == "action:refused"]
    assert len(refused) == 1
    assert "zhou" in refused[0].actor


def test_whoever_may_not_sees_who_may_and_is_refused_as_by_the_api(
    neurologist: TestClient, app: FastAPI, access: Access, careway: Careway
) -> None:
    person(access, "lin", "care_coordinator", password=PASSWORD)
    other = sign_in(TestClient(app, raise_server_exceptions=False), "lin")
    text = other.get(f"{PLACE}/give").text
    assert "You can look, but not do this: it is for Neurologist." in text
    assert "<h2>Confirm</h2>" not in text
    assert "See what it would do" in other.get("/patients/p-1").text
    mine = form(neurologist.get(f"{PLACE}/give").text) | {"form_token": field(text, "form_token"), "as_role": ""}
    assert other.post(f"{PLACE}/give", data=mine).status_code == 409
    mine["as_role"] = "neurologist"
    assert other.post(f"{PLACE}/give", data=mine).status_code == 403
    assert acts(careway) == []


def test_an_enrolment_of_another_patient_does_not_exist_here(
    neurologist: TestClient, careway: Careway, client: TestClient, access: Access
) -> None:
    """The address names both: who may see the one is not led to the other, least of all at another site."""
    own = as_role(access, "neurologist", ELSEWHERE)
    client.post(f"{API}/patients", json={"id": "p-north"}, headers=own)
    client.post(f"{API}/patients/p-north/enrolments", json={"pathway": "toy"}, headers=own)
    sent = form(neurologist.get(f"{PLACE}/finish").text)
    place = "/patients/p-1/enrolments/p-north.1/actions/finish"
    assert neurologist.get(place).status_code == 404
    assert neurologist.post(f"{place}/preview", data=sent).status_code == 404
    assert neurologist.post(place, data=sent).status_code == 404
    assert not careway.engine.chart("p-north").acts
    assert neurologist.get("/patients/p-1/enrolments/p-1.1/actions/nothing").status_code == 422


def test_a_form_of_another_site_is_refused(neurologist: TestClient, careway: Careway) -> None:
    sent = form(neurologist.get(f"{PLACE}/give").text) | {"form_token": "forged"}
    assert neurologist.post(f"{PLACE}/give", data=sent).status_code == 403
    assert acts(careway) == []


# --- signing ---


def test_a_signature_takes_the_password_for_what_was_shown(neurologist: TestClient, careway: Careway) -> None:
    place = f"{signing(careway)}/harvest"
    page = neurologist.get(place).text
    assert "You sign as Dr Zhou for exactly what stands on this page." in page
    assert "Second person" in page
    assert acts(careway) == []


def look(client: TestClient, place: str, **typed: str) -> str:
    """The page with what will follow."""
    token = field(client.get(place).text, "form_token")
    return client.post(f"{place}/preview", data={"form_token": token, **typed}).text


def test_a_wrong_password_does_nothing_and_loses_nothing_but_itself(neurologist: TestClient, careway: Careway) -> None:
    place = f"{signing(careway)}/authorise"
    sent = form(look(neurologist, place, **{"p.note": "as agreed"}), password="wrong", p__note="as agreed")
    answer = neurologist.post(place, data=sent)
    assert answer.status_code == 401
    assert "one of the signatures does not fit" in answer.text
    assert field(answer.text, "p.note") == "as agreed"
    assert "wrong" not in re.findall(r'value="([^"]*)"', answer.text)
    assert neurologist.post(place, data=form(answer.text, password=PASSWORD, p__note="as agreed")).status_code == 200
    assert acts(careway) == ["authorise"]


def test_another_parameter_than_the_one_shown_is_not_signed(neurologist: TestClient, careway: Careway) -> None:
    place = f"{signing(careway)}/authorise"
    sent = form(look(neurologist, place, **{"p.note": "as agreed"}), password=PASSWORD, p__note="something else")
    assert neurologist.post(place, data=sent).status_code == 409
    assert acts(careway) == []


def test_a_second_person_signs_in_the_same_form(neurologist: TestClient, careway: Careway, access: Access) -> None:
    person(access, "shen", "haematologist", password=PASSWORD)
    place = f"{signing(careway)}/harvest"

    def harvest(login: str, role: str) -> Any:
        more = {"password": PASSWORD, "second__login": login, "second__password": PASSWORD, "second__role": role}
        return neurologist.post(place, data=form(neurologist.get(place).text, **more))

    same = harvest("zhou", "neurologist")
    assert (same.status_code, "must be another person" in same.text) == (403, True)
    assert field(same.text, "second.login") == "zhou"
    assert harvest("shen", "neurologist").status_code == 403
    done = harvest("shen", "haematologist")
    assert (done.status_code, acts(careway)) == (200, ["harvest"])
    assert "Dr Shen" in done.text


def test_an_override_takes_a_reason_and_another_person(
    neurologist: TestClient, careway: Careway, access: Access, client: TestClient
) -> None:
    person(access, "shen", "haematologist", password=PASSWORD)
    record(client, "igg", "4 g/L")
    place = f"{signing(careway)}/authorise"
    page = look(neurologist, place)
    assert "What will follow if it is overridden" in page
    assert "Overridden" in page

    def overridden(reason: str) -> Any:
        more = {"approver__login": "shen", "approver__password": PASSWORD, "approver__role": "haematologist"}
        sent = form(look(neurologist, place), password=PASSWORD, override="yes", override__reason=reason, **more)
        return neurologist.post(place, data=sent)

    short = overridden("urgent")
    assert (short.status_code, "the reason is too short" in short.text) == (422, True)
    assert field(short.text, "override.reason") == "urgent"
    done = overridden("urgent relapse, board agreed")
    assert done.status_code == 200
    assert "approved the override" in done.text
    assert acts(careway) == ["authorise"]


def test_the_form_asks_for_what_the_session_has_to_prove(
    neurologist: TestClient, careway: Careway, access: Access, clock: VirtualClock
) -> None:
    """With a second factor: password and code at first, then one of them; after a break both again."""
    access.keys.lasting = True
    account = access.store.account("zhou")
    assert account is not None
    secret = begin_second_factor(access, account)
    confirm_second_factor(access, account, 0, SYSTEM, keep=hashed(neurologist.cookies["careway-session"]))
    place = f"{signing(careway)}/authorise"
    page = look(neurologist, place)
    assert "password and code are both needed" in page
    assert neurologist.post(place, data=form(page, password=PASSWORD)).status_code == 401
    clock.advance(timedelta(seconds=30))
    code = second_factor.code_at(secret, clock.now())
    assert neurologist.post(place, data=form(look(neurologist, place), password=PASSWORD, code=code)).status_code == 200
    page = look(neurologist, place)
    assert "The password or a code is enough." in page
    assert neurologist.post(place, data=form(page, password=PASSWORD)).status_code == 200
    assert acts(careway) == ["authorise", "authorise"]
    clock.advance(timedelta(minutes=16))
    assert "password and code are both needed" in look(neurologist, place)


def test_what_was_typed_stands_beside_what_will_follow(neurologist: TestClient, careway: Careway) -> None:
    """It is what is confirmed, whatever is typed afterwards into the inputs above."""
    page = look(neurologist, f"{signing(careway)}/authorise", **{"p.note": "as <b>agreed</b>"})
    assert "<b>as &lt;b&gt;agreed&lt;/b&gt;</b>" in page


# --- every action of the shipped pathways ---


@pytest.fixture(scope="module")
def shipped() -> Registry:
    return load_registry()


def test_every_parameter_has_a_name_in_chinese(shipped: Registry) -> None:
    asked = [
        one
        for name in shipped.ids()
        for action in shipped.latest(name).spec.actions.values()
        for one in action.asks.items()
    ]
    assert sorted({name for name, spec in asked if spec.label is None} - set(NAMES)) == []


def test_every_choice_has_a_name_in_chinese(shipped: Registry) -> None:
    known = {code for one in shipped.catalogue.facts.values() for code in (*one.values, one.id)} | set(CODES)
    wrong = []
    for name in shipped.ids():
        spec = shipped.latest(name).spec
        labelled = known | {*spec.holds, *spec.stages, *spec.tasks, *spec.actions}
        wrong += [
            (name, code)
            for action in spec.actions.values()
            for one in action.asks.values()
            for code in one.codes
            if code not in labelled
        ]
    assert wrong == []


def test_every_action_can_be_looked_at(shipped: Registry, clock: VirtualClock) -> None:
    """Whatever a definition asks for has an input; no page of an action fails to be drawn, in either language."""
    with build(Settings(database_url="sqlite://"), clock=clock, registry=shipped, ids=CountedIds()) as made:
        access = access_for(made)
        app = create_app(made, access)
        serve_from(app, made, access)
        person(access, "zhou", "neurologist", password=PASSWORD)
        browser = sign_in(TestClient(app, raise_server_exceptions=False), "zhou")
        wrong = []
        for number, name in enumerate(one for one in shipped.ids() if shipped.latest(one).spec.parent is None):
            wrong += [f"{name}.{action}" for action in _drawn(browser, made, f"q{number}", name)]
    assert wrong == []


def _drawn(browser: TestClient, made: Careway, patient: str, pathway: str) -> Iterator[str]:
    """The actions whose page fails."""
    token = field(browser.get("/registration").text, "form_token")
    sent = {
        "form_token": token,
        "key": patient,
        "id": patient,
        "birth_date": "1980-03-01",
        "sex": "female",
        "zone": "Asia/Shanghai",
    }
    assert browser.post("/registration", data=sent).status_code == 200
    assert (
        browser.post(
            f"/patients/{patient}/enrol", data={"form_token": token, "key": pathway, "pathway": pathway}
        ).status_code
        == 200
    )
    for action in made.registry.latest(pathway).spec.actions:
        place = f"/patients/{patient}/enrolments/{patient}.1/actions/{action}"
        answers = [browser.get(f"{place}?lang=zh"), browser.post(f"{place}/preview", data={"form_token": token})]
        if any(one.status_code not in (200, 422) for one in answers):
            yield action
