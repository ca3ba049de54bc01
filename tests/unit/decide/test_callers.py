"""Sub-pathways and their callers (M-1 to M-4): registration, the earliest planned start, shortest interval, latest tail, gates for each."""

from __future__ import annotations

from datetime import date

import pytest

from engine.commands import Verdict
from engine.errors import AuthorError, Conflict, InvalidCommand
from engine.model import Person
from tests.living import Life, bare, registry_of

SCREEN = """
pathway: screen
title: {en: Screen, zh: 筛查}
spec: screen.md
initial: open
shared: true
settings:
  interval: {value: {course: 6 months, other: 3 months, generic: 12 months}, reason: test}
  tail: {value: {course: 18 months, other: 6 months}, reason: test}
callers:
  course: {planned: caller_planned, start: date of first inebilizumab, end: caller.ended, finished: stage of course is over}
  other: {start: date of first rituximab}
values:
  caller_planned: given.planned_start
  earliest_start: earliest of (caller.planned_start) over callers
  shortest: setting.interval
  tail_end: latest of (caller.ended + setting.tail) over callers
criteria:
  quiet: no relapse within 30 days
  exposed: any caller has (caller.drug is inebilizumab)
  all_finished: every caller has (caller.finished is yes)
  parts: every caller has (caller.start <= today)
stages:
  open: {label: {en: Open, zh: 开}}
  finished: {label: {en: Finished, zh: 结束}, terminal: true}
gate:
  require:
    - {id: tested, that: hbsag is negative, statement: {course: C-1, other: [O-1], generic: G-1}, not_met: block_hard, value: blocked}
    - {id: fresh, that: igg is known, statement: W, not_met: warn, unknown: warn}
  passes:
    - {value: with_care, when: diabetes is yes}
    - {value: clear, when: quiet is met}
actions:
  clear_course: {label: {en: C, zh: C}, by: [neurologist], gate: course}
  clear_any: {label: {en: C, zh: C}, by: [neurologist], gate: generic}
  plan: {label: {en: P, zh: P}, by: [neurologist], with: {caller: {kind: pathway, required: false}, planned_start: {kind: date, required: false}}, effects: [{caller: {caller: with.caller, planned_start: with.planned_start}}]}
  add: {label: {en: A, zh: A}, by: [neurologist], with: {caller: {kind: pathway, required: false}, drug: {kind: fact, required: false}, planned_start: {kind: date, required: false}}, effects: [{caller: {caller: with.caller, drug: with.drug, planned_start: with.planned_start}}]}
  end: {label: {en: E, zh: E}, by: [neurologist], with: {caller: {kind: pathway, required: false}, ended: {kind: date, required: false}}, effects: [{caller: {caller: with.caller, ended: with.ended}}]}
  close: {label: {en: X, zh: X}, by: [neurologist], to: finished}
holds: {suspect: {label: {en: S, zh: S}, opens: hbsag is positive}}
tasks: {watch: {label: {en: W, zh: W}, for: nurse, when: diabetes is yes}}
"""

CHILD = """
pathway: visit
title: {en: Visit, zh: 就诊}
spec: visit.md
initial: planned
parent: course
values: {start: given.planned_start}
stages:
  planned: {label: {en: P, zh: P}}
  running: {label: {en: R, zh: R}}
  cancelled: {label: {en: X, zh: X}, terminal: true}
  done: {label: {en: D, zh: D}, terminal: true}
actions:
  start: {label: {en: S, zh: S}, from: [planned], to: running, by: [nurse]}
  finish: {label: {en: F, zh: F}, from: [running], to: done, by: [nurse]}
automatic:
  called_off: {on: 'parent:ended', to: cancelled}
"""

COURSE = bare(
    """
opens: [screen, visit]
settings: {interval: {value: 1 month, reason: test}}
values:
  shared_interval: setting.screen.interval
  tail: screen.tail_end
  visit_start: visit.start
criteria: {asked: screen.exposed is met}
automatic:
  saw_visit: {on: 'child:visit.running', to: there}
  visit_over: {on: 'child:visit.ended', to: here}
""",
    name="course",
).replace(
    "actions:\n",
    """actions:
  begin: {label: {en: B, zh: B}, by: [neurologist], with: {planned: {kind: date, required: false}}, effects: [{open: {pathway: screen, given: {planned_start: with.planned, drug: '"inebilizumab"'}}}]}
  visit: {label: {en: V, zh: V}, by: [neurologist], with: {planned: {kind: date, required: false}}, effects: [{open: {pathway: visit, given: {planned_start: with.planned}}}]}
  call_off: {label: {en: O, zh: O}, by: [neurologist], effects: [{close: {pathway: visit, to: cancelled}}]}
""",
)
OTHER = bare("opens: [screen]\n", name="other").replace("actions:\n", """actions:
  begin: {label: {en: B, zh: B}, by: [neurologist], with: {planned: {kind: date, required: false}}, effects: [{open: {pathway: screen, given: {planned_start: with.planned, drug: '"rituximab"'}}}]}
""")  # fmt: skip


