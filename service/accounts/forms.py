"""Cookies and forms: every form bears a token that only we can make for the holder of its cookie (no forgery from other sites)."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from fastapi import Request
from fastapi.responses import Response

from service.api.problems import Refusal

if TYPE_CHECKING:
    from service.accounts.access import Access

FIELD, HEADER = "form_token", "x-form-token"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def cookie_name(access: Access, what: str) -> str:
    """The name of our cookie; with `__Host-` a browser takes it by https from this very host alone."""
    return f"__Host-careway-{what}" if access.secure else f"careway-{what}"


def session_cookie(access: Access, request: Request) -> str:
    """What the session's cookie holds; empty where there is none."""
    return request.cookies.get(cookie_name(access, "session"), "")


def visit_cookie(access: Access, request: Request) -> str:
    """What the cookie of somebody who has not signed in yet holds."""
    return request.cookies.get(cookie_name(access, "visit"), "")


def set_cookie(access: Access, answer: Response, what: str, value: str) -> None:
    """Give the browser a cookie that lives as long as it is open, and that no script reads."""
    answer.set_cookie(cookie_name(access, what), value, httponly=True, secure=access.secure, samesite="lax", path="/")


def drop_cookie(access: Access, answer: Response, what: str) -> None:
    """Let the browser forget a cookie."""
    answer.delete_cookie(cookie_name(access, what), httponly=True, secure=access.secure, samesite="lax", path="/")


def fresh_visit() -> str:
    """A value for the cookie of somebody new."""
    return secrets.token_urlsafe(16)


def token_for(access: Access, request: Request) -> str:
    """The token for forms of a page that answers this request."""
    return access.keys.form_token(session_cookie(access, request) or visit_cookie(access, request))


async def require_our_form(access: Access, request: Request) -> None:
    """Refuse an unsafe request that did not come from a page of ours. Raises Refusal 403."""
    if request.method in SAFE_METHODS:
        return
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise _forged()
    stated = request.headers.get(HEADER, "")
    if not stated and not request.url.path.startswith("/api/"):
        stated = str((await request.form()).get(FIELD, ""))
    cookies = (session_cookie(access, request), visit_cookie(access, request))
    if not any(access.keys.is_form_token(stated, cookie) for cookie in cookies):
        raise _forged()


def _forged() -> Refusal:
    return Refusal(
        403, "form_not_ours", "This form did not come from a page that this service sent to you.",
        remedy="Open the page again and send the form from there.",
    )  # fmt: skip
