"""The pages of tasks, of registering and enrolling; what the worklist and the page of a patient lead to, and for whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from engine.clock import VirtualClock
from engine.definition.registry import Registry
from engine.functions import REGISTRY
from engine.model import SYSTEM
from pathways.registry import load_catalogue, load_functions, load_registry
from service.accounts.access import Access
from service.accounts.managing import add_site, grant_roles
from service.accounts.rights import needed_by
from service.accounts.roles import rights_of
from service.ids import CountedIds
from service.settings import Settings
from service.wiring import Careway, build
from service.worklist.listing import concerned, releasing
from tests.web.conftest import TOY
from tests.web.people import ELSEWHERE, PASSWORD, as_role, person, sign_in
from tests.web.story import API, later, record, treated
from tests.web.test_authorisation import endpoints
from tests.web.test_pages_actions import field


@pytest.fixture(scope="module")
def pathways() -> Registry:
    """The toy pathway, and one with a hold that a person releases and tasks of every kind."""
    load_functions()
    return Registry.load([TOY, TOY.parent / "released.yaml"], load_catalogue(), REGISTRY)


@pytest.fixture
def careway(pathways: Registry, clock: VirtualClock) -> Iterator[Careway]:
    """The product, in memory."""
    with build(Settings(database_url="sqlite://"), clock=clock, registry=pathways, ids=CountedIds()) as made:
        yield made


@pytest.fixture
def coordinator(client: TestClient, app: FastAPI, access: Access, careway: Careway, clock: VirtualClock) -> TestClient:
    """A coordinator at a browser; p-1 is late with the checks of the toy pathway."""
    treated(client)
    later(careway, clock, 150)
    person(access, "lin", "care_coordinator", password=PASSWORD)
    return sign_in(TestClient(app, raise_server_exceptions=False), "lin")


def task(careway: Careway, code: str) -> str:
    """An open task, the earliest first."""
    found = [
        one for one in careway.engine.chart("p-1").tasks.values() if one.code == code and one.status.value == "open"
    ]
    return min(found, key=lambda one: str(one.due)).id


def send(client: TestClient, place: str, form: str, **typed: str) -> Any:
    text = client.get(form).text
    return client.post(place, data={"form_token": field(text, "form_token"), "key": place[-20:]} | typed)


# --- tasks ---


def test_a_line_of_the_worklist_leads_to_the_task_and_the_task_to_the_fact(
    coordinator: TestClient, careway: Careway
) -> None:
    place = f"/patients/p-1/tasks/{task(careway, 'check')}"
    assert f'href="{place}"' in coordinator.get("/?state=overdue").text
    text = coordinator.get(place).text
    assert 'href="/patients/p-1/facts/new/cd20_b_cell_count"' in text
    assert "Overdue" in text


def test_omitting_takes_a_reason_and_is_another_event_than_doing(coordinator: TestClient, careway: Careway) -> None:
    place = f"/patients/p-1/tasks/{task(careway, 'check')}"
    refused = send(coordinator, f"{place}/omission", place, reason="")
    assert refused.status_code == 422
    assert "a reason is needed" in refused.text
    done = send(coordinator, f"{place}/omission", place, reason="patient declined the blood test")
    assert "Tasks omitted" in done.text
    assert careway.store.entries("p-1")[-1].event == "task:omitted"
    again = send(coordinator, f"{place}/omission", place, reason="another reason", key="another")
    assert "This task is closed." in coordinator.get(place).text
    assert again.status_code == 404


def test_declaring_a_task_done(coordinator: TestClient, careway: Careway) -> None:
    place = f"/patients/p-1/tasks/{task(careway, 'check')}"
    done = send(coordinator, f"{place}/completion", place, reason="done elsewhere, letter of the practice")
    assert "Tasks done" in done.text
    assert careway.store.entries("p-1")[-1].event == "task:done"


def test_the_page_says_what_completes_a_task(coordinator: TestClient, careway: Careway, client: TestClient) -> None:
    client.post(f"{API}/patients/p-1/enrolments", json={"pathway": "released"})
    record(client, "diabetes", value=True)
    assert "/actions/calm" in coordinator.get(f"/patients/p-1/tasks/{task(careway, 'ease')}").text
    assert "a person declares it done" in coordinator.get(f"/patients/p-1/tasks/{task(careway, 'call')}").text
    assert "12 g/L" in coordinator.get(f"/patients/p-1/tasks/{task(careway, 'wait')}").text


def test_a_task_of_nobody_is_not_found(coordinator: TestClient) -> None:
    assert coordinator.get("/patients/p-1/tasks/p-1.999").status_code == 404


# --- holds and messages ---


def test_a_hold_leads_to_what_releases_it(
    coordinator: TestClient, careway: Careway, client: TestClient, app: FastAPI, access: Access
) -> None:
    client.post(f"{API}/patients/p-1/enrolments", json={"pathway": "released"})
    record(client, "active_infection", "sepsis")
    place = next(one.id for one in careway.engine.chart("p-1").enrolments.values() if one.pathway == "released")
    action = f"/patients/p-1/enrolments/{place}/actions/calm"
    assert f'<a href="{action}">Calm down</a>' in coordinator.get("/patients/p-1").text
    lines = re.findall(r"<tr class=\"is-blocked\">.*?</tr>", coordinator.get("/?state=blocked").text, re.DOTALL)
    worry = next(line for line in lines if "Worry" in line)
    assert f'href="{action}"' in worry
    assert "Released by" in worry
    assert worry.count("Worry") == 1, "a hold is not blocked by itself"
    person(access, "zhou", "neurologist", password=PASSWORD)
    other = sign_in(TestClient(app, raise_server_exceptions=False), "zhou")
    page = other.get(action).text
    sent = {name: field(page, name) for name in ("form_token", "key", "seen", "shown", "as_role")}
    assert "Hold released" in other.post(action, data=sent).text


def test_no_hold_of_the_shipped_pathways_is_without_an_owner() -> None:
    registry = load_registry()
    specs = [registry.latest(name).spec for name in registry.ids()]
    assert [(spec.pathway, hold) for spec in specs for hold in spec.holds if not concerned(spec, hold)] == []
    assert any(releasing(spec, hold) for spec in specs for hold in spec.holds)


def test_messages_are_acknowledged_where_they_are_read(coordinator: TestClient, careway: Careway) -> None:
    text = coordinator.get("/patients/p-1").text
    place = re.search(r'action="(/patients/p-1/messages/[^"]+/acknowledgement)"', text)
    assert place is not None
    answer = coordinator.post(place[1], data={"form_token": field(text, "form_token"), "back": "patient"})
    assert answer.url.path == "/patients/p-1"
    assert "Acknowledged" in answer.text


# --- registering and enrolling ---


def test_a_patient_is_registered_and_put_on_a_pathway(coordinator: TestClient, careway: Careway) -> None:
    sent = {"id": "n-7", "birth_date": "1990-02-03", "sex": "male", "zone": "Asia/Shanghai"}
    page = send(coordinator, "/registration", "/registration", **sent)
    assert page.url.path == "/patients/n-7/enrol"
    token = {"form_token": field(page.text, "form_token"), "pathway": "toy"}
    foreseen = coordinator.post("/patients/n-7/enrol/preview", data=token).text
    assert "Pathway opened" in foreseen
    assert not careway.engine.chart("n-7").enrolments
    done = coordinator.post("/patients/n-7/enrol", data={**token, "key": field(foreseen, "key")})
    assert "Pathway opened" in done.text
    assert [one.pathway for one in careway.engine.chart("n-7").enrolments.values()] == ["toy"]
    assert careway.engine.chart("n-7").patient.sex == "male"


@pytest.mark.parametrize("wrong", [{"id": "a b"}, {"birth_date": "1990-02-30"}, {"zone": "Mars/Base"}, {"id": "p-1"}])
def test_what_cannot_be_registered_stays_in_the_form(coordinator: TestClient, wrong: dict[str, str]) -> None:
    sent = {"id": "n-7", "birth_date": "1990-02-03", "sex": "male", "zone": "Asia/Shanghai", **wrong}
    answer = send(coordinator, "/registration", "/registration", **sent)
    assert answer.status_code in (409, 422)
    assert field(answer.text, "id") == sent["id"]
    assert 'role="alert"' in answer.text


def test_who_works_at_two_sites_says_at_which(app: FastAPI, access: Access, coordinator: TestClient) -> None:
    add_site(access, ELSEWHERE, "North", SYSTEM)
    grant_roles(access, "lin", [("care_coordinator", ELSEWHERE)], SYSTEM)
    assert '<option value="north">North</option>' in coordinator.get("/registration").text


# --- who is offered what ---


@pytest.mark.parametrize(
    ("role", "offered", "kept"),
    [
        ("care_coordinator", ["Record a fact", "Put on a pathway", "Register a patient", "Acknowledge"], ["Sign and do it"]),
        ("infusion_nurse", ["Record a fact", "Acknowledge"], ["Put on a pathway", "Register a patient"]),
        ("quality_office", ["See what it would do"], ["Record a fact", "Put on a pathway", "Acknowledge</button>", "Do it<"]),
    ],
)  # fmt: skip
def test_a_page_offers_what_the_role_may(
    coordinator: TestClient, app: FastAPI, access: Access, role: str, offered: list[str], kept: list[str]
) -> None:
    login = "someone"
    person(access, login, role, password=PASSWORD)
    text = sign_in(TestClient(app, raise_server_exceptions=False), login).get("/patients/p-1").text
    assert [words for words in offered if words not in text] == []
    assert [words for words in kept if words in text] == []


def test_no_page_tells_of_a_patient_of_another_site(
    app: FastAPI, coordinator: TestClient, client: TestClient, access: Access
) -> None:
    """Every page about a patient, for reading and for acting, answers as if there were no such patient."""
    own = as_role(access, "neurologist", ELSEWHERE)
    client.post(f"{API}/patients", json={"id": "p-north"}, headers=own)
    client.post(f"{API}/patients/p-north/enrolments", json={"pathway": "toy"}, headers=own)
    token = field(coordinator.get("/").text, "form_token")
    names = {
        "patient": "p-north",
        "enrolment": "p-north.1",
        "action": "give",
        "task": "p-north.2",
        "fact": "p-north.1",
        "code": "igg",
        "message": "p-north.3",
        "deviation": "p-north.4",
    }
    wrong, tried = [], 0
    for route in endpoints(app.routes):
        if "{patient}" not in route.path or route.path.startswith("/api/"):
            continue
        tried += 1
        for method in route.methods - {"HEAD"}:
            answer = coordinator.request(
                method, route.path.format(**names), data={"form_token": token}, follow_redirects=False
            )
            # What the role may do for no patient is refused before anybody looks for the patient.
            allowed = (404, 405) if needed_by(route.endpoint) in rights_of("care_coordinator") else (403, 405)
            if answer.status_code not in allowed:
                wrong.append((method, route.path, answer.status_code))
    assert wrong == []
    assert tried > 15
