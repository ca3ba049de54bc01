"""Every key of `expect` means what the format says, no more and no less, and a failure tells what was found and why."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cases.comparing import same_dose, same_value
from engine.cases.viewing import cites
from engine.commands import Command
from engine.errors import UnknownName
from engine.units import Quantity
from tests.unit.cases.fake_engine import FakeEngine, accepted, demo_registry, failures, reason, refused

CATALOGUE = demo_registry().catalogue
ZONE = "Asia/Shanghai"


def _world(engine: FakeEngine, command: Command) -> None:
    """What stands in the chart when the first step is looked at."""
    at = command.at
    engine.move("demo", "crs")
    engine.task("check", at, due=date(2026, 2, 5), opens=date(2026, 2, 1), until=date(2026, 2, 9))
    engine.task("grid", at, due=date(2026, 1, 5), overdue_since=at)
    engine.task("grid", at, due=datetime(2026, 3, 5, 1, 30, tzinfo=UTC), frozen=True)
    engine.hold("infection", at)
    visit = engine.enrol("visit", "scheduled", at)
    engine.hold("room", at, visit)
    engine.message("dose_due", "care_coordinator", at)
    engine.deviate("late_dose", at)


ANSWERS = {
    "go": accepted(reason("INE-R09.2", level="warn"), dose="300 mg"),
    "dose": refused(reason("INE-R06.3", missing=(("hbv_dna", "missing"),)), reason("INE-R09.1", level="warn")),
    "start_infusion": accepted(),
    "stop": refused(),
}
VALUES = {
    "plan": "off", "easix": Decimal("3.5999"), "clear_date.mycophenolate": date(2026, 3, 27), "second_expansion": True,
    "crs_grade_proposed": 2, "bsa": None, "hbv.gate.inebilizumab": "unknown",
}  # fmt: skip


def look(expect: str, act: str = "") -> list[tuple[str, object, object, str]]:
    """What fails of an expectation in that world."""
    engine = FakeEngine(ANSWERS, {"enrol": _world}, VALUES, {"change"})
    found = failures(engine, f"  - at: 2026-01-05 09:00\n{act}    expect: {expect}\n")
    return [(one.key, one.expected, one.found, one.explanation) for one in found]


HOLDS = [
    "{stage: active.crs}", "{stage: active}", "{stages: {visit: scheduled, hbv: none}}", "{stages: {'visit#1': scheduled, 'visit#2': none}}",
    "{can: [go, visit.start_infusion]}", "{can: [{action: go, with: {}}]}", "{can: []}",
    "{blocked: {dose: [INE-R06], stop: []}}", "{blocked: {'dose(planned_start=2026-01-12)': [INE-R06.3]}}", "{blocked: {hbv.clear_inebilizumab_dose: []}}",
    "{warned: {go: [INE-R09]}}", "{not_warned: {go: [INE-R08.2], visit.start_infusion: []}}", "{unknown: {dose: [hbv_dna], go: []}}",
    "{dose: {go: 300 mg}}", "{dose: {go: 0.3 g}}", "{proposed: [change]}",
    "{due: [{task: check, date: 2026-02-05, from: 2026-02-01, until: 2026-02-09}, {task: grid}]}", "{due: [check]}", "{due: [{task: grid, date: 2026-03-05}]}",
    "{due: [{task: grid, date: 2026-03-05 09:30}]}", "{overdue: [grid]}", "{not_overdue: [check]}", "{not_due: [observe]}",
    "{holds: [infection]}", "{holds: [infection, visit.room]}", "{holds: [visit.room, infection]}",
    "{notified: [{notification: dose_due, to: care_coordinator}]}", "{notified: [dose_due]}", "{not_notified: [dose_overdue, {notification: dose_due, to: neurologist}]}",
    "{deviations: [late_dose]}",
    "{computed: {plan: 'off', easix: 3.6, clear_date.mycophenolate: 2026-03-27, second_expansion: true, crs_grade_proposed: 2, bsa: null}}",
]  # fmt: skip


def test_a_value_of_another_pathway_is_asked_of_its_enrolment() -> None:
    engine = FakeEngine(
        values=VALUES, effects={"enrol": lambda it, command: it.enrol("hbv", "not_screened", command.at)}
    )
    assert failures(engine, "  - {at: 2026-01-05, expect: {computed: {hbv.gate.inebilizumab: unknown}}}\n") == []


def test_a_value_that_the_engine_does_not_know_fails_with_its_words() -> None:
    class Strict(FakeEngine):
        def computed(self, patient: str, enrolment: str, name: str, at: datetime) -> object:
            raise UnknownName(f"no value {name}")

    (found,) = failures(Strict(), "  - {at: 2026-01-05, expect: {computed: {bsa: null}}}\n")
    assert (found.found, found.explanation) == ({"bsa": "refused"}, "no value bsa")


@pytest.mark.parametrize("expect", HOLDS)
def test_what_holds_passes(expect: str) -> None:
    assert look(expect) == []


FAILS = [
    ("{stage: next}", "stage", "next", "active.crs"),
    ("{stage: active.icans}", "stage", "active.icans", "active.crs"),
    ("{stages: {visit: none}}", "stages", {"visit": "none"}, {"visit": "scheduled"}),
    ("{stages: {hbv: not_screened}}", "stages", {"hbv": "not_screened"}, {"hbv": "none"}),
    ("{can: [go, dose]}", "can", "dose", ["INE-R06.3"]),
    ("{can: [hbv.clear_inebilizumab_dose]}", "can", "hbv.clear_inebilizumab_dose", "refused"),
    ("{blocked: {go: []}}", "blocked", {"go": []}, {"go": "accepted"}),
    ("{blocked: {dose: [INE-R06.3, INE-R09]}}", "blocked", {"dose": ["INE-R06.3", "INE-R09"]}, {"dose": ["INE-R06.3"]}),
    ("{blocked: {dose: [INE-R0]}}", "blocked", {"dose": ["INE-R0"]}, {"dose": ["INE-R06.3"]}),
    ("{warned: {go: [INE-R08]}}", "warned", {"go": ["INE-R08"]}, {"go": ["INE-R09.2"]}),
    ("{warned: {dose: [INE-R09]}}", "warned", {"dose": ["INE-R09"]}, {"dose": "refused"}),
    ("{not_warned: {go: [INE-R09]}}", "not_warned", {"go": ["INE-R09"]}, {"go": ["INE-R09.2"]}),
    ("{not_warned: {dose: [INE-R01]}}", "not_warned", {"dose": ["INE-R01"]}, {"dose": "refused"}),
    ("{unknown: {dose: [igg]}}", "unknown", {"dose": ["igg"]}, {"dose": ["hbv_dna"]}),
    ("{unknown: {dose: []}}", "unknown", {"dose": []}, {"dose": ["hbv_dna"]}),
    ("{dose: {go: 301 mg}}", "dose", {"go": "301 mg"}, {"go": "300 mg"}),
    ("{dose: {visit.start_infusion: 1 mg}}", "dose", {"visit.start_infusion": "1 mg"}, {"visit.start_infusion": None}),
    ("{proposed: [go]}", "proposed", "go", ["change"]),
    ("{proposed: []}", "proposed", [], ["change"]),
    ("{due: [{task: observe}]}", "due", {"task": "observe"}, "no open task of that id"),
    ("{due: [{task: check, until: 2026-02-08}]}", "due", {"task": "check", "until": "2026-02-08"},
     [{"task": "check", "date": "2026-02-05", "from": "2026-02-01", "until": "2026-02-09"}]),
    ("{overdue: [check]}", "overdue", "check", [{"task": "check", "date": "2026-02-05", "from": "2026-02-01", "until": "2026-02-09"}]),
    ("{overdue: []}", "overdue", [], [{"task": "grid", "date": "2026-01-05", "overdue": True}]),
    ("{not_overdue: [grid]}", "not_overdue", "grid", [{"task": "grid", "date": "2026-01-05", "overdue": True}]),
    ("{not_due: [check]}", "not_due", "check", [{"task": "check", "date": "2026-02-05", "from": "2026-02-01", "until": "2026-02-09"}]),
    ("{holds: []}", "holds", [], ["infection"]),
    ("{holds: [pregnancy, infection]}", "holds", ["pregnancy", "infection"], ["infection"]),
    ("{notified: [{notification: dose_due, to: neurologist}]}", "notified", {"notification": "dose_due", "to": "neurologist"},
     [{"notification": "dose_due", "to": "care_coordinator"}]),
    ("{not_notified: [dose_due]}", "not_notified", "dose_due", [{"notification": "dose_due", "to": "care_coordinator"}]),
    ("{deviations: []}", "deviations", [], ["late_dose"]),
    ("{deviations: [override]}", "deviations", "override", ["late_dose"]),
    ("{computed: {plan: every_visit}}", "computed", {"plan": "every_visit"}, {"plan": "off"}),
    ("{computed: {easix: 3.60}}", "computed", None, None),
    ("{computed: {easix: 3.600}}", "computed", None, None),
    ("{computed: {easix: 3.5998}}", "computed", {"easix": 3.5998}, {"easix": "3.5999"}),
    ("{computed: {bsa: 1.9}}", "computed", {"bsa": 1.9}, {"bsa": None}),
    ("{computed: {plan: null}}", "computed", {"plan": None}, {"plan": "off"}),
    ("{ended: done}", "ended", "done", "open in active.crs"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("expect", "key", "expected", "found"),
    [one for one in FAILS if one[2] is not None],
    ids=[one[0] for one in FAILS if one[2] is not None],
)
def test_what_does_not_hold_fails(expect: str, key: str, expected: object, found: object) -> None:
    assert [(one[0], one[1], one[2]) for one in look(expect)] == [(key, expected, found)]


@pytest.mark.parametrize("expect", [one[0] for one in FAILS if one[2] is None])
def test_a_number_is_compared_to_the_digits_written(expect: str) -> None:
    """3.5999 is 3.6, 3.60 and 3.600, and not 3.5998."""
    assert look(expect) == []


ACT = "    do: go\n    by: neurologist\n"


@pytest.mark.parametrize(
    ("expect", "keys"),
    [
        ("{warned: [INE-R09.2], not_warned: [INE-R08], dose: 300 mg}", []),
        ("{warned: {go: [INE-R09.2]}, dose: {go: 300 mg}}", []),
        ("{warned: [INE-R08]}", ["warned"]),
        ("{dose: 200 mg}", ["dose"]),
        ("{not_warned: []}", ["not_warned"]),
        ("{refused: []}", ["refused"]),
        ("{blocked: {dose: [INE-R06]}}", []),
    ],
)
def test_beside_an_act_plain_lists_mean_the_act(expect: str, keys: list[str]) -> None:
    assert [one[0] for one in look(expect, ACT)] == keys


def test_a_mapping_that_names_the_act_asks_nothing_further() -> None:
    """After the act the same action might be refused; what is meant is the act that was done."""
    engine = FakeEngine(ANSWERS)
    assert failures(engine, f"  - at: 2026-01-05\n{ACT}    expect: {{dose: {{go: 300 mg}}}}\n") == []
    assert engine.asked == []


def test_a_refusal_lacking_a_statement_fails_with_the_statements_cited() -> None:
    act = "    do: dose\n    by: neurologist\n"
    assert look("{refused: [INE-R06]}", act) == []
    assert look("{refused: []}", act) == []
    ((key, expected, found, explanation),) = look("{refused: [INE-R06.2]}", act)
    assert (key, expected, found) == ("refused", ["INE-R06.2"], ["INE-R06.3"])
    assert explanation.startswith("[block INE-R06.3] because of INE-R06.3 (unknown: hbv_dna missing)")


def test_actions_are_considered_at_the_step_with_their_parameters() -> None:
    engine = FakeEngine()
    failures(
        engine, "  - {at: 2026-01-05 09:00, expect: {can: [{action: dose, with: {planned_start: 2026-01-12 09:30}}]}}\n"
    )
    assert engine.asked == [
        ("demo", "dose", {"planned_start": "2026-01-12 09:30"}, datetime(2026, 1, 5, 1, tzinfo=UTC))
    ]


def test_messages_and_deviations_count_since_the_previous_step() -> None:
    """What the timers in between did counts; what the step before saw does not."""

    def ring(engine: FakeEngine, command: Command) -> None:
        engine.message("dose_overdue", "neurologist", command.at)
        engine.deviate("override", command.at)

    engine = FakeEngine(effects={"enrol": _world, "timer": ring}, timers=[datetime(2026, 1, 6, tzinfo=UTC)])
    steps = (
        "  - {at: 2026-01-05, expect: {notified: [dose_due], not_notified: [dose_overdue]}}\n"
        "  - {at: 2026-01-07, expect: {notified: [dose_overdue], not_notified: [dose_due], deviations: [override]}}\n"
        "  - {at: 2026-01-08, expect: {not_notified: [dose_overdue, dose_due], deviations: []}}\n"
    )
    assert failures(engine, steps) == []


def test_an_ended_enrolment_is_closed_in_that_terminal_stage() -> None:
    engine = FakeEngine(effects={"stop": lambda it, command: it.move("demo", "done", command.at)})
    assert failures(engine, "  - {at: 2026-01-05, do: stop, by: x, expect: {ended: done, stage: done}}\n") == []


def test_a_further_cycle_is_the_newest_from_the_next_step_on() -> None:
    engine = FakeEngine(effects={"go": lambda it, command: it.enrol("demo", "next", command.at)})
    steps = "  - {at: 2026-01-05, do: go, by: x, expect: {stage: start, stages: {'demo#2': next}}}\n  - {at: 2026-01-06, expect: {stage: next}}\n"
    assert failures(engine, steps) == []


def test_a_task_that_was_left_open_at_the_end_is_due() -> None:
    """The engine cancels what ends with an enrolment; what it leaves open outlives it."""

    def end(engine: FakeEngine, command: Command) -> None:
        engine.task("check", command.at)
        engine.move("demo", "done", command.at)

    step = "  - {at: 2026-01-05, do: go, by: x, expect: {due: [{task: check}]}}\n"
    assert failures(FakeEngine(effects={"go": end}), step) == []


@pytest.mark.parametrize(
    ("expected", "cited", "met"),
    [
        ("INE-R06", "INE-R06", True), ("INE-R06", "INE-R06.3", True), ("INE-R06.3", "INE-R06", False), ("INE-R0", "INE-R06", False),
        ("INE-R06.1", "INE-R06.10", False), ("CART-10.4", "CART-10.4.4", True),
    ],
)  # fmt: skip
def test_a_statement_matches_itself_and_its_parts(expected: str, cited: str, met: bool) -> None:
    assert cites(expected, cited) is met


@pytest.mark.parametrize(
    ("expected", "found", "same"),
    [
        (None, None, True), (None, "off", False), ("off", None, False), ("yes", True, True), (False, "no", True), (True, 1, False),
        (2, Decimal("2.4"), True), (2, Decimal("2.5"), False), (Decimal("7.2"), Decimal("7.15"), True), (2, "x", False), (2, float("nan"), False),
        (Decimal("7.2"), Quantity(Decimal("7.21"), "g/L"), True), ("7.2 g/L", Quantity(Decimal(720), "mg/dL"), True),
        (date(2026, 3, 27), datetime(2026, 3, 26, 16, tzinfo=UTC), True), ("2026-03-27 09:00", datetime(2026, 3, 27, 1, tzinfo=UTC), True),
        (["a", "b"], ("b", "a"), True), (["a"], ("b", "a"), False),
    ],
)  # fmt: skip
def test_values_are_compared_as_written(expected: object, found: object, same: bool) -> None:
    assert same_value(expected, found, ZONE, CATALOGUE) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("300 mg", "0.3 g", True),
        ("664 mg", "664.1 mg", False),
        ("53.8 mg", "53.80 mg", True),
        ("1.5 MIU", "1.5 MIU", True),
    ],
)
def test_doses_are_compared_exactly_in_any_unit(one: str, other: str, same: bool) -> None:
    assert same_dose(one, other, CATALOGUE) is same


@given(st.decimals(min_value=-1000, max_value=1000, places=6), st.integers(0, 4))
def test_a_value_rounded_half_up_is_found_again(exact: Decimal, places: int) -> None:
    """Whatever digits a case writes, the value that rounds to them passes."""
    written = exact.quantize(Decimal(1).scaleb(-places), "ROUND_HALF_UP")
    assert same_value(written, exact, ZONE, CATALOGUE)
