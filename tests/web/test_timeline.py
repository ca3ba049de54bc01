"""The timeline of a patient: in the picture is what is in the chart; known_at shows what was known then, and marks what differs."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from engine.audit.fold import compare
from engine.clock import VirtualClock
from engine.commands import CorrectFact, Enrol, Entry, RecordFacts, RetractFact
from engine.definition.registry import Registry
from engine.model import SYSTEM, Patient
from service.accounts.access import Access
from service.ids import CountedIds
from service.pictures.history import chart_at
from service.pictures.timeline import Asked, Timeline
from service.settings import Settings
from service.wiring import Careway, build
from tests.web.conftest import START
from tests.web.people import ELSEWHERE, as_role
from tests.web.story import FACTS, later, record, treated

PAGE = "/patients/p-1/timeline?lang=en"


@pytest.fixture
def course(client: TestClient, careway: Careway, clock: VirtualClock) -> TestClient:
    """A patient treated 150 days ago, late with a check, on hold since today."""
    treated(client)
    later(careway, clock, 150)
    record(client, "active_infection", "sepsis")
    return client


def test_every_record_of_the_chart_is_in_the_table_and_nothing_else(course: TestClient, careway: Careway) -> None:
    chart = careway.engine.chart("p-1")
    shown = set(re.findall(r'data-record="([^"]+)"', course.get(f"{PAGE}&from=2025-12-01&to=2027-12-31").text))
    facts = {one.id for one in chart.facts.values() if one.event is not None or one.code == "igg"}
    notes = {(one.code, one.requested) for one in chart.messages.values()}
    assert set(chart.enrolments) | set(chart.holds) | set(chart.tasks) | facts <= shown
    assert len(shown & set(chart.messages)) == len(notes)
    assert shown <= {*chart.enrolments, *chart.holds, *chart.tasks, *chart.messages, *facts}


def test_the_picture_is_drawn_wide_and_narrow_without_styles(course: TestClient) -> None:
    text = course.get(PAGE).text
    assert text.count('<svg xmlns="http://www.w3.org/2000/svg" class="picture timeline wide"') == 1
    assert text.count('<svg xmlns="http://www.w3.org/2000/svg" class="picture timeline narrow"') == 1
    assert not re.search(r"<script|<style|style=|onclick", text)
    assert "Infection" in text
    assert ">today<" in text


def test_the_limits_are_those_that_the_guards_apply(course: TestClient, careway: Careway) -> None:
    """The setting of the definition, and the enrolment's own where it has one."""
    text = course.get(f"{PAGE}&lang=en").text
    assert "≥ 5 g/L, else warns" in text
    assert "T-2" in text


def test_lanes_and_period_are_chosen_by_the_address(course: TestClient) -> None:
    only = course.get(f"{PAGE}&lane=holds").text
    assert ">Tasks<" not in only.partition("</svg>")[0]
    early = course.get(f"{PAGE}&from=2020-01-01&to=2020-03-01").text
    assert "Nothing in this period." in early
    assert course.get(f"{PAGE}&from=").status_code == 200


def test_known_at_shows_what_was_known_then(course: TestClient, clock: VirtualClock, careway: Careway) -> None:
    """A late fact is not in the picture of then as known; a corrected one shows its old value and how it stands now."""
    day = (clock.now() - timedelta(days=3)).date()
    igg = next(one for one in careway.engine.chart("p-1").facts.values() if one.code == "igg")
    assert course.post(f"{FACTS}/{igg.id}/corrections", json={"value": "7 g/L", "reason": "amended"}).status_code in (
        200,
        201,
    )
    late = {"code": "igg", "value": "4 g/L", "effective": "2026-03-01"}
    record(course, "igg", {"value": late["value"], "effective": late["effective"]})
    timeline = Timeline(careway, "p-1", "en", Asked(known_at=day))
    marks = {mark.record: mark for lane in timeline.lanes() if lane.key == "igg" for mark in lane.marks}
    assert (marks[igg.id].label, marks[igg.id].ghost) == ("9 g/L", False)
    assert "corrected" in marks[igg.id].changed
    ghosts = [mark for mark in marks.values() if mark.ghost]
    assert [mark.label for mark in ghosts] == ["4 g/L"]
    assert "not known then" in ghosts[0].changed
    assert not any(lane.group == "holds" for lane in timeline.lanes())
    assert "What stands otherwise now" in course.get(f"{PAGE}&known_at={day}").text


