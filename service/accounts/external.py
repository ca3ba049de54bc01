"""Signing in at the hospital's own identity provider (OpenID Connect, code flow with PKCE). Authlib checks what comes back.

The provider says who somebody is (`sub`); what that person may do stands here: an account bears the subject that it belongs
to, and nobody gets an account by signing in there. What has to be remembered between the two steps travels in a cookie that
is encrypted with the service's key and good for ten minutes.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx2
import orjson
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.base_client.sync_app import OAuth2Base, OAuth2Mixin
from authlib.integrations.base_client.sync_openid import OpenIDMixin
from authlib.integrations.httpx_client import OAuth2Client
from joserfc.errors import JoseError

from engine.errors import CarewayError
from service.accounts.access import Access
from service.accounts.sessions import open_session, usable
from service.accounts.signing_in import Came, NotSignedIn
from service.messages.building import public_url
from service.settings import Settings

GOOD_FOR = timedelta(minutes=10)
OWNER = "sign-in elsewhere"
FACTOR = "identity provider"
CALLBACK = "/sign-in/external/back"
ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
"""Signatures that only the provider can make."""


class ProviderUnreachable(CarewayError):
    """The identity provider does not answer as it should."""

    code = "provider_unreachable"


class Client(OAuth2Mixin, OpenIDMixin, OAuth2Base):  # type: ignore[misc]  # Authlib ships no types
    """Authlib's client, over httpx."""

    client_cls = OAuth2Client


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and what it keeps meanwhile."""

    address: str
    cookie: str


class Provider:
    """The identity provider of the settings."""

    def __init__(self, settings: Settings, transport: httpx2.BaseTransport | None = None) -> None:
        """`transport` stands for the network in tests."""
        self._settings = settings
        kwargs: dict[str, Any] = {"scope": "openid", "code_challenge_method": "S256", "timeout": 10}
        if transport is not None:
            kwargs["transport"] = transport
        self._client = Client(
            None, client_id=settings.oidc_client_id, client_secret=settings.oidc_client_secret or None, client_kwargs=kwargs,
            server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        )  # fmt: skip

    @property
    def offered(self) -> bool:
        """Whether there is one."""
        return bool(self._settings.oidc_issuer)

    def begin(self, access: Access, next: str) -> Begun:
        """The first step. Raises `ProviderUnreachable`."""
        nonce = secrets.token_urlsafe(24)
        try:
            self._require_issuer()
            made = self._client.create_authorization_url(self._back, nonce=nonce)
        except (httpx2.HTTPError, AuthlibBaseError, RuntimeError, ValueError) as error:
            raise _unreachable() from error
        kept = {
            "state": made["state"], "verifier": made["code_verifier"], "nonce": nonce, "next": next,
            "until": (access.clock.now() + GOOD_FOR).isoformat(),
        }  # fmt: skip
        return Begun(str(made["url"]), access.keys.sealed(orjson.dumps(kept), OWNER))

    def finish(self, access: Access, cookie: str, state: str, code: str) -> tuple[Came, str]:
        """The second step: a session for the account of the subject, and where to go. Raises `NotSignedIn`, `ProviderUnreachable`."""
        kept = _kept(access, cookie)
        if not code or not secrets.compare_digest(kept["state"].encode(), state.encode()):
            raise NotSignedIn("This step is over.", remedy="Sign in anew.")
        subject = self._subject(code, kept["verifier"], kept["nonce"])
        account = access.store.account_of_subject(subject)
        person = access.store.person(account.person) if account else None
        if account is None or person is None or person.disabled or not usable(access, account):
            raise NotSignedIn(
                "The identity provider knows you; Careway does not.", remedy="Ask an administrator for an account."
            )
        opened = "second_factor" if account.two_factors else "open"
        return Came(open_session(access, account, state=opened, factors=FACTOR), not account.two_factors), kept["next"]

    @property
    def _back(self) -> str:
        return public_url(self._settings) + CALLBACK

    def _subject(self, code: str, verifier: str, nonce: str) -> str:
        try:
            self._require_issuer()
            token = self._client.fetch_access_token(self._back, code=code, code_verifier=verifier)
            claims = self._client.parse_id_token(token, nonce)
        except (AuthlibBaseError, OAuthError, JoseError, ValueError) as error:
            raise NotSignedIn("The identity provider's answer does not hold.", remedy="Sign in anew.") from error
        except (httpx2.HTTPError, RuntimeError) as error:
            raise _unreachable() from error
        if not claims or not claims.get("sub"):
            raise NotSignedIn("The identity provider did not say who you are.", remedy="Sign in anew.")
        return str(claims["sub"])

    def _require_issuer(self) -> None:
        """The document must be that of the provider that was set, and name signatures that only it can make."""
        found = self._client.load_server_metadata()
        if found.get("issuer") != self._settings.oidc_issuer:
            raise _unreachable()
        known = found.get("id_token_signing_alg_values_supported") or ["RS256"]
        found["id_token_signing_alg_values_supported"] = [one for one in known if one in ALGORITHMS]


def _kept(access: Access, cookie: str) -> dict[str, str]:
    raw = access.keys.opened(cookie, OWNER) if cookie else None
    kept: dict[str, str] = orjson.loads(raw) if raw else {}
    if not kept or access.clock.now() >= datetime.fromisoformat(kept["until"]):
        raise NotSignedIn("This step is over.", remedy="Sign in anew.")
    return kept


def _unreachable() -> ProviderUnreachable:
    return ProviderUnreachable(
        "The identity provider does not answer.", place="oidc_issuer", remedy="Sign in with login and password."
    )
