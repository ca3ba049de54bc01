"""Actions: who, from where, with what; guards, overrides, hard blocks, second persons, doses, warnings."""

from __future__ import annotations

import pytest

from engine.commands import Acknowledge, CloseTask, Outcome, Override, PerformAction, Verdict
from engine.decide.acting import judge
from engine.decide.working import Working
from engine.errors import CarewayError, Conflict, InvalidCommand, NotFound, UnknownName
from engine.model import SYSTEM, Person
from tests.living import DOCTOR, Life, bare

HEAD = Person("department_head", "head")

DEFINITION = bare("""
values: {dose: 'with.amount * 1', onset: symptom_onset_date}
tables: {washout: {columns: [drugs, interval, statement], rows: [[jak_inhibitor, 14 days, W-1], [rituximab, 1 month, W-2]]}}
guards:
  dose:
    as_of: first known of (with.planned; today)
    require:
      - {id: igg_known, that: igg is known, statement: T-1}
      - {id: igg_fine, that: igg >= 5 g/L, statement: [T-2, T-2b], not_met: warn}
      - {id: no_sepsis, that: not (active_infection is sepsis), statement: T-3, not_met: block_hard, unknown: ask}
      - {id: tb, that: tb_status is none, statement: T-4, unknown: ask_only, override_by: [department_head]}
      - {id: child, when: age < 18 years, that: weight is known}
      - {id: note, that: diabetes is no, not_met: info, unknown: info}
      - {id: washout, each: washout, that: row.drugs stopped at least row.interval before today, statement: row.statement}
  repeated: {require: [{id: again, include: dose}, {id: elsewhere, include: other.gate_guard}]}
ages: {igg: {within: 30 days}}
notifications: {overridden: {label: {en: O, zh: O}, to: [nurse], urgency: high, on: 'override:*'}}
deviations: {forced: {label: {en: F, zh: F}, on: 'override:tb'}}
""").replace(
    "actions:\n",
    """actions:
  give:
    label: {en: G, zh: G}
    from: [here]
    to: there
    by: [neurologist]
    signs: true
    with: {planned: {kind: when, required: false}, amount: {kind: quantity, unit: mg, required: false}, note: {kind: text, required: false}, fine: {kind: boolean, required: false}, how: {kind: code, codes: [iv, oral], required: false}, drug: {kind: fact, required: false}, count: {kind: number, required: false}, day: {kind: date, required: false}, path: {kind: pathway, required: false}}
    guard: dose
    dose: dose
  back: {label: {en: B, zh: B}, from: [there], to: previous stage, by: [neurologist], second_person: true}
  again: {label: {en: A, zh: A}, by: [neurologist], guard: repeated}
""",
)
OTHER = bare("guards: {gate_guard: {require: [{id: x, that: diabetes is yes}]}}\n", name="other")


def ready(start: str = "2026-01-10") -> Life:
    life = Life(DEFINITION, OTHER, start=start)
    life.record("igg", "9 g/L")
    life.record("active_infection", "none")
    life.record("tb_status", "none")
    return life


def levels(outcome: Outcome) -> dict[str, str]:
    return {one.requirement: one.level for one in outcome.reasons}


def test_an_action_that_nothing_stands_against_moves_the_stage_and_is_signed() -> None:
    life = ready()
    outcome = life.act("give", {"amount": "0.3 g"})
    assert (outcome.verdict, outcome.dose, life.stage) == (Verdict.ACCEPTED, "300 mg", "there")
    assert life.events("action:signed")
    (act,) = life.chart.acts.values()
    assert (act.action, act.stage, act.by, act.parameters) == ("give", "here", DOCTOR, {"amount": "300 mg"})
    assert levels(outcome) == {"note": "info"}, "what only informs is said and does not stand against it"


@pytest.mark.parametrize(
    ("facts", "requirement", "level"),
    [
        ({"igg": "4 g/L"}, "igg_fine", "warn"), ({"active_infection": "sepsis"}, "no_sepsis", "block_hard"), ({"tb_status": "active"}, "tb", "block"),
        ({"tb_status": "indeterminate"}, "tb", "ask_only"), ({"diabetes": True}, "note", "info"), ({"tofacitinib": {"event": "started"}}, "washout:1", "block"),
        ({"rituximab": {"event": "given"}}, "washout:2", "block"),
    ],
)  # fmt: skip
def test_each_requirement_has_its_own_strictness(facts: dict[str, object], requirement: str, level: str) -> None:
    life = ready()
    life.at("2026-01-11")
    for code, value in facts.items():
        life.record(code, value)
    outcome = life.act("give")
    assert levels(outcome)[requirement] == level
    assert outcome.accepted is (level in ("warn", "info"))
    assert life.stage == ("there" if outcome.accepted else "here")
    assert bool(life.chart.acts) is outcome.accepted


