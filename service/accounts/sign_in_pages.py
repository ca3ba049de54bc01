"""The pages for signing in and out. They tell nothing about who has an account, and work without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from service.accounts import demonstration
from service.accounts.access import Access
from service.accounts.external import CALLBACK, Provider, ProviderUnreachable
from service.accounts.forms import cookie_name, drop_cookie, fresh_visit, set_cookie, visit_cookie
from service.accounts.guard import Allowed
from service.accounts.rights import Right, needs
from service.accounts.sessions import end_session, living
from service.accounts.signing_in import Came, NotSignedIn, TooManyFailures, with_password, with_second_factor
from service.worklist.rendering import page

router = APIRouter(include_in_schema=False)
Typed = Annotated[str, Form(max_length=1000)]
Next = Annotated[str, Query(max_length=1000)]
SECOND = "/sign-in/second-factor"


def provider_of(request: Request) -> Provider:
    """The hospital's identity provider."""
    found: Provider = request.app.state.provider
    return found


def access_of(request: Request) -> Access:
    """Access of the running application."""
    found: Access = request.app.state.access
    return found


@router.get("/sign-in")
@needs(Right.PUBLIC)
def form(request: Request, next: Next = "/") -> Response:
    """Login and password; in a demonstration, one button for each account."""
    if getattr(request.state, "identity", None) is not None:
        return RedirectResponse(_within(next), 303)
    return _form(request, next)


@router.post("/sign-in")
@needs(Right.PUBLIC)
def sign_in(request: Request, login: Typed = "", password: Typed = "", next: Typed = "/") -> Response:
    """The first step."""
    return _tried(request, next, lambda access, address: with_password(access, login, password, address), login=login)


@router.post("/sign-in/demonstration")
@needs(Right.PUBLIC)
def sign_in_by_click(request: Request, login: Typed = "", next: Typed = "/") -> Response:
    """Come into the demonstration."""
    return _tried(request, next, lambda access, _: demonstration.sign_in(access, login))


@router.get(SECOND)
@needs(Right.PUBLIC)
def second_form(request: Request, next: Next = "/") -> Response:
    """The code of the app, or a recovery code."""
    if not living(access_of(request), _half(request), state="second_factor"):
        return RedirectResponse("/sign-in", 303)
    return page(request, "second_factor.html", {"next": _within(next), "problem": "", "seconds": 0})


@router.post(SECOND)
@needs(Right.PUBLIC)
def second_step(request: Request, code: Typed = "", next: Typed = "/") -> Response:
    """The second step."""
    access = access_of(request)
    try:
        came = with_second_factor(access, _half(request), code, address_of(request))
    except (NotSignedIn, TooManyFailures) as error:
        if not living(access, _half(request), state="second_factor"):
            return _form(request, next, problem="over", status=401)
        return page(request, "second_factor.html", {"next": _within(next), **_told(error)}, _status(error))
    return _came(access, came, next)


@router.get("/sign-in/external")
@needs(Right.PUBLIC)
def elsewhere(request: Request, next: Next = "/") -> Response:
    """To the hospital's identity provider."""
    provider, access = provider_of(request), access_of(request)
    if not provider.offered:
        return RedirectResponse("/sign-in", 303)
    try:
        begun = provider.begin(access, _within(next))
    except ProviderUnreachable:
        return _form(request, next, problem="unreachable", status=502)
    answer = RedirectResponse(begun.address, 303)
    set_cookie(access, answer, "away", begun.cookie)
    return answer


@router.get(CALLBACK)
@needs(Right.PUBLIC)
def back(request: Request, state: Next = "", code: Next = "") -> Response:
    """Back from the identity provider."""
    access = access_of(request)
    try:
        cookie = request.cookies.get(cookie_name(access, "away"), "")
        came, place = provider_of(request).finish(access, cookie, state, code)
    except ProviderUnreachable:
        return _form(request, "/", problem="unreachable", status=502)
    except NotSignedIn:
        return _form(request, "/", problem="elsewhere", status=401)
    answer = _came(access, came, place)
    drop_cookie(access, answer, "away")
    return answer


@router.post("/sign-out")
@needs(Right.SIGNED_IN)
def sign_out(request: Request, allowed: Allowed) -> Response:
    """End this session."""
    access = access_of(request)
    if allowed.identity.session is not None:
        end_session(access, allowed.identity.session)
    answer = RedirectResponse("/sign-in?out=1", 303)
    drop_cookie(access, answer, "session")
    return answer


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else ""


def _tried(request: Request, next: str, step: Callable[[Access, str], Came], login: str = "") -> Response:
    access = access_of(request)
    try:
        return _came(access, step(access, address_of(request)), next)
    except (NotSignedIn, TooManyFailures) as error:
        return _form(request, next, login=login, status=_status(error), **_told(error))


def _form(
    request: Request, next: str, *, login: str = "", problem: str = "", seconds: int = 0, status: int = 200
) -> Response:
    access = access_of(request)
    visit = visit_cookie(access, request) or fresh_visit()
    values: dict[str, Any] = {
        "path": "/sign-in", "next": _within(next), "login": login[:64], "problem": problem, "seconds": seconds, "out": "out" in request.query_params,
        "offered": demonstration.offered(access), "external": provider_of(request).offered, "demo_password": demonstration.PASSWORD, "form_token": access.keys.form_token(visit),
    }  # fmt: skip
    answer = page(request, "sign_in.html", values, status)
    set_cookie(access, answer, "visit", visit)
    return answer


def _came(access: Access, came: Came, next: str) -> Response:
    if not came.complete:
        answer = RedirectResponse(f"{SECOND}?next={_within(next)}", 303)
        set_cookie(access, answer, "half", came.cookie)
        return answer
    answer = RedirectResponse(_within(next), 303)
    set_cookie(access, answer, "session", came.cookie)
    for what in ("half", "visit"):
        drop_cookie(access, answer, what)
    return answer


def _half(request: Request) -> str:
    return request.cookies.get(cookie_name(access_of(request), "half"), "")


def _told(error: NotSignedIn | TooManyFailures) -> dict[str, Any]:
    if isinstance(error, TooManyFailures):
        return {"problem": "wait", "seconds": error.seconds}
    return {"problem": "wrong", "seconds": 0}


def _status(error: Exception) -> int:
    return 429 if isinstance(error, TooManyFailures) else 401


def _within(place: str) -> str:
    """An address of ours; whatever leads elsewhere becomes the worklist."""
    parts = urlsplit(place)
    ours = place.startswith("/") and not place.startswith(("//", "/\\")) and not parts.netloc and place.isprintable()
    return place if ours and "\\" not in place else "/"
