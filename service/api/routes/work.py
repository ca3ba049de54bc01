"""Tasks closed by hand, messages acknowledged, and the worklist on which they stand."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from service.accounts.guard import Acting, Reach
from service.accounts.rights import Right, needs
from service.api import asked
from service.api import schemas as s
from service.api.answers import CHANGING, DOCUMENTED, gaps, result
from service.api.conditional import IdempotencyKey
from service.api.cursors import MOST
from service.api.doing import Doer
from service.api.language import Language
from service.api.parts import Counted, Parts
from service.api.strict_json import StrictRoute
from service.worklist.listing import Line, Listing
from service.worklist.listing import Query as Asked

router = APIRouter(tags=["worklist"], route_class=StrictRoute, responses=DOCUMENTED)
State = Literal["overdue", "due", "blocked", "later", "unknown"]


@router.post("/patients/{patient}/tasks/{task}/completion", operation_id="completeTask", responses=CHANGING)
@needs(Right.CLOSE_TASKS)
def complete(
    *,
    parts: Parts,
    metrics: Counted,
    by: Acting,
    language: Language,
    patient: str,
    task: str,
    body: asked.Completion,
    key: IdempotencyKey = "",
) -> s.Result:
    """Declare an open task done, where no fact or action tells."""
    outcome = Doer(parts, metrics, by, patient, key).close_task(task, "done", body.reason)
    return result(parts, patient, outcome, language)


@router.post("/patients/{patient}/tasks/{task}/omission", operation_id="omitTask", responses=CHANGING)
@needs(Right.CLOSE_TASKS)
def omit(
    *,
    parts: Parts,
    metrics: Counted,
    by: Acting,
    language: Language,
    patient: str,
    task: str,
    body: asked.Omission,
    key: IdempotencyKey = "",
) -> s.Result:
    """Decide not to do an open task, with the reason."""
    outcome = Doer(parts, metrics, by, patient, key).close_task(task, "omitted", body.reason)
    return result(parts, patient, outcome, language)


@router.post(
    "/patients/{patient}/messages/{message}/acknowledgement", operation_id="acknowledgeMessage", responses=CHANGING
)
@needs(Right.ACKNOWLEDGE)
def acknowledge(
    *,
    parts: Parts,
    metrics: Counted,
    by: Acting,
    language: Language,
    patient: str,
    message: str,
    key: IdempotencyKey = "",
) -> s.Result:
    """Acknowledge a message; acknowledging it again changes nothing."""
    return result(parts, patient, Doer(parts, metrics, by, patient, key).acknowledge(message), language)


@router.get("/worklist", operation_id="readWorklist")
@needs(Right.SEE_WORKLIST)
def worklist(
    *,
    parts: Parts,
    sites: Reach,
    language: Language,
    role: Annotated[str, Query(max_length=41, description="Tasks of this role, and holds that concern it.")] = "",
    pathway: Annotated[str, Query(max_length=80)] = "",
    state: Annotated[
        list[State] | None,
        Query(
            description="Default: overdue, due and blocked. `unknown` stands alone: actions for which data is missing."
        ),
    ] = None,
    cursor: Annotated[str | None, Query(max_length=600, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
) -> s.WorkPage:
    """What is overdue, due, blocked (and by what) or waits for data, the most urgent first."""
    states = tuple(state) if state else ("overdue", "due", "blocked")
    lines, following = Listing(parts, language).page(Asked(role, pathway, states, sites), cursor, limit)
    return s.WorkPage(items=[_item(line) for line in lines], next=following)


def _item(line: Line) -> s.WorkItem:
    return s.WorkItem(
        state=line.state, kind=line.kind, patient=line.patient, enrolment=line.enrolment, pathway=s.Named(id=line.pathway, label=line.title),
        stage=s.Named(id=line.stage, label=line.stage_label), id=line.id, code=line.code, label=line.label, role=line.role, due=line.due,
        opens=line.opens, until=line.until, days_late=line.days_late, since=line.since,
        blocked_by=[s.Named(id=code, label=label) for code, label in line.blocked_by], missing=gaps(line.missing),
    )  # fmt: skip
