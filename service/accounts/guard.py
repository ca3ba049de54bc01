"""The gate before every route: the right that it declares, the site of the patient it is about, and the role that acts.

Deny by default. A route that declares nothing is refused. To whoever has no role at a patient's site the patient does not
exist (404). A person who has a role there, but not the right, is told what is missing (403).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

import structlog
from fastapi import Depends, Header, Request
from starlette.concurrency import run_in_threadpool

from engine.errors import NotFound
from engine.model import Person as Actor
from engine.store.accounts import Emergency
from service.accounts import emergencies
from service.accounts.access import Access
from service.accounts.forms import require_our_form
from service.accounts.identity import MAIN, Identity
from service.accounts.rights import EVERYBODY, Right, needed_by
from service.accounts.roles import labels, roles_with
from service.api.language import of_request
from service.api.parts import Parts
from service.api.problems import Refusal
from service.wiring import Careway

_ROLE = re.compile(r"[a-z][a-z0-9_]{1,40}")
RoleHeader = Annotated[
    str | None,
    Header(alias="Careway-Role", description="In which of your roles you act, where several fit.", max_length=41),
]


@dataclass(frozen=True, slots=True)
class Admitted:
    """What the gate found out."""

    identity: Identity
    right: Right
    site: str = ""
    """The site of the patient; empty where the route concerns none."""
    emergency: Emergency | None = None
    """What lets the person in where no role does."""

    @property
    def roles(self) -> list[str]:
        """The roles in which the person may act here."""
        return [self.emergency.role] if self.emergency else self.identity.roles(self.right, self.site)


async def gate(request: Request) -> None:
    """Before every route. Raises Refusal (401, 403) and NotFound."""
    access: Access = request.app.state.access
    identity: Identity | None = getattr(request.state, "identity", None)
    if identity is None or identity.session is not None:
        await require_our_form(access, request)
    await run_in_threadpool(_admit, request, access, identity)


def _admit(request: Request, access: Access, identity: Identity | None) -> None:
    right = needed_by(request.scope.get("endpoint"))
    if right is None:
        raise Refusal(403, "undeclared", "This address does not say what it needs, so nobody may use it.")
    if right is Right.PUBLIC:
        return
    if identity is None:
        raise not_signed_in()
    structlog.contextvars.bind_contextvars(person=identity.person.id)
    if right not in EVERYBODY:
        _require(request, access, identity, right)
    else:
        request.state.admitted = Admitted(identity, right)


def not_signed_in() -> Refusal:
    """Nobody came in."""
    return Refusal(
        401, "not_signed_in", "Nobody is signed in.", remedy="Sign in, or send a token: Authorization: Bearer cw_…."
    )


def _require(request: Request, access: Access, identity: Identity, right: Right) -> None:
    if identity.lacks_second_factor:
        raise Refusal(
            403,
            "second_factor_missing",
            "Your role needs a second factor.",
            remedy="Set it up at /account/second-factor.",
        )
    language = of_request(request)
    if not identity.may(right):
        raise missing(right, language, identity)
    patient = _patient(request)
    if patient is None:
        request.state.admitted = Admitted(identity, right)
        return
    site = access.store.site_of(patient, MAIN)
    broken = emergencies.standing(access, identity, patient) if right in emergencies.RIGHTS else []
    if site is None or not (broken or identity.belongs_to(site)):
        raise _absent(request)
    if not (broken or identity.may(right, site)):
        raise missing(right, language, identity)
    found = Admitted(identity, right, site, None if identity.may(right, site) else broken[0])
    request.state.admitted = found
    reader = identity.acting_as(found.roles[0])
    access.reads.record(_careway(request).store, access.clock, patient, reader, right, request.scope["route"].path)


def _patient(request: Request) -> str | None:
    """The patient whom the address names, or whose enrolment; None where it names none. Raises NotFound."""
    patient, enrolment = (request.path_params.get(name) for name in ("patient", "enrolment"))
    return _careway(request).store.patient_of(str(enrolment)) if patient is None and enrolment is not None else patient


def _careway(request: Request) -> Careway:
    found: Careway = request.app.state.careway
    return found


def _absent(request: Request) -> NotFound:
    """The same words for who is elsewhere as for who is nowhere."""
    patient, enrolment = (request.path_params.get(name) for name in ("patient", "enrolment"))
    if patient is None:
        return NotFound(f"There is no enrolment {enrolment}.", place=str(enrolment))
    return NotFound(f"There is no patient {patient}.", place=patient, remedy="Register the patient first.")


def missing(right: Right, language: str, identity: Identity) -> Refusal:
    """A person lacks a right; the remedy names the roles that have it, or the scope that the token lacks."""
    if identity.token is not None and right.value not in identity.token.scopes:
        return Refusal(
            403,
            "scope_missing",
            f"The token's scopes do not hold {right.value}.",
            remedy="Use a token with this scope.",
        )
    roles = labels(roles_with(right), language)
    remedy = (
        f"需要以下角色之一：{roles}。请联系管理员。"
        if language == "zh"
        else f"One of these roles may: {roles}. Ask an administrator."
    )
    return Refusal(403, "role_missing", "None of your roles allows this here.", remedy=remedy, right=right.value)


def admitted(request: Request) -> Admitted:
    """What the gate found out, for a route that declared a right."""
    found: Admitted = request.state.admitted
    return found


def reach(request: Request) -> frozenset[str]:
    """The sites whose patients a list may show to this person."""
    found = admitted(request)
    return found.identity.sites(found.right)


Reach = Annotated[frozenset[str], Depends(reach)]
"""The sites that the person sees, for a route that lists patients."""

Allowed = Annotated[Admitted, Depends(admitted)]
"""Who was admitted and why, for a route."""


def acting(request: Request, parts: Parts, role: RoleHeader = None) -> Actor:
    """The person, in the one role that fits. Raises Refusal: 403 for a role that the person lacks, 422 where several fit."""
    found = admitted(request)
    held = found.roles
    if role:
        if not _ROLE.fullmatch(role) or role not in held:
            remedy = f"Here you may act as {', '.join(held)}."
            raise Refusal(403, "role_not_held", "You do not have the role that you named.", remedy=remedy)
        return found.identity.acting_as(role)
    fitting = held if len(held) == 1 else _fitting(request, parts, held)
    if len(fitting) > 1:
        raise Refusal(
            422,
            "role_ambiguous",
            "Several of your roles fit.",
            remedy=f"Name one as Careway-Role: {', '.join(fitting)}.",
        )
    return found.identity.acting_as(fitting[0])


def _fitting(request: Request, parts: Careway, held: list[str]) -> list[str]:
    """For an action, those of the roles that its definition names; if it names none of them, the engine says so with the first."""
    enrolment, action = (request.path_params.get(name) for name in ("enrolment", "action"))
    if enrolment is None or action is None:
        return held
    allowed = action_roles(parts, str(enrolment), str(action))
    return [role for role in held if role in allowed] or held[:1]


def action_roles(parts: Careway, enrolment: str, action: str) -> list[str]:
    """The roles that a definition lets do an action; none for an action that does not exist."""
    one = parts.engine.chart(parts.store.patient_of(enrolment)).enrolments[enrolment]
    spec = parts.registry.version(one.definition).spec.actions.get(action)
    return list(spec.by) if spec else []


Acting = Annotated[Actor, Depends(acting)]
"""The acting person in a role, for a route that changes something."""
