"""The pages of adherence in a real browser: no script, no blocked style, nothing wider than the screen, pictures drawn."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page
from starlette.testclient import TestClient

from engine.clock import VirtualClock
from service.accounts.access import Access
from service.wiring import Careway
from tests.web.people import PASSWORD, person
from tests.web.story import later, treated


@pytest.fixture
def address(client: TestClient, app: FastAPI, careway: Careway, clock: VirtualClock, access: Access) -> Iterator[str]:
    """The service on a free port, with one patient whose check was late, and somebody of the quality office."""
    person(access, "gu", "quality_office", password=PASSWORD)
    treated(client)
    later(careway, clock, 138)
    body = {"facts": [{"code": "cd20_b_cell_count", "value": "3 /uL"}]}
    assert client.post("/api/v1/patients/p-1/facts", json=body).status_code == 201
    ready = threading.Event()

    class Served(uvicorn.Server):
        async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
            await super().startup(sockets)  # type: ignore[arg-type]
            ready.set()

    server = Served(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert ready.wait(20)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(20)


@pytest.fixture(params=[1280, 390])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page without scripts of its own; it fails when the browser complains (a blocked style, a broken picture)."""
    context = browser.new_context(viewport={"width": request.param, "height": 800}, locale="en-GB")
    opened, complaints = context.new_page(), []
    opened.on("console", lambda message: complaints.append(message.text))
    yield opened
    context.close()
    assert complaints == []


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
def test_figures_are_drawn_and_fit_the_screen(page: Page, address: str, language: str) -> None:
    page.goto(f"{address}/sign-in?lang={language}")
    page.locator("input[name=login]").fill("gu")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    for path in ("/adherence?pathway=toy&from=2026-01-01&to=2026-12-31", "/deviations?from=2026-01-01&to=2026-12-31"):
        page.goto(f"{address}{path}&lang={language}")
        assert page.locator("h1").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page.locator("tbody a").first.click()
    assert page.locator("form textarea").count() == 2
    page.goto(f"{address}/adherence?pathway=toy&from=2026-01-01&to=2026-12-31")
    bars = page.locator("#tasks svg.plot rect.part")
    assert bars.count() >= 1
    assert all(bars.nth(number).bounding_box()["width"] > 0 for number in range(bars.count()))  # type: ignore[index]
    filled = page.evaluate("getComputedStyle(document.querySelector('#tasks svg.plot rect.k-late')).fill")
    assert filled not in ("rgb(0, 0, 0)", "none")