def life() -> Life:
    return Life(registry=registry_of(COURSE, SCREEN, CHILD, OTHER), start="2026-01-01")


def both() -> Life:
    """Two pathways that call the same sub-pathway."""
    one = life()
    one.act("begin", {"planned": "2026-03-01"})
    one.enrol("other")
    one.act("begin", {"planned": "2026-02-01"}, on="other")
    return one


def screen(one: Life, sentence: str) -> object:
    """A value read in the shared enrolment."""
    context = one.context(pathway="screen")
    return context.definition.values[sentence](context).value


def criterion(one: Life, name: str) -> str:
    context = one.context(pathway="screen")
    return context.definition.criteria[name](context).state.value


def test_one_enrolment_of_a_sub_pathway_serves_all_callers() -> None:
    """M-1: the second caller registers with the enrolment that is there; registering twice changes nothing."""
    one = both()
    assert [enrolment.pathway for enrolment in one.chart.enrolments.values()] == ["course", "screen", "other"]
    callers = one.enrolment("screen").callers
    assert {name: (caller.drug, caller.planned_start) for name, caller in callers.items()} == {
        "course": ("inebilizumab", date(2026, 3, 1)),
        "other": ("rituximab", date(2026, 2, 1)),
    }
    one.act("begin", {"planned": "2026-03-01"}, on="course")
    assert not one.events("caller:registered")
    with pytest.raises(Conflict):
        one.enrol("screen")
    with pytest.raises(InvalidCommand, match="opened by course"):
        one.enrol("visit")


def test_the_earliest_start_the_shortest_interval_and_the_latest_tail_hold_for_all() -> None:
    """M-2 and M-3; a tail that is not known yet leaves the latest open."""
    one = both()
    assert screen(one, "earliest_start") == date(2026, 2, 1)
    assert str(screen(one, "shortest")) == "3 months"
    one.act("end", {"caller": "course", "ended": "2026-06-30"}, on="screen")
    one.act("end", {"caller": "other", "ended": "2027-03-31"}, on="screen")
    assert screen(one, "tail_end") == date(2027, 12, 30)
    assert str(one.read("tail").value) == "2027-12-30"
    assert str(one.read("shared_interval").value) in ("6 months", "12 months", "3 months")


def test_a_plan_is_changed_a_caller_ended_and_one_that_is_not_registered_refused() -> None:
    one = both()
    one.act("plan", {"caller": "course", "planned_start": "2026-01-15"}, on="screen")
    assert one.enrolment("screen").callers["course"].planned_start == date(2026, 1, 15)
    assert one.events("caller:changed")
    one.act("end", {"caller": "other"}, on="screen")
    assert one.enrolment("screen").callers["other"].ended == date(2026, 1, 1), "today where nothing else is said"
    with pytest.raises(InvalidCommand, match="not registered"):
        one.act("end", {"caller": "visit"}, on="screen")
    one.act("add", {"caller": "other", "drug": "rituximab"}, on="screen")
    assert one.enrolment("screen").callers["other"].ended is None, "a caller that had ended may come back"


def test_what_a_caller_says_of_itself() -> None:
    one = both()
    assert criterion(one, "exposed") == "met"
    assert one.state("asked is met") == "met"
    assert criterion(one, "parts") == "unknown"
    one.record("inebilizumab", {"event": "given"})
    assert criterion(one, "parts") == "unknown", "one of two has begun"
    one.record("rituximab", {"event": "given"})
    assert criterion(one, "parts") == "met"
    assert criterion(one, "all_finished") == "not_met"
    context = one.context(pathway="screen")
    course, other = one.enrolment("screen").callers.values()
    say = {
        (caller.pathway, key): context.definition.caller_value(context.bound(caller=caller), caller, key).value
        for caller in (course, other)
        for key in ("pathway", "drug", "ended", "registered", "planned_start", "start", "end", "finished", "nosuch")
    }
    assert say["course", "pathway"] == "course"
    assert say["course", "finished"] is False
    assert say["other", "finished"] is False
    assert say["other", "end"] is say["course", "nosuch"] is None
    assert say["course", "registered"] == one.now


