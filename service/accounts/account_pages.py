"""The pages about the own account: roles, password, second factor. Whoever changes one of them proves who it is again."""

from __future__ import annotations

import io
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from engine.model import Person as Actor
from engine.store.accounts import Account, Session
from service.accounts import second_factor
from service.accounts.demonstration import KIND
from service.accounts.guard import Allowed, not_signed_in
from service.accounts.identity import Identity, at_sites
from service.accounts.managing import begin_second_factor, change_password, confirm_second_factor
from service.accounts.passwords import LONGEST, SHORTEST, PasswordRefused
from service.accounts.rights import Right, needs
from service.accounts.sign_in_pages import access_of, address_of
from service.accounts.signing_in import NotSignedIn, TooManyFailures, proved_password
from service.api.language import PageLanguage
from service.api.problems import Refusal
from service.worklist.rendering import page
from service.worklist.texts import named

router = APIRouter(prefix="/account", include_in_schema=False)
Typed = Annotated[str, Form(max_length=1000)]


@router.get("")
@needs(Right.SIGNED_IN)
def own(request: Request, allowed: Allowed, language: PageLanguage) -> Response:
    """Who I am here."""
    return _own(request, allowed.identity, language)


@router.post("/password")
@needs(Right.SIGNED_IN)
def new_password(
    request: Request, allowed: Allowed, language: PageLanguage, old: Typed = "", new: Typed = "", again: Typed = ""
) -> Response:
    """Change the own password; other browsers are signed out."""
    access, (account, session) = access_of(request), _changeable(allowed.identity)
    if new != again:
        return _own(request, allowed.identity, language, problem="differs", status=422)
    try:
        proved_password(access, account.login, old, address_of(request))
        change_password(access, account, new, Actor("", account.person), keep=session.id)
    except NotSignedIn:
        return _own(request, allowed.identity, language, problem="wrong", status=401)
    except TooManyFailures as error:
        return _own(request, allowed.identity, language, problem="wait", status=429, seconds=error.seconds)
    except PasswordRefused:
        return _own(request, allowed.identity, language, problem="refused", status=422)
    return RedirectResponse("/account?changed=password", 303)


@router.get("/second-factor")
@needs(Right.SIGNED_IN)
def second_factor_form(request: Request, allowed: Allowed) -> Response:
    """The picture for the app, and the field for the first code."""
    account, _ = _changeable(allowed.identity)
    if account.two_factors:
        return RedirectResponse("/account", 303)
    return _second_factor(request, account)


@router.get("/second-factor.svg")
@needs(Right.SIGNED_IN)
def picture(request: Request, allowed: Allowed) -> Response:
    """The secret as a picture, until it is confirmed."""
    account, _ = _changeable(allowed.identity)
    if account.two_factors:
        return Response(status_code=404)
    secret = begin_second_factor(access_of(request), account)
    drawn = io.BytesIO()
    segno.make(second_factor.address(secret, account.login), error="m").save(drawn, kind="svg", scale=5, light="white")
    return Response(drawn.getvalue(), media_type="image/svg+xml")


@router.post("/second-factor")
@needs(Right.SIGNED_IN)
def confirm(request: Request, allowed: Allowed, code: Typed = "") -> Response:
    """The first code proves that the app holds the secret; then the recovery codes are shown, once."""
    access, (account, session) = access_of(request), _changeable(allowed.identity)
    if account.two_factors:
        return RedirectResponse("/account", 303)
    step = second_factor.matching_step(begin_second_factor(access, account), code, access.clock.now())
    if step is None:
        return _second_factor(request, account, problem="wrong", status=401)
    codes = confirm_second_factor(access, account, step, Actor("", account.person), session.id)
    return page(request, "recovery_codes.html", {"codes": codes})


def _own(
    request: Request, identity: Identity, language: str, *, problem: str = "", seconds: int = 0, status: int = 200
) -> Response:
    account, session = _signed_in(identity)
    access = access_of(request)
    roles = {site: [named(role, language) for role in found] for site, found in at_sites(identity.grants).items()}
    values: dict[str, Any] = {
        "path": "/account", "account": account, "session": session, "roles": roles, "sites": access.store.sites(), "problem": problem, "seconds": seconds,
        "changed": request.query_params.get("changed", ""), "shortest": SHORTEST, "longest": LONGEST, "zone": access.settings.timezone,
        "left": access.store.recovery_codes_left(account.id) if account.two_factors else 0,
    }  # fmt: skip
    return page(request, "account.html", values, status)


def _second_factor(request: Request, account: Account, *, problem: str = "", status: int = 200) -> Response:
    secret = begin_second_factor(access_of(request), account)
    values = {"spelled": second_factor.spelled(secret), "login": account.login, "problem": problem}
    return page(request, "set_up_second_factor.html", values, status)


def _changeable(identity: Identity) -> tuple[Account, Session]:
    """The same for what changes the account. Raises Refusal 403 for one of the demonstration: others use it too."""
    account, session = _signed_in(identity)
    if account.kind == KIND:
        raise Refusal(403, "demonstration", "Accounts of the demonstration stay as they are.")
    return account, session


def _signed_in(identity: Identity) -> tuple[Account, Session]:
    """Account and session. Raises Refusal 401 for a token: these pages are for people."""
    if identity.account is None or identity.session is None:
        raise not_signed_in()
    return identity.account, identity.session
