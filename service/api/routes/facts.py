"""Facts of a patient: recording, correcting and retracting them; listing them as they are known now or were known then."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from engine.codec import instant_text
from engine.evaluation.records import Records
from engine.model import Chart, Fact, FactStatus
from service.accounts.guard import Acting
from service.accounts.rights import Right, needs
from service.api import asked, shown
from service.api import schemas as s
from service.api.answers import CHANGING, DOCUMENTED, result
from service.api.conditional import IdempotencyKey
from service.api.doing import Doer
from service.api.language import Language
from service.api.parts import Counted, Parts
from service.api.strict_json import StrictRoute

router = APIRouter(prefix="/patients/{patient}/facts", tags=["facts"], route_class=StrictRoute, responses=DOCUMENTED)


@router.post("", status_code=201, operation_id="recordFacts", responses=CHANGING)
@needs(Right.RECORD_FACTS)
def record(
    *,
    parts: Parts,
    metrics: Counted,
    by: Acting,
    language: Language,
    patient: str,
    body: asked.NewFacts,
    key: IdempotencyKey = "",
) -> s.Result:
    """Record facts, all or none. A value that cannot be believed is refused with the reason."""
    outcome = Doer(parts, metrics, by, patient, key).record(body.facts, body.pathway)
    return result(parts, patient, outcome, language)


@router.post("/{fact}/corrections", status_code=201, operation_id="correctFact", responses=CHANGING)
@needs(Right.CORRECT_FACTS)
def correct(
    *,
    parts: Parts,
    metrics: Counted,
    by: Acting,
    language: Language,
    patient: str,
    fact: str,
    body: asked.Correction,
    key: IdempotencyKey = "",
) -> s.Result:
    """Replace the value of a recorded fact; the old version stays readable."""
    return result(parts, patient, Doer(parts, metrics, by, patient, key).correct(fact, body), language)


@router.post("/{fact}/retraction", status_code=201, operation_id="retractFact", responses=CHANGING)
@needs(Right.CORRECT_FACTS)
def retract(
    *,
    parts: Parts,
    metrics: Counted,
    by: Acting,
    language: Language,
    patient: str,
    fact: str,
    body: asked.Retraction,
    key: IdempotencyKey = "",
) -> s.Result:
    """Declare a recorded fact entered in error."""
    return result(parts, patient, Doer(parts, metrics, by, patient, key).retract(fact, body), language)


@router.get("", operation_id="listFacts")
@needs(Right.READ_PATIENT)
def listed(
    parts: Parts,
    language: Language,
    patient: str,
    code: Annotated[str, Query(max_length=80, description="Only this fact; aliases are understood.")] = "",
    known_at: Annotated[AwareDatetime | None, Query(description="As known at this instant; default now.")] = None,
    history: Annotated[bool, Query(description="Replaced and voided versions too.")] = False,
) -> s.Facts:
    """Facts with their two times: when they were true, and when they were recorded. Newest first."""
    chart = parts.engine.chart(patient)
    moment = known_at or parts.clock.now()
    wanted = parts.registry.catalogue.find(code).id if code else ""
    replaced = Records.of(chart.facts.values(), known_at=moment).replaced
    found = [one for one in _known(chart, moment) if not wanted or one.code == wanted]
    kept = [
        one for one in found if history or (one.id not in replaced and one.status is not FactStatus.ENTERED_IN_ERROR)
    ]
    kept.sort(key=lambda one: (one.effective, one.seq), reverse=True)
    catalogue = parts.registry.catalogue
    items = [shown.fact(catalogue, one, language, replaced.get(one.id)) for one in kept]
    return s.Facts(known_at=instant_text(moment), items=items)


def _known(chart: Chart, moment: datetime) -> list[Fact]:
    return [one for one in chart.facts.values() if one.recorded <= moment]
