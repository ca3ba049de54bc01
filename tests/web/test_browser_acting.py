"""Acting in a real browser, without scripts: from an overdue test over a signed dose and an override to a refused discharge."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from engine.clock import VirtualClock
from service.api.app import create_app
from service.settings import Settings
from service.wiring import Careway, build, prepare_database
from tests.web.courses import play, ring_until
from tests.web.people import PASSWORD, access_for, person
from tests.web.test_worklist_browser import LEFT, Served

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
MORNING = datetime(2026, 10, 8, 0, 0, tzinfo=UTC)
"""08:00 in Shanghai on the day of the maintenance dose."""
VISIT = "p-carrier/enrolments/p-carrier.226/actions"
REASON = "Paracetamol is not tolerated, agreed with the patient"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a carrier whose check is overdue and a patient who is ready for the first dose."""
    file = tmp_path_factory.mktemp("courses") / "careway.sqlite"
    settings = Settings(database_url=f"sqlite:///{file}")
    prepare_database(settings)
    clock = VirtualClock(BEGIN)
    with build(settings, clock=clock) as careway:
        patients = play(careway, clock, "carrier", "ready")
        ring_until(careway, clock, MORNING, *patients.values())
    return file


@dataclass
class Ward:
    """The service that runs, its clock, and where it is."""

    careway: Careway
    clock: VirtualClock
    address: str

    def later(self, **time: int) -> None:
        """Let time go by."""
        ring_until(self.careway, self.clock, self.clock.now() + timedelta(**time), "p-carrier", "p-ready")


@pytest.fixture
def ward(played: Path, tmp_path: Path) -> Iterator[Ward]:
    """The service on a copy of that database, with a coordinator, a neurologist and a nurse who can sign in."""
    file, clock = tmp_path / "careway.sqlite", VirtualClock(MORNING)
    shutil.copy(played, file)
    with build(Settings(database_url=f"sqlite:///{file}"), clock=clock) as careway:
        access = access_for(careway)
        for login, role in (("lin", "care_coordinator"), ("zhou", "neurologist"), ("xu", "infusion_nurse")):
            person(access, login, role, password=PASSWORD)
        server = Served(uvicorn.Config(create_app(careway, access), port=0, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        assert server.ready.wait(20)
        yield Ward(careway, clock, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}")
        server.should_exit = True
        thread.join(20)


@pytest.fixture(params=[("en", 1280), ("zh", 390)], ids=["English, wide", "Chinese, narrow"])
def page(browser: Browser, request: pytest.FixtureRequest, ward: Ward) -> Iterator[Page]:
    """A browser without scripts that fails when it complains."""
    language, width = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 900}, java_script_enabled=False, locale="zh-CN" if language == "zh" else "en-GB"
    )  # fmt: skip
    opened, complaints = context.new_page(), []
    opened.on("requestfailed", lambda failed: None if failed.failure == LEFT else complaints.append(failed.url))
    opened.goto(f"{ward.address}/sign-in?lang={language}")
    yield opened
    context.close()
    assert complaints == []


def sign_in(page: Page, ward: Ward, login: str) -> None:
    """Somebody sits down at the screen; whoever sat there before has left, or the session has ended meanwhile."""
    page.goto(f"{ward.address}/account")
    if page.locator("form.me").count():
        page.locator("form.me button").click()
    page.goto(f"{ward.address}/sign-in")
    page.locator("input[name=login]").fill(login)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button").first.click()
    page.locator("form.me").wait_for()


def fits(page: Page) -> bool:
    """Whether nothing is wider than the window."""
    box, size = page.locator("main").bounding_box(), page.viewport_size
    assert box is not None
    assert size is not None
    return box["width"] <= size["width"]


def record(page: Page, ward: Ward, code: str, **typed: str) -> None:
    """Record a fact on its page; a radio button or a list is chosen by its value."""
    page.goto(f"{ward.address}/patients/p-carrier/facts/new/{code}")
    for name, value in typed.items():
        field = page.locator(f"[name='{name.replace('__', '.')}']").first
        kind = field.get_attribute("type")
        if kind == "radio":
            page.locator(f"input[name='{name}'][value='{value}']").check()
        elif field.locator("option").count():
            field.select_option(value)
        else:
            field.fill(value)
    page.locator("button[type=submit]:not([formaction])").last.click()
    page.locator("section.acted").wait_for()


@pytest.mark.slow
def test_a_day_on_the_ward(page: Page, ward: Ward) -> None:
    coordinator_enters_what_is_overdue(page, ward)
    neurologist_signs_the_first_dose(page, ward)
    nurse_starts_by_an_approved_override(page, ward)
    nurse_is_refused_an_early_discharge(page, ward)


