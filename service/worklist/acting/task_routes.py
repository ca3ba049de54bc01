"""The page of one task: what completes it and where that is recorded, declaring it done by hand, omitting it with a reason."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import quote

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from engine.definition.schema import TaskSpec
from engine.errors import CarewayError, NotFound
from engine.language.parsing import parse_criterion
from engine.language.printing import chinese, english
from engine.model import Chart, Enrolment, Task
from service.accounts.guard import acting
from service.accounts.rights import Right, needs
from service.api import asked
from service.api.doing import Doer
from service.api.language import PageLanguage
from service.api.metrics import Metrics
from service.api.parts import Counted, Parts
from service.api.shown import Shower
from service.wiring import Careway
from service.worklist.acting.facts import facts_of
from service.worklist.acting.happened import last_of
from service.worklist.acting.reader import Reader, who_may
from service.worklist.acting.sending import NOTHING, Sent, Typed
from service.worklist.acting.told import Told, told, told_form
from service.worklist.patient import task_state
from service.worklist.rendering import page

router = APIRouter(prefix="/patients/{patient}/tasks/{task}", include_in_schema=False)


def address(patient: str, task: str) -> str:
    """Where a task is looked at and closed."""
    return f"/patients/{quote(patient, safe='')}/tasks/{quote(task, safe='')}"


@router.get("", response_class=HTMLResponse)
@needs(Right.READ_PATIENT)
def look(request: Request, parts: Parts, language: PageLanguage, patient: str, task: str) -> Response:
    """One task."""
    return _shown(request, parts, patient, task, NOTHING, language)


@router.post("/completion")
@needs(Right.CLOSE_TASKS)
def complete(*, request: Request, parts: Parts, metrics: Counted, language: PageLanguage, typed: Sent) -> Response:
    """Declare it done, where no fact or action tells."""
    return _close(request, parts, metrics, typed, language, "done")


@router.post("/omission")
@needs(Right.CLOSE_TASKS)
def omit(*, request: Request, parts: Parts, metrics: Counted, language: PageLanguage, typed: Sent) -> Response:
    """Decide not to do it, with the reason."""
    return _close(request, parts, metrics, typed, language, "omitted")


def _close(
    request: Request, parts: Careway, metrics: Metrics, typed: Typed, language: str, status: Literal["done", "omitted"]
) -> Response:
    patient, task = (str(request.path_params[name]) for name in ("patient", "task"))
    try:
        by = acting(request, parts, typed.one("as_role") or None)
        Doer(parts, metrics, by, patient, typed.one("key")).close_task(task, status, _reason(typed, status))
    except ValidationError as error:
        return _shown(request, parts, patient, task, typed, language, told_form(error, language))
    except CarewayError as error:
        return _shown(request, parts, patient, task, typed, language, told(error, language))
    position = last_of(parts, patient, Reader.of(request).admitted.identity.person.id)
    return RedirectResponse(f"/patients/{quote(patient, safe='')}?happened={position}", 303)


def _reason(typed: Typed, status: str) -> str:
    """As the API takes it. Raises pydantic's ValidationError for an omission without one."""
    if status == "omitted":
        return asked.Omission(reason=typed.one("reason")).reason
    return asked.Completion(reason=typed.one("reason")).reason


def _found(chart: Chart, task: str) -> tuple[Task, Enrolment]:
    known = chart.tasks.get(task)
    if known is None:
        raise NotFound("There is no such task.", place=task, remedy="Read the worklist again.")
    return known, chart.enrolments[known.enrolment]


def _shown(
    request: Request, parts: Careway, patient: str, task: str, typed: Typed, language: str, answer: Told | None = None
) -> Response:
    structlog.contextvars.bind_contextvars(patient=patient)
    chart = parts.engine.chart(patient)
    known, one = _found(chart, task)
    reader, place, item = Reader.of(request), address(patient, task), Shower(parts, language).task(one, known)
    spec = parts.registry.version(one.definition).spec.tasks.get(known.code)
    values = {
        "patient": chart.patient, "zone": chart.patient.zone, "enrolment": one, "task": item, "typed": typed, "told": answer,
        "title": parts.registry.labels.of("pathway", one.pathway, language), "place": place, "path": place,
        "state": task_state(item, parts.clock.now(), chart.patient.zone), "key": parts.ids.new("k"),
        "may_record": reader.may(Right.RECORD_FACTS), "may_close": reader.may(Right.CLOSE_TASKS),
        "roles": reader.roles(Right.CLOSE_TASKS), "closers": who_may(Right.CLOSE_TASKS), **_ways(parts, one, spec, language),
    }  # fmt: skip
    return page(request, "acting/task.html", values, answer.status if answer else 200)


def _ways(parts: Careway, one: Enrolment, spec: TaskSpec | None, language: str) -> dict[str, Any]:
    """What completes a task: facts to record, actions to do, or a condition in words."""
    done, labels = spec.done_by if spec else None, parts.registry.labels
    printed = english if language == "en" else chinese
    return {
        "facts": [(code, labels.of("value", code, language)) for code in facts_of(parts, done)], "whole": bool(done and done.all),
        "actions": [(name, labels.of("action", f"{one.pathway}.{name}", language)) for name in (done.action if done else ())],
        "condition": printed(parse_criterion(done.when), labels) if done and done.when else "",
    }  # fmt: skip
