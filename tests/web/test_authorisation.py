"""The matrix: every route of the OpenAPI document × every role × own and foreign site. Nothing leaks, nothing is undeclared.

What a role may do is said once, in `service.accounts.roles`; here it is held against what the service answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from engine.clock import VirtualClock
from engine.model import SYSTEM
from service.accounts.access import Access
from service.accounts.identity import MAIN
from service.accounts.managing import grant_roles
from service.accounts.rights import EVERYBODY, SCOPES, Right, needed_by
from service.accounts.roles import GRANTABLE, PHYSICIANS, PRIVILEGED, rights_of, undecided
from service.api.app import create_app
from service.chores.due import DUE
from service.wiring import Careway
from tests.web.people import ELSEWHERE, PASSWORD, access_for, as_role, bearer, person, sign_in, token_of
from tests.web.story import API, record

BODIES: dict[str, Any] = {
    "createPatient": {"id": "p-new"},
    "enrol": {"pathway": "toy"},
    "recordFacts": {"facts": [{"code": "igg", "value": "8 g/L"}]},
    "correctFact": {"value": "8 g/L", "reason": "amended"},
    "retractFact": {"reason": "wrong"},
    "previewAction": {}, "performAction": {}, "completeTask": {}, "omitTask": {"reason": "declined"},
}  # fmt: skip
"""A body for each operation that wants one."""


def endpoints(routes: list[BaseRoute]) -> Iterator[Any]:
    """Every function behind a route, those of included routers too."""
    for route in routes:
        inner = getattr(route, "original_router", None) or getattr(route, "router", None)
        if inner is not None:
            yield from endpoints(inner.routes)
        elif getattr(route, "endpoint", None) is not None:
            yield route


@dataclass(frozen=True)
class Asked:
    """An operation of the OpenAPI document, the right that it needs, and who asks."""

    method: str
    path: str
    operation: str
    right: Right
    role: str = ""

    @property
    def about_patient(self) -> bool:
        """Whether the address names a patient or an enrolment."""
        return "{patient}" in self.path or "{enrolment}" in self.path


def operations(app: FastAPI) -> list[Asked]:
    """Everything in the OpenAPI document."""
    rights = {getattr(one, "operation_id", ""): needed_by(one.endpoint) for one in endpoints(app.routes)}
    found = []
    for path, methods in app.openapi()["paths"].items():
        for method, told in methods.items():
            right = rights[told["operationId"]]
            assert right is not None, told["operationId"]
            found.append(Asked(method.upper(), path, told["operationId"], right))
    return found


@pytest.fixture
def two_sites(client: TestClient, access: Access, careway: Careway, clock: VirtualClock) -> dict[str, str]:
    """A patient with an enrolment, a fact and a task at each of two sites: `p-main` and `p-north`."""
    headers = {MAIN: {}, ELSEWHERE: as_role(access, "neurologist", ELSEWHERE)}
    for site, own in headers.items():
        assert (
            client.post(
                f"{API}/patients", json={"id": f"p-{site}", "birth_date": "1980-03-01"}, headers=own
            ).status_code
            == 201
        )
        answer = client.post(f"{API}/patients/p-{site}/enrolments", json={"pathway": "toy"}, headers=own)
        assert answer.status_code == 201, answer.text
        body = {"facts": [{"code": "igg", "value": "9 g/L"}]}
        assert client.post(f"{API}/patients/p-{site}/facts", json=body, headers=own).status_code == 201
        enrolment = f"{API}/enrolments/p-{site}.1"
        seen = client.get(enrolment, headers=own).headers["etag"]
        assert client.post(f"{enrolment}/actions/give", json={}, headers={**own, "If-Match": seen}).status_code == 200
    careway.store.beat(DUE, clock.now())
    return {MAIN: "p-main", ELSEWHERE: "p-north"}


def ask(client: TestClient, asked: Asked, patient: str, headers: dict[str, str]) -> Any:
    """One request of the matrix."""
    names = {
        "{patient}": patient, "{enrolment}": f"{patient}.1", "{fact}": f"{patient}.1", "{action}": "finish", "{task}": f"{patient}.9",
        "{message}": f"{patient}.9", "{pathway}": "toy",
    }  # fmt: skip
    path = asked.path
    for name, value in names.items():
        path = path.replace(name, value)
    return client.request(asked.method, path, json=BODIES.get(asked.operation), headers={"If-Match": '"1"', **headers})


def judged(answer: Any, asked: Asked, *, foreign: bool) -> str:
    """What is wrong with a status; empty when it is as it must be."""
    allowed = asked.right in EVERYBODY or asked.right in rights_of(asked.role)
    status = answer.status_code
    if not allowed:
        return "" if status == 403 else f"{status} instead of 403"
    if foreign:
        return "" if status == 404 else f"{status} instead of 404"
    return "" if status not in {401, 403} and status < 500 else f"{status} instead of an answer: {answer.text}"


@pytest.mark.slow
def test_every_role_reaches_what_it_may_and_nothing_else(
    client: TestClient, app: FastAPI, access: Access, two_sites: dict[str, str]
) -> None:
    asked = operations(app)
    wrong = [
        f"{role}: {one.operation} of {site}: {problem}"
        for role in GRANTABLE
        for own in (as_role(access, role),)
        for one in asked
        for site, patient in two_sites.items()
        if (problem := leak(client, replace(one, role=role), site, patient, own))
    ]
    assert wrong == []


def leak(client: TestClient, asked: Asked, site: str, patient: str, own: dict[str, str]) -> str:
    """What is wrong with how the service answers a role about a patient of a site; empty when nothing is."""
    foreign = site != MAIN and asked.about_patient
    answer = ask(client, asked, patient, own)
    if problem := judged(answer, asked, foreign=foreign):
        return problem
    if not foreign:
        return "it tells of the other site" if asked.about_patient and "north" in answer.text else ""
    if answer.status_code == 404:
        nowhere = ask(client, asked, "p-nobody", own).text.replace("p-nobody", patient)
        return "" if nowhere == answer.text else f"elsewhere differs from nowhere: {answer.text} {nowhere}"
    return ""


def test_without_session_or_token_there_is_nothing(client: TestClient, app: FastAPI, two_sites: dict[str, str]) -> None:
    client.headers.pop("Authorization")
    answers = {
        one.operation: ask(client, one, "p-main", {}).status_code
        for one in operations(app)
        if one.right is not Right.PUBLIC
    }
    assert set(answers.values()) == {401}
    assert client.get(f"{API}/openapi.json").status_code == 401
    assert client.get(f"{API}/nothing").status_code == 401


@pytest.mark.parametrize("scope", SCOPES)
def test_a_token_reaches_its_scope_and_nothing_else(
    client: TestClient, app: FastAPI, access: Access, two_sites: dict[str, str], scope: str
) -> None:
    who = person(
        access, "all", "neurologist", "operations", "security_administrator", "quality_office", "clinical_approver"
    )
    headers = bearer(access, who, scope)
    wrong = []
    for one in operations(app):
        refused = ask(client, one, "p-main", headers).status_code == 403
        if refused == (one.right in {scope, Right.PUBLIC}):
            wrong.append(one.operation)
    assert wrong == []


def test_every_route_declares_what_it_needs(app: FastAPI) -> None:
    """Pages too. What the framework adds by itself (the OpenAPI document) lies behind the sign-in."""
    undeclared = [one.path for one in endpoints(app.routes) if needed_by(one.endpoint) is None]
    assert undeclared == ["/api/v1/openapi.json"]


def test_what_declares_nothing_is_refused(careway: Careway) -> None:
    access = access_for(careway)
    app = create_app(careway, access)
    app.add_api_route("/api/v1/forgotten", lambda: "secret")
    headers = bearer(access, person(access, "n1", "neurologist"))
    answer = TestClient(app).get("/api/v1/forgotten", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "undeclared")


def test_lists_hold_what_the_person_sees(client: TestClient, access: Access, two_sites: dict[str, str]) -> None:
    north, both = as_role(access, "neurologist", ELSEWHERE), bearer(access, person(access, "both", "physician"))
    grant_roles(access, "both", [("nurse", ELSEWHERE)], SYSTEM)
    seen = [client.get(f"{API}/patients", headers=one).json()["items"] for one in ({}, north, both)]
    assert seen == [["p-main"], ["p-north"], ["p-main", "p-north"]]
    listed = [
        {one["patient"] for state in ("later", "unknown") for one in client.get(f"{API}/worklist", params={"state": state}, headers=asks).json()["items"]}
        for asks in ({}, north, both)
    ]  # fmt: skip
    assert listed == [{"p-main"}, {"p-north"}, {"p-main", "p-north"}]


def test_a_right_at_one_site_is_none_at_the_other(
    client: TestClient, access: Access, two_sites: dict[str, str]
) -> None:
    """A physician here who is auditor there sees the audit there, and no facts."""
    headers = bearer(access, person(access, "both", "physician"))
    grant_roles(access, "both", [("auditor", ELSEWHERE)], SYSTEM)
    assert client.get(f"{API}/patients/p-north/audit", headers=headers).status_code == 200
    answer = client.get(f"{API}/patients/p-north/facts", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")
    assert client.get(f"{API}/patients/p-main/facts", headers=headers).status_code == 200


def test_an_id_of_another_site_cannot_be_taken_over(
    client: TestClient, access: Access, two_sites: dict[str, str]
) -> None:
    answer = client.post(f"{API}/patients", json={"id": "p-north"}, headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert client.get(f"{API}/patients/p-north").status_code == 404


def test_the_same_key_at_two_sites_makes_two_patients(
    client: TestClient, access: Access, two_sites: dict[str, str]
) -> None:
    north, key = as_role(access, "neurologist", ELSEWHERE), {"Idempotency-Key": "k"}
    first = client.post(f"{API}/patients", json={}, headers=key).json()["id"]
    second = client.post(f"{API}/patients", json={}, headers={**north, **key}).json()["id"]
    assert first != second
    assert client.get(f"{API}/patients/{second}").status_code == 404


def test_who_registers_at_two_sites_names_one(client: TestClient, access: Access, two_sites: dict[str, str]) -> None:
    headers = bearer(access, person(access, "both", "physician"))
    grant_roles(access, "both", [("physician", ELSEWHERE)], SYSTEM)
    assert client.post(f"{API}/patients", json={"id": "q1"}, headers=headers).json()["code"] == "site_ambiguous"
    assert client.post(f"{API}/patients", json={"id": "q1", "site": ELSEWHERE}, headers=headers).status_code == 201
    assert client.get(f"{API}/patients/q1").status_code == 404
    assert (
        client.post(f"{API}/patients", json={"id": "q2", "site": "mars"}, headers=headers).json()["code"]
        == "role_missing"
    )


def test_where_several_roles_fit_the_request_names_one(client: TestClient, access: Access) -> None:
    client.post(f"{API}/patients", json={"id": "p-1"})
    client.headers.update(bearer(access, person(access, "two", "nurse", "physician")))
    answer = record(client, "igg", "8 g/L")
    assert (answer.status_code, answer.json()["code"]) == (422, "role_ambiguous")
    assert "nurse, physician" in answer.json()["remedy"]
    assert record(client, "igg", "8 g/L", headers={"Careway-Role": "nurse"}).status_code == 201
    assert client.get(f"{API}/patients/p-1/facts").json()["items"][0]["recorded_by"] == "nurse"


def test_the_missing_role_is_named_in_the_readers_language(client: TestClient, access: Access) -> None:
    headers = as_role(access, "auditor")
    answers = [
        client.get(f"{API}/worklist", headers={**headers, "Accept-Language": one}).json() for one in ("en", "zh")
    ]
    assert "care coordinator" in answers[0]["remedy"]
    assert "协调员" in answers[1]["remedy"]


def test_pages_keep_to_the_same_rights(app: FastAPI, access: Access, two_sites: dict[str, str]) -> None:
    person(access, "lin", "care_coordinator", password=PASSWORD)
    browser = sign_in(TestClient(app), "lin")
    text = browser.get("/?state=later").text
    assert "p-main" in text
    assert "p-north" not in text
    assert browser.get("/patients/p-main").status_code == 200
    gone = browser.get("/patients/p-north", headers={"accept": "text/html"})
    assert gone.status_code == 404
    assert gone.text.replace("p-north", "p-x") == browser.get("/patients/p-x", headers={"accept": "text/html"}).text
    assert token_of(text)


def test_of_every_role_it_is_said_what_it_may_do() -> None:
    """A role that is new in the closed list may do nothing until somebody decides."""
    assert undecided() == []
    assert set(PHYSICIANS) <= set(GRANTABLE)


def test_privileged_roles_see_no_patient() -> None:
    told = {role: rights_of(role) & {Right.SEE_WORKLIST, Right.RECORD_FACTS, Right.ACT} for role in PRIVILEGED}
    assert set(map(len, told.values())) == {0}
    assert rights_of("patient") == rights_of("system") == rights_of("nonsense") == frozenset()
