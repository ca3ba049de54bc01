"""The fields of a form as they were typed, bounded, and kept to be shown again: nothing typed is lost by a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from service.api.problems import Refusal

LONGEST = 4000
"""Characters of one field."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form sent. Passwords and codes are never shown again; a template asks for the other fields by name."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def one(self, name: str) -> str:
        """A field, without blanks at its ends; empty where the form does not have it."""
        return next(iter(self.fields.get(name, ())), "").strip()

    def secret(self, name: str) -> str:
        """A field as it stands: blanks may belong to a password."""
        return next(iter(self.fields.get(name, ())), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field that may come several times."""
        return tuple(value for value in self.fields.get(name, ()) if value)

    def under(self, prefix: str) -> dict[str, tuple[str, ...]]:
        """The fields whose name begins so."""
        return {name: values for name, values in self.fields.items() if name.startswith(prefix)}

    def number(self, name: str) -> int:
        """A whole number that the page itself put into the form; -1 where somebody changed it."""
        text = self.one(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


async def sent(request: Request) -> Typed:
    """The form of a request. Raises Refusal 422 for a field that is far too long."""
    found: dict[str, list[str]] = {}
    for name, value in (await request.form()).multi_items():
        if not isinstance(value, str) or len(value) > LONGEST or len(name) > 100:
            raise Refusal(422, "invalid_request", "A field of the form is too long.", remedy="Shorten it.")
        found.setdefault(name, []).append(value)
    return Typed({name: tuple(values) for name, values in found.items()})


Sent = Annotated[Typed, Depends(sent)]
"""The form, for a route that answers one."""
NOTHING = Typed()
