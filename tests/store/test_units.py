"""One transaction for each command: all of it or nothing, never twice, never over a newer state."""

from __future__ import annotations

from datetime import datetime

import pytest

from engine.audit import UnknownEvent
from engine.audit.completion import UnauditedChange
from engine.errors import Conflict, NotFound
from engine.model import Changes, Chart, Patient, TaskStatus, TimerState
from engine.ports import Identity, Store
from engine.store import NestedUnit, SqlStore, open_store
from tests.store.builders import NOW, draft, enrolment, fact, forget, put, register, saved, task, timer


def test_the_store_is_what_the_engine_asks_for(store: SqlStore) -> None:
    """`engine.ports.Store`, also to the type checker."""
    port: Store = store
    assert port.next_due() is None


def test_leaving_the_block_commits_what_was_saved(store: SqlStore) -> None:
    """Records, audit and outcome are there afterwards."""
    register(store)
    with store.unit("p1") as unit:
        put(unit, fact(), key="k1", outcome={"accepted": True})
    forget(store)
    assert list(store.read("p1").facts) == ["f1"]
    assert [entry.event for entry in store.entries("p1")] == ["patient:registered", "fact:recorded"]


def test_an_exception_leaves_nothing(store: SqlStore) -> None:
    """Neither record nor audit nor outcome, and the next command is not hindered."""
    register(store)

    def fail_after_saving() -> None:
        with store.unit("p1") as unit:
            put(unit, fact(), key="k1")
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        fail_after_saving()
    with store.unit("p1", key="k1") as unit:
        assert unit.previous("k1") is None
        assert unit.chart.facts == {}
    assert len(store.entries("p1")) == 1


def test_saving_nothing_changes_nothing(store: SqlStore) -> None:
    """A chart that was only tried out is thrown away."""
    register(store)
    with store.unit("p1") as unit:
        unit.chart.facts["f1"] = fact()
    assert store.read("p1").facts == {}
    assert store.read("p1").patient.version == 0


def test_an_unknown_patient_is_refused(store: SqlStore) -> None:
    """For reading and for writing."""
    with pytest.raises(NotFound):
        store.read("p9")
    with pytest.raises(NotFound), store.unit("p9"):
        pass


def test_a_patient_is_registered_once(store: SqlStore) -> None:
    """The second attempt is a conflict and leaves no entry."""
    register(store)
    with pytest.raises(Conflict):
        register(store)
    assert len(store.entries("p1")) == 1


def test_an_outcome_is_kept_under_its_key(store: SqlStore) -> None:
    """The same command, sent again, finds what it answered; so does a look-up of another key."""
    register(store)
    with store.unit("p1", key="k1") as unit:
        assert unit.previous("k1") is None
        put(unit, fact(), key="k1", fingerprint="abc", outcome={"verdict": "accepted"})
    with store.unit("p1", key="k1") as unit:
        found = unit.previous("k1")
        assert found is not None
        assert (found.fingerprint, found.content) == ("abc", {"verdict": "accepted"})
        assert unit.previous("k2") is None
    with store.unit("p1") as unit:
        assert unit.previous("k1") == found


def test_a_key_is_used_once(store: SqlStore) -> None:
    """Whoever does not look finds out at the commit, and nothing of it is saved."""
    register(store)
    saved(store, fact("f1"), key="k1")
    with pytest.raises(Conflict):
        saved(store, fact("f2"), key="k1")
    assert list(store.read("p1").facts) == ["f1"]


def test_versions_count_what_changed(store: SqlStore) -> None:
    """The patient's with every change, an enrolment's only with its own; a refusal counts nothing."""
    register(store)
    saved(store, enrolment())
    chart = saved(store, fact())
    assert (chart.patient.version, chart.enrolments["e1"].version) == (2, 1)
    chart = saved(store, enrolment(stage="running"))
    assert (chart.patient.version, chart.enrolments["e1"].version) == (3, 2)
    assert saved(store, event="action:refused").patient.version == 3


def test_a_unit_saves_several_commands(store: SqlStore) -> None:
    """Each sees what the one before saved, and has its own entry."""
    register(store)
    with store.unit("p1") as unit:
        put(unit, enrolment(), event="enrolment:opened")
        put(unit, task(), key="k1")
        put(unit, task(status=TaskStatus.DONE, closed=NOW), enrolment(stage="running"), key="k2")
        assert unit.chart.enrolments["e1"].version == 2
    forget(store)
    chart = store.read("p1")
    assert chart.tasks["t1"].status is TaskStatus.DONE
    assert (chart.patient.version, chart.enrolments["e1"].version) == (3, 2)
    assert store.check_fold("p1") == []
    assert store.verify().problem is None


def test_the_chart_of_a_unit_is_private(store: SqlStore) -> None:
    """What a caller does with it later reaches neither the store nor other readers."""
    register(store)
    with store.unit("p1") as unit:
        chart = unit.chart
        chart.facts["f1"] = fact()
        unit.save(chart, Changes(facts={"f1": None}), [draft()], now=NOW)
        chart.facts["f2"] = fact("f2")
    store.read("p1").facts.clear()
    assert list(store.read("p1").facts) == ["f1"]


def test_a_batch_is_one_transaction(store: SqlStore) -> None:
    """Several patients, unknown ones left out; a failure undoes all."""
    for patient in ("p1", "p2"):
        register(store, patient)
    with store.units(["p2", "p9", "p1"]) as units:
        assert sorted(units) == ["p1", "p2"]
        for unit in units.values():
            put(unit, enrolment(), timer("i1"))
    assert [len(store.read(patient).timers) for patient in ("p1", "p2")] == [1, 1]

    def break_a_rule() -> None:
        with store.units(["p1", "p2"]) as units:
            put(units["p1"], timer("i1", state=TimerState.CANCELLED))
            put(units["p2"], timer("i2", key="look:i1"))

    with pytest.raises(Conflict):
        break_a_rule()
    assert store.read("p1").timers["i1"].state is TimerState.PENDING


