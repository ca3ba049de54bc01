"""Every refusal as RFC 9457 problem details, in the reader's language; never a stack, never what was sent."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from engine.definition.reviving import NotRevivable
from engine.errors import CarewayError, Conflict, InvalidCommand, InvalidFact, KeyReused, NotFound, UnknownName
from engine.ports import CommitUnknown, StoreBusy
from service.api.language import of_page, of_request
from service.api.wording import invalid_text, title_of

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = "1"
_CODES = {413: "content_too_large", 414: "uri_too_long", 416: "range_not_satisfiable", 422: "invalid_request"}
"""Python renamed these statuses in 3.13; a code of ours stays."""
_STATUSES = {"not_signed_in": 401, "too_many_failures": 429, "passwords_busy": 429, "password_refused": 422}
"""Of refusals that are not for HTTP alone."""
log = structlog.get_logger("careway.api")


class Refusal(CarewayError):
    """What HTTP itself refuses (no If-Match, no acting role): `status` and a stable `code` of its own."""

    def __init__(self, status: int, code: str, message: str, *, remedy: str = "", **details: Any) -> None:
        super().__init__(message, remedy=remedy, **details)
        self.status = status
        self.code = code


def status_of(error: CarewayError) -> int:
    """The HTTP status of a refusal of the engine."""
    if isinstance(error, Refusal):
        return error.status
    if error.code in _STATUSES:
        return _STATUSES[error.code]
    if isinstance(error, Conflict):
        return HTTPStatus.PRECONDITION_FAILED if "version" in error.details else HTTPStatus.CONFLICT
    if isinstance(error, StoreBusy | CommitUnknown):
        return HTTPStatus.SERVICE_UNAVAILABLE
    if isinstance(error, NotFound):
        return HTTPStatus.NOT_FOUND
    known = isinstance(error, InvalidFact | InvalidCommand | KeyReused | UnknownName)
    return HTTPStatus.UNPROCESSABLE_ENTITY if known else HTTPStatus.INTERNAL_SERVER_ERROR


def problem(
    request: Request, status: int, code: str, *, detail: str = "", headers: Mapping[str, str] | None = None, **more: Any
) -> Response:
    """A problem response. `type` is a stable URN of `code`; empty members are left out."""
    language = of_request(request)
    if (shown := _as_page(request, status, code, detail, str(more.get("remedy", "")))) is not None:
        return shown
    content = {
        "type": f"urn:careway:problem:{code}", "title": title_of(code, int(status), language), "status": int(status),
        "code": code, "detail": detail, "instance": request.url.path, **more,
    }  # fmt: skip
    kept = {key: value for key, value in content.items() if value not in ("", None)}
    always = {"content-language": language, "cache-control": "no-store", **(headers or {})}
    return Response(orjson.dumps(kept, default=str), int(status), always, MEDIA_TYPE)


def _as_page(request: Request, status: int, code: str, detail: str, remedy: str) -> Response | None:
    """The same for a person whose browser asked for a page; None for a program."""
    show = getattr(request.app.state, "error_page", None)
    if show is None or request.url.path.startswith("/api/") or "text/html" not in request.headers.get("accept", ""):
        return None
    answer: Response = show(request, int(status), title_of(code, int(status), of_page(request)), detail, remedy)
    return answer


def install(app: FastAPI) -> None:
    """Answer every error of the application in this form."""
    app.add_exception_handler(CarewayError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, CarewayError)
    return answer_to(request, error)


def answer_to(request: Request, error: CarewayError) -> Response:
    """A refusal as an answer."""
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, StoreBusy | CommitUnknown):
        log.error("request_failed", code=error.code, place=error.place)
        if isinstance(
            error, NotRevivable
        ):  # It speaks of a definition, and tells for whom nothing can be done until when.
            return problem(request, status, error.code, detail=error.message, place=error.place, remedy=error.remedy)
        return problem(request, status, "internal")
    headers = {"retry-after": RETRY_SECONDS} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        headers = {"retry-after": str(error.details.get("seconds", RETRY_SECONDS))}
    code = error.code
    if status == HTTPStatus.PRECONDITION_FAILED:
        code, headers = "stale_version", {"etag": f'"{error.details["version"]}"'}
    # What the store says of itself is for the operator.
    detail = "" if status == HTTPStatus.SERVICE_UNAVAILABLE else error.message
    more = {"place": error.place, "remedy": error.remedy, **error.details}
    return problem(request, status, code, detail=detail, headers=headers, **more)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    language = of_request(request)
    listed = [{"pointer": _pointer(one["loc"]), "detail": invalid_text(one, language)} for one in error.errors()]
    return problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request", errors=listed)


def _pointer(place: Sequence[Any]) -> str:
    """Where the mistake is: a JSON Pointer into the body, or `header:x`, `query:x`, `path:x`."""
    where, *rest = place
    if where == "body":
        return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in rest)
    return f"{where}:{'.'.join(map(str, rest))}"


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _CODES.get(error.status_code) or HTTPStatus(error.status_code).name.lower()
    return problem(request, error.status_code, code, headers=error.headers)


def failed(request: Request, error: Exception) -> Response:
    """The answer to a fault of ours. The log tells its class and place; its message could hold what was sent."""
    places = [f"{one.filename.rpartition('/')[2]}:{one.lineno}" for one in traceback.extract_tb(error.__traceback__)]
    log.error("request_failed", code="internal", kind=type(error).__name__, places=places[-6:])
    return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, "internal")
