"""The pages of accounts: an administrator makes and helps accounts of the own sites, never the own one."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.accounts.access import Access
from service.accounts.managing import existing_account
from service.accounts.sessions import open_session
from tests.web.people import ELSEWHERE, PASSWORD, person, sign_in, token_of

PLACE = "/administration/accounts"


def administrator(app: FastAPI, access: Access, role: str = "administrator", login: str = "chief") -> TestClient:
    """Signed in with the second factor that the role needs."""
    person(access, login, role, password=PASSWORD)
    account = existing_account(access, login)
    with access.store.writing() as writing:
        writing.change(type(account), account.id, {"totp": "set up", "totp_confirmed": access.clock.now()})
    browser = TestClient(app, raise_server_exceptions=False)
    browser.cookies.set("careway-session", open_session(access, account, state="open", factors="app"))
    return browser


@pytest.fixture
def root(app: FastAPI, access: Access) -> TestClient:
    """An administrator of the main site."""
    return administrator(app, access)


def post(browser: TestClient, place: str, **fields: str) -> Any:
    """Send a form of the pages."""
    token = token_of(browser.get(PLACE).text)
    return browser.post(f"{PLACE}{place}", data={"form_token": token, **fields})


def roles(access: Access, login: str) -> list[str]:
    return sorted(one.role for one in access.store.grants(login))


def test_a_new_account_has_no_role_and_a_password_shown_once(root: TestClient, access: Access, app: FastAPI) -> None:
    text = post(root, "", login="Lin", name="Lin Jing").text
    found = re.search(r"<code>([^<]{16})</code>", text)
    assert found is not None
    assert found[1] not in root.get(f"{PLACE}/lin").text
    browser = sign_in(TestClient(app), "lin", found[1])
    assert browser.get("/", follow_redirects=False).headers["location"] == "/account"
    assert post(root, "", login="lin", name="Again").status_code == 422


def test_roles_are_given_and_taken_with_the_administrators_password(root: TestClient, access: Access) -> None:
    person(access, "lin")
    wanted = {"role": "nurse", "site": "main", "give": "yes"}
    assert post(root, "/lin/roles", **wanted, password="wrong").status_code == 422
    assert roles(access, "lin") == []
    assert post(root, "/lin/roles", **wanted, password=PASSWORD).status_code == 200
    assert roles(access, "lin") == ["nurse"]
    assert post(root, "/lin/roles", **wanted, password=PASSWORD).status_code == 422, "she has it"
    post(root, "/lin/roles", **{**wanted, "give": "no"}, password=PASSWORD)
    assert roles(access, "lin") == []


def test_nobody_administers_the_own_account(root: TestClient, access: Access) -> None:
    wanted = {"role": "neurologist", "site": "main", "give": "yes", "password": PASSWORD}
    assert post(root, "/chief/roles", **wanted).status_code == 403
    assert post(root, "/chief/second-factor").status_code == 403
    assert roles(access, "chief") == ["administrator"]


def test_accounts_of_another_site_are_out_of_reach(root: TestClient, access: Access) -> None:
    person(access, "gao", "nurse", site=ELSEWHERE, password=PASSWORD)
    person(access, "lin")
    assert "gao" not in root.get(PLACE).text
    assert root.get(f"{PLACE}/gao").status_code == 404
    assert post(root, "/gao/password").status_code == 404
    wanted = {"role": "nurse", "site": ELSEWHERE, "give": "yes", "password": PASSWORD}
    assert post(root, "/lin/roles", **wanted).status_code == 404
    assert roles(access, "lin") == []


def test_an_account_is_closed_opened_and_helped(root: TestClient, access: Access, app: FastAPI) -> None:
    person(access, "lin", "nurse", password=PASSWORD)
    browser = sign_in(TestClient(app), "lin")
    post(root, "/lin/state", open="no")
    assert browser.get("/", follow_redirects=False).status_code == 303
    assert "Closed" in root.get(f"{PLACE}?lang=en").text
    post(root, "/lin/state", open="yes")
    found = re.search(r"<code>([^<]{16})</code>", post(root, "/lin/password").text)
    assert found is not None
    assert sign_in(TestClient(app), "lin", found[1]).get("/", follow_redirects=False).status_code == 200


def test_a_system_administrator_makes_accounts_but_gives_no_roles(app: FastAPI, access: Access) -> None:
    browser = administrator(app, access, "system_administrator", "sys")
    assert post(browser, "", login="lin", name="Lin").status_code == 200
    wanted = {"role": "nurse", "site": "main", "give": "yes", "password": PASSWORD}
    assert post(browser, "/lin/roles", **wanted).status_code == 403


def test_others_do_not_see_the_accounts(app: FastAPI, access: Access) -> None:
    person(access, "lin", "neurologist", password=PASSWORD)
    browser = sign_in(TestClient(app), "lin")
    assert browser.get(PLACE).status_code == 403
    assert PLACE not in browser.get("/").text
