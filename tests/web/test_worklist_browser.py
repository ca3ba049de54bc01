"""The worklist in a real browser: laid out, usable from the keyboard, without scripts, on a phone, in both languages."""

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
from tests.web.story import later, record, treated


class Served(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        self.ready.set()


@pytest.fixture
def address(client: TestClient, app: FastAPI, careway: Careway, clock: VirtualClock, access: Access) -> Iterator[str]:
    """The service on a free port, with one patient who is late and on hold, and a coordinator who can sign in."""
    person(access, "lin", "care_coordinator", password=PASSWORD)
    treated(client)
    later(careway, clock, 150)
    record(client, "active_infection", "sepsis")
    server = Served(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert server.ready.wait(20)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)


LEFT = "net::ERR_ABORTED"
"""What a browser says of a file that it still waited for when the page was left."""


@pytest.fixture(params=["wide", "narrow"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page without scripts, wide and narrow; it fails when the browser complains (a blocked style, a missing file)."""
    width = 1280 if request.param == "wide" else 390
    context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=False, locale="en-GB")
    opened, complaints = context.new_page(), []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("requestfailed", lambda failed: None if failed.failure == LEFT else complaints.append(failed.url))
    yield opened
    context.close()
    assert complaints == []


def sign_in(page: Page, address: str) -> None:
    """As a person does it: from the keyboard."""
    page.goto(address)
    page.locator("input[name=login]").fill("lin")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("form.me").wait_for()


def test_one_signs_in_sees_the_worklist_and_signs_out_in_both_languages(page: Page, address: str) -> None:
    page.goto(f"{address}/sign-in?lang=zh")
    assert page.locator("h1").inner_text() == "登录"
    sign_in(page, address)
    assert page.locator("h1").inner_text() == "工作清单"
    page.get_by_role("link", name="Dr Lin").click()
    assert "协调员" in page.locator("main").inner_text()
    page.get_by_role("link", name="English").click()
    assert page.locator("h2").first.inner_text() == "My roles"
    page.get_by_role("button", name="Sign out").click()
    assert page.locator("[role=status]").inner_text() == "You are signed out."
    page.go_back()
    page.goto(f"{address}/account")
    assert page.locator("h1").inner_text() == "Sign in"
    assert _fits(page)


def _fits(page: Page) -> bool:
    """Whether nothing is wider than the window."""
    box = page.locator("main").bounding_box()
    assert box is not None
    assert page.viewport_size is not None
    return box["width"] <= page.viewport_size["width"]


def test_a_coordinator_finds_the_late_task_and_what_blocks_it(page: Page, address: str) -> None:
    sign_in(page, address)
    line = page.locator("tr.is-overdue").first
    assert "days late" in line.inner_text()
    assert page.locator("tr.is-blocked th").first.inner_text().startswith("Infection")
    assert "ends by itself" in page.locator("tr.is-blocked").first.inner_text(), "a hold is not blocked by itself"
    assert _fits(page)

    page.get_by_role("link", name="中文").click()
    assert page.locator("h1").inner_text() == "工作清单"
    page.locator("select[name=role]").select_option("neurologist")
    page.get_by_role("button", name="显示").click()
    assert "role=neurologist" in page.url
    assert page.locator("tr.is-overdue").count() == 0

    page.get_by_role("link", name="p-1").first.click()
    assert page.locator("h1").inner_text() == "患者 p-1"
    summary = page.locator("details.action summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("details.action[open] table.checks").first.is_visible()