def test_before_the_patient_was_known_nothing_was(course: TestClient) -> None:
    answer = course.get(f"{PAGE}&known_at=2020-01-01")
    assert answer.status_code == 200


@pytest.mark.parametrize("page", ["timeline", "calendar", "planner", "summary"])
def test_a_patient_of_another_site_does_not_exist(course: TestClient, access: Access, page: str) -> None:
    elsewhere = as_role(access, "neurologist", ELSEWHERE)
    assert course.get(f"/patients/p-1/{page}", headers=elsewhere).status_code == 404
    assert course.get(f"/patients/p-1/{page}", headers=as_role(access, "pathway_lead")).status_code == 403
    assert course.get(f"/patients/p-1/{page}").status_code == 200


def test_looking_is_audited(course: TestClient, access: Access, careway: Careway) -> None:
    before = len(careway.store.entries("p-1"))
    course.get("/patients/p-1/summary", headers=as_role(access, "nurse"))
    added = careway.store.entries("p-1")[before:]
    assert [one.event for one in added] == ["patient:read"]


STEPS = st.lists(
    st.tuples(st.sampled_from(["igg", "dose", "infection", "correct", "retract", "wait"]), st.integers(1, 40)),
    max_size=12,
)


@given(steps=STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_audit_folded_up_to_now_is_the_stored_chart(toy: Registry, steps: list[tuple[str, int]]) -> None:
    """And folded up to any moment it holds exactly the facts recorded by then."""
    clock = VirtualClock(START)
    with build(Settings(database_url="sqlite://"), clock=clock, registry=toy, ids=CountedIds()) as careway:
        careway.engine.register_patient(Patient("p-1"), at=clock.now(), by=SYSTEM)
        careway.engine.execute(Enrol(patient="p-1", at=clock.now(), pathway="toy"))
        moments = [_lived(careway, clock, kind, number) for kind, number in steps]
        entries, stored = careway.store.entries("p-1"), careway.engine.chart("p-1")
        assert compare(stored, chart_at(entries, clock.now())) == []
        for moment in moments:
            then = chart_at(entries, moment)
            assert set(then.facts) == {one.id for one in stored.facts.values() if one.recorded <= moment}


def _lived(careway: Careway, clock: VirtualClock, kind: str, number: int) -> datetime:
    """One thing happens; the moment after it."""
    at, facts = clock.now(), [*careway.engine.chart("p-1").facts.values()]
    known = [
        one
        for one in facts
        if one.code == "igg"
        and not any(other.supersedes == one.id for other in facts)
        and one.status != "entered_in_error"
    ]
    if kind == "igg":
        careway.engine.execute(RecordFacts(patient="p-1", at=at, entries=(Entry("igg", f"{number} g/L"),)))
    elif kind == "dose":
        careway.engine.execute(RecordFacts(patient="p-1", at=at, entries=(Entry("inebilizumab", {"event": "given"}),)))
    elif kind == "infection":
        careway.engine.execute(
            RecordFacts(patient="p-1", at=at, entries=(Entry("active_infection", "sepsis" if number % 2 else "none"),))
        )
    elif kind == "correct" and known:
        careway.engine.execute(
            CorrectFact(patient="p-1", at=at, fact=known[-1].id, value=f"{number} g/L", reason="amended")
        )
    elif kind == "retract" and known:
        careway.engine.execute(RetractFact(patient="p-1", at=at, fact=known[-1].id, reason="wrong"))
    later(careway, clock, number if kind == "wait" else 1)
    return clock.now()
