"""The pages of accounts: who has one, in which roles; making, closing and helping them."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from engine.errors import CarewayError, Conflict, InvalidCommand, NotFound, UnknownName
from service.accounts.administering import Administration
from service.accounts.guard import Allowed, not_signed_in
from service.accounts.rights import Right, needs
from service.accounts.roles import GRANTABLE
from service.accounts.sign_in_pages import access_of, address_of
from service.accounts.signing_in import NotSignedIn, TooManyFailures
from service.api.language import PageLanguage
from service.worklist.rendering import page
from service.worklist.texts import named

router = APIRouter(prefix="/administration/accounts", include_in_schema=False)
Typed = Annotated[str, Form(max_length=1000)]
_PROBLEMS: dict[type[CarewayError], str] = {
    Conflict: "taken", InvalidCommand: "form", NotSignedIn: "wrong", TooManyFailures: "wait", UnknownName: "form", NotFound: "form",
}  # fmt: skip


@router.get("")
@needs(Right.MANAGE_ACCOUNTS)
def listed(request: Request, allowed: Allowed) -> Response:
    """Who has an account."""
    return _list(request, allowed)


@router.post("")
@needs(Right.MANAGE_ACCOUNTS)
def add(request: Request, allowed: Allowed, language: PageLanguage, login: Typed = "", name: Typed = "") -> Response:
    """A new account, with the first password, shown this once."""
    administration = _administration(request, allowed)
    try:
        password = administration.add(login, name)
    except (Conflict, InvalidCommand) as error:
        return _list(request, allowed, login=login, name=name, problem=_PROBLEMS[type(error)], status=422)
    return _one(request, allowed, login.strip().lower(), language, password=password)


@router.get("/{login}")
@needs(Right.MANAGE_ACCOUNTS)
def one(request: Request, allowed: Allowed, login: str, language: PageLanguage) -> Response:
    """One account: roles, second factor, open or closed."""
    return _one(request, allowed, login, language)


@router.post("/{login}/password")
@needs(Right.MANAGE_ACCOUNTS)
def password(request: Request, allowed: Allowed, login: str, language: PageLanguage) -> Response:
    """A new first password, shown this once."""
    return _one(request, allowed, login, language, password=_administration(request, allowed).set_password(login))


@router.post("/{login}/state")
@needs(Right.MANAGE_ACCOUNTS)
def state(request: Request, allowed: Allowed, login: str, open: Typed = "") -> Response:
    """Close it, or open it again."""
    _administration(request, allowed).set_open(login, open=open == "yes")
    return _back(login)


@router.post("/{login}/second-factor")
@needs(Right.MANAGE_ACCOUNTS)
def second_factor(request: Request, allowed: Allowed, login: str) -> Response:
    """Forget the second factor."""
    _administration(request, allowed).forget_second_factor(login)
    return _back(login)


@router.post("/{login}/roles")
@needs(Right.GRANT_ROLES)
def roles(
    *, request: Request, allowed: Allowed, login: str, language: PageLanguage, role: Typed = "", site: Typed = "", password: Typed = "",
    give: Typed = "",
) -> Response:  # fmt: skip
    """Give or take a role, signed with the administrator's password."""
    try:
        _administration(request, allowed).change_role(login, role, site, password, give=give == "yes")
    except (NotSignedIn, TooManyFailures, Conflict, UnknownName) as error:
        return _one(request, allowed, login, language, problem=_PROBLEMS[type(error)], status=422)
    return _back(login)


def _administration(request: Request, allowed: Allowed) -> Administration:
    """For people at a browser. Raises Refusal 401 for a token."""
    if allowed.identity.session is None:
        raise not_signed_in()
    return Administration(access_of(request), allowed.identity, allowed.right, address_of(request))


def _list(request: Request, allowed: Allowed, *, status: int = 200, **more: str) -> Response:
    values: dict[str, Any] = {"login": "", "name": "", "problem": "", **more, "path": "/administration/accounts"}
    return page(request, "accounts.html", {**values, "entries": _administration(request, allowed).entries()}, status)


def _one(
    request: Request,
    allowed: Allowed,
    login: str,
    language: str,
    *,
    password: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    administration = _administration(request, allowed)
    choices = sorted(((role, named(role, language)) for role in GRANTABLE), key=lambda each: each[1])
    values = {
        "path": f"/administration/accounts/{quote(login, safe='')}", "entry": administration.entry(login), "choices": choices,
        "sites": administration.sites, "password": password, "problem": problem, "grants_roles": allowed.identity.may(Right.GRANT_ROLES),
    }  # fmt: skip
    return page(request, "account_of.html", values, status)


def _back(login: str) -> Response:
    return RedirectResponse(f"/administration/accounts/{quote(login, safe='')}", 303)
