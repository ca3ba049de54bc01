"""Around every request: an id that names it in answer and log, a limit on its size, and headers that keep pages safe.

Plain ASGI, because the framework's own base class breaks streams and context variables.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.problems import failed

log = structlog.get_logger("careway.api")
MOST_BYTES = 1_000_000
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_QUIET = ("/healthz", "/readyz", "/metrics", "/static/")
SAFE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
}
"""`data:` pictures are Pico's own little icons; nothing inline, nothing from elsewhere."""


class BrokenOff(Exception):
    """A fault after the answer had begun: the connection has to be broken off. The log tells the fault."""


class RequestContext:
    """Binds a request id for the log, answers with it, and logs one line for each request: route and ids, never names."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        stated = Headers(scope=scope).get("x-request-id", "")
        name = stated if _REQUEST_ID.fullmatch(stated) else secrets.token_hex(12)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=name)
        began, status = time.perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add(message, {"x-request-id": name, **SAFE})
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except Exception as error:  # noqa: BLE001 - whatever it is, the server would print its message, with what was sent
            response = failed(Request(scope), error)
            if status:
                raise BrokenOff from None
            await response(scope, receive, answer)
        finally:
            _say(scope, status, time.perf_counter() - began)


def _add(message: Message, headers: Mapping[str, str]) -> None:
    found = MutableHeaders(scope=message)
    for key, value in headers.items():
        found.setdefault(key, value)
    if "cache-control" not in found:
        found["cache-control"] = "no-store"


def _say(scope: Scope, status: int, seconds: float) -> None:
    if scope["path"].startswith(_QUIET):
        return
    route = getattr(scope.get("route"), "path", "")
    log.info("request", method=scope["method"], route=route, status=status, milliseconds=round(seconds * 1000, 1))


class BodyLimit:
    """Refuses requests of more than `most` bytes, whether they say so or not."""

    def __init__(self, app: ASGIApp, most: int = MOST_BYTES) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request. Raises HTTPException 413 where the body is read."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        stated = Headers(scope=scope).get("content-length", "0")
        left = -1 if not stated.isdigit() or int(stated) > self._most else self._most

        async def limited() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b"")) if left >= 0 else 0
            if left < 0:
                raise HTTPException(413)
            return message

        await self._app(scope, limited, send)
