"""The signatures that doing an action takes: the acting person's, a second person's, that of whoever approves an override."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from engine.commands import Outcome, Override, Signature
from engine.definition.schema import Action
from engine.errors import Conflict
from engine.model import Enrolment, Person
from engine.outcomes import outcome_of
from service.accounts.guard import admitted
from service.accounts.signing import Signer, shown_digest
from service.api import asked
from service.api import schemas as s
from service.api.problems import Refusal
from service.wiring import Careway


@dataclass(frozen=True, slots=True)
class Signed:
    """The people of an action, and how they proved who they are."""

    override: Override | None = None
    second_person: Person | None = None
    signatures: tuple[Signature, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request wants done."""

    by: Person
    enrolment: Enrolment
    action: str
    body: asked.Performed
    seen: int
    key: str


def shown(one: Enrolment, prospect: s.ActionProspect, parameters: Any) -> str:
    """SHA-256 of what a preview shows: the enrolment at its version, the action, its parameters, and everything said about them."""
    content = {
        "enrolment": one.id, "version": one.version, "parameters": parameters, "prospect": prospect.model_dump(mode="json", exclude={"shown"}),
    }  # fmt: skip
    return shown_digest(content)


def sign(request: Request, careway: Careway, wish: Wish, preview: Callable[[], s.ActionProspect]) -> Signed:
    """Prove everybody who has to sign. Raises what `Signer` raises, and Conflict on another version than the one seen.

    A request that was carried out before proves nothing again: it does nothing but give the stored answer.
    """
    spec = careway.registry.version(wish.enrolment.definition).spec.actions.get(wish.action)
    if spec is None or not (spec.signs or wish.body.second_person or wish.body.override):
        return Signed()
    if done_before(careway, wish.enrolment, wish.key):
        return _people(request, wish, ())
    if wish.body.override and admitted(request).emergency:
        raise Refusal(
            403,
            "emergency_limits",
            "An emergency opens no way past a block.",
            remedy="Call somebody of the patient's site.",
        )
    if wish.seen != wish.enrolment.version:
        raise Conflict(
            "The enrolment changed meanwhile.",
            remedy="Look at it again and decide again.",
            version=wish.enrolment.version,
        )
    return _people(
        request, wish, _signatures(request, wish, spec, shown(wish.enrolment, preview(), wish.body.parameters))
    )


def _signatures(request: Request, wish: Wish, spec: Action, digest: str) -> tuple[Signature, ...]:
    body = wish.body
    address = request.client.host if request.client else ""
    signer = Signer(request.app.state.access, admitted(request), address)
    found = [signer.own(wish.by, body.signature, digest)] if spec.signs or body.override else []
    if body.second_person is not None:
        found.append(signer.other(wish.by, body.second_person, "witnessed", digest, spec.second or spec.by))
    if body.override is not None:
        found.append(signer.other(wish.by, body.override.approved_by, "approved override", digest, spec.by))
    return tuple(found)


def _people(request: Request, wish: Wish, signatures: tuple[Signature, ...]) -> Signed:
    body = wish.body
    override = Override(body.override.reason, _person(request, body.override.approved_by)) if body.override else None
    return Signed(override, _person(request, body.second_person) if body.second_person else None, signatures)


def _person(request: Request, second: asked.Cosigner) -> Person:
    account = request.app.state.access.store.account(second.login)
    return Person(second.role, account.person if account else second.login)


def done_before(careway: Careway, one: Enrolment, key: str) -> bool:
    """Whether the command of this key was answered: then its answer is stored, and repeating it does nothing."""
    return _answered(careway, one, key) is not None


def accepted_before(careway: Careway, one: Enrolment, key: str) -> bool:
    """Whether it was answered by doing it."""
    answer = _answered(careway, one, key)
    return answer is not None and answer.accepted


def _answered(careway: Careway, one: Enrolment, key: str) -> Outcome | None:
    if not key:
        return None
    with careway.store.unit(careway.store.patient_of(one.id), key) as unit:
        found = unit.previous(key)
    return outcome_of(found.content) if found is not None else None
