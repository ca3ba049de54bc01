"""The engine over each store: commands in one transaction, batches that stand or fall together, and questions that change nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine import actions
from engine.actions import Engine
from engine.commands import CorrectFact, Enrol, Entry, PerformAction, RecordFacts, RetractFact, Verdict
from engine.errors import InvalidFact, KeyReused, NotFound
from engine.functions import Function, Reader
from engine.model import Patient, Person, TimerState
from engine.ports import Claim, LeaseLost
from engine.store import SqlStore
from tests.living import bare, moment, registry_with
from tests.store.builders import LEASE

START = moment("2026-01-05")
DOCTOR = Person("neurologist", "doctor")
COURSE = bare(
    """
values:
  last_dose: date of latest rituximab given
  clear:
    first_of:
      - {when: entry is rituximab and any rituximab, is: last_dose + 6 months}
      - {when: entry is tacrolimus and any tacrolimus, is: last_dose + 14 days}
criteria:
  low: igg < 5 g/L
guards:
  leave: {require: [{id: igg_fine, that: igg >= 5 g/L, statement: T-1, not_met: warn, unknown: ask}]}
tasks:
  look: {label: {en: L, zh: L}, for: nurse, each: relapse within 1 day, due: (time of entry) + 1 minute, overdue: [{after: 0 days, notify: late}]}
notifications: {late: {label: {en: L, zh: L}, to: [nurse], urgency: high}}
""",
    "course",
).replace(
    "to: over, by: [neurologist]}", "to: over, by: [neurologist], guard: leave, from: [here], proposed: igg is known}"
)  # fmt: skip
SCREEN = (
    bare(
        """
shared: true
values: {tested: igg}
gate: {require: [{id: tested, that: igg is known, not_met: block, value: blocked}], passes: [{value: clear, when: age >= 0 years}]}
""",
        "screen",
    )
)  # fmt: skip


def double(read: Reader) -> Decimal:
    """A function of the test."""
    value: Decimal = read.value("igg")
    return value * 2


@pytest.fixture
def engine(store: SqlStore) -> Engine:
    functions = [Function("doubled", {"en": "D", "zh": "D"}, "quantity", "g/L", double)]
    return Engine(store, registry_with(functions, COURSE, SCREEN))


def enrolled(engine: Engine, patient: str = "p1", pathway: str = "course") -> str:
    """A new patient on a pathway."""
    engine.register_patient(Patient(patient, date(1980, 3, 1), "female"), START)
    return str(engine.execute(Enrol(patient=patient, at=START, pathway=pathway)).enrolment)


def record(engine: Engine, patient: str = "p1", at: datetime = START, key: str = "", **facts: Any) -> str:
    """Record facts; the id of the first."""
    entries = tuple(Entry(code, value) for code, value in facts.items())
    return engine.execute(RecordFacts(patient=patient, at=at, entries=entries, key=key)).created[0]


# --- commands ---------------------------------------------------------------------------------------------------------


def test_the_same_key_is_answered_as_before_and_another_request_under_it_is_refused(engine: Engine) -> None:
    enrolled(engine)
    first = record(engine, key="k", igg="6 g/L")
    assert record(engine, key="k", at=START + timedelta(days=1), igg="6 g/L") == first
    with pytest.raises(KeyReused):
        record(engine, key="k", igg="7 g/L")
    assert len(engine.chart("p1").facts) == 1


@pytest.mark.parametrize("kind", ["record", "correct", "retract", "act"])
def test_what_is_refused_leaves_its_audit_entry_and_nothing_else(engine: Engine, kind: str) -> None:
    enrolment = enrolled(engine)
    before = engine.chart("p1")
    commands = {
        "record": RecordFacts(patient="p1", at=START, entries=(Entry("igg", "6"),)),
        "correct": CorrectFact(patient="p1", at=START, fact="none", value="6 g/L", reason="x"),
        "retract": RetractFact(patient="p1", at=START, fact="none", reason="x"),
        "act": PerformAction(patient="p1", at=START, by=DOCTOR, enrolment=enrolment + "x", action="leave"),
    }
    with pytest.raises((InvalidFact, NotFound)) as refused:
        engine.execute(commands[kind])
    last = engine.store.entries("p1")[-1]
    assert last.event == ("action:refused" if kind == "act" else "fact:refused")
    assert f'"error":"{refused.value.code}"' in last.content
    after = engine.chart("p1")
    assert (after.facts, after.enrolments) == (before.facts, before.enrolments)


def test_what_is_foreseen_is_what_then_happens_and_foreseeing_saves_nothing(engine: Engine) -> None:
    """Nothing of it stays: no record, no audit entry, no key, and nothing that the engine keeps in mind of the patient."""
    enrolment = enrolled(engine)
    commands = [
        RecordFacts(
            patient="p1", at=START, entries=(Entry("igg", "4 g/L"), Entry("relapse", {"event": "occurred"})), key="k"
        ),
        PerformAction(patient="p1", at=START, by=DOCTOR, enrolment=enrolment, action="leave"),
    ]
    for command in commands:
        before, entries = engine.chart("p1"), len(engine.store.entries("p1"))
        foreseen = [engine.foresee(command) for _ in range(2)]
        assert engine.chart("p1") == before
        assert len(engine.store.entries("p1")) == entries
        outcome = engine.execute(command)
        after = engine.chart("p1")
        for one in foreseen:
            assert (one.outcome.verdict, one.outcome.created) == (outcome.verdict, outcome.created)
            assert set(one.chart.tasks) == set(after.tasks)
            assert one.chart.enrolments[enrolment].stage == after.enrolments[enrolment].stage


def test_only_so_many_patients_are_kept_in_mind(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one who was asked for longest ago is forgotten first, and found again in the store."""
    monkeypatch.setattr(actions, "MOST_INDEXED", 2)
    for patient in ("a", "b", "c"):
        enrolled(engine, patient)
    assert list(engine._indexes) == ["b", "c"]
    assert record(engine, "a", igg="6 g/L") in engine.chart("a").facts