def test_an_empty_batch_is_allowed(store: SqlStore) -> None:
    """A pass in which nothing is due."""
    with store.units([]) as units:
        assert dict(units) == {}


@pytest.mark.parametrize(
    "twin",
    [task("t2"), timer("i2", key="look:i1"), fact("f2", source="fhir:Observation/1"), enrolment("e2")],
    ids=["task", "timer", "source", "enrolment"],
)
def test_the_schema_refuses_twins(store: SqlStore, twin: object) -> None:
    """The same occurrence of a task, the same timer, the same imported result, the same ordinal."""
    register(store)
    saved(store, enrolment(), task(), timer("i1"), fact(source="fhir:Observation/1"), fact("f0"), fact("f00"))
    with pytest.raises(Conflict):
        saved(store, twin)


def test_the_schema_refuses_a_record_of_no_enrolment(store: SqlStore) -> None:
    """A foreign key holds on both databases."""
    register(store)
    with pytest.raises(Conflict):
        saved(store, task(enrolment="e9"))


def test_what_is_checked_at_the_end_is_refused_too(store: SqlStore) -> None:
    """A correction of no fact: found at COMMIT, nothing saved, and the next command works."""
    register(store)
    with pytest.raises(Conflict):
        saved(store, fact(supersedes="f0"))
    assert store.read("p1").facts == {}
    assert list(saved(store, fact("f2", supersedes="f1"), fact("f1")).facts) == ["f2", "f1"]


def test_a_record_changed_behind_the_stores_back_is_a_conflict(store: SqlStore) -> None:
    """Compare-and-set on the enrolment's version, even under the patient's lock."""
    register(store)
    saved(store, enrolment())
    with store.database.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE enrolment SET version = 7")
    with pytest.raises(Conflict):
        saved(store, enrolment(stage="running"))


def test_a_change_without_an_entry_is_refused(store: SqlStore) -> None:
    """The audit has no blind spot, and no word outside its vocabulary."""
    register(store)
    silent = Chart(Patient("p1"), facts={"f1": fact()})
    with pytest.raises(UnauditedChange), store.unit("p1") as unit:
        unit.save(silent, Changes(facts={"f1": None}), [], now=NOW)
    with pytest.raises(UnknownEvent), store.unit("p1") as unit:
        unit.save(unit.chart, Changes(), [draft("p1", "fact:mislaid")], now=NOW)


def test_a_thread_does_not_wait_for_itself(store: SqlStore) -> None:
    """A second transaction inside a unit is refused at once; afterwards the thread is free again."""
    register(store)
    with store.unit("p1"), pytest.raises(NestedUnit):
        store.read("p1")
    assert store.read("p1").facts == {}


def test_who_a_patient_is_stands_apart(store: SqlStore) -> None:
    """Found by a foreign number; never in the chart or the audit; a number belongs to one patient."""
    who = Identity("Test Patient One", {"mrn": "1234"})
    store.create(Patient("p1"), [draft("p1", "patient:registered")], now=NOW, identity=who)
    assert store.find_patient("mrn", "1234") == "p1"
    assert store.find_patient("mrn", "9") is None
    assert store.identity("p1") == who
    assert "1234" not in repr(store.entries("p1")) + repr(store.read("p1"))
    with pytest.raises(Conflict):
        store.create(Patient("p2"), [draft("p2", "patient:registered")], now=NOW, identity=who)
    register(store, "p2")
    with pytest.raises(Conflict):
        store.identify("p2", who)
    store.identify("p1", Identity("Test Patient One", {"mrn": "77"}))
    store.identify("p2", who)
    assert store.find_patient("mrn", "1234") == "p2"


def test_patients_and_enrolments_are_found(store: SqlStore) -> None:
    """In pages by id, and the patient of an enrolment."""
    for patient in ("p1", "p2", "p3"):
        register(store, patient)
    saved(store, enrolment("e1"), patient="p2")
    assert store.patients(after="p1", limit=1) == ["p2"]
    assert store.patient_of("e1") == "p2"
    with pytest.raises(NotFound):
        store.patient_of("e9")
    saved(store, enrolment("e1"), patient="p3")
    with pytest.raises(Conflict):
        store.patient_of("e1")


def test_the_heartbeat_counts_completed_passes(store: SqlStore) -> None:
    """The watchdog reads the last one."""
    assert store.heartbeat("due") is None
    store.beat("due", NOW)
    store.beat("due", NOW, "3 timers")
    last = store.heartbeat("due")
    assert last is not None
    assert (last.at, last.passes, last.detail) == (NOW, 2, "3 timers")


def test_an_instant_without_a_zone_is_refused(store: SqlStore) -> None:
    """Nobody could say when it is; nothing is saved."""
    register(store)
    with pytest.raises(ValueError, match="no zone"):
        saved(store, fact(effective=datetime(2026, 1, 1)))
    assert store.read("p1").facts == {}


def test_the_charts_in_memory_are_bounded(store_url: str) -> None:
    """The one unused for longest is dropped; what is read is the same."""
    with open_store(store_url, charts_in_memory=1) as store:
        for patient in ("p1", "p2"):
            register(store, patient)
            saved(store, fact(), patient=patient)
        assert [len(store.read(patient).facts) for patient in ("p1", "p2")] == [1, 1]
