"""The HTTP application: puts routes, problem details, limits and the request's context together."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI
from fastapi.telemetry import TelemetryConfig

from service.api import health, problems
from service.api.acting import EXPLAINED
from service.api.metrics import Metrics
from service.api.middleware import BodyLimit, RequestContext
from service.api.routes import enrolments, facts, pathways, patients, work
from service.wiring import Careway
from service.worklist import pages

DESCRIPTION = f"""\
Runs treatment pathways: what is due, what is blocked and why, and the record of it.

{EXPLAINED}
**Versions.** An enrolment's `ETag` is its version. Doing an action needs `If-Match` with the version on which it was
decided: 428 without, 412 when the enrolment changed meanwhile.

**Repeating safely.** Every POST takes an `Idempotency-Key`; the same key with the same request gives the stored answer.

**Refusals** are problem details (RFC 9457) in the language of `Accept-Language` (`en`, `zh`). A medical refusal is a 409
whose `reasons` say what blocks, with value, age, limit, statement, what is missing and the earliest possible moment.

**Numbers** are exact: send quantities with their unit as text (`"4.2 g/L"`); they come back as text.
"""


_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
"""The framework's own would put addresses and messages of exceptions into spans and logs."""


def create_app(careway: Careway) -> FastAPI:
    """The application over the parts of the product; it starts nothing and closes nothing of theirs."""
    app = FastAPI(
        title="Careway", version="1", description=DESCRIPTION, docs_url=None, redoc_url=None,
        openapi_url="/api/v1/openapi.json", telemetry=_TELEMETRY,
    )  # fmt: skip
    serve_from(app, careway)
    problems.install(app)
    app.include_router(_api())
    app.include_router(health.router)
    pages.install(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(RequestContext)
    return app


def serve_from(app: FastAPI, careway: Careway) -> None:
    """Let the application work on these parts from now on."""
    app.state.careway = careway
    app.state.metrics = Metrics(careway)


def _api() -> APIRouter:
    api = APIRouter(prefix="/api/v1")
    for module in (patients, facts, enrolments, work, pathways):
        api.include_router(module.router)
    return api
