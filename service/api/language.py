"""Which language a person reads: asked for in the address, remembered in a cookie, or named in `Accept-Language`."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

LANGUAGES = ("en", "zh")
DEFAULT = "en"
COOKIE = "careway_language"


def of_header(header: str) -> str:
    """The best of our languages for an `Accept-Language` header; English where none fits."""
    choices = sorted((_choice(part) for part in header.split(",")), key=lambda one: -one[1])
    return next((name for name, weight in choices if weight > 0 and name in LANGUAGES), DEFAULT)


def _choice(part: str) -> tuple[str, float]:
    """The primary language of one range with its weight: `zh-CN;q=0.8` is (`zh`, 0.8)."""
    tag, _, parameter = part.partition(";")
    weight = parameter.strip().removeprefix("q=") or "1"
    try:
        return tag.strip().lower().partition("-")[0], float(weight)
    except ValueError:
        return "", 0.0


def of_request(request: Request) -> str:
    """The language of a request to the API."""
    return of_header(request.headers.get("accept-language", ""))


def of_page(request: Request) -> str:
    """The language of a request to a page: `?lang=`, else the cookie, else the browser's."""
    for stated in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if stated in LANGUAGES:
            return str(stated)
    return of_request(request)


Language = Annotated[str, Depends(of_request)]
"""`en` or `zh`, for a route of the API."""

PageLanguage = Annotated[str, Depends(of_page)]
"""`en` or `zh`, for a page."""
