"""The HTTP application: puts routes, problem details, limits and the request's context together."""

from __future__ import annotations

from fastapi import APIRouter, Depends, FastAPI
from fastapi.telemetry import TelemetryConfig

from service.accounts import account_pages, administration_pages, emergency_pages, sign_in_pages
from service.accounts.access import Access, access_to
from service.accounts.authentication import Authentication
from service.accounts.external import Provider
from service.accounts.guard import gate
from service.adherence import pages as adherence_pages
from service.adherence import register_pages
from service.adherence.indicators import Indicators
from service.api import health, problems
from service.api.metrics import Metrics
from service.api.middleware import BodyLimit, RequestContext
from service.api.routes import adherence, enrolments, facts, messages, pathways, patients, work
from service.wiring import Careway
from service.worklist import pages

DESCRIPTION = """\
Runs treatment pathways: what is due, what is blocked and why, and the record of it.

**Who acts.** Every request bears a token (`Authorization: Bearer cw_…`, made with `careway accounts token`) or the cookie
of a session. Person and roles come from the account. Where several roles of the person fit, `Careway-Role` names one of
them; a role that the person does not have is a 403. Patients of sites where the person has no role are a 404. A request
with a session's cookie that changes something also sends the page's form token as `X-Form-Token`.

**Signing.** An action that `signs` takes `signature`: the `shown` of its preview, and the password or a code of the second
factor. A second person, and whoever approves an override, signs in the same request and is another person.

**Versions.** An enrolment's `ETag` is its version. Doing an action needs `If-Match` with the version on which it was
decided: 428 without, 412 when the enrolment changed meanwhile.

**Repeating safely.** Every POST takes an `Idempotency-Key`; the same key with the same request gives the stored answer.

**Refusals** are problem details (RFC 9457) in the language of `Accept-Language` (`en`, `zh`). A medical refusal is a 409
whose `reasons` say what blocks, with value, age, limit, statement, what is missing and the earliest possible moment.

**Numbers** are exact: send quantities with their unit as text (`"4.2 g/L"`); they come back as text.
"""


_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
"""The framework's own would put addresses and messages of exceptions into spans and logs."""


def create_app(careway: Careway, access: Access | None = None) -> FastAPI:
    """The application over the parts of the product; it starts nothing and closes nothing of theirs.

    `access` decides who comes in; without one, that of the database and the settings.
    """
    app = FastAPI(
        title="Careway", version="1", description=DESCRIPTION, docs_url=None, redoc_url=None,
        openapi_url="/api/v1/openapi.json", telemetry=_TELEMETRY, dependencies=[Depends(gate)],
    )  # fmt: skip
    serve_from(app, careway, access or access_to(careway))
    problems.install(app)
    for router in (
        _api(),
        health.router,
        sign_in_pages.router,
        account_pages.router,
        emergency_pages.router,
        administration_pages.router,
        adherence_pages.router,
        register_pages.router,
    ):
        app.include_router(router)
    pages.install(app)
    app.add_middleware(Authentication)
    app.add_middleware(BodyLimit)
    app.add_middleware(RequestContext)
    return app


def serve_from(app: FastAPI, careway: Careway, access: Access) -> None:
    """Let the application work on these parts from now on."""
    app.state.careway = careway
    app.state.access = access
    app.state.provider = Provider(access.settings)
    app.state.metrics = Metrics(careway)
    app.state.indicators = Indicators()


def _api() -> APIRouter:
    api = APIRouter(prefix="/api/v1")
    for module in (patients, facts, enrolments, work, messages, pathways, adherence):
        api.include_router(module.router)
    return api
