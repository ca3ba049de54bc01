"""A fact opens an ended, reopenable enrolment again; steps counted from the due date; a message that is more urgent; “at least”."""

from __future__ import annotations

from engine.evaluation.results import Range
from engine.functions import AtLeast, Function
from tests.living import Life, bare, registry_with

WATCH = """
pathway: watch
title: {en: Watch, zh: 监测}
spec: watch.md
initial: watching
stages:
  watching: {label: {en: W, zh: W}}
  closed: {label: {en: C, zh: C}, terminal: true, reopenable: true}
  gone: {label: {en: G, zh: G}, terminal: true}
actions:
  close: {label: {en: C, zh: C}, from: watching, to: closed, by: [neurologist]}
  leave: {label: {en: L, zh: L}, from: watching, to: gone, by: [neurologist]}
automatic:
  again: {from: closed, to: watching, on: 'fact:relapse', when: entry.severity is severe}
  any_stage: {to: gone, on: 'fact:death'}
notifications:
  attack: {label: {en: A, zh: A}, to: [neurologist], urgency: high, on: 'fact:relapse'}
"""


def stage(life: Life) -> tuple[str, bool]:
    one = next(iter(life.chart.enrolments.values()))
    return one.stage, one.open


def test_a_fact_opens_a_reopenable_stage_again_and_others_do_not() -> None:
    life = Life(WATCH)
    life.act("close")
    life.at("2026-01-02").record("relapse", {"event": "occurred", "severity": "mild"})
    assert stage(life) == ("closed", False)
    assert not life.messages("attack"), "an ended enrolment that stays ended tells nobody"
    life.at("2026-01-03").record("relapse", {"event": "occurred", "severity": "severe"})
    assert stage(life) == ("watching", True)
    assert len(life.messages("attack")) == 1


def test_a_rule_that_names_no_stage_does_not_reopen() -> None:
    life = Life(WATCH)
    life.act("close")
    life.at("2026-01-02").record("death", {"event": "occurred"})
    assert stage(life) == ("closed", False)


def test_a_terminal_stage_that_is_not_reopenable_stays() -> None:
    life = Life(WATCH)
    life.act("leave")
    life.at("2026-01-02").record("relapse", {"event": "occurred", "severity": "severe"})
    assert stage(life) == ("gone", False)


STEPS = """
values: {onset: symptom_onset_date}
tasks:
  visit:
    label: {en: V, zh: V}
    for: nurse
    due: onset + 9 days
    until: 2 days
    overdue:
      - {after: 2 days, counted: due, notify: told}
      - {after: 2 days, notify: later}
notifications:
  told: {label: {en: T, zh: T}, to: [nurse], urgency: routine}
  later: {label: {en: L, zh: L}, to: [nurse], urgency: routine}
"""


def test_a_step_may_count_from_the_due_date_inside_the_window() -> None:
    life = Life(bare(STEPS), start="2026-01-01")
    life.record("symptom_onset_date", "2026-01-01", "2026-01-01")
    life.at("2026-01-11 23:00")
    assert not life.messages("told")
    life.at("2026-01-12 01:00")
    assert len(life.messages("told")) == 1
    assert not life.messages("later")
    life.at("2026-01-14 01:00")
    assert len(life.messages("later")) == 1


RAISED = """
notifications:
  pain: {label: {en: P, zh: P}, to: [nurse], urgency: routine, raised: {to: high, when: pain_nrs >= 7}, on: 'fact:relapse'}
"""


def test_a_message_is_raised_while_its_condition_is_met_and_unknown_leaves_it() -> None:
    life = Life(bare(RAISED))
    life.record("relapse", {"event": "occurred"})
    life.at("2026-01-02").record("pain_nrs", 7)
    life.record("relapse", {"event": "occurred"})
    assert [one.urgency for one in life.messages("pain")] == ["routine", "high"]


def test_a_function_may_answer_at_least() -> None:
    """“Grade at least 2” meets ≥ 2 and leaves ≥ 3 unknown."""
    grade = Function("sign_grade", {"en": "G", "zh": "G"}, "quantity", "", lambda read: AtLeast(2))
    text = bare(
        "criteria:\n  two: {that: sign_grade >= 2, label: {en: A, zh: A}}\n  three: {that: sign_grade >= 3, label: {en: B, zh: B}}\n"
    )
    life = Life(registry=registry_with((grade,), text))
    assert life.state("two is met") == "met"
    assert life.state("three is met") == "unknown"
    assert isinstance(life.read("sign_grade").value, Range)


GRID = """
pathway: visits
title: {en: Visits, zh: 随访}
spec: visits.md
initial: here
values: {onset: symptom_onset_date}
stages:
  here: {label: {en: H, zh: H}}
  there: {label: {en: T, zh: T}}
  over: {label: {en: O, zh: O}, terminal: true}
actions:
  go: {label: {en: G, zh: G}, from: here, to: there, by: [neurologist]}
  end: {label: {en: E, zh: E}, from: there, to: over, by: [neurologist]}
tasks:
  visit:
    label: {en: V, zh: V}
    for: nurse
    when: stage is there
    grid: {days: [7, 14, 21], from: onset, after: (date of latest stage there) - 1 days}
"""


def test_a_listed_grid_begins_after_its_day() -> None:
    """Who enters late does not owe the visits before; that of the day itself is still owed."""
    life = Life(GRID)
    life.record("symptom_onset_date", "2026-01-01", "2026-01-01")
    life.at("2026-01-15").act("go")
    assert [str(one.due) for one in life.tasks("visit", "open")] == ["2026-01-15", "2026-01-22"]
