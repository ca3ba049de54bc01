"""Breaking the glass: in an emergency a clinician opens one patient whom nothing else lets him see, for an hour, with a reason.

It yields reading that patient and doing what is due there; no override, no list, no other patient. Everything stands in the
audit, every page says so, and a privacy officer reviews each case. It can be done once more, and then no more that day.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

import structlog

from engine.audit import Event
from engine.errors import Conflict, InvalidCommand, NotFound
from engine.model import AuditDraft, Changes
from engine.model import Person as Actor
from engine.store import SqlStore
from engine.store.accounts import Emergency
from service.accounts.access import Access
from service.accounts.identity import MAIN, Identity
from service.accounts.rights import Right
from service.accounts.roles import BREAKING
from service.api.problems import Refusal

RIGHTS = frozenset({Right.READ_PATIENT, Right.ACT, Right.CLOSE_TASKS, Right.ACKNOWLEDGE})
LASTS, AGAIN_WITHIN, MOST = timedelta(minutes=60), timedelta(hours=24), 2
CODES = ("life_threatening", "transfer", "nobody_reachable", "other_emergency")
SHORTEST = 10
log = structlog.get_logger("careway.accounts")


def breaking_role(identity: Identity) -> str:
    """The role in which a person may break the glass; empty for who may not. A program never does."""
    roles = [one.role for one in identity.grants if one.role in BREAKING]
    return roles[0] if roles and identity.session is not None else ""


def standing(access: Access, identity: Identity, patient: str = "") -> list[Emergency]:
    """The emergencies of a person that still last."""
    if not breaking_role(identity):
        return []
    now = access.clock.now()
    return [one for one in _of(access, identity, patient) if one.opened <= now < one.ends]


def break_glass(access: Access, store: SqlStore, identity: Identity, patient: str, code: str, reason: str) -> Emergency:
    """Open one patient. Raises Refusal 403, NotFound, InvalidCommand for the reason, Conflict where it was done twice."""
    role, now = breaking_role(identity), access.clock.now()
    if not role:
        raise Refusal(403, "role_missing", "Only clinicians may do this.", remedy="Call a physician on duty.")
    if access.store.site_of(patient, MAIN) is None:
        raise NotFound(f"There is no patient {patient}.", place=patient, remedy="Check the number.")
    if code not in CODES or len(reason.strip()) < SHORTEST:
        raise InvalidCommand(
            "An emergency takes a reason.", place="reason", remedy=f"Write {SHORTEST} characters or more."
        )
    if sum(now - one.opened < AGAIN_WITHIN for one in _of(access, identity, patient)) >= MOST:
        raise Conflict(
            "This was done twice today.", place=patient, remedy="Ask an administrator for a role at the site."
        )
    made = Emergency(
        f"e-{secrets.token_hex(6)}", patient, identity.person.id, role, code, reason.strip()[:500], now, now + LASTS
    )
    _record(access, store, made)
    return made


def waiting(access: Access, sites: Iterable[str]) -> list[Emergency]:
    """The emergencies that nobody has reviewed yet, at these sites, the oldest first."""
    reached = frozenset(sites)
    found = [one for one in access.store.emergencies_to_review() if access.store.site_of(one.patient, MAIN) in reached]
    return sorted(found, key=lambda one: one.opened)


def review(access: Access, id: str, sites: Iterable[str], by: Actor) -> None:
    """Say that an emergency was looked into. Raises NotFound, and Refusal 403 for the own one."""
    found = next((one for one in waiting(access, sites) if one.id == id), None)
    if found is None:
        raise NotFound("There is no such emergency to review.", place=id)
    if found.person == by.name:
        raise Refusal(403, "same_person", "Nobody reviews an own emergency.", remedy="Ask a colleague.")
    with access.store.writing() as writing:
        writing.change(Emergency, id, {"reviewed": access.clock.now(), "reviewed_by": by.name})
        access.note(writing, Event.ACCESS_GRANTED, by, what="emergency reviewed", emergency=id)


def _of(access: Access, identity: Identity, patient: str) -> list[Emergency]:
    return access.store.emergencies(identity.person.id, patient)


def _record(access: Access, store: SqlStore, made: Emergency) -> None:
    """In the patient's own audit first: what follows is nothing without it."""
    by, event = Actor(made.role, made.person), Event.ACCESS_BREAK_GLASS_OPENED
    content = {
        "events": [],
        "emergency": made.id,
        "code": made.code,
        "reason": made.reason,
        "ends": made.ends.isoformat(),
    }
    with store.unit(made.patient) as unit:
        unit.save(
            unit.chart,
            Changes(),
            [AuditDraft(made.patient, None, event.value, by, made.opened, content)],
            now=made.opened,
        )
    with access.store.writing() as writing:
        writing.add(made)
        access.note(writing, event, by, emergency=made.id, patient=made.patient, code=made.code)
    log.warning("glass_broken", emergency=made.id, person=made.person)