def coordinator_enters_what_is_overdue(page: Page, ward: Ward) -> None:
    """The overdue line leads to the task, the task to the forms; the hold ends with the last result, in units of the laboratory."""
    sign_in(page, ward, "lin")
    page.goto(f"{ward.address}/?state=overdue")
    page.locator("tr.is-overdue th a", has_text="HBV").first.click()
    page.locator("a.do[href$='/facts/new/hbv_dna']").first.wait_for()
    assert fits(page)
    record(page, ward, "hbsag", value="negative")
    record(page, ward, "alt", value="0.35 ukat/L")
    page.goto(f"{ward.address}/patients/p-carrier/facts/new/hbv_dna")
    page.locator("input[name=value]").fill("< 1")
    page.locator("select[name=unit]").select_option("{Log_IU}/mL")
    page.locator("details summary").click()
    page.locator("select[name='a.detection']").select_option("not_detected")
    page.locator("button[formaction]").click()
    page.locator("#preview .following").first.wait_for()
    page.locator("button[type=submit]:not([formaction])").last.click()
    done = page.locator("section.acted").inner_text()
    assert "HBV" in done
    assert fits(page)
    assert not [one for one in ward.careway.engine.chart("p-carrier").holds.values() if one.released is None]


def neurologist_signs_the_first_dose(page: Page, ward: Ward) -> None:
    """The dose and the new stage are shown before the password is typed."""
    sign_in(page, ward, "zhou")
    page.goto(f"{ward.address}/patients/p-ready")
    page.locator("a.do[href$='/authorise_first_dose']").click()
    page.locator("input[name='p.planned_start']").fill("2026-10-09T09:30")
    page.locator("form[action$='#preview'] button").click()
    assert "300 mg" in page.locator("#preview").inner_text()
    page.locator("input[name=password]").fill("something else")
    page.locator("form[action$='#told'] button").first.click()
    page.locator("#told").first.wait_for()
    assert page.locator("input[name='p.planned_start']").first.input_value() == "2026-10-09T09:30", (
        "nothing typed is lost"
    )
    ward.later(seconds=30)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form[action$='#told'] button").first.click()
    assert "Dr Zhou" in page.locator("section.acted").inner_text()
    assert ward.careway.engine.chart("p-ready").enrolments["p-ready.1"].stage == "authorised"
    assert fits(page)


def nurse_starts_by_an_approved_override(page: Page, ward: Ward) -> None:
    """Without the antipyretic the start is blocked; the neurologist approves at the nurse's screen."""
    sign_in(page, ward, "xu")
    for code, value in (
        ("active_infection", "none"),
        ("pregnancy_status", "not_pregnant"),
        ("solution_at_room_temperature", "yes"),
    ):
        record(page, ward, code, value=value)
    for code in ("physician_present", "resuscitation_equipment"):
        record(page, ward, code, value="yes")
    for code in ("premed_steroid", "premed_antihistamine"):
        record(page, ward, code, effective="2026-10-08", effective__time="08:00")
    ward.later(minutes=45)
    sign_in(page, ward, "xu")
    page.goto(f"{ward.address}/patients/{VISIT}/start_infusion")
    page.locator("details.override summary").first.click()
    assert fits(page)
    form = page.locator("details.override form")
    form.locator("textarea").fill(REASON)
    for box in form.locator("input[name=warned]").all():
        box.check()
    form.locator("input[name=password]").fill(PASSWORD)
    form.locator("select[name='approver.role']").select_option("neurologist")
    form.locator("input[name='approver.login']").fill("zhou")
    form.locator("input[name='approver.password']").fill(PASSWORD)
    form.locator("button").click()
    done = page.locator("section.acted").inner_text()
    assert "Dr Xu" in done
    assert "Dr Zhou" in done
    assert ward.careway.engine.chart("p-carrier").enrolments["p-carrier.226"].stage == "running"


def nurse_is_refused_an_early_discharge(page: Page, ward: Ward) -> None:
    """At 55 minutes the discharge is refused and on record; at 60 it is done."""
    ward.later(minutes=90)
    sign_in(page, ward, "xu")
    page.goto(f"{ward.address}/patients/{VISIT}/end_infusion")
    page.locator("input[name='p.dose']").fill("300")
    page.locator("form[action$='#preview'] button").click()
    page.locator("form[action$='#told'] button").click()
    ward.later(minutes=55)
    sign_in(page, ward, "xu")
    page.goto(f"{ward.address}/patients/{VISIT}/discharge")
    assert "11:15" in page.locator("main").inner_text(), "the earliest moment is told"
    page.locator("form.inline[action$='#told'] button").click()
    page.locator("#told").first.wait_for()
    assert fits(page)
    assert ward.careway.engine.chart("p-carrier").enrolments["p-carrier.226"].stage == "observation"
    ward.later(minutes=5)
    page.goto(f"{ward.address}/patients/{VISIT}/discharge")
    page.locator("form[action$='#told'] button").click()
    page.locator("section.acted").first.wait_for()
    assert ward.careway.engine.chart("p-carrier").enrolments["p-carrier.226"].stage == "complete"