def test_a_refusal_says_why_in_both_languages_cites_its_statement_and_keeps_the_evidence() -> None:
    life = Life(DEFINITION, OTHER, start="2026-01-10")
    life.record("igg", "9 g/L", "2025-12-01")
    reason = next(one for one in life.act("give").refusals if one.requirement == "igg_known")
    assert (reason.statements, reason.state, reason.missing) == (("T-1",), "unknown", (("igg", "stale"),))
    assert "too old" in reason.text["en"]
    assert "已过期" in reason.text["zh"]
    with pytest.raises(KeyError):
        reason.text["fr"]
    assert (sorted(reason.text), len(reason.text)) == (["en", "zh"], 2)
    assert reason.evidence["says"] == "igg is known"
    assert {"state", "missing", "facts"} <= set(reason.evidence)
    assert len(reason.evidence) == len(list(reason.evidence))
    washout = [one for one in life.act("give").reasons if one.requirement == "washout:1"]
    assert washout == [], "what passes is no reason"


def test_a_guard_is_judged_as_of_the_planned_day() -> None:
    life = ready()
    assert life.act("give", {"planned": "2026-02-20"}).verdict is Verdict.REFUSED
    assert life.act("give", {"planned": "2025-12-01"}).accepted, "never before now"


UNDATED = bare("""
values: {planned: symptom_onset_date}
guards:
  dated: {as_of: planned, require: [{id: fine, that: diabetes is no, statement: X}]}
  doubtful:
    require:
      - {id: strict, when: hbsag is positive, that: diabetes is no, statement: Y, not_met: block_hard}
      - {id: mild, when: hbsag is positive, when_unknown: info, that: diabetes is no, statement: Z}
""").replace(
    "actions:\n",
    "actions:\n  give: {label: {en: G, zh: G}, by: [neurologist], guard: dated}\n"
    "  take: {label: {en: T, zh: T}, by: [neurologist], guard: doubtful}\n",
)


def test_a_guard_without_its_date_does_not_pass() -> None:
    """Judged as of an unknown day nothing is known of it; a day that is known to the guard opens it again."""
    life = Life(UNDATED, start="2026-01-10")
    life.record("diabetes", value=False)
    (reason,) = life.act("give").refusals
    assert (reason.requirement, reason.state) == ("as_of", "unknown")
    life.record("symptom_onset_date", "2026-01-05")
    assert life.act("give").accepted


def test_a_requirement_that_may_apply_is_unknown_and_not_left_out() -> None:
    life = Life(UNDATED, start="2026-01-10")
    life.record("diabetes", value=True)
    outcome = life.act("take")
    assert levels(outcome) == {"strict": "block", "mild": "info"}, "overridable, because it may not apply at all"
    assert {one.state for one in outcome.reasons} == {"unknown"}
    life.record("hbsag", "negative")
    assert life.act("take").accepted


def test_an_override_goes_past_blocks_by_whom_it_may_and_never_past_hard_ones() -> None:
    life = ready()
    life.at("2026-01-11").record("tb_status", "active")
    assert not life.act("give", override=Override("urgent", DOCTOR)).accepted
    outcome = life.act("give", override=Override("urgent", HEAD))
    assert (outcome.accepted, levels(outcome)["tb"]) == (True, "overridden")
    (act,) = life.chart.acts.values()
    assert (act.overridden, act.reason) == (("tb",), "urgent")
    assert life.events("override:recorded")[0]["approved_by"] == "department_head"
    assert [one.code for one in life.messages()] + [one.code for one in life.deviations()] == ["overridden", "forced"]


def test_no_override_goes_past_a_hard_block_nor_past_what_must_be_answered() -> None:
    for code, value in (("active_infection", "sepsis"), ("tb_status", "indeterminate")):
        life = ready()
        life.at("2026-01-11").record(code, value)
        assert not life.act("give", override=Override("urgent", HEAD)).accepted


def test_what_the_standing_act_overrode_counts_as_passed_until_the_next_act() -> None:
    life = ready()
    life.at("2026-01-11").record("tb_status", "active")
    assert life.state("guard dose passes") == "not_met"
    life.act("give", override=Override("urgent", HEAD))
    assert life.state("guard dose passes") == "met"
    life.record("active_infection", "sepsis", "2026-01-11 12:00")
    assert life.state("guard dose passes") == "not_met", "what was not overridden still stands"


def test_a_warning_is_acknowledged_on_record() -> None:
    life = ready()
    life.at("2026-01-11").record("igg", "4 g/L")
    outcome = life.act("give")
    assert outcome.verdict is Verdict.WARNED
    assert [one.requirement for one in outcome.warnings] == ["igg_fine"]
    assert life.events("warning:acknowledged")[0]["statements"] == ["T-2", "T-2b"]


