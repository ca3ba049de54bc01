"""Signatures over HTTP: bound to what was shown, given by proving anew who it is, and two people are two people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import orjson
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from engine.clock import VirtualClock
from engine.definition.registry import Registry
from engine.functions import REGISTRY
from engine.model import SYSTEM
from pathways.registry import load_catalogue, load_functions
from service.accounts import second_factor
from service.accounts.access import Access
from service.accounts.keys import hashed
from service.accounts.managing import add_account, begin_second_factor, confirm_second_factor
from service.ids import CountedIds
from service.settings import Settings
from service.wiring import Careway, build
from tests.source_tree import ROOT
from tests.web.people import PASSWORD, person, sign_in, token_of
from tests.web.story import API, record

ENROLMENT = f"{API}/enrolments/p-1.1"


@pytest.fixture(scope="module")
def signing() -> Registry:
    """A pathway whose actions take signatures."""
    load_functions()
    return Registry.load([ROOT / "tests" / "data" / "definitions" / "signing.yaml"], load_catalogue(), REGISTRY)


@pytest.fixture
def careway(signing: Registry, clock: VirtualClock) -> Iterator[Careway]:
    """The product, in memory, with that pathway."""
    with build(Settings(database_url="sqlite://"), clock=clock, registry=signing, ids=CountedIds()) as made:
        yield made


@pytest.fixture
def neurologist(app: FastAPI, access: Access) -> TestClient:
    """A browser in which a neurologist is signed in; patient p-1 is enrolled, with enough IgG."""
    person(access, "zhou", "neurologist", password=PASSWORD)
    client = sign_in(TestClient(app, raise_server_exceptions=False), "zhou")
    client.headers["X-Form-Token"] = token_of(client.get("/").text)
    client.post(f"{API}/patients", json={})
    client.post(f"{API}/patients/p-1/enrolments", json={"pathway": "signing"})
    assert record(client, "igg", "9 g/L").status_code == 201
    return client


def look(client: TestClient, action: str, **parameters: Any) -> str:
    """What the preview shows, as its hash."""
    answer = client.post(f"{ENROLMENT}/actions/{action}/preview", json={"parameters": parameters})
    return str(answer.json()["shown"])


def do(client: TestClient, action: str, body: dict[str, Any], **headers: str) -> Any:
    """Do an action on the version that stands."""
    seen = client.get(ENROLMENT).headers["etag"]
    return client.post(f"{ENROLMENT}/actions/{action}", json=body, headers={"If-Match": seen, **headers})


def signed(client: TestClient, action: str, **proof: str) -> dict[str, Any]:
    """The body of an action with a signature for what is shown now."""
    return {"signature": {"shown": look(client, action), **(proof or {"password": PASSWORD})}}


def cosigner(login: str, role: str, password: str = PASSWORD) -> dict[str, str]:
    """A second person's proof."""
    return {"login": login, "role": role, "password": password}


def kept(careway: Careway) -> list[dict[str, Any]]:
    """The signatures in the audit."""
    events = (one for entry in careway.store.entries("p-1") for one in orjson.loads(entry.content)["events"])
    return [one for one in events if isinstance(one, dict) and one["event"] == "action:signed"]


def test_an_action_that_signs_takes_a_signature(neurologist: TestClient) -> None:
    answer = do(neurologist, "authorise", {})
    assert (answer.status_code, answer.json()["code"]) == (403, "signature_missing")
    assert "preview" in answer.json()["remedy"]


def test_a_signature_keeps_who_signed_what_and_how(neurologist: TestClient, careway: Careway) -> None:
    body = signed(neurologist, "authorise")
    assert do(neurologist, "authorise", body).status_code == 200
    expected = {
        "event": "action:signed", "action": "authorise", "by": "neurologist", "person": "zhou", "name": "Dr Zhou",
        "meaning": "responsible", "shown": body["signature"]["shown"], "factors": "password",
    }  # fmt: skip
    assert kept(careway) == [expected]
    assert careway.store.check_fold("p-1") == []


def test_only_what_was_shown_is_signed(neurologist: TestClient, clock: VirtualClock) -> None:
    """Another parameter than the one looked at, or a result that came meanwhile."""
    body = signed(neurologist, "authorise")
    answer = do(neurologist, "authorise", {**body, "parameters": {"note": "something else"}})
    assert (answer.status_code, answer.json()["code"]) == (409, "shown_differs")
    clock.advance(timedelta(minutes=1))
    record(neurologist, "igg", "6 g/L")
    assert do(neurologist, "authorise", body).json()["code"] == "shown_differs"
    assert do(neurologist, "authorise", signed(neurologist, "authorise")).status_code == 200


def test_time_that_passes_while_reading_changes_nothing_that_is_shown(
    neurologist: TestClient, clock: VirtualClock
) -> None:
    before = look(neurologist, "authorise")
    clock.advance(timedelta(minutes=4))
    assert look(neurologist, "authorise") == before


def test_a_wrong_password_signs_nothing_and_guessing_is_slow(neurologist: TestClient, careway: Careway) -> None:
    statuses = [
        do(neurologist, "authorise", signed(neurologist, "authorise", password="wrong")).status_code for _ in range(4)
    ]
    assert statuses == [401, 401, 401, 429]
    assert kept(careway) == []


