"""The pages: `/` is the worklist, `/patients/{id}` one patient, and below it the forms on which people act. They need no script."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from service.accounts.guard import Reach
from service.accounts.rights import Right, needs
from service.api.language import PageLanguage
from service.api.parts import Parts
from service.pictures import pages as pictures
from service.pictures.timeline import small
from service.worklist import messages
from service.worklist.acting import action_routes, fact_routes, patient_routes, task_routes
from service.worklist.acting.happened import happened
from service.worklist.acting.offering import offered
from service.worklist.listing import STATES, Listing
from service.worklist.listing import Query as Asked
from service.worklist.patient import PatientPage
from service.worklist.rendering import page
from service.worklist.texts import named

STATIC = Path(__file__).parent / "static"
LINES = 50
MOST_COUNTED = 1000
DEFAULT = ("overdue", "due", "blocked")
router = APIRouter(include_in_schema=False)


@router.get("/", response_class=HTMLResponse)
@needs(Right.SEE_WORKLIST)
def worklist(
    *,
    request: Request,
    parts: Parts,
    sites: Reach,
    language: PageLanguage,
    role: Annotated[str, Query(max_length=41)] = "",
    pathway: Annotated[str, Query(max_length=80)] = "",
    state: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str, Query(max_length=600)] = "",
) -> HTMLResponse:
    """What is overdue, due and blocked; the filters stand in the address."""
    states = (state,) if state in STATES else DEFAULT
    asked = Asked(role, pathway, states, sites)
    listing = Listing(parts, language)
    lines, following = listing.page(asked, cursor or None, LINES)
    values = {
        "lines": lines, "counts": listing.counts(asked, MOST_COUNTED), "most": MOST_COUNTED, "role": role, "pathway": pathway,
        "state": state if state in STATES else "", "tabs": _tabs(role, pathway), "first": _address(role, pathway, state) if cursor else "",
        "next": _address(role, pathway, state, cursor=following) if following else "", "roles": _roles(parts, language),
        "pathways": [(name, parts.registry.labels.of("pathway", name, language)) for name in sorted(parts.registry.ids())],
        "now": parts.clock.now().isoformat(), "zone": parts.settings.timezone,
    }  # fmt: skip
    return page(request, "worklist.html", values)


@router.get("/patients/{patient}", response_class=HTMLResponse)
@needs(Right.READ_PATIENT)
def patient(
    request: Request,
    parts: Parts,
    language: PageLanguage,
    patient: str,
    after: Annotated[int, Query(ge=0, alias="happened")] = 0,
) -> HTMLResponse:
    """How one patient stands, what each next action waits for, and what happened; first what the reader has just done."""
    structlog.contextvars.bind_contextvars(patient=patient)
    view = PatientPage(parts, patient, language)
    more = {
        "happened": happened(parts, view.chart, after, language) if after else None,
        "offered": offered(request, parts, view.chart, language),
        "timeline": small(parts, view.chart, language),
    }
    return page(request, "patient.html", {**view.values(), **more})


def install(app: FastAPI) -> None:
    """Add the pages, their files and the pages of errors."""
    app.include_router(router)
    for module in (messages, action_routes, fact_routes, task_routes, patient_routes):
        app.include_router(module.router)
    pictures.install(app)
    app.mount("/static", _Static(directory=STATIC), name="static")
    app.state.error_page = error_page


def error_page(request: Request, status: int, title: str, detail: str, remedy: str) -> Response:
    """A problem as a page, for a browser."""
    return page(request, "error.html", {"status": status, "title": title, "detail": detail, "remedy": remedy}, status)


class _Static(StaticFiles):
    """Files that a browser may keep for an hour."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file."""
        answer = await super().get_response(path, scope)
        answer.headers["cache-control"] = f"public, max-age={int(timedelta(hours=1).total_seconds())}"
        return answer


def _address(role: str, pathway: str, state: str, cursor: str = "") -> str:
    asked = {"role": role, "pathway": pathway, "state": state, "cursor": cursor}
    return f"/?{urlencode({key: value for key, value in asked.items() if value})}"


def _tabs(role: str, pathway: str) -> dict[str, str]:
    return {name: _address(role, pathway, name) for name in ("", *STATES)}


def _roles(parts: Parts, language: str) -> list[tuple[str, str]]:
    """Every role that a definition names as owner of a task or doer of an action."""
    found: set[str] = set()
    for name in parts.registry.ids():
        spec = parts.registry.latest(name).spec
        found |= {task.role for task in spec.tasks.values()} | {
            role for action in spec.actions.values() for role in action.by
        }
    return sorted(((role, named(role, language)) for role in found), key=lambda one: one[1])
