"""What an act names: the stage it leads to, several codes, a long enough reason, the second signatory; settings in parts; lists of lengths."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from engine.commands import Outcome, Override
from engine.errors import InvalidCommand
from engine.evaluation.results import Reading
from engine.model import Person
from engine.units import Duration
from tests.living import Life, bare

HEAD = Person("department_head", "head")
SECTIONS = """
values: {onset: symptom_onset_date}
settings:
  least: {value: 10, reason: A reason is a sentence., unused: The engine reads it.}
  days: {value: {early: 7, late: [14 d, 4 months]}, unit: days, reason: Two kinds of patients.}
  daily: {value: 1000 mg/d, reason: A day.}
override_reason: {at_least: setting.least, statement: [T-9]}
guards:
  dose:
    require:
      - {id: igg_known, that: igg is known, statement: T-1, not_met: block}
      - {id: igg_fine, that: igg >= 5 g/L, statement: T-2, not_met: warn}
notifications: {overridden: {label: {en: O, zh: O}, to: [second_signatory, nurse], urgency: high, on: 'override:*'}}
deviations: {accepted: {label: {en: A, zh: A}, on: 'warned:*'}}
tasks:
  visit: {label: {en: V, zh: V}, for: nurse, grid: {days: setting.days.late, from: onset}}
  daily: {label: {en: D, zh: D}, for: nurse, grid: {days: [0, 1, 2], from: onset}, opens: 0 days, until: 1 day, done_by: {any: [crp]}}
"""
ACTIONS = """
  give: {label: {en: G, zh: G}, by: [neurologist], guard: dose, with: {agents: {kind: codes, codes: [ivig, rituximab], required: false}}}
  go: {label: {en: G, zh: G}, from: [here], to: there, by: [neurologist]}
  return: {label: {en: R, zh: R}, from: [there], to: with.to, by: [neurologist], with: {to: {kind: code, codes: [here, over], required: false}}}
"""
DEFINITION = bare(SECTIONS).replace("actions:\n", f"actions:{ACTIONS}", 1)


def life() -> Life:
    return Life(DEFINITION, start="2026-01-10")


def overridden(reason: str) -> tuple[Life, Outcome]:
    one = life()
    return one, one.act("give", override=Override(reason, HEAD))


# --- acts -----------------------------------------------------------------------------------------------------------


def test_an_act_leads_to_the_stage_that_it_names() -> None:
    one = life()
    one.act("go")
    one.act("return", {"to": "over"})
    assert one.stage == "over"


def test_left_out_the_stage_is_the_previous_one() -> None:
    one = life()
    one.act("go")
    one.act("return")
    assert one.stage == "here"


def test_a_stage_that_may_not_be_named_is_refused() -> None:
    one = life()
    one.act("go")
    with pytest.raises(InvalidCommand):
        one.act("return", {"to": "there"})


def test_several_codes_are_read_one_by_one_and_kept_with_the_act() -> None:
    one = life()
    one.record("igg", "9 g/L")
    assert one.act("give", {"agents": ["ivig", "rituximab", "ivig"]}).accepted
    assert one.state("any action give with (agents is rituximab)") == "met"
    assert one.act("give", {"agents": "ivig"}).accepted
    for wrong in ([], ["aspirin"]):
        with pytest.raises(InvalidCommand):
            one.act("give", {"agents": wrong})


def test_an_override_needs_a_reason_as_long_as_the_setting_says() -> None:
    one, outcome = overridden("  too short ")
    assert not outcome.accepted
    assert [reason.statements for reason in outcome.reasons if reason.requirement == "override_reason"] == [("T-9",)]
    assert overridden("ten signs ok")[1].accepted
    assert not one.chart.acts


def test_who_approved_an_override_has_signed_second_and_is_told() -> None:
    one, _ = overridden("long enough to be a reason")
    (act,) = one.chart.acts.values()
    assert act.second_person == HEAD
    assert sorted(message.to for message in one.messages("overridden")) == ["department_head", "nurse"]


def test_a_warning_that_was_accepted_is_an_edge() -> None:
    one = life()
    one.record("igg", "4 g/L")
    assert one.act("give").accepted
    assert len(one.deviations("accepted")) == 1


# --- values ---------------------------------------------------------------------------------------------------------


def test_a_setting_may_have_parts_and_one_of_them_may_be_replaced() -> None:
    assert life().read("setting.days.early").value == Duration(days=7)
    other = Life(DEFINITION, start="2026-01-10", settings={"days": {"early": 9}})
    assert other.read("setting.days.early").value == Duration(days=9)
    assert other.read("setting.days.late").value == (Duration(days=14), Duration(months=4))


def test_an_amount_for_each_day_times_days_is_an_amount() -> None:
    reading: Reading = life().read("setting.daily * 5 days")
    assert (reading.value, reading.unit) == (Decimal(5000), "mg")
    assert not life().read("setting.daily * 1 month").known


# --- grids ----------------------------------------------------------------------------------------------------------


def test_a_list_of_dates_may_mix_days_and_months() -> None:
    one = life()
    one.record("symptom_onset_date", "2025-12-31")
    assert sorted(str(task.due) for task in one.tasks("visit")) == ["2026-01-14", "2026-04-30"]


def test_in_overlapping_windows_each_result_serves_the_next_one() -> None:
    """Daily doses that may be a day late: the dose of the second day is not taken for that of the first."""
    one = life()
    one.record("symptom_onset_date", "2026-01-10")
    for day in ("2026-01-10", "2026-01-11", "2026-01-12"):
        one.at(day)
        one.record("crp", "1 mg/L")
    assert {task.due: task.status.value for task in one.tasks("daily")} == {
        date(2026, 1, 10): "done",
        date(2026, 1, 11): "done",
        date(2026, 1, 12): "done",
    }


def test_a_result_a_day_late_serves_the_dose_that_was_left_out() -> None:
    one = life()
    one.record("symptom_onset_date", "2026-01-10")
    for day in ("2026-01-10", "2026-01-12"):
        one.at(day)
        one.record("crp", "1 mg/L")
    assert [task.status.value for task in sorted(one.tasks("daily"), key=lambda task: str(task.due))] == [
        "done",
        "done",
        "open",
    ]
