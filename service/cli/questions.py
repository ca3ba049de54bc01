"""`explain` and `worklist`: what a coordinator asks. Nothing is changed, and a running service is not disturbed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.app import app
from service.cli.patients import Pathway, PatientId, With
from service.cli.printing import DONE, Json, Lang, language, note, show, table

if TYPE_CHECKING:
    from engine.definition.registry import Registry
    from engine.model import Chart, Enrolment, When
    from engine.store.worklist import Item
    from service.wiring import Careway

At = Annotated[str, typer.Option("--at", help="As of this moment (local time of the site) instead of now.")]


@app.command()
def explain(
    patient: PatientId,
    action: Annotated[str, typer.Argument(help="The action.", metavar="ACTION")],
    *,
    pathway: Pathway = "",
    given: With = None,
    at: At = "",
    lang: Lang = "",
    as_json: Json = False,
) -> int:
    """Say why an action is blocked: what blocks, value, age, limit, statement, what is missing, earliest possible date."""
    from service.cli.entering import moment, single
    from service.cli.opening import opened
    from service.explanations import explain as explained

    tongue = language(lang)
    with opened(read_only=True) as careway:
        chart = careway.engine.chart(patient)
        enrolment = enrolment_of(careway, chart, pathway, action)
        now = moment(at, chart.patient.zone) if at else careway.clock.now()
        found = explained(careway.registry, chart, enrolment.id, action, single(given or []), now, tongue)
    show(found.as_dict(), found.text, as_json=as_json)
    return DONE


def enrolment_of(careway: Careway, chart: Chart, pathway: str, action: str) -> Enrolment:
    """The enrolment that an action is meant for. Raises `NotFound`, `UnknownName`."""
    from service.cli.entering import chosen

    registry = careway.registry
    name = pathway.partition("#")[0]
    if name:
        registry.latest(name)
    return chosen(chart, pathway, action, lambda one: _actions(registry, one))


def _actions(registry: Registry, enrolment: Enrolment) -> Iterable[str]:
    """The actions of the version on which it runs; none where that cannot be read."""
    from engine.definition.reviving import NotRevivable

    try:
        return registry.version(enrolment.definition).spec.actions
    except NotRevivable:
        return ()


@app.command()
def worklist(
    *,
    role: Annotated[str, typer.Option(help="Only what this role has to do.")] = "",
    pathway: Annotated[str, typer.Option(help="Only this pathway.")] = "",
    later: Annotated[bool, typer.Option(help="Also what is not due yet.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many lines.")] = 200,
    lang: Lang = "",
    as_json: Json = False,
) -> int:
    """List what is overdue, due and blocked, of all patients."""
    from engine.store.worklist import Wanted, page
    from service.cli.opening import opened

    tongue = language(lang)
    with opened(read_only=True) as careway:
        if pathway:
            careway.registry.latest(pathway)
        states = ("overdue", "due", "blocked", *(["later"] if later else []))
        items, more = page(careway.store.reader, Wanted(states, role, pathway), careway.clock.now(), limit=limit)
        rows = [_row(careway, one, tongue) for one in items]
    heading = ("state", "due", "patient", "pathway", "stage", "what", "role")
    text = table(([row[name] for name in heading] for row in rows), heading) if rows else "Nothing is due."
    show(rows, text, as_json=as_json)
    if more is not None:
        note(f"Only the first {limit}; ask for more with --limit.")
    return DONE


def _row(careway: Careway, item: Item, tongue: str) -> dict[str, Any]:
    label = careway.registry.labels.of
    return {
        "state": item.state, "due": _when(item.due or item.since, item.zone), "patient": item.patient, "pathway": item.pathway,
        "stage": label("stage", f"{item.pathway}.{item.stage}", tongue),
        "what": label(item.kind, f"{item.pathway}.{item.code}", tongue),
        "role": item.role, "kind": item.kind, "code": item.code, "id": item.id, "enrolment": item.enrolment,
        "opens": _when(item.opens, item.zone), "until": _when(item.until, item.zone),
    }  # fmt: skip


def _when(when: When | None, zone: str) -> str:
    from engine.calendar import zone_info

    if isinstance(when, datetime):
        return when.astimezone(zone_info(zone)).strftime("%Y-%m-%d %H:%M")
    return when.isoformat() if when is not None else ""
