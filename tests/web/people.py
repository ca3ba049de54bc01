"""People of the tests of the web: who has which roles where, and how each asks."""

from __future__ import annotations

from datetime import timedelta

from argon2 import PasswordHasher
from starlette.testclient import TestClient

from engine.model import SYSTEM
from service.accounts.access import Access, access_to
from service.accounts.identity import MAIN
from service.accounts.managing import add_account, add_site
from service.accounts.passwords import Passwords
from service.accounts.rights import SCOPES
from service.accounts.tokens import make_token
from service.wiring import Careway

PASSWORD = "correct horse battery"
ELSEWHERE = "north"
"""Another site."""
_FAST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""What protects a password takes time; here none needs protection."""


def access_for(careway: Careway, *, demonstration: bool = False) -> Access:
    """Access that hashes in no time."""
    made = access_to(careway, demonstration=demonstration)
    return Access(made.store, made.clock, made.settings, made.keys, Passwords(_FAST), demonstration=made.demonstration)


def person(access: Access, login: str, *roles: str, site: str = MAIN, password: str = "") -> str:
    """A person with roles at a site; the id."""
    if site != MAIN and site not in access.store.sites():
        add_site(access, site, site.title(), SYSTEM)
    return add_account(access, login, f"Dr {login.title()}", password, [(role, site) for role in roles], SYSTEM).person


def bearer(access: Access, who: str, *scopes: str) -> dict[str, str]:
    """Headers with a token of a person, of all scopes unless some are named; it outlives every test."""
    _, secret = make_token(access, who, "tests", scopes or SCOPES, timedelta(days=366), SYSTEM)
    return {"Authorization": f"Bearer {secret}"}


def as_role(access: Access, role: str, site: str = MAIN) -> dict[str, str]:
    """Headers of somebody who has this role alone."""
    login = f"{role}.{site}".replace("_", "-")
    known = access.store.account(login)
    return bearer(access, known.person if known else person(access, login, role, site=site))


def sign_in(client: TestClient, login: str, password: str = PASSWORD) -> TestClient:
    """Sign a browser in, through the page."""
    client.headers.pop("Authorization", None)
    page = client.get("/sign-in")
    answer = client.post("/sign-in", data={"form_token": token_of(page.text), "login": login, "password": password})
    assert "/sign-in" not in str(answer.url), answer.text
    return client


def token_of(text: str) -> str:
    """The form token of a page."""
    return text.partition('name="form_token" value="')[2].partition('"')[0]