@pytest.fixture
def two_factors(neurologist: TestClient, access: Access, clock: VirtualClock) -> bytes:
    """The neurologist has a second factor; its secret."""
    access.keys.lasting = True
    account = access.store.account("zhou")
    assert account is not None
    secret = begin_second_factor(access, account)
    confirm_second_factor(access, account, 0, SYSTEM, keep=hashed(neurologist.cookies["careway-session"]))
    return secret


def test_the_first_signature_takes_all_components_and_a_break_begins_anew(
    neurologist: TestClient, two_factors: bytes, clock: VirtualClock
) -> None:
    def code() -> str:
        clock.advance(timedelta(seconds=30))
        return second_factor.code_at(two_factors, clock.now())

    assert do(neurologist, "authorise", signed(neurologist, "authorise")).status_code == 401, "no code"
    assert do(neurologist, "authorise", signed(neurologist, "authorise", code=code())).status_code == 401, "no password"
    assert (
        do(neurologist, "authorise", signed(neurologist, "authorise", password=PASSWORD, code=code())).status_code
        == 200
    )
    assert do(neurologist, "authorise", signed(neurologist, "authorise", code=code())).status_code == 200
    assert do(neurologist, "authorise", signed(neurologist, "authorise")).status_code == 200
    clock.advance(timedelta(minutes=16))
    assert do(neurologist, "authorise", signed(neurologist, "authorise")).status_code == 401, "after a break"


def test_later_signatures_still_take_one_secret(neurologist: TestClient) -> None:
    assert do(neurologist, "authorise", signed(neurologist, "authorise")).status_code == 200
    answer = do(neurologist, "authorise", {"signature": {"shown": look(neurologist, "authorise")}})
    assert (answer.status_code, answer.json()["code"]) == (403, "signature_missing")


# --- two people ---


def harvest(client: TestClient, second: dict[str, str] | None) -> Any:
    body = signed(client, "harvest")
    return do(client, "harvest", {**body, "second_person": second} if second else body)


def test_two_people_sign(neurologist: TestClient, access: Access, careway: Careway) -> None:
    assert harvest(neurologist, None).json()["reasons"][0]["level"] == "second_person"
    person(access, "shen", "haematologist", password=PASSWORD)
    assert harvest(neurologist, cosigner("shen", "haematologist")).status_code == 200
    assert [(one["person"], one["meaning"]) for one in kept(careway)] == [
        ("zhou", "responsible"),
        ("shen", "witnessed"),
    ]
    assert len({one["shown"] for one in kept(careway)}) == 1, "both signed the same"


def test_two_accounts_of_one_person_are_one_person(neurologist: TestClient, access: Access) -> None:
    add_account(access, "zhou-2", "", PASSWORD, [], SYSTEM, person="zhou")
    for login in ("zhou", "zhou-2"):
        answer = harvest(neurologist, cosigner(login, "neurologist"))
        assert (answer.status_code, answer.json()["code"]) == (403, "same_person")


@pytest.mark.parametrize(
    ("second", "status", "code"),
    [
        (cosigner("xu", "infusion_nurse"), 403, "role_missing"),
        (cosigner("xu", "neurologist"), 403, "role_not_held"),
        (cosigner("north", "neurologist"), 403, "role_not_held"),
        (cosigner("xu", "infusion_nurse", "wrong"), 401, "not_signed_in"),
        (cosigner("nobody", "neurologist"), 401, "not_signed_in"),
    ],
    ids=["a nurse", "a role not held", "a role held elsewhere", "wrong password", "nobody"],
)
def test_not_everybody_is_a_second_person(
    neurologist: TestClient, access: Access, second: dict[str, str], status: int, code: str
) -> None:
    person(access, "xu", "infusion_nurse", password=PASSWORD)
    person(access, "north", "neurologist", site="north", password=PASSWORD)
    answer = harvest(neurologist, second)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_another_person_approves_an_override(neurologist: TestClient, access: Access, careway: Careway) -> None:
    record(neurologist, "igg", "4 g/L")
    person(access, "shen", "haematologist", password=PASSWORD)
    assert do(neurologist, "authorise", signed(neurologist, "authorise")).status_code == 409, "it is blocked"

    def overridden(login: str, role: str) -> Any:
        override = {"reason": "urgent relapse, board agreed", "approved_by": cosigner(login, role)}
        return do(neurologist, "authorise", {**signed(neurologist, "authorise"), "override": override})

    assert overridden("zhou", "neurologist").json()["code"] == "same_person"
    assert overridden("shen", "haematologist").status_code == 200
    assert [one["meaning"] for one in kept(careway)] == ["responsible", "approved override"]


def test_the_same_request_again_gives_the_stored_answer_without_signing_twice(
    neurologist: TestClient, careway: Careway
) -> None:
    body = signed(neurologist, "authorise")
    seen = neurologist.get(ENROLMENT).headers["etag"]
    headers = {"If-Match": seen, "Idempotency-Key": "k-1"}
    answers = [neurologist.post(f"{ENROLMENT}/actions/authorise", json=body, headers=headers) for _ in range(2)]
    assert [(one.status_code, one.json()["replayed"]) for one in answers] == [(200, False), (200, True)]
    assert len(kept(careway)) == 1


def test_a_stale_version_is_told_before_anything_is_proved(neurologist: TestClient) -> None:
    body = signed(neurologist, "authorise", password="wrong")
    answer = neurologist.post(f"{ENROLMENT}/actions/authorise", json=body, headers={"If-Match": '"99"'})
    assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")
