"""A case runs as its file says: enrol, ring every timer at its own moment, amend, record, act, and only then look."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engine.cases import CaseFault, Library, read_case, run_case
from engine.commands import (
    Acknowledge,
    CloseTask,
    Command,
    CorrectFact,
    Enrol,
    FireTimers,
    PerformAction,
    RecordFacts,
    RetractFact,
)
from engine.model import Person
from tests.unit.cases.fake_engine import HEAD, FakeEngine, demo_registry, failures, reason, refused

START = datetime(2026, 1, 5, 1, tzinfo=UTC)
"""09:00 in Shanghai."""


def test_the_patient_is_enrolled_at_the_first_step_before_its_facts() -> None:
    engine = FakeEngine()
    head = HEAD + "settings: {late_dose_window_days: 21}\n"
    assert failures(engine, "  - {at: 2026-01-05 09:00, facts: {edss: 3.0}}\n", head) == []
    enrol, facts = engine.log
    assert isinstance(enrol, Enrol)
    assert (enrol.at, enrol.pathway, enrol.settings) == (START, "demo", {"late_dose_window_days": 21})
    assert isinstance(facts, RecordFacts)
    assert (facts.at, facts.pathway) == (START, "demo")
    patient = engine.now.patient
    assert (str(patient.birth_date), patient.sex, patient.zone) == ("1980-03-01", "female", "Asia/Shanghai")


def test_timers_fire_at_their_own_moment_up_to_and_including_the_step() -> None:
    due = [START + timedelta(days=day) for day in (2, 1, 3, 4)]
    engine = FakeEngine(timers=due.copy())
    failures(engine, "  - {at: 2026-01-05 09:00}\n  - {at: 2026-01-08 09:00, facts: {edss: 3.0}}\n")
    assert [type(one).__name__ for one in engine.log] == [
        "Enrol",
        "FireTimers",
        "FireTimers",
        "FireTimers",
        "RecordFacts",
    ]
    assert [one.at for one in engine.log[1:4]] == sorted(due)[:3]


def test_a_timer_set_for_the_past_fires_now() -> None:
    """Late data may plan something that is over already; the clock never goes back."""
    engine = FakeEngine(effects={"facts": lambda it, command: it.timers.append(command.at - timedelta(days=5))})
    assert failures(engine, "  - {at: 2026-01-05 09:00, facts: {edss: 3.0}}\n") == []
    assert isinstance(engine.log[-1], FireTimers)
    assert engine.log[-1].at == START


def test_timers_that_never_come_to_rest_are_a_fault() -> None:
    def again(engine: FakeEngine, command: Command) -> None:
        engine.timers.append(command.at)

    engine = FakeEngine(timers=[START], effects={"timer": again})
    with pytest.raises(CaseFault, match="do not come to rest"):
        failures(engine, "  - {at: 2026-01-05 09:00}\n")


def test_within_a_step_amendments_come_first_then_facts_then_the_act() -> None:
    engine = FakeEngine()
    steps = (
        "  - {at: 2026-01-05 09:00, facts: {hbv_dna: {value: 0 IU/mL, detection: not_detected}, edss: 3.0}}\n"
        "  - at: 2026-01-06 09:00\n    do: go\n    by: neurologist\n    facts: {edss: 4.0}\n"
        "    correct: {fact: hbv_dna, effective: 2026-01-05, value: 35 IU/mL, detection: detected, reason: amended report}\n"
        "    retract: [{fact: edss, effective: 2026-01-05 09:00, reason: wrong patient}]\n"
    )
    assert failures(engine, steps) == []
    assert [type(one) for one in engine.log] == [
        Enrol,
        RecordFacts,
        CorrectFact,
        RetractFact,
        RecordFacts,
        PerformAction,
    ]
    assert len({one.at for one in engine.log[2:]}) == 1
    correct, retract = engine.log[2:4]
    assert isinstance(correct, CorrectFact)
    assert isinstance(retract, RetractFact)
    assert engine.now.facts[correct.fact].code == "hbv_dna"
    assert (correct.value, correct.reason) == ({"value": "35 IU/mL", "detection": "detected"}, "amended report")
    assert engine.now.facts[retract.fact].code == "edss"


def test_was_picks_one_of_several_facts_of_the_same_time() -> None:
    engine = FakeEngine()
    steps = (
        "  - {at: 2026-01-05 09:00, facts: {igg: [4.2 g/L, 9.9 g/L]}}\n"
        "  - {at: 2026-01-06 09:00, retract: {fact: igg, effective: 2026-01-05, was: 4.2 g/L, reason: wrong tube}}\n"
    )
    assert failures(engine, steps) == []
    retract = engine.log[-1]
    assert isinstance(retract, RetractFact)
    assert str(engine.now.facts[retract.fact].value) == "4.2"


def test_a_correction_of_what_was_never_recorded_fails() -> None:
    found = failures(
        FakeEngine(), "  - {at: 2026-01-06 09:00, retract: {fact: igg, effective: 2026-01-05, reason: r}}\n"
    )
    assert [(one.key, one.at) for one in found] == [("retract", "2026-01-06 09:00")]
    assert "no current igg" in found[0].explanation


def test_an_act_carries_role_parameters_override_and_second_person() -> None:
    engine = FakeEngine()
    steps = (
        "  - at: 2026-01-05 09:00\n    do: dose\n    by: neurologist\n    with: {planned_start: 2026-01-12 09:30, second_person: neurologist}\n"
        "    override: {reason: benefit outweighs risk, approved_by: neurologist}\n"
    )
    assert failures(engine, steps) == []
    act = engine.log[-1]
    assert isinstance(act, PerformAction)
    assert (act.by, act.parameters) == (Person("neurologist", "neurologist"), {"planned_start": "2026-01-12 09:30"})
    assert act.override is not None
    assert act.override.approved_by == act.by
    assert act.second_person is not None
    assert (act.second_person.role, act.second_person.name == act.by.name) == ("neurologist", False)


def test_another_pathway_means_its_latest_open_enrolment_and_a_number_the_nth() -> None:
    engine = FakeEngine()
    effects = {
        "go": lambda it, command: it.enrol("visit", "scheduled", command.at),
        "discharge": lambda it, command: it.move("visit", "complete", command.at),
    }
    engine.effects = effects
    steps = "".join(
        f"  - {{at: 2026-01-05 09:0{minute}, do: {act}, by: x{more}}}\n"
        for minute, (act, more) in enumerate(
            [
                ("go", ""),
                ("go", ""),
                ("discharge", ", pathway: visit"),
                ("start_infusion", ", pathway: visit"),
                ("start_infusion", ", pathway: visit#2"),
            ]
        )
    )
    assert failures(engine, steps) == []
    acts = [one for one in engine.log if isinstance(one, PerformAction)]
    assert [engine.now.enrolments[one.enrolment].ordinal for one in acts[2:]] == [2, 1, 2]


def test_an_unexpected_refusal_fails_with_the_engine_s_own_reasons() -> None:
    engine = FakeEngine(answers={"go": refused(reason("INE-R06.3"))})
    (found,) = failures(engine, "  - {at: 2026-01-05 09:00, do: go, by: neurologist}\n")
    assert (found.key, found.expected, found.found) == ("do", "accepted", {"refused": ["INE-R06.3"]})
    assert "because of INE-R06.3" in found.explanation


def test_a_refused_entry_is_expected_or_fails() -> None:
    """No unit where one is needed, a range: refused at entry."""
    assert failures(FakeEngine(), "  - {at: 2026-01-05 09:00, facts: {igg: 4.2}, expect: {refused: []}}\n") == []
    (found,) = failures(FakeEngine(), "  - {at: 2026-01-05 09:00, facts: {igg: 3-4 g/L}}\n")
    assert found.key == "facts"
    assert "range" in found.explanation
    (found,) = failures(FakeEngine(), "  - {at: 2026-01-05 09:00, facts: {igg: 4.2 g/L}, expect: {refused: []}}\n")
    assert (found.key, found.found) == ("refused", "accepted")


def test_a_refusal_expected_beside_an_act_is_that_of_the_act() -> None:
    """Facts of the same step must be accepted all the same."""
    engine = FakeEngine(answers={"go": refused(reason("INE-R06.3"))})
    steps = "  - {at: 2026-01-05 09:00, facts: {igg: 4.2}, do: go, by: x, expect: {refused: [INE-R06]}}\n"
    assert [one.key for one in failures(engine, steps)] == ["facts"]


def test_completing_takes_the_open_task_whose_window_is_open_now() -> None:
    def grid(engine: FakeEngine, command: Command) -> None:
        for month in (2, 1, 3):
            day = datetime(2026, month, 5).date()
            engine.task("grid", command.at, due=day, opens=day - timedelta(days=3), until=day + timedelta(days=3))

    engine = FakeEngine(effects={"enrol": grid})
    steps = "".join(
        f"  - {{at: {at} 09:00, complete: grid, by: x}}\n" for at in ("2026-01-04", "2026-02-06", "2026-02-20")
    )
    assert failures(engine, steps) == []
    closed = [engine.now.tasks[one.task].due for one in engine.log if isinstance(one, CloseTask)]
    assert [str(one) for one in closed] == ["2026-01-05", "2026-02-05", "2026-03-05"]
    found = failures(FakeEngine(), "  - {at: 2026-01-05, complete: grid, by: x}\n")
    assert [one.key for one in found] == ["complete"]


def test_acknowledging_takes_the_notification_to_the_acting_role() -> None:
    def tell(engine: FakeEngine, command: Command) -> None:
        for role in ("neurologist", "care_coordinator"):
            engine.message("dose_due", role, command.at)

    engine = FakeEngine(effects={"enrol": tell})
    assert failures(engine, "  - {at: 2026-01-05, acknowledge: dose_due, by: neurologist}\n") == []
    acknowledged = engine.log[-1]
    assert isinstance(acknowledged, Acknowledge)
    assert engine.now.messages[acknowledged.message].to == "neurologist"


def test_a_case_whose_patient_cannot_be_enrolled_is_a_fault() -> None:
    class Closed(FakeEngine):
        def execute(self, command: Command) -> object:  # type: ignore[override]
            return refused(reason("X-1"))

    with pytest.raises(CaseFault, match="cannot be enrolled"):
        failures(Closed(), "  - {at: 2026-01-05}\n")


def test_failures_come_as_they_occur() -> None:
    """What failed before a fault is not lost."""
    engine = FakeEngine()
    library = Library(demo_registry())
    text = HEAD + "steps:\n- {at: 2026-01-05, expect: {stage: next}}\n- {at: 2026-01-06, facts: {edss: 3.0}}\n"
    story = run_case(read_case(text, "t.yaml", library), engine, library.names("demo"))
    assert replace(next(story), explanation="").found == "start"
    assert not any(isinstance(one, RecordFacts) for one in engine.log)


def test_a_step_may_put_the_patient_on_a_further_pathway_before_anything_else() -> None:
    """Two treatments of one patient in one story; who runs the act named by `by`, else the coordinator."""
    engine = FakeEngine()
    steps = "  - {at: 2026-01-05 09:00}\n  - {at: 2026-01-06 09:00, enrol: hbv, facts: {edss: 3.0}}\n"
    assert failures(engine, steps) == []
    second, facts = engine.log[1:]
    assert isinstance(second, Enrol)
    assert (second.pathway, second.by) == ("hbv", Person("care_coordinator", "care_coordinator"))
    assert isinstance(facts, RecordFacts)