# --- batches ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(engine: Engine) -> Engine:
    """Two patients of whom something falls due in one minute, and one of whom nothing does."""
    for patient in ("a", "b", "c"):
        enrolled(engine, patient)
    for patient in ("a", "b"):
        record(engine, patient, relapse={"event": "occurred"})
    return engine


def fired(engine: Engine, patient: str) -> int:
    """How many timers have fired."""
    return sum(one.state is TimerState.FIRED for one in engine.chart(patient).timers.values())


def test_a_batch_fires_what_is_due_and_gives_the_claims_back(waiting: Engine) -> None:
    at = START + timedelta(minutes=2)
    assert waiting.next_due() == START + timedelta(minutes=1)
    claims = waiting.store.claim_due(at, 10, "w", LEASE)
    assert {one.patient for one in claims} == {"a", "b"}
    assert waiting.fire_many(["a", "b", "c", "nobody"], at, claims) == 2
    assert [fired(waiting, one) for one in ("a", "b", "c")] == [1, 1, 0]
    assert waiting.fire_many(["a", "b"], at) == 0, "nothing is due any more"
    assert not waiting.store.entries("c")[-1].event.startswith("timer")


def test_a_batch_whose_claim_was_taken_over_saves_nothing(waiting: Engine) -> None:
    at = START + timedelta(minutes=2)
    (first, *_) = waiting.store.claim_due(at, 10, "w", LEASE)
    stale = Claim(first.patient, first.timer, first.due, first.epoch - 1)
    with pytest.raises(LeaseLost):
        waiting.fire_many(["a", "b"], at, [stale])
    assert [fired(waiting, one) for one in ("a", "b")] == [0, 0]


def test_one_patient_is_fired_alone(waiting: Engine) -> None:
    assert waiting.fire("a", START + timedelta(minutes=2)).verdict is Verdict.ACCEPTED
    assert [fired(waiting, one) for one in ("a", "b")] == [1, 0]


# --- questions --------------------------------------------------------------------------------------------------------