def test_the_second_person_is_another_person() -> None:
    life = ready()
    life.act("give")
    assert levels(life.act("back")) == {"second_person": "second_person"}
    assert levels(life.act("back", second_person=DOCTOR)) == {"second_person": "second_person"}
    assert life.act("back", second_person=Person("neurologist", "other")).accepted
    assert life.stage == "here"


def test_role_and_stage_refuse_in_words() -> None:
    life = ready()
    outcome = life.act("back", by=Person("nurse", "n"), second_person=DOCTOR)
    assert sorted(one.level for one in outcome.refusals) == ["role", "stage"]
    life.act("leave")
    assert [one.level for one in life.act("give").refusals] == ["stage"]


def test_included_guards_are_judged_where_their_pathway_runs() -> None:
    life = ready()
    assert [one.requirement for one in life.act("again").refusals] == ["other.gate_guard"], "not enrolled there"
    life.enrol("other")
    assert [one.requirement for one in life.act("again", on="bench").refusals] == ["x"]
    life.record("diabetes", True)
    assert life.act("again", on="bench").accepted


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"planned": "2026-02-03"}, "2026-02-03"), ({"planned": "2026-02-03 08:00"}, "2026-02-03 00:00:00+00:00"), ({"amount": "0.5 g"}, "500 mg"), ({"fine": "yes"}, "True"), ({"fine": False}, "False"),
        ({"how": "iv"}, "iv"), ({"drug": "rituximab"}, "rituximab"), ({"count": "3.5"}, "3.5"), ({"day": "2026-02-03 08:00"}, "2026-02-03"), ({"path": "other"}, "other"), ({"note": 5}, "5"), ({"note": None}, ""),
    ],
)  # fmt: skip
def test_parameters_are_read_into_their_kinds(given: dict[str, object], read: str) -> None:
    life = ready()
    w = Working.of(life.chart, life.index, life.registry, life.now, SYSTEM)
    parameters = judge(w, life.enrolment(), "give", given).parameters
    assert [str(one) for one in parameters.values()] == ([read] if read else [])


@pytest.mark.parametrize(
    "given",
    [
        {"nosuch": 1},
        {"planned": "soon"},
        {"amount": "5"},
        {"amount": "5 mL"},
        {"fine": "maybe"},
        {"how": "i.v."},
        {"drug": "nosuch"},
        {"count": "many"},
    ],
)
def test_a_parameter_that_cannot_be_read_is_refused_with_its_name(given: dict[str, object]) -> None:
    life = ready()
    with pytest.raises(InvalidCommand) as error:
        life.act("give", given)
    assert error.value.place == next(iter(given))
    assert error.value.remedy


def test_a_dose_that_cannot_be_computed_is_none() -> None:
    assert ready().act("give").dose is None


def test_what_is_not_there_is_named() -> None:
    life = ready()
    with pytest.raises(UnknownName, match="give"):
        life.act("gives")
    with pytest.raises(NotFound):
        life.do(PerformAction(patient="p", at=life.now, enrolment="nosuch", action="give"))
    with pytest.raises(NotFound):
        life.do(CloseTask(patient="p", at=life.now, task="nosuch"))
    with pytest.raises(NotFound):
        life.do(Acknowledge(patient="p", at=life.now, message="nosuch"))
    with pytest.raises(NotFound):
        life.retract("nosuch")
    with pytest.raises(CarewayError):
        life.enrol("nosuch")


def test_an_enrolment_that_changed_meanwhile_is_looked_at_again() -> None:
    with pytest.raises(Conflict):
        ready().act("give", expected_version=7)


def test_a_replaced_fact_cannot_be_corrected_again_and_a_patient_is_enrolled_once() -> None:
    life = ready()
    fact = life.record("weight", "50 kg")
    life.correct(fact, "51 kg")
    with pytest.raises(Conflict):
        life.correct(fact, "52 kg")
    with pytest.raises(Conflict):
        life.enrol("bench")


def test_an_act_that_a_corrected_fact_would_have_refused_is_questioned() -> None:
    """History stays; the act is named in the audit and felt by those who listen."""
    life = ready()
    life.act("give")
    infection = next(one.id for one in life.chart.facts.values() if one.code == "active_infection")
    life.at("2026-01-11").correct(infection, "sepsis")
    assert [one["action"] for one in life.events("decision:questioned")] == ["give"]
    weight = life.record("weight", "50 kg")
    life.correct(weight, "51 kg")
    assert not life.events("decision:questioned"), "a fact that the guard does not read questions nothing"
