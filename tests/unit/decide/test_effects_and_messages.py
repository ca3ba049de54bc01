"""Effects of actions and automatic rules; messages and deviations once for each occurrence; timers; stages that change by themselves."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from engine.commands import Acknowledge, Entry, FireTimers, RecordFacts
from engine.errors import AuthorError
from engine.model import ExposureEvent, TimerState
from tests.living import DOCTOR, Life, bare, moment

DEFINITION = bare("""
values:
  planned: anchor.planned
  due: anchor.planned + 10 days
  longest: 5 days
automatic:
  by_fact: {on: 'fact:relapse', when: entry.severity is severe, to: there}
  by_case: {on: 'fact:mri_activity', cases: [{to: there, when: diabetes is yes}]}
  calm: {from: [there], when: no relapse within longest, to: here}
  corrected: {on: 'corrected:igg', effects: [{notify: told}]}
  noted: {on: 'fact:crp', effects: [{notify: told, when: diabetes is yes}]}
notifications:
  told: {label: {en: T, zh: T}, to: [nurse, doctor], urgency: routine}
  low: {label: {en: L, zh: L}, to: [nurse], urgency: high, when: igg < 4 g/L}
  heard: {label: {en: H, zh: H}, to: [nurse], urgency: routine, on: ['action:note', 'stage:there'], when: not diabetes is yes}
  left: {label: {en: X, zh: X}, to: [nurse], urgency: routine, on: ended}
  begun: {label: {en: B, zh: B}, to: [nurse], urgency: routine, on: enrolled}
deviations:
  odd: {label: {en: O, zh: O}}
  lower: {label: {en: L, zh: L}, when: igg < 3 g/L}
tasks:
  visit: {label: {en: V, zh: V}, for: nurse, due: due}
""").replace(
    "actions:\n",
    """actions:
  write:
    label: {en: W, zh: W}
    by: [neurologist]
    with: {drug: {kind: fact, required: false}, amount: {kind: quantity, unit: mg, required: false}, day: {kind: date, required: false}}
    effects:
      - {record: {fact: with.drug, event: given, effective: with.day, attributes: {dose: with.amount}}}
      - {record: {fact: diabetes, value: 'yes'}, when: with.amount > 100 mg}
      - {record: {fact: weight, value: 52 kg}}
  set: {label: {en: S, zh: S}, by: [neurologist], with: {day: {kind: date, required: false}}, effects: [{anchor: {planned: with.day}}]}
  note: {label: {en: N, zh: N}, by: [neurologist], effects: [{notify: told}, {deviation: odd}]}