def test_considering_answers_as_acting_would_and_changes_nothing(engine: Engine) -> None:
    enrolment = enrolled(engine)

    def verdict() -> Verdict:
        before = engine.store.entries("p1")
        found = engine.consider("p1", enrolment, "leave", {}, START).verdict
        assert engine.store.entries("p1") == before
        return found

    assert verdict() is Verdict.REFUSED
    igg = record(engine, igg="4 g/L")
    assert verdict() is Verdict.WARNED
    engine.execute(CorrectFact(patient="p1", at=START, fact=igg, value="6 g/L", reason="checked"))
    assert verdict() is Verdict.ACCEPTED
    with pytest.raises(NotFound):
        engine.consider("p1", "nothing", "leave", {}, START)


def test_an_action_is_proposed_where_its_stage_and_its_sentence_allow(engine: Engine) -> None:
    enrolment = enrolled(engine)
    assert engine.proposed("p1", enrolment, START) == set()
    record(engine, igg="6 g/L")
    assert engine.proposed("p1", enrolment, START) == {"leave"}
    engine.execute(PerformAction(patient="p1", at=START, by=DOCTOR, enrolment=enrolment, action="leave"))
    assert engine.proposed("p1", enrolment, START) == set()


def test_every_kind_of_name_can_be_computed(engine: Engine) -> None:
    enrolment = enrolled(engine)
    names = ("last_dose", "clear.rituximab", "low", "doubled", "igg", "age", "screen.tested", "nonsense")

    def found() -> list[Any]:
        return [engine.computed("p1", enrolment, name, START) for name in names]

    assert found() == [None, None, None, None, None, 45, None, None]
    record(engine, igg="4 g/L", rituximab={"event": "given", "dose": "1000 mg", "effective": "2026-01-02"})
    assert found() == [date(2026, 1, 2), date(2026, 7, 2), True, Decimal(8), Decimal(4), 45, None, None]
    engine.execute(Enrol(patient="p1", at=START, pathway="screen"))
    assert found()[-2:] == [Decimal(4), None]
    assert engine.computed("p1", enrolment, "clear.tacrolimus", START) is None


def test_a_gate_is_computed_for_its_callers_and_in_general(engine: Engine) -> None:
    enrolment = enrolled(engine, pathway="screen")
    assert engine.computed("p1", enrolment, "gate", START) == "blocked"
    record(engine, igg="4 g/L")
    assert engine.computed("p1", enrolment, "gate", START) == "clear"
    assert engine.computed("p1", enrolment, "gate.course", START) == "clear"
    engine.execute(Enrol(patient="p1", at=START, pathway="course"))
    other = next(one.id for one in engine.chart("p1").enrolments.values() if one.pathway == "course")
    assert engine.computed("p1", other, "gate", START) is None, "the course has none"
    assert engine.computed("p1", other, "screen.gate", START) == "clear"


def test_a_question_reads_the_store_where_another_process_has_written(engine: Engine) -> None:
    """What is kept in mind is good for one version of the patient."""
    enrolment = enrolled(engine)
    record(engine, igg="4 g/L")
    assert engine.computed("p1", enrolment, "low", START) is True
    later = START + timedelta(minutes=1)
    record(Engine(engine.store, engine.registry), at=later, igg={"value": "6 g/L", "effective": later.isoformat()})
    assert engine.computed("p1", enrolment, "low", later) is False
    record(engine, at=later, tacrolimus={"event": "started"})
    assert engine.computed("p1", enrolment, "igg", later) == 6


def test_an_action_under_a_key_is_the_same_request_whoever_signs_again(engine: Engine) -> None:
    """When it is asked does not count either."""
    enrolment = enrolled(engine)
    record(engine, igg="6 g/L")
    command = PerformAction(patient="p1", at=START, by=DOCTOR, key="k", enrolment=enrolment, action="leave")
    first = engine.execute(command)
    again = engine.execute(replace(command, at=START + timedelta(hours=1)))
    assert (again.verdict, again.enrolment) == (first.verdict, first.enrolment)
    assert len(engine.chart("p1").acts) == 1
