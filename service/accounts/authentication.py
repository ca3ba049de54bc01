"""Finds out who asks, before anything of the request is read: a session's cookie or a token, else 401 (a browser: to the sign-in).

Plain ASGI. What it finds stands in `request.state.identity`; what the person may do is decided at the route (`guard`).
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.errors import CarewayError
from service.accounts import sessions, tokens
from service.accounts.access import Access
from service.accounts.forms import SAFE_METHODS, session_cookie
from service.accounts.guard import not_signed_in
from service.accounts.identity import Identity
from service.accounts.rights import Right
from service.api.problems import answer_to

UNASKED = ("/healthz", "/readyz", "/static/")
"""Addresses at which nobody is looked up, so that they answer while the database does not."""
OPEN = (*UNASKED, "/sign-in")
"""Addresses that need nobody: they hold nothing about anybody. Below them routes still declare themselves public."""


class Authentication:
    """Lets nobody pass unknown, but for what is open."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or _is_among(UNASKED, scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        instead = await run_in_threadpool(_instead, request)
        await (instead or self._app)(scope, receive, send)


def _instead(request: Request) -> Response | None:
    """The answer for who may not go on; None for who may. Leaves the identity with the request."""
    try:
        identity = identify(request)
    except CarewayError as error:
        return answer_to(request, error)
    request.state.identity = identity
    if identity is None:
        return None if _is_among(OPEN, request.url.path) else _turned_away(request)
    if identity.lacks_second_factor and _is_page(request):
        return RedirectResponse("/account/second-factor", 303)
    if request.url.path == "/" and not identity.may(Right.SEE_WORKLIST):
        return RedirectResponse("/account", 303)
    return None


def identify(request: Request) -> Identity | None:
    """Who holds the token or, without one, the cookie of this request. A token that is none opens nothing, cookie or not."""
    access: Access = request.app.state.access
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme:
        return tokens.identity_of(access, secret.strip()) if scheme.lower() == "bearer" else None
    cookie = session_cookie(access, request)
    return sessions.identity_of(access, cookie) if cookie else None


def _is_among(places: Iterable[str], path: str) -> bool:
    return any(path == one or path.startswith(one if one.endswith("/") else f"{one}/") for one in places)


def _is_page(request: Request) -> bool:
    """A look at a page that is not about the own account."""
    path = request.url.path
    own = path.startswith(("/account", "/api/", "/metrics")) or _is_among(OPEN, path)
    return request.method == "GET" and not own


def _turned_away(request: Request) -> Response:
    path = request.url.path
    if path.startswith("/api/") or request.method not in SAFE_METHODS or path == "/metrics":
        answer = answer_to(request, not_signed_in())
        answer.headers["www-authenticate"] = 'Bearer realm="careway"'
        return answer
    place = f"{path}?{request.url.query}" if request.url.query else path
    return RedirectResponse(f"/sign-in?next={quote(place)}" if place != "/" else "/sign-in", 303)
