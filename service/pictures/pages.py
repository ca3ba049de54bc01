"""The pages with pictures: timeline, planner and summary of a patient, calendars, and the pathways with who is where."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import structlog
from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BeforeValidator

from service.accounts.guard import Reach
from service.accounts.rights import Right, needs
from service.api.language import PageLanguage
from service.api.parts import Parts
from service.pictures import pathways
from service.pictures.month import PatientMonth, SiteMonth
from service.pictures.planner import Planner
from service.pictures.summary import summary
from service.pictures.timeline import Asked, Timeline
from service.wiring import Careway
from service.worklist.rendering import page
from service.worklist.texts import named

router = APIRouter(include_in_schema=False)
Day = Annotated[date | None, BeforeValidator(lambda text: text or None), Query()]
"""A day; a field that was left empty names none."""
MonthText = Annotated[str, Query(pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$")]
Several = Annotated[list[str] | None, Query(max_length=40)]


@router.get("/patients/{patient}/timeline", response_class=HTMLResponse)
@needs(Right.READ_PATIENT)
def timeline(
    *,
    request: Request,
    parts: Parts,
    language: PageLanguage,
    patient: str,
    first: Annotated[date | None, BeforeValidator(lambda text: text or None), Query(alias="from")] = None,
    last: Annotated[date | None, BeforeValidator(lambda text: text or None), Query(alias="to")] = None,
    lane: Several = None,
    value: Several = None,
    known_at: Day = None,
) -> HTMLResponse:
    """A patient's course as a picture and a table; `known_at` shows what was known at the end of that day."""
    structlog.contextvars.bind_contextvars(patient=patient)
    asked = Asked(first, last, tuple(lane or ()), tuple(value or ()), known_at)
    return page(request, "timeline.html", Timeline(parts, patient, language, asked).values())


@router.get("/patients/{patient}/planner", response_class=HTMLResponse)
@needs(Right.READ_PATIENT)
def planner(
    *,
    request: Request,
    parts: Parts,
    language: PageLanguage,
    patient: str,
    step: Annotated[str, Query(max_length=200)] = "",
    day: Day = None,
    other: Day = None,
) -> HTMLResponse:
    """What a step on a day would need and bring; two days side by side. Nothing is stored."""
    structlog.contextvars.bind_contextvars(patient=patient)
    return page(request, "planner.html", Planner(parts, patient, language, step, day, other).values())


@router.get("/patients/{patient}/summary", response_class=HTMLResponse)
@needs(Right.READ_PATIENT)
def printed(request: Request, parts: Parts, language: PageLanguage, patient: str) -> HTMLResponse:
    """A patient on one page of A4."""
    structlog.contextvars.bind_contextvars(patient=patient)
    return page(request, "summary.html", summary(parts, patient, language))


@router.get("/patients/{patient}/calendar", response_class=HTMLResponse)
@needs(Right.READ_PATIENT)
def patient_calendar(
    *, request: Request, parts: Parts, language: PageLanguage, patient: str, month: MonthText = ""
) -> HTMLResponse:
    """A month of a patient."""
    structlog.contextvars.bind_contextvars(patient=patient)
    return page(request, "calendar_patient.html", PatientMonth(parts, patient, language, month).values())


@router.get("/calendar", response_class=HTMLResponse)
@needs(Right.SEE_WORKLIST)
def calendar(
    *,
    request: Request,
    parts: Parts,
    sites: Reach,
    language: PageLanguage,
    month: MonthText = "",
    day: Day = None,
    role: Annotated[str, Query(max_length=41)] = "",
    pathway: Annotated[str, Query(max_length=80)] = "",
) -> HTMLResponse:
    """The open tasks of a month; a day lists its tasks with their patients."""
    shown = SiteMonth(parts, sites, language, month, day, role, pathway).values()
    return page(request, "calendar.html", {**shown, **filters(parts, language)})


@router.get("/pathways", response_class=HTMLResponse)
@needs(Right.READ_PATHWAYS)
def all_pathways(request: Request, parts: Parts, sites: Reach, language: PageLanguage) -> HTMLResponse:
    """The pathways in force, with how many enrolments are open on each."""
    return page(request, "pathways.html", pathways.index(parts, sites, language))


@router.get("/pathways/{pathway}", response_class=HTMLResponse)
@needs(Right.READ_PATHWAYS)
def one_pathway(request: Request, parts: Parts, sites: Reach, language: PageLanguage, pathway: str) -> HTMLResponse:
    """One pathway: its diagram with who is where, its requirements, settings, versions and sources."""
    return page(request, "pathway.html", pathways.shown(parts, pathway, sites, language))


@router.get("/pathways/{pathway}/stages/{stage}", response_class=HTMLResponse)
@needs(Right.SEE_WORKLIST)
def one_stage(
    *,
    request: Request,
    parts: Parts,
    sites: Reach,
    language: PageLanguage,
    pathway: str,
    stage: str,
    cursor: Annotated[str, Query(max_length=600)] = "",
) -> HTMLResponse:
    """The patients in a stage."""
    return page(request, "stage.html", pathways.stage(parts, pathway, stage, sites, language, cursor))


def filters(parts: Careway, language: str) -> dict[str, list[tuple[str, str]]]:
    """The roles that own tasks and the pathways, with their names, for a form."""
    roles = {task.role for name in parts.registry.ids() for task in parts.registry.latest(name).spec.tasks.values()}
    names = [(name, parts.registry.labels.of("pathway", name, language)) for name in parts.registry.ids()]
    return {
        "roles": sorted(((role, named(role, language)) for role in roles), key=lambda one: one[1]),
        "pathways": sorted(names, key=lambda one: one[1]),
    }


def install(app: FastAPI) -> None:
    """Add the pages."""
    app.include_router(router)
