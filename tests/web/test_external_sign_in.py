"""Signing in at the hospital's identity provider: what comes back is checked, and opens nothing but accounts that are here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.testclient import TestClient

from engine.clock import SystemClock, VirtualClock
from engine.model import SYSTEM
from service.accounts.access import Access
from service.accounts.external import Provider
from service.accounts.managing import add_account, disable_account
from service.settings import Settings

ISSUER, CLIENT, SUBJECT = "https://id.hospital.example", "careway", "Abc-123"
Change = Callable[[dict[str, Any]], None]


@dataclass
class FakeProvider:
    """Answers as an identity provider does, with whatever a test makes of the claims."""

    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    signing: Any = None
    algorithm: str = "RS256"
    issuer: str = ISSUER
    claims: dict[str, Any] = field(default_factory=dict)
    nonce: str = ""
    verifiers: list[str] = field(default_factory=list)
    down: bool = False

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        """One request."""
        if self.down:
            raise httpx2.ConnectError("no route")
        if request.url.path.endswith("/openid-configuration"):
            return httpx2.Response(200, json=self._document())
        if request.url.path == "/jwks":
            return httpx2.Response(200, json={"keys": [self.key.as_dict(private=False)]})
        asked = parse_qs(request.content.decode())
        self.verifiers.append(asked["code_verifier"][0])
        return httpx2.Response(200, json={"access_token": "a", "token_type": "Bearer", "id_token": self._token()})

    def _document(self) -> dict[str, Any]:
        places = {"authorization_endpoint": "/auth", "token_endpoint": "/token", "jwks_uri": "/jwks"}
        known = {"issuer": self.issuer, "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"]}
        return {**known, **{name: ISSUER + path for name, path in places.items()}}

    def _token(self) -> str:
        now = int(SystemClock().now().timestamp())
        claims = {
            "iss": ISSUER,
            "aud": CLIENT,
            "sub": SUBJECT,
            "iat": now,
            "exp": now + 300,
            "nonce": self.nonce,
            **self.claims,
        }
        header = {"alg": self.algorithm, "kid": "k1"}
        return jwt.encode(header, claims, self.signing or self.key, algorithms=[self.algorithm])


@pytest.fixture(scope="module")
def key() -> RSAKey:
    """Made once: it takes time."""
    return RSAKey.generate_key(2048, {"kid": "k1"})


@pytest.fixture
def fake(app: FastAPI, access: Access, key: RSAKey) -> FakeProvider:
    """The provider of the settings, and Lin, whom it knows as `Abc-123`."""
    made = FakeProvider(key)
    settings = Settings(
        database_url="sqlite://",
        oidc_issuer=ISSUER,
        oidc_client_id=CLIENT,
        oidc_client_secret="s" * 20,
        public_url="https://careway.example",
    )
    app.state.provider = Provider(settings, httpx2.MockTransport(made))
    add_account(access, "lin", "Lin", "", [("care_coordinator", "main")], SYSTEM, subject=SUBJECT)
    return made


def went(client: TestClient, fake: FakeProvider, next: str = "/?state=due") -> dict[str, str]:
    """Send the browser away; what the provider was asked."""
    answer = client.get("/sign-in/external", params={"next": next}, follow_redirects=False)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    fake.nonce = asked["nonce"]
    return asked


def came(client: TestClient, state: str, code: str = "c-1") -> Any:
    """Come back from the provider."""
    return client.get("/sign-in/external/back", params={"state": state, "code": code}, follow_redirects=False)


def test_whom_the_provider_knows_comes_in(browser_client: TestClient, fake: FakeProvider) -> None:
    asked = went(browser_client, fake)
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "https://careway.example/sign-in/external/back"
    answer = came(browser_client, asked["state"])
    assert (answer.status_code, answer.headers["location"]) == (303, "/?state=due")
    assert len(fake.verifiers[0]) >= 43
    assert "Lin" in browser_client.get("/").text


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "somebody"}, {"iss": "https://evil.example"}, {"nonce": "another"}, {"exp": 1}, {"sub": "abc-123"}, {"sub": ""},
    ],
    ids=["another audience", "another issuer", "another nonce", "expired", "another subject", "no subject"],
)  # fmt: skip
def test_a_token_that_does_not_hold_opens_nothing(
    browser_client: TestClient, fake: FakeProvider, claims: dict[str, Any]
) -> None:
    fake.claims = claims
    assert came(browser_client, went(browser_client, fake)["state"]).status_code == 401
    assert browser_client.get("/", follow_redirects=False).status_code == 303


def test_a_token_that_the_provider_did_not_sign_opens_nothing(browser_client: TestClient, fake: FakeProvider) -> None:
    fake.signing = RSAKey.generate_key(2048, {"kid": "k1"})
    assert came(browser_client, went(browser_client, fake)["state"]).status_code == 401
    fake.signing, fake.algorithm = OctKey.import_key("s" * 32), "HS256"
    assert came(browser_client, went(browser_client, fake)["state"]).status_code == 401


@pytest.mark.parametrize("what", ["another state", "no cookie", "too late", "no code"])
def test_only_who_went_comes_back(
    browser_client: TestClient, fake: FakeProvider, clock: VirtualClock, what: str
) -> None:
    state = went(browser_client, fake)["state"]
    if what == "no cookie":
        browser_client.cookies.clear()
    if what == "too late":
        clock.advance(timedelta(minutes=10))
    answer = came(browser_client, "x" if what == "another state" else state, "" if what == "no code" else "c-1")
    assert answer.status_code == 401
    assert fake.verifiers == [], "the code was not even tried"


def test_whoever_has_no_account_here_is_told_so_in_both_languages(
    browser_client: TestClient, fake: FakeProvider
) -> None:
    fake.claims = {"sub": "stranger"}
    assert "Ask an administrator" in came(browser_client, went(browser_client, fake)["state"]).text
    browser_client.get("/sign-in?lang=zh")
    assert "请联系管理员" in came(browser_client, went(browser_client, fake)["state"]).text


def test_a_closed_account_stays_closed(browser_client: TestClient, fake: FakeProvider, access: Access) -> None:
    disable_account(access, "lin", SYSTEM)
    assert came(browser_client, went(browser_client, fake)["state"]).status_code == 401


@pytest.mark.parametrize("fault", ["down", "another issuer"])
def test_while_the_provider_fails_there_is_still_the_password(
    browser_client: TestClient, fake: FakeProvider, fault: str
) -> None:
    fake.down, fake.issuer = fault == "down", "https://evil.example" if fault == "another issuer" else ISSUER
    answer = browser_client.get("/sign-in/external", follow_redirects=False)
    assert answer.status_code == 502
    assert 'name="password"' in answer.text


def test_without_a_provider_nothing_is_offered(browser_client: TestClient) -> None:
    assert "/sign-in/external" not in browser_client.get("/sign-in").text
    assert browser_client.get("/sign-in/external", follow_redirects=False).headers["location"] == "/sign-in"
