"""The register of deviations: assess one, and sign an assessment off. Another person signs, for exactly what was shown.

Each change is one transaction with its audit entry, which holds what stood before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.audit import Event
from engine.codec import instant_text
from engine.commands import Signature
from engine.errors import Conflict, InvalidCommand, NotFound
from engine.model import AuditDraft, Person
from engine.store.adherence import register
from engine.store.adherence.register import Entry, Review
from engine.store.adherence.schema import CLASSES
from service.accounts.access import Access
from service.accounts.identity import MAIN
from service.accounts.signing import shown_digest
from service.api.problems import Refusal
from service.wiring import Careway

CHAIN = "deviations"
"""The audit chain of the register."""
LONGEST = 4000


def found(careway: Careway, access: Access, patient: str, id: str, sites: frozenset[str]) -> Entry:
    """An entry within reach; elsewhere it does not exist. Raises NotFound, StoreBusy."""
    entry = register.find(careway.store.reader, patient, id)
    if access.store.site_of(patient, MAIN) not in sites:
        raise NotFound(f"There is no deviation {id}.", place=id)
    return entry


def assess(
    careway: Careway,
    entry: Entry,
    by: Person,
    classification: str,
    assessment: str,
    corrective_action: str,
    version: int,
) -> Review:
    """Classify a deviation and say what follows; `version` is that of the review which was seen (0: none).

    Raises InvalidCommand, Conflict (signed off, or changed meanwhile), StoreBusy.
    """
    texts = {"assessment": assessment.strip(), "corrective_action": corrective_action.strip()}
    _check(classification, texts)
    seen = entry.review.version if entry.review else 0
    if entry.state == "signed" or version != seen:
        raise Conflict("It was signed off or changed meanwhile.", place=entry.id, remedy="Look at it again.")
    now = careway.clock.now()
    review = Review(
        entry.patient,
        entry.id,
        seen + 1,
        classification,
        texts["assessment"],
        texts["corrective_action"],
        now,
        by.name,
        by.role,
    )
    content = {**_about(entry), "before": _said(entry.review), "after": _said(review)}
    draft = AuditDraft(CHAIN, None, Event.DEVIATION_ASSESSED.value, by, now, content)
    register.save(careway.store.database, review, [draft], now)
    return review


def sign(careway: Careway, entry: Entry, by: Person, signature: Signature) -> Review:
    """Sign an assessment off. Raises Conflict, Refusal (403: the assessor), StoreBusy."""
    review = entry.review
    if review is None or entry.state == "signed":
        raise Conflict("There is nothing to sign off.", place=entry.id, remedy="Look at it again.")
    refuse_assessor(entry, by)
    now = careway.clock.now()
    signed = replace(
        review, version=review.version + 1, signed=now, signed_by=by.name, signed_role=by.role, shown=signature.shown
    )
    told = {
        "name": signature.name,
        "meaning": signature.meaning,
        "factors": signature.factors,
        "shown": signature.shown,
    }
    draft = AuditDraft(CHAIN, None, Event.DEVIATION_SIGNED.value, by, now, {**_about(entry), "signature": told})
    register.save(careway.store.database, signed, [draft], now)
    return signed


def refuse_assessor(entry: Entry, by: Person) -> None:
    """Nobody signs the own assessment off. Raises Refusal."""
    if entry.review is not None and entry.review.assessed_by == by.name:
        remedy = "Ask a colleague who may sign."
        raise Refusal(403, "same_person", "Who assessed it does not sign it off.", remedy=remedy)


def shown(entry: Entry) -> str:
    """SHA-256 of what a signer sees: the deviation and its assessment."""
    content = {
        **_about(entry), "occurrence": entry.occurrence, "at": instant_text(entry.at), "detail": entry.detail,
        "review": _said(entry.review), "version": entry.review.version if entry.review else 0,
    }  # fmt: skip
    return shown_digest(content)


def _about(entry: Entry) -> dict[str, Any]:
    return {
        "events": [], "patient": entry.patient, "enrolment": entry.enrolment, "deviation": entry.id, "code": entry.code,
        "definition": entry.definition,
    }  # fmt: skip


def _said(review: Review | None) -> dict[str, Any] | None:
    if review is None:
        return None
    return {
        "classification": review.classification, "assessment": review.assessment,
        "corrective_action": review.corrective_action, "by": review.assessed_by, "role": review.assessed_role,
        "at": instant_text(review.assessed),
    }  # fmt: skip


def _check(classification: str, texts: Mapping[str, str]) -> None:
    if classification not in CLASSES:
        raise InvalidCommand(
            f"“{classification}” is no class.", place="classification", remedy=f"One of {', '.join(CLASSES)}."
        )
    if not texts["assessment"]:
        raise InvalidCommand("The assessment is empty.", place="assessment", remedy="Say in words what it means.")
    for name, text in texts.items():
        if len(text) > LONGEST:
            raise InvalidCommand(f"{name} is longer than {LONGEST} characters.", place=name, remedy="Shorten it.")
