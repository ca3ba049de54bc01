"""One process of the service, from its start to its end: the bell, the HTTP server, and an orderly stop on SIGTERM.

On SIGTERM open streams are told to end (`stopping`), requests get their time, the pass under way is completed, and the
database is closed. A process that is killed instead loses nothing: what was acknowledged is committed, and what it had
claimed is taken over when its lease ends.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

import structlog

from engine.audit import Event
from engine.model import SYSTEM, AuditDraft
from service import versions
from service.chores import DUE, deliver_pass
from service.messages import DELIVERY
from service.wiring import Careway

if TYPE_CHECKING:
    import uvicorn

    from service.accounts.access import Access

log = structlog.get_logger("careway.service")
CHAIN = "service"
"""Audit chain of what the service itself does."""


@contextmanager
def running(careway: Careway) -> Iterator[None]:
    """Record that the service runs, ring the bell until the block ends, and record that it stopped."""
    from service.scheduler import Bell  # noqa: PLC0415 - APScheduler is needed by the service alone

    versions.revive_in_use(careway)
    _record(careway, Event.SERVICE_STARTED)
    _tell_downtime(careway)
    bells = [Bell(careway)] if careway.settings.due_pass else []
    if careway.settings.deliver and careway.messages is not None:
        bells.append(Bell(careway, deliver_pass, name=DELIVERY, interval=careway.settings.deliver_seconds))
    for bell in bells:
        bell.start()
    try:
        yield
    finally:
        for bell in bells:
            bell.stop()
        _record(careway, Event.SERVICE_STOPPED)
        log.info("stopped", worker=careway.settings.worker)


def _record(careway: Careway, event: Event) -> None:
    now = careway.clock.now()
    content = {"events": [], "worker": careway.settings.worker}
    careway.store.append([AuditDraft(CHAIN, None, event.value, SYSTEM, now, content)], now=now)


def _tell_downtime(careway: Careway) -> None:
    """How long nobody looked at what is due: it is caught up with now, late."""
    beat = careway.store.heartbeat(DUE)
    away = (careway.clock.now() - beat.at).total_seconds() if beat is not None else 0.0
    log.info("started", worker=careway.settings.worker, late_seconds=round(away, 1))


def work(careway: Careway) -> None:
    """A process without HTTP: it handles what falls due until SIGTERM or SIGINT."""
    stopping = _stopping_on_signals()
    with running(careway):
        stopping.wait()


def serve(careway: Careway, access: Access | None = None) -> None:
    """The HTTP service with the due pass inside, until SIGTERM or SIGINT; `access` decides who comes in."""
    from service.api.app import create_app  # noqa: PLC0415 - the web framework is slow to import

    stopping = _stopping_on_signals()
    app = create_app(careway, access)
    app.state.stopping = stopping
    with running(careway):
        server = _server(careway, app)
        _tell_streams(server, stopping)
        log.info("serving", address=f"http://{careway.settings.host}:{careway.settings.port}")
        server.run()


def _server(careway: Careway, app: Any) -> uvicorn.Server:
    import uvicorn  # noqa: PLC0415 - needed by this command alone

    settings = careway.settings
    # Without a limit one open event stream would keep the process alive for ever. The access log is our own middleware's.
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=settings.shutdown_seconds,
        )
    )


def _tell_streams(server: uvicorn.Server, stopping: threading.Event) -> None:
    """The server ends its connections before the application hears of it, so the signal itself tells the streams."""
    inner = server.handle_exit

    def handle_exit(number: int, frame: FrameType | None) -> None:
        stopping.set()
        inner(number, frame)

    server.handle_exit = handle_exit  # type: ignore[assignment, method-assign]


def _stopping_on_signals() -> threading.Event:
    """Set by SIGTERM and SIGINT. It stays in place when the server gives the signal back, so that we end in order."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping
