"""Outcomes of the engine as answers: a command that was carried out, or the 409 of a medical refusal with its reasons."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import Request, Response

from engine.calendar import days_between, local_day
from engine.codec import instant_text, when_text
from engine.commands import Outcome, Reason
from engine.decide.explaining import MISSING
from engine.model import Chart
from service.api import schemas as s
from service.api.conditional import etag
from service.api.looking import Check, Prospect
from service.api.problems import problem
from service.wiring import Careway

DOCUMENTED: dict[int | str, dict[str, Any]] = {
    code: {"model": s.Problem, "description": text, "content": {"application/problem+json": {}}}
    for code, text in {
        401: "Nobody is signed in, or the token is none.",
        403: "None of the person's roles, or of the token's scopes, allows this here.",
        404: "There is nothing of this id, or it belongs to a site where the person has no role.",
        413: "The request is too large.",
        422: "The request is malformed, or the engine refused what it says.",
        503: "The database did not answer in time; send it again with the same Idempotency-Key.",
    }.items()
}
"""What every route may answer, for the OpenAPI document."""
CHANGING: dict[int | str, dict[str, Any]] = {
    code: {"model": s.Problem, "description": text, "content": {"application/problem+json": {}}}
    for code, text in {
        409: "It conflicts with what stands; a medical refusal lists its reasons.",
        429: "Signing failed several times; Retry-After says when to try again.",
    }.items()
}
"""What a route that changes something may answer besides."""
CONDITIONAL: dict[int | str, dict[str, Any]] = {
    code: {"model": s.Problem, "description": text, "content": {"application/problem+json": {}}}
    for code, text in {412: "The enrolment changed meanwhile.", 428: "If-Match is missing."}.items()
}
"""What a route that demands a version may answer besides."""


def prospect(one: Prospect) -> s.ActionProspect:
    """An action looked at."""
    asks = [
        s.ActionParameter(
            name=name, kind=spec.kind, unit=spec.unit, codes=spec.codes, required=spec.required,
            label=spec.label.en if spec.label else name.replace("_", " "),
        )
        for name, spec in one.asks.items()
    ]  # fmt: skip
    return s.ActionProspect(
        action=one.action, label=one.label, roles=list(one.roles), signs=one.signs, second_person=one.second_person, to=one.to,
        asks=asks, possible=one.possible, proposed=one.proposed, verdict=one.verdict.value, dose=one.dose,
        missing=gaps(one.missing), earliest=when_text(one.earliest) if one.earliest else None,
        reasons=[check(found) for found in one.checks],
    )  # fmt: skip


def check(one: Check) -> s.ActionReason:
    """A requirement judged."""
    return s.ActionReason(
        requirement=one.requirement, level=one.level, state=one.state, text=one.text, value=one.value, limit=one.limit,
        age_days=one.age_days, statements=list(one.statements), missing=gaps(one.missing),
        next_change=instant_text(one.next_change) if one.next_change else None, pathway=one.pathway,
    )  # fmt: skip


def gaps(found: tuple[tuple[str, str, str], ...]) -> list[s.Gap]:
    """What is missing."""
    return [s.Gap(fact=code, label=label, why=why) for code, label, why in found]


def reason(careway: Careway, chart: Chart, one: Reason, language: str, today: date | None) -> s.ActionReason:
    """A reason as the engine gave it when it decided; it may be the stored one of an earlier request."""
    label = careway.registry.labels.of
    days = [chart.facts[key].effective_day for key in one.facts if key in chart.facts]
    missing = [
        s.Gap(fact=code, label=label("value", code, language) if code else "", why=MISSING[why][language])
        for code, why in one.missing
    ]
    return s.ActionReason(
        requirement=one.requirement, level=one.level, state=one.state, text=one.text[language],
        value=str(one.evidence.get("value", "")), limit=str(one.evidence.get("limit", "")),
        age_days=max((days_between(day, today) for day in days), default=None) if today else None, statements=list(one.statements),
        missing=missing, next_change=instant_text(one.earliest) if one.earliest else None, pathway=one.pathway,
    )  # fmt: skip


def result(careway: Careway, patient: str, outcome: Outcome, language: str) -> s.Result:
    """How a command ended."""
    chart = careway.engine.chart(patient)
    # Of a stored answer the ages are those of then, and no longer told.
    today = None if outcome.replayed else local_day(careway.clock.now(), chart.patient.zone)
    known = chart.enrolments.get(outcome.enrolment or "")
    reasons = [reason(careway, chart, one, language, today) for one in outcome.reasons]
    return s.Result(
        verdict=outcome.verdict.value, enrolment=outcome.enrolment, version=known.version if known else None,
        created=list(outcome.created), dose=outcome.dose, replayed=outcome.replayed, reasons=reasons,
    )  # fmt: skip


def refused(request: Request, answer: s.Result, language: str) -> Response:
    """The 409 of a medical refusal: what blocks, why, and what would help."""
    blocking = [one for one in answer.reasons if one.level not in ("warn", "info", "overridden")]
    detail = ("；" if language == "zh" else " ").join(one.text for one in blocking[:3])
    headers = {"etag": etag(answer.version)} if answer.version is not None else None
    listed = [one.model_dump() for one in answer.reasons]
    return problem(
        request, 409, "action_refused", detail=detail, headers=headers, verdict=answer.verdict, dose=answer.dose,
        replayed=answer.replayed, reasons=listed,
    )  # fmt: skip


def numbered(response: Response, answer: s.Result) -> s.Result:
    """The answer, with the enrolment's new version as ETag."""
    if answer.version is not None:
        response.headers["etag"] = etag(answer.version)
    return answer
