"""The pages of adherence: figures with pictures and tables, the patients behind a figure, files to take away.

The filters stand in the address. Whoever looks at the patients behind a figure is recorded, and so is every export.
"""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse
from markupsafe import Markup

from engine.errors import UnknownName
from engine.model import Person
from engine.store import definitions
from service.accounts.guard import Admitted, Allowed, Reach
from service.accounts.rights import Right, needs
from service.adherence.behind import behind
from service.adherence.exporting import FORMS, LOGS, streamed, written
from service.adherence.filters import Asked, Filter, filtered
from service.adherence.indicators import Indicators
from service.adherence.plots import legend, plot
from service.adherence.report import Builder
from service.adherence.sections import Report, Section, shown
from service.api.language import PageLanguage
from service.api.parts import Parts
from service.wiring import Careway
from service.worklist.rendering import page

router = APIRouter(include_in_schema=False)
Day = Annotated[str, Query(max_length=10)]
Name = Annotated[str, Query(max_length=80)]


def asked(
    *, pathway: Name = "", version: Name = "", begin: Annotated[str, Query(alias="from", max_length=10)] = "",
    end: Annotated[str, Query(alias="to", max_length=10)] = "", site: Name = "", start: Name = "", goal: Name = "",
) -> Asked:  # fmt: skip
    """What the address asks for."""
    return Asked(pathway, version, begin, end, site, start, goal)


Wanted = Annotated[Asked, Depends(asked)]
"""The filter of a report, for a route."""


def kept_by(request: Request) -> Indicators:
    """The indicators that this process has judged."""
    found: Indicators = request.app.state.indicators
    return found


@router.get("/adherence", response_class=HTMLResponse)
@needs(Right.READ_ADHERENCE)
def adherence(request: Request, parts: Parts, sites: Reach, language: PageLanguage, wanted: Wanted) -> HTMLResponse:
    """The figures of a pathway, or of all."""
    checked = filtered(parts, wanted, sites)
    report = Builder(parts, checked, language, kept_by(request)).report()
    period = {"from": checked.first.isoformat(), "to": checked.last.isoformat()}
    values = {
        "report": report, "asked": wanted, "first": period["from"], "last": period["to"], "query": urlencode(wanted.as_query()),
        "period_query": urlencode({**period, **({"pathway": wanted.pathway} if wanted.pathway else {})}),
        "pictures": {one.id: Markup(plot(one)) for one in report.sections},  # noqa: S704 (plots escape every text)
        "legends": {one.id: legend(one) for one in report.sections}, "shown": shown, "forms": [*FORMS], "logs": [*LOGS],
        "links": _Links(wanted, period), "sites": sorted(sites), **_choices(parts, wanted, report, language),
        "now": checked.now.isoformat(), "zone": parts.settings.timezone,
    }  # fmt: skip
    return page(request, "adherence.html", values)


@router.get("/adherence/behind", response_class=HTMLResponse)
@needs(Right.READ_ADHERENCE)
def patients_behind(
    *, request: Request, parts: Parts, sites: Reach, allowed: Allowed, language: PageLanguage, wanted: Wanted, code: Name = "",
    indicator: Name = "", standing: Annotated[str, Query(alias="class", max_length=40)] = "",
    cursor: Annotated[str, Query(max_length=600)] = "",
) -> HTMLResponse:  # fmt: skip
    """The patients behind one figure."""
    checked = filtered(parts, wanted, sites)
    reader = actor_of(allowed)
    found = behind(
        parts,
        checked,
        kept_by(request),
        language,
        reader,
        name=code or indicator,
        standing=standing,
        cursor=cursor,
        tasks=bool(code),
    )
    query = wanted.as_query()
    following = {**query, "code": code, "indicator": indicator, "class": standing, "cursor": found.following}
    values = {
        **found.values(), "query": urlencode(query), "tasks": bool(code),
        "next": f"/adherence/behind?{urlencode({key: value for key, value in following.items() if value})}" if found.following else "",
    }  # fmt: skip
    return page(request, "adherence_behind.html", values)


@router.get("/adherence/export")
@needs(Right.EXPORT_ADHERENCE)
def export(
    *,
    request: Request,
    parts: Parts,
    sites: Reach,
    allowed: Allowed,
    language: PageLanguage,
    wanted: Wanted,
    form: Name = "csv",
) -> Response:
    """The same figures, or the log for process mining, as a file."""
    return answered_export(parts, filtered(parts, wanted, sites), kept_by(request), language, form, actor_of(allowed))


def answered_export(parts: Careway, wanted: Filter, kept: Indicators, language: str, form: str, by: Person) -> Response:
    """An export as an answer. Raises UnknownName, StoreBusy."""
    if form not in FORMS and form not in LOGS:
        raise UnknownName(f"There is no form “{form}”.", place="form", remedy=f"One of {', '.join([*FORMS, *LOGS])}.")
    one = FORMS.get(form) or LOGS[form]
    name = f"careway-adherence-{wanted.scope.pathway or 'all'}-{wanted.first}-{wanted.last}.{one.ending}"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    if form in LOGS:
        pieces, _ = streamed(parts, wanted, form, by)
        return StreamingResponse(pieces, media_type=one.media, headers=headers)
    report = Builder(parts, wanted, language, kept, most=None).report()
    content, manifest = written(parts, report, form, language, by)
    headers["digest"] = f"sha-256={manifest.sha256}"
    return Response(content, media_type=one.media, headers=headers)


def actor_of(allowed: Admitted) -> Person:
    """The reader, in the first of the roles that have the right."""
    return allowed.identity.acting_as(allowed.roles[0])


def _choices(parts: Careway, wanted: Asked, report: Report, language: str) -> dict[str, Any]:
    label = parts.registry.labels.of
    pathways = [(name, label("pathway", name, language)) for name in sorted(parts.registry.ids())]
    if not wanted.pathway:
        return {"pathways": pathways, "versions": [], "stages": []}
    stages = parts.registry.latest(wanted.pathway).spec.stages
    known = definitions.versions(parts.store.reader, report.definitions)
    return {
        "pathways": pathways,
        "versions": [
            (one.hash, f"{one.number} · {one.hash[:8]}") for one in sorted(known, key=lambda one: -one.number)
        ],
        "stages": [(name, label("stage", f"{wanted.pathway}.{name}", language)) for name in stages],
    }


class _Links:
    """From a number to the patients behind it, from a pair of stages to its curve."""

    def __init__(self, wanted: Asked, period: dict[str, str]) -> None:
        self._query, self._period = wanted.as_query(), period

    def __call__(self, section: Section, row: Any, column: str) -> str:
        link = row.get("_link", {}).get(column)
        if link and section.id == "deviations":
            known = {"code": link["deviation"], "pathway": link["pathway"]}
            return f"/deviations?{urlencode({**self._period, **known})}"
        if link:
            return f"/adherence/behind?{urlencode({**self._query, **link})}"
        if section.id == "waits" and column == "to":
            return f"/adherence?{urlencode({**self._query, **row['_curve']})}#curve"
        return ""