""",
)


def life() -> Life:
    return Life(DEFINITION, start="2026-01-10")


def test_an_action_writes_facts_with_what_it_was_given() -> None:
    one = life()
    one.act("write", {"drug": "rituximab", "amount": "0.5 g", "day": "2026-01-08"})
    dose, diabetes, weight = one.chart.facts.values()
    assert (dose.code, dose.event, dose.effective_day, dose.attributes["dose"]) == (
        "rituximab",
        ExposureEvent.GIVEN,
        date(2026, 1, 8),
        Decimal(500),
    )
    assert (diabetes.value, weight.value) == (True, Decimal(52))
    one.act("write", {"drug": "rituximab", "amount": "50 mg"})
    assert len(one.chart.facts) == 5, "an effect whose condition is not met writes nothing"


def test_an_anchor_set_by_a_decision_moves_what_hangs_on_it() -> None:
    one = life()
    one.act("set")
    assert not one.tasks("visit"), "without a date no anchor is set"
    one.act("set", {"day": "2026-02-01"})
    assert one.task("visit").due == date(2026, 2, 11)
    one.act("set", {"day": "2026-02-05"})
    assert one.task("visit").due == date(2026, 2, 15)
    assert one.events("anchor:set") == [
        {"event": "anchor:set", "anchors": {"planned": "2026-02-05"}, "before": {"planned": "2026-02-01"}}
    ]
    assert one.events("task:moved")
    assert str(one.read("planned").value) == "2026-02-05"


def test_a_rule_on_an_edge_fires_at_that_moment_only_and_under_its_condition() -> None:
    one = life()
    one.record("relapse", {"event": "occurred", "severity": "mild"})
    assert one.stage == "here"
    one.record("mri_activity", {"event": "occurred"})
    assert one.stage == "here", "no case fits"
    one.record("relapse", {"event": "occurred", "severity": "severe"})
    assert one.stage == "there"
    one.at("2026-01-16 00:00")
    assert one.stage == "here", "calm since five days, by time alone"


def test_an_edge_of_a_fact_is_felt_when_it_is_recorded_and_when_it_is_corrected() -> None:
    one = life()
    fact = one.record("igg", "9 g/L")
    assert not one.messages("told")
    fact = one.correct(fact, "8 g/L")
    assert len(one.messages("told")) == 2
    one.retract(fact)
    assert len(one.messages("told")) == 4
    one.record("crp", "9 mg/L")
    assert len(one.messages("told")) == 4


def test_a_message_goes_to_each_role_once_for_each_occurrence() -> None:
    one = life()
    one.act("note")
    one.act("note")
    assert [(message.to, message.code) for message in one.messages("told")] == [
        ("nurse", "told"),
        ("doctor", "told"),
    ] * 2
    assert len(one.deviations("odd")) == 2
    assert len({(message.occurrence, message.to) for message in one.messages("told")}) == 4
    assert [message.code for message in one.messages("begun")] == ["begun"]
    assert len(one.messages("heard")) == 0, "whether the condition holds is not known"
    one.record("diabetes", False)
    one.act("note")
    assert len(one.messages("heard")) == 1


def test_a_condition_gives_a_message_when_it_becomes_met_and_again_after_it_was_not() -> None:
    """Unknown in between is no end of it."""
    one = life()
    one.record("igg", "3.5 g/L")
    one.at("2026-01-11").record("igg", "3 g/L")
    assert len(one.messages("low")) == 1
    one.at("2026-01-12").record("igg", {"value": "< 5 g/L"})
    one.at("2026-01-13").record("igg", "3 g/L")
    assert len(one.messages("low")) == 1
    one.at("2026-01-14").record("igg", "9 g/L")
    one.at("2026-01-15").record("igg", "2 g/L")
    assert [message.occurrence for message in one.messages("low")] == ["when/1", "when/3"]
    assert len(one.deviations("lower")) == 1


def test_a_message_is_acknowledged_once() -> None:
    one = life()
    one.act("note")
    message = one.messages("told")[0]
    one.do(Acknowledge(patient="p", at=one.now, by=DOCTOR, message=message.id))
    one.at("2026-01-11").do(Acknowledge(patient="p", at=one.now, by=DOCTOR, message=message.id))
    kept = one.chart.messages[message.id]
    assert (kept.acknowledged, kept.acknowledged_by) == (moment("2026-01-10"), DOCTOR)


def test_the_end_of_an_enrolment_cancels_what_is_open_and_waits_for_nothing() -> None:
    one = life()
    one.act("set", {"day": "2026-02-01"})
    assert one.next_due() is not None
    one.act("leave")
    assert (one.task("visit", "cancelled").closed_by, one.next_due()) == ("enrolment ended", None)
    assert one.messages("left")


def test_a_timer_that_moves_away_is_cancelled_and_one_that_comes_back_is_set_again() -> None:
    one = life()
    for day, due in (("2026-02-01", "2026-02-12"), ("2026-02-05", "2026-02-16"), ("2026-02-01", "2026-02-12")):
        one.act("set", {"day": day})
        assert one.next_due() == moment(f"{due} 00:00")
    looks = [timer for timer in one.chart.timers.values() if timer.key.startswith("look@")]
    assert sorted(timer.state for timer in looks) == [TimerState.CANCELLED, TimerState.PENDING]


def test_a_late_bell_does_everything_that_was_due_and_says_when_it_was() -> None:
    """The service was down for weeks."""
    one = life()
    one.act("set", {"day": "2026-02-01"})
    one.now = moment("2026-03-01")
    one.do(FireTimers(patient="p", at=one.now))
    assert one.events("timer:fired")[0]["due"] == "2026-02-11T16:00:00+00:00"
    assert one.task("visit").overdue_since == moment("2026-02-12 00:00")
    assert [event["task"] for event in one.events("task:overdue")] == ["visit"]


def test_definitions_that_undo_each_other_are_the_authors_mistake() -> None:
    text = bare(
        "automatic: {a: {from: [here], to: there, when: age >= 1 year}, b: {from: [there], to: here, when: age >= 1 year}}\n"
    )
    with pytest.raises(AuthorError, match="do not come to rest"):
        Life(text)


def test_a_fact_of_a_source_is_recorded_once() -> None:
    one = life()
    entry = Entry("igg", "9 g/L", source="fhir:Observation/1")
    first = one.do(RecordFacts(patient="p", at=one.now, entries=(entry,)))
    again = one.do(RecordFacts(patient="p", at=one.now, entries=(entry, Entry("weight", "50 kg"))))
    assert (len(first.created), len(again.created)) == (1, 1)


def test_an_entry_of_another_drug_counts_for_its_class_until_it_is_corrected() -> None:
    """Everything that reads the class looks again: what the entry no longer says is touched, too."""
    one = Life(
        bare(
            "tasks: {t: {label: {en: T, zh: T}, for: nurse, when: any jak_inhibitor}, u: {label: {en: U, zh: U}, for: nurse, when: any cytotoxic_chemotherapy}}\n"
        )
    )
    fact = one.record("other_drug", {"event": "started", "drug": "baricitinib", "classes": ["jak_inhibitor"]})
    assert one.tasks("t", "open")
    fact = one.correct(fact, {"classes": ["penicillin"]})
    assert not one.tasks("t", "open")
    other = one.record("rituximab", {"event": "given", "indication": "chemotherapy"})
    assert one.tasks("u", "open")
    one.retract(other)
    assert not one.tasks("u", "done")
