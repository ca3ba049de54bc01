"""Effects that name what the action names: holds placed and released by hand, a visit marked as missed, a further cycle."""

from __future__ import annotations

from engine.model import Person
from tests.living import Life, bare

NURSE = Person("infusion_nurse", "nurse")

WARD = bare("""
  place: {label: {en: Place, zh: 置}, by: [neurologist], with: {hold: {kind: code, required: false}, reason: {kind: text, required: false}}, effects: [{place: with.hold}]}
  release: {label: {en: Release, zh: 解}, by: [neurologist, infusion_nurse], with: {hold: {kind: code, required: false}}, effects: [{release: with.hold}]}
  miss: {label: {en: Miss, zh: 漏}, by: [neurologist], with: {task: {kind: code, required: false}, reason: {kind: text, required: false}}, effects: [{miss: with.task}]}
holds:
  fever: {label: {en: Fever, zh: 热}, opens: body_temperature >= 38 Cel, release: by hand, by: [infusion_nurse]}
  other: {label: {en: Other, zh: 他}, opens: body_temperature >= 41 Cel, release: by hand}
values:
  visits_every:
    first_of:
      - {when: '(diabetes is yes), unknown counts as no', is: 3 months}
    otherwise: 6 months
tasks:
  visit: {label: {en: Visit, zh: 访}, for: care_coordinator, grid: {every: visits_every, from: '2026-01-01'}, opens: 14 days, until: 14 days, missed: gone}
deviations:
  gone: {label: {en: Missed, zh: 漏}}
""")


def test_a_hold_is_placed_and_released_by_hand_by_the_role_that_it_names() -> None:
    life = Life(WARD)
    assert life.act("place", {"hold": "fever", "reason": "seen"}).accepted
    assert [one.code for one in life.holds()] == ["fever"]
    assert not life.act("release", {"hold": "fever"}).accepted
    assert life.act("release", {"hold": "fever"}, by=NURSE).accepted
    assert life.holds() == []


def test_a_hold_without_roles_is_released_by_whoever_may_do_the_action() -> None:
    life = Life(WARD)
    life.act("place", {"hold": "other", "reason": "seen"})
    assert life.act("release", {"hold": "other"}).accepted


def test_a_missed_visit_is_closed_with_its_deviation_and_the_next_one_is_owed() -> None:
    life = Life(WARD)
    life.act("miss", {"task": "visit", "reason": "abroad"})
    assert [str(one.due) for one in life.tasks("visit", "missed")] == ["2026-07-01"]
    assert [one.code for one in life.deviations()] == ["gone"]
    assert str(life.task("visit").due) == "2027-01-01"


def test_a_shorter_interval_moves_to_the_earlier_date_and_back_and_loses_no_visit() -> None:
    """An occurrence is its distance from the anchor, so the one of six months is the same under either interval."""
    life = Life(WARD)
    assert str(life.task("visit").due) == "2026-07-01"
    life.record("diabetes", True)
    assert str(life.task("visit").due) == "2026-04-01"
    life.at("2026-01-02").record("diabetes", False)
    assert str(life.task("visit").due) == "2026-07-01"


def test_what_was_not_owed_when_its_window_passed_is_not_owed_afterwards() -> None:
    life = Life(
        bare("""
tasks:
  check: {label: {en: Check, zh: 查}, for: care_coordinator, when: diabetes is yes, grid: {months: [1, 2], from: '2026-01-01'}}
""")
    )
    life.record("diabetes", True)
    life.at("2026-01-15").record("diabetes", False)
    life.at("2026-02-15").record("diabetes", True)
    assert [str(one.due) for one in life.tasks("check", "open")] == ["2026-03-01"]


CYCLE = bare("""
  again: {label: {en: Again, zh: 再}, by: [neurologist], effects: [{open: {pathway: bench, stage: there, anew: true, given: {cycle: '2'}}}]}
opens: [bench]
""")


def test_a_further_cycle_opens_beside_the_one_that_goes_on() -> None:
    life = Life(CYCLE)
    life.act("again")
    cycles = list(life.chart.enrolments.values())
    assert [(one.stage, one.open, one.ordinal) for one in cycles] == [("here", True, 1), ("there", True, 2)]
    assert cycles[1].parameters["cycle"] == 2


ORDERS = bare(
    """
  order: {label: {en: Order, zh: 嘱}, by: [neurologist], guard: never}
guards:
  never: {require: [{id: no, that: today < 2000-01-01, not_met: block_hard}]}
""",
    "orders",
)
LISTENER = bare("""
notifications:
  heard: {label: {en: Heard, zh: 闻}, to: [pharmacist], urgency: routine, on: 'refused:orders.order'}
""")


def test_the_refusal_of_another_pathway_is_heard() -> None:
    life = Life(LISTENER, ORDERS)
    life.enrol("orders")
    assert not life.act("order", on="orders").accepted
    assert [one.to for one in life.messages("heard")] == ["pharmacist"]


def test_tasks_and_stated_dates_are_read_like_any_entry() -> None:
    """`task x with (status is …)`; a date stated beside a coded value is its date."""
    life = Life(WARD)
    life.act("miss", {"task": "visit", "reason": "abroad"})
    assert life.state("any task visit with (status is missed and due >= 2026-07-01)") == "met"
    assert life.state("any task visit with (status is done)") == "not_met"
    life.record("cardiac_condition", {"value": "myocardial_infarction", "date": "2025-09-05"})
    assert life.state("any cardiac_condition with ((date of entry) + 6 months >= 2026-03-05)") == "met"
    assert life.state("any cardiac_condition with ((date of entry) + 6 months >= 2026-03-06)") == "not_met"
