"""The part of a form in which people sign: what it asks of whom, and what was filled in as the body that the API takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.definition.guards import OVERRIDABLE
from engine.definition.schema import Action
from service.accounts.roles import SECONDS
from service.api import asked
from service.api.looking import Check, Prospect
from service.worklist.acting.reader import Reader
from service.worklist.acting.sending import Typed


@dataclass(frozen=True, slots=True)
class Signing:
    """Who has to sign this action, and with what."""

    own: bool
    """The acting person signs: the action asks for it, or an override does."""
    whole: bool
    """All components, as at the first signature of a session; else one of them is enough."""
    two_factors: bool
    second: tuple[str, ...]
    """Roles that may sign second; empty where nobody has to."""
    approvers: tuple[str, ...]
    """Roles that may approve an override of everything that stands in the way; empty where nothing can be overridden so."""
    least: int
    """Characters that the reason of an override has at least."""


def signing(reader: Reader, spec: Action, prospect: Prospect, least: int) -> Signing:
    """What the form asks for."""
    stopping = [one for one in prospect.checks if one.refuses]
    second = tuple(spec.second or unique(spec.by, SECONDS)) if spec.second_person else ()
    approvers = _approvers(spec, stopping) if not reader.admitted.emergency else ()
    return Signing(spec.signs, not reader.signed_lately, reader.two_factors, second, approvers, least)


def _approvers(spec: Action, stopping: Sequence[Check]) -> tuple[str, ...]:
    """Roles that may approve going past all that stands in the way; none where a part of it cannot be overridden."""
    if not stopping or any(one.level not in OVERRIDABLE for one in stopping):
        return ()
    return tuple(
        role
        for role in unique(spec.by, SECONDS)
        if all(not one.override_by or role in one.override_by for one in stopping)
    )


def unique(*lists: Iterable[str]) -> list[str]:
    """The members of lists in their order, each once."""
    return list(dict.fromkeys(one for each in lists for one in each))


def performed(typed: Typed, parameters: dict[str, Any]) -> asked.Performed:
    """What was filled in. Raises pydantic's ValidationError for a reason that is too short, or a login left out."""
    content: dict[str, Any] = {"parameters": parameters}
    if typed.one("shown"):
        content["signature"] = _own(typed)
    if typed.one("second.login"):
        content["second_person"] = _other(typed, "second")
    if typed.one("override"):
        content["override"] = {"reason": typed.one("override.reason"), "approved_by": _other(typed, "approver")}
    return asked.Performed.model_validate(content)


def _own(typed: Typed) -> dict[str, str]:
    return {"shown": typed.one("shown"), "password": typed.secret("password"), "code": typed.one("code")}


def _other(typed: Typed, who: str) -> dict[str, str]:
    return {
        "role": typed.one(f"{who}.role"), "login": typed.one(f"{who}.login"), "password": typed.secret(f"{who}.password"),
        "code": typed.one(f"{who}.code"),
    }  # fmt: skip
