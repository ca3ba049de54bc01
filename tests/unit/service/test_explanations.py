"""An explanation says what blocks, value, age, limit, statement, what is missing, and the earliest possible date."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.clock import VirtualClock
from engine.commands import PerformAction, Verdict
from engine.errors import UnknownName
from engine.model import Person
from service.explanations import Explanation, explain, told
from service.wiring import Careway
from tests.unit.service.doing import enrolled, record

RITUXIMAB = {"event": "given", "dose": "1000 mg", "effective": "2025-11-30"}
IGG = {"value": "4.8 g/L", "effective": "2025-12-20"}


def explained(careway: Careway, enrolment: str, language: str = "en") -> Explanation:
    """Why `start` is blocked now."""
    chart = careway.engine.chart("p1")
    return explain(careway.registry, chart, enrolment, "start", {}, careway.clock.now(), language)


def test_it_names_value_age_limit_statement_and_the_earliest_date(careway: Careway) -> None:
    enrolment = enrolled(careway)
    record(careway, rituximab=RITUXIMAB, igg=IGG)
    found = explained(careway, enrolment)
    assert found.verdict is Verdict.REFUSED
    assert found.earliest == date(2026, 2, 28), "three months after 30 November, clamped"
    assert found.text.splitlines() == [
        "Start is not possible now.",
        (
            "Blocked by DRILL-1: Required: three months since the last dose; found: 2026-01-05. "
            "Rituximab given 1000 mg of 2025-11-30, 36 days old."
        ),
        (
            "Warning DRILL-2: Required: IgG at least 5 g/L; found: 4.8 g/L. "
            "Immunoglobulin G, serum 4.8 g/L of 2025-12-20, 16 days old (limit 30 days)."
        ),
        "Earliest possible: 2026-02-28.",
    ]


def test_it_says_the_same_in_chinese(careway: Careway) -> None:
    enrolment = enrolled(careway)
    record(careway, rituximab=RITUXIMAB, igg=IGG)
    found = explained(careway, enrolment, "zh")
    assert found.text.splitlines()[1:] == [
        "被 DRILL-1 阻止：要求：距末次给药三个月；现值：2026-01-05。利妥昔单抗 给药 1000 mg（2025-11-30，距今 36 天）。",
        "警告 DRILL-2：要求：IgG 不低于 5 g/L；现值：4.8 g/L。血清免疫球蛋白G 4.8 g/L（2025-12-20，距今 16 天，时限 30天）。",
        "最早可行：2026-02-28。",
    ]


def test_what_is_stale_is_missing_and_the_date_holds_once_it_comes_in(careway: Careway, clock: VirtualClock) -> None:
    enrolment = enrolled(careway)
    record(careway, rituximab=RITUXIMAB, igg=IGG)
    clock.advance(timedelta(days=20))
    found = explained(careway, enrolment)
    assert [(one.fact, one.why) for one in found.missing] == [("igg", "stale")]
    assert "36 days old (limit 30 days)" in found.text
    assert found.text.endswith("Earliest possible: 2026-02-28, once what is missing is known and suits.")


def test_where_only_data_is_missing_no_date_is_invented(careway: Careway, clock: VirtualClock) -> None:
    enrolment = enrolled(careway)
    record(careway, rituximab=RITUXIMAB)
    clock.advance(timedelta(days=90))
    found = explained(careway, enrolment)
    assert found.earliest is None
    assert found.text.endswith("Possible once what is missing is known and suits.")


def test_an_action_that_nothing_blocks_is_possible(careway: Careway, clock: VirtualClock) -> None:
    enrolment = enrolled(careway)
    clock.advance(timedelta(days=90))
    record(careway, rituximab=RITUXIMAB, igg="9 g/L")
    found = explained(careway, enrolment)
    assert (found.verdict, found.points, found.text) == (Verdict.ACCEPTED, (), "Start is possible.")


def test_the_reasons_of_an_answer_are_told_in_the_same_words(careway: Careway) -> None:
    enrolment = enrolled(careway)
    record(careway, rituximab=RITUXIMAB, igg=IGG)
    by = Person("neurologist", "n1")
    command = PerformAction(patient="p1", at=careway.clock.now(), by=by, enrolment=enrolment, action="start")
    outcome = careway.engine.execute(command)
    points = told(careway.registry, careway.engine.chart("p1"), outcome, command, "en")
    assert [one.sentence for one in points] == [one.sentence for one in explained(careway, enrolment).points]


def test_explaining_changes_nothing(careway: Careway) -> None:
    enrolment = enrolled(careway)
    before = careway.engine.chart("p1"), len(careway.store.entries("p1"))
    explained(careway, enrolment)
    assert (careway.engine.chart("p1"), len(careway.store.entries("p1"))) == before


def test_an_unknown_action_is_named(careway: Careway) -> None:
    enrolment = enrolled(careway)
    with pytest.raises(UnknownName, match="start"):
        explain(careway.registry, careway.engine.chart("p1"), enrolment, "strat", {}, careway.clock.now(), "en")
