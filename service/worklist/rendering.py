"""Templates: one environment for each language, strict about what is undefined, with everything escaped."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.accounts.access import Access
from service.accounts.emergencies import breaking_role, standing
from service.accounts.forms import token_for
from service.accounts.identity import Identity
from service.api.language import COOKIE, LANGUAGES, of_page
from service.worklist.texts import LOCALES, catalogue, named, shown_when

TEMPLATES = Path(__file__).parent / "templates"
_YEAR = 365 * 24 * 3600


@lru_cache(maxsize=4)
def environment(language: str) -> Environment:
    """The templates in a language."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, extensions=["jinja2.ext.i18n"],
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.install_gettext_translations(catalogue(language), newstyle=True)  # type: ignore[attr-defined]
    made.filters["named"] = lambda name: named(name, language)
    made.filters["when"] = lambda when, zone: shown_when(when, zone, language)
    made.globals["language"] = language
    made.globals["html_language"] = LOCALES[language].replace("_", "-")
    return made


def page(request: Request, template: str, values: Mapping[str, Any], status: int = 200) -> HTMLResponse:
    """A page in the reader's language, which is remembered when the address asked for it."""
    language = of_page(request)
    path = str(values.get("path", request.url.path))
    known = {"languages": _switch(request, path), **_reader(request), **values, "path": path}
    text = environment(language).get_template(template).render(known)
    answer = HTMLResponse(text, status, {"content-language": language, "vary": "accept-language, cookie"})
    if request.query_params.get("lang") in LANGUAGES:
        answer.set_cookie(COOKIE, language, max_age=_YEAR, httponly=True, samesite="lax")
    return answer


def _reader(request: Request) -> dict[str, Any]:
    """Who reads, and the token for forms that are sent to this reader."""
    me: Identity | None = getattr(request.state, "identity", None)
    access: Access = request.app.state.access
    return {
        "me": me, "form_token": token_for(access, request), "may_break_glass": bool(me and breaking_role(me)),
        "emergencies": standing(access, me) if me else [], "zone_of_site": access.settings.timezone,
    }  # fmt: skip


def _switch(request: Request, path: str) -> dict[str, str]:
    """The same page in each language; a page that answers a form is looked at anew at its own `path`."""
    kept = [(key, value) for key, value in request.query_params.multi_items() if key != "lang"]
    return {name: f"{path}?{urlencode([*kept, ('lang', name)])}" for name in LANGUAGES}
