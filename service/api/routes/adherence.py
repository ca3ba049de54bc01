"""Adherence over HTTP: reports and logs, the rows behind a figure, the register of deviations."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from engine.codec import instant_text
from engine.store.adherence import register as stored
from engine.store.adherence.register import Entry, Wanted
from service.accounts.guard import Acting, Allowed, Reach
from service.accounts.rights import Right, needs
from service.accounts.sign_in_pages import access_of, address_of
from service.accounts.signing import Signer
from service.adherence import register
from service.adherence.behind import behind
from service.adherence.filters import Asked, filtered
from service.adherence.pages import Wanted as Filtered
from service.adherence.pages import actor_of, answered_export, kept_by
from service.adherence.register_pages import place_of, place_text
from service.adherence.report import Builder
from service.api import adherence_schemas as s
from service.api.answers import CHANGING, DOCUMENTED
from service.api.cursors import MOST
from service.api.language import Language
from service.api.parts import Parts
from service.api.strict_json import StrictRoute
from service.wiring import Careway

router = APIRouter(tags=["adherence"], route_class=StrictRoute, responses=DOCUMENTED)
Form = Literal["html", "pdf", "csv", "xlsx", "json", "xes", "ocel"]
Text = Annotated[str, Query(max_length=80)]
Cursor = Annotated[str, Query(max_length=600, description="`next` of the page before.")]


@router.get("/adherence", operation_id="readAdherence")
@needs(Right.READ_ADHERENCE)
def report(request: Request, parts: Parts, sites: Reach, language: Language, wanted: Filtered) -> s.AdherenceReport:
    """Planned against actual of the reader's sites: tasks, indicators, transitions, waits, overrides, deviations."""
    found = Builder(parts, filtered(parts, wanted, sites), language, kept_by(request)).report()
    return s.AdherenceReport.model_validate(found.as_dict())


@router.get("/adherence/tasks", operation_id="listTasksBehind")
@needs(Right.READ_ADHERENCE)
def tasks(
    *, request: Request, parts: Parts, sites: Reach, allowed: Allowed, language: Language, wanted: Filtered, code: Text,
    timing: Text = "", cursor: Cursor = "",
) -> s.TasksBehind:  # fmt: skip
    """The tasks behind a figure. The look is recorded."""
    checked = filtered(parts, wanted, sites)
    found = behind(
        parts,
        checked,
        kept_by(request),
        language,
        actor_of(allowed),
        name=code,
        standing=timing,
        cursor=cursor,
        tasks=True,
    )
    items = [
        s.TaskBehind(
            patient=row["patient"], enrolment=row["enrolment"], task=row["key"], timing=row["class"], role=row["role"], due=row["due"],
            opens=row["opens"], until=row["until"], done=row["done"], reason=row["reason"],
        )
        for row in found.rows
    ]  # fmt: skip
    return s.TasksBehind(items=items, next=found.following or None)


@router.get("/adherence/export", operation_id="exportAdherence", response_class=Response)
@needs(Right.EXPORT_ADHERENCE)
def export(
    *,
    request: Request,
    parts: Parts,
    sites: Reach,
    allowed: Allowed,
    language: Language,
    wanted: Filtered,
    form: Form = "json",
) -> Response:
    """A report or a pseudonymous log (XES, OCEL 2.0) as a file. The export is recorded with its digest."""
    return answered_export(parts, filtered(parts, wanted, sites), kept_by(request), language, form, actor_of(allowed))


@router.get("/deviations", operation_id="listDeviations")
@needs(Right.READ_ADHERENCE)
def deviations(
    *, parts: Parts, sites: Reach, language: Language, wanted: Filtered, code: Text = "",
    state: Literal["", "new", "assessed", "signed"] = "", cursor: Cursor = "", limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
) -> s.DeviationPage:  # fmt: skip
    """The register of deviations, the newest first."""
    scope = filtered(parts, Asked(wanted.pathway, wanted.version, wanted.begin, wanted.end, wanted.site), sites).scope
    found = stored.page(parts.store.reader, Wanted(scope, code, state), after=place_of(cursor), limit=limit + 1)
    following = place_text(found[limit - 1]) if len(found) > limit else None
    return s.DeviationPage(items=[_shown(parts, one, language) for one in found[:limit]], next=following)


@router.get("/patients/{patient}/deviations/{deviation}", operation_id="readDeviation")
@needs(Right.READ_ADHERENCE)
def deviation(
    *, request: Request, parts: Parts, sites: Reach, language: Language, patient: str, deviation: str
) -> s.DeviationShown:
    """One deviation, with what a signature must name."""
    entry = register.found(parts, access_of(request), patient, deviation, sites)
    return _shown(parts, entry, language, digest=register.shown(entry))


@router.post(
    "/patients/{patient}/deviations/{deviation}/assessment", operation_id="assessDeviation", responses=CHANGING
)
@needs(Right.ASSESS_DEVIATIONS)
def assess(
    *, request: Request, parts: Parts, sites: Reach, by: Acting, language: Language, patient: str, deviation: str,
    body: s.AssessmentBlock,
) -> s.DeviationShown:  # fmt: skip
    """Classify a deviation and say what follows, until it is signed off."""
    access = access_of(request)
    entry = register.found(parts, access, patient, deviation, sites)
    register.assess(parts, entry, by, body.classification, body.assessment, body.corrective_action, body.version)
    entry = register.found(parts, access, patient, deviation, sites)
    return _shown(parts, entry, language, digest=register.shown(entry))


@router.post("/patients/{patient}/deviations/{deviation}/signature", operation_id="signDeviation", responses=CHANGING)
@needs(Right.SIGN_DEVIATIONS)
def sign(
    *, request: Request, parts: Parts, sites: Reach, allowed: Allowed, by: Acting, language: Language, patient: str,
    deviation: str, body: s.SignatureBlock,
) -> s.DeviationShown:  # fmt: skip
    """Sign an assessment off; another person than who assessed."""
    access = access_of(request)
    entry = register.found(parts, access, patient, deviation, sites)
    register.refuse_assessor(entry, by)
    signature = Signer(access, allowed, address_of(request)).own(by, body.signature, register.shown(entry))
    register.sign(parts, entry, by, signature)
    return _shown(parts, register.found(parts, access, patient, deviation, sites), language)


def _shown(parts: Careway, one: Entry, language: str, *, digest: str = "") -> s.DeviationShown:
    label = parts.registry.labels.of("deviation", f"{one.pathway}.{one.code}", language)
    return s.DeviationShown(
        patient=one.patient, enrolment=one.enrolment, pathway=one.pathway, id=one.id, code=one.code, label=label,
        at=instant_text(one.at), detail=one.detail, state=one.state, review=_review(one), shown=digest,
    )  # fmt: skip


def _review(one: Entry) -> s.ReviewShown | None:
    review = one.review
    if review is None:
        return None
    return s.ReviewShown(
        version=review.version, classification=review.classification, assessment=review.assessment,
        corrective_action=review.corrective_action, assessed=instant_text(review.assessed), assessed_by=review.assessed_by,
        assessed_role=review.assessed_role, signed=instant_text(review.signed) if review.signed else None,
        signed_by=review.signed_by, signed_role=review.signed_role,
    )  # fmt: skip