def test_the_end_of_a_calling_pathway_ends_its_call_and_not_the_sub_pathway() -> None:
    """M-3: the tails go on."""
    one = both()
    one.at("2026-02-01").act("leave")
    assert one.enrolment("screen").callers["course"].ended == date(2026, 2, 1)
    assert one.enrolment("screen").open


# --- gates ------------------------------------------------------------------------------------------------------------


def gate(one: Life, values: str, by: str = "course") -> str:
    del by
    return one.state(f"gate of screen is one of {values}")


def test_a_gate_is_unknown_while_it_is_not_entered_and_while_it_lacks_data() -> None:
    one = life()
    assert one.why("gate of screen is clear") == [("screen", "not_enrolled")]
    one.act("begin")
    assert gate(one, "clear, with_care") == "unknown"
    assert gate(one, "blocked") == "met", "the first requirement that fails gives the value"
    assert ("hbsag", "never_recorded") in one.why("gate of screen is clear")


def test_a_gate_takes_the_first_value_that_is_met_and_an_unknown_one_before_it_leaves_it_open() -> None:
    one = life()
    one.act("begin")
    one.record("hbsag", "negative")
    assert gate(one, "clear") == "unknown", "whether care is needed is not known"
    one.record("diabetes", False)
    assert gate(one, "clear") == "met"
    one.record("relapse", {"event": "occurred"})
    assert gate(one, "clear, with_care") == "not_met"
    assert gate(one, "unknown") == "met"
    one.at("2026-01-02").record("diabetes", True)
    assert gate(one, "with_care") == "met"
    one.record("hbsag", "positive")
    assert gate(one, "clear, with_care") == "not_met"
    assert one.state("hold suspect of screen is open") == "met"
    assert one.state("hold any of screen is open") == "met"
    assert one.state("task watch of screen is open") == "met"


def test_each_caller_reads_the_statements_of_its_own_set() -> None:
    one = both()
    outcome = one.act("clear_course", on="screen")
    assert outcome.verdict is Verdict.REFUSED
    assert [reason.statements for reason in outcome.refusals] == [("C-1",)]
    assert [reason.statements for reason in one.act("clear_any", on="screen").refusals] == [("G-1",)]
    one.record("hbsag", "negative")
    assert one.act("clear_course", on="screen").verdict is Verdict.WARNED


def test_a_pathway_without_a_gate_has_none_to_ask() -> None:
    one = both()
    with pytest.raises(AuthorError, match="no gate"):
        one.state("gate of other is clear")


# --- children ---------------------------------------------------------------------------------------------------------


def test_a_child_is_opened_with_what_it_is_given_and_its_stages_are_felt() -> None:
    one = life()
    one.act("visit", {"planned": "2026-01-05"})
    child = one.enrolment("visit")
    assert (child.parent, child.parameters) == (one.enrolment("course").id, {"planned_start": date(2026, 1, 5)})
    assert str(one.read("visit_start").value) == "2026-01-05"
    nurse = Person("nurse", "n")
    one.act("start", on="visit", by=nurse)
    assert one.stage == "there"
    assert one.state("stage of visit is running") == "met"
    one.act("finish", on="visit", by=nurse)
    assert one.stage == "here"
    assert not one.enrolment("visit").open
    one.act("visit")
    assert one.enrolment("visit").ordinal == 2


def test_a_child_is_closed_by_its_parent_or_with_it() -> None:
    one = life()
    one.act("call_off")
    one.act("visit")
    one.act("call_off")
    assert (one.enrolment("visit").stage, one.enrolment("visit").history[-1].via) == ("cancelled", "called_off")
    one.act("visit")
    one.act("leave")
    assert one.enrolment("visit").stage == "cancelled"


def test_what_is_not_enrolled_is_unknown_or_not_so() -> None:
    one = life()
    assert one.state("enrolled on screen") == "not_met"
    assert one.state("stage of screen is open") == "unknown"
    assert one.state("hold any of screen is open") == one.state("task watch of screen is open") == "not_met"
    assert one.why("screen.exposed is met") == [("screen", "not_enrolled")]
    assert one.why("screen.tail_end > today") == [("screen", "not_enrolled")]
    one.act("begin")
    assert one.state("enrolled on screen") == "met"
    assert one.why("screen.nosuch is met") == [("screen.nosuch", "not_comparable")]
    assert one.why("screen.nosuch > today") == [("screen.nosuch", "not_comparable")]


def test_settings_of_an_enrolment_replace_the_defaults_and_reach_what_it_opens() -> None:
    one = Life(
        registry=registry_of(COURSE, SCREEN, CHILD, OTHER), start="2026-01-01", settings={"interval": "2 months"}
    )
    assert str(one.read("setting.interval").value) == "2 months"
    one.act("begin")
    assert str(screen(one, "shortest")) == "2 months"
