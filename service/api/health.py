"""Whether the process lives, whether the service can work, and its numbers: for supervisors, without patient data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from engine.errors import CarewayError
from engine.store import current, head
from service.accounts.rights import Right, needs
from service.api.metrics import MEDIA_TYPE
from service.api.parts import Counted, Parts
from service.chores.due import DUE
from service.messages import DELIVERY
from service.messages.delivering import SENDING
from service.versions import standing_still
from service.wiring import Careway

router = APIRouter(tags=["operation"])
Check = Callable[[Careway, datetime], str]
"""One question; an empty answer means that all is well."""


@router.get("/healthz", operation_id="health")
@needs(Right.PUBLIC)
async def healthz() -> dict[str, str]:
    """The process answers. It asks nobody else, so that a slow database does not get the process killed."""
    return {"status": "ok"}


@router.get("/readyz", operation_id="readiness", responses={503: {"description": "Something is not ready."}})
@needs(Right.PUBLIC)
def readyz(parts: Parts) -> JSONResponse:
    """Database reachable, schema at this version's step, due pass completed lately, no timer waiting too long.

    `definitions` names versions that cannot be revived. The enrolments on them stand still; the service is ready for all
    others, which a 503 would stop too.
    """
    now = parts.clock.now()
    found = {name: _answer(check, parts, now) for name, check in CHECKS.items()}
    ready = not any(found.values())
    found["definitions"] = standing_still(parts.registry)
    checks = {name: answer or "ok" for name, answer in found.items()}
    return JSONResponse({"status": "ready" if ready else "not ready", "checks": checks}, 200 if ready else 503)


@router.get("/metrics", operation_id="metrics", response_class=Response)
@needs(Right.READ_METRICS)
def metrics(counted: Counted) -> Response:
    """Prometheus' text format."""
    return Response(counted.text(), media_type=MEDIA_TYPE)


def _answer(check: Check, careway: Careway, now: datetime) -> str:
    try:
        return check(careway, now)
    except CarewayError as error:
        return error.code


def _database(careway: Careway, _now: datetime) -> str:
    careway.store.next_due()
    return ""


def _migrations(careway: Careway, _now: datetime) -> str:
    if careway.store.database.in_memory:
        return ""
    found = current(careway.store.reader)
    return "" if found == head() else f"at {found or 'none'}, needed {head()}"


def _heartbeat(careway: Careway, now: datetime) -> str:
    if not careway.settings.due_pass:
        return ""
    beat = careway.store.heartbeat(DUE)
    if beat is None:
        return "no due pass has completed yet"
    age = (now - beat.at).total_seconds()
    return "" if age <= careway.settings.watchdog_seconds else f"the last due pass completed {age:.0f} s ago"


def _lag(careway: Careway, now: datetime) -> str:
    oldest = careway.store.oldest_due()
    lag = (now - oldest).total_seconds() if oldest else 0.0
    # Catching up after downtime is work in progress; only a timer that nobody takes is a fault.
    beat = careway.store.heartbeat(DUE)
    waited = lag if beat is None or oldest is None else min(lag, (now - beat.at).total_seconds())
    allowed = careway.settings.watchdog_seconds
    return "" if waited <= allowed or not careway.settings.due_pass else f"the oldest due timer has waited {lag:.0f} s"


def _delivery(careway: Careway, now: datetime) -> str:
    """A pass may wait for a slow mail server; one that never ends is a fault. A channel that is down is none of ours."""
    if not careway.settings.deliver or careway.messages is None or not careway.messages.delivery.channels:
        return ""
    beat = careway.store.heartbeat(DELIVERY)
    if beat is None:
        return "no delivery pass has completed yet"
    age = (now - beat.at).total_seconds()
    patience = careway.settings.watchdog_seconds + SENDING.total_seconds()
    return "" if age <= patience else f"the last delivery pass completed {age:.0f} s ago"


CHECKS: dict[str, Check] = {
    "database": _database, "migrations": _migrations, "due_pass": _heartbeat, "timers": _lag, "delivery": _delivery,
}  # fmt: skip
