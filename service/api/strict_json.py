"""Reads request bodies as exact JSON: numbers stay decimal, a key occurs once, and what is no number is refused.

Python's reader would turn 0.1 into a binary fraction, keep the last of two equal keys and accept NaN; none of it may
happen to a laboratory value.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

MOST_DIGITS = 40
"""Longer numbers are no measurements, and reading them costs time."""
DEEPEST = 32


class StrictRequest(Request):
    """A request whose body is read exactly."""

    async def json(self) -> Any:
        """The body. Raises json.JSONDecodeError, which the framework answers with 422."""
        if not hasattr(self, "_json"):
            self._json = loads((await self.body()).decode("utf-8", errors="replace"))
        return self._json


class StrictRoute(APIRoute):
    """A route that reads its body exactly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The framework's handler, given a strict request."""
        handle = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handle(StrictRequest(request.scope, request.receive))

        return strict


def loads(text: str) -> Any:
    """JSON with exact numbers. Raises json.JSONDecodeError for repeated keys, NaN, endless numbers and deep nesting."""
    try:
        value = json.loads(
            text, object_pairs_hook=_once, parse_float=_number(Decimal), parse_int=_number(int), parse_constant=_never
        )
    except RecursionError:
        raise _refused("Nested too deeply") from None
    if _depth(value) > DEEPEST:
        raise _refused("Nested too deeply")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _refused("A key occurs twice")
    return found


def _number(kind: type[Any]) -> Callable[[str], Any]:
    def read(digits: str) -> Any:
        if len(digits) > MOST_DIGITS:
            raise _refused("A number has too many digits")
        return kind(digits)

    return read


def _never(name: str) -> Any:
    raise _refused(f"{name} is no number")


def _refused(message: str) -> json.JSONDecodeError:
    return json.JSONDecodeError(message, "", 0)


def _depth(value: Any) -> int:
    deepest, level = 0, [value]
    while level and deepest <= DEEPEST + 1:
        level = [inner for one in level for inner in _inner(one)]
        deepest += 1
    return deepest


def _inner(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
