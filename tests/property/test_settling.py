"""Settling by agenda equals looking at everything anew; the bell rung twice changes nothing; lives can be replayed."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from engine.audit import Event
from engine.commands import FireTimers
from engine.decide.working import Index
from engine.model import Task, TaskStatus, TimerState
from tests.living import Life, shown
from tests.property.lives import STEPS, TOY, live


@given(STEPS)
def test_settling_by_agenda_equals_looking_at_everything_anew(steps: list[Any]) -> None:
    """After every command the charts are equal, timers included: with the agenda in memory, stored, and with none."""
    lazy, stored, thorough = [], [], []
    live(Life(TOY), steps, lambda life: lazy.append(shown(life.chart)))
    live(Life(TOY, stored=True), steps, lambda life: stored.append(shown(life.chart)))
    live(Life(TOY, fresh=True), steps, lambda life: thorough.append(shown(life.chart)))
    assert lazy == thorough
    assert stored == thorough


@given(STEPS)
def test_firing_the_timers_twice_changes_nothing(steps: list[Any]) -> None:
    """Nor does firing them when none is due, at any later moment before the next one is."""
    life = live(Life(TOY), steps)
    life.do(FireTimers(patient="p", at=life.now))
    before = shown(life.chart)
    life.do(FireTimers(patient="p", at=life.now))
    assert shown(life.chart) == before
    due = life.next_due()
    if due is not None:
        life.do(FireTimers(patient="p", at=due - (due - life.now) / 2))
        assert shown(life.chart) == before


@given(STEPS)
def test_a_timer_waits_for_what_is_next_and_only_while_the_enrolment_is_open(steps: list[Any]) -> None:
    """At most one pending timer for an enrolment, in the future."""

    def check(life: Life) -> None:
        pending = [one for one in life.chart.timers.values() if one.state is TimerState.PENDING]
        assert len({one.enrolment for one in pending}) == len(pending)
        assert all(one.due > life.now for one in pending)

    life = live(Life(TOY), steps, check)
    life.act("finish")
    assert not [one for one in life.chart.timers.values() if one.state is TimerState.PENDING]
    assert not [one for one in life.chart.tasks.values() if one.status is TaskStatus.OPEN]


@given(STEPS)
def test_a_message_is_requested_and_a_deviation_recorded_once_for_each_occurrence(steps: list[Any]) -> None:
    life = live(Life(TOY), steps)
    messages = [(one.code, one.occurrence, one.to) for one in life.messages()]
    deviations = [(one.code, one.occurrence) for one in life.deviations()]
    assert len(messages) == len(set(messages))
    assert len(deviations) == len(set(deviations))


_LATE = st.lists(
    st.tuples(st.sampled_from(["igg 9 g/L", "cd20_b_cell_count 2 /uL"]), st.integers(1, 380)), min_size=1, max_size=6, unique=True
)  # fmt: skip


@example([("igg 9 g/L", day) for day in (1, 2, 152, 151, 305)], Random(0))
@given(_LATE, st.randoms(use_true_random=False))
def test_results_that_arrive_in_any_order_leave_the_same_tasks_owed(results: list[Any], chance: Any) -> None:
    """All that was done after the first dose arrives on one day: which tasks are open, done, overdue does not depend on the order.

    What does depend on it is history: which of two fitting results closed a task, on which date it was due by then, and
    whether it was overdue in between.
    """

    def lived(order: list[Any]) -> set[Any]:
        life = Life(TOY, start="2025-01-01")
        life.record("igg", "9 g/L")
        life.act("give")
        life.at("2026-02-01")
        for result, days in order:
            code, value = result.split(" ", 1)
            life.record(code, value, when=(date(2025, 1, 1) + timedelta(days=days)).isoformat())
        kept = [one for one in life.chart.tasks.values() if one.status is not TaskStatus.CANCELLED]
        return {(one.code, one.occurrence, one.status, one.due if _open(one) else None, _overdue(one)) for one in kept}

    shuffled = list(results)
    chance.shuffle(shuffled)
    assert lived(results) == lived(shuffled)


def _open(task: Task) -> bool:
    return task.status is TaskStatus.OPEN


def _overdue(task: Task) -> bool:
    return _open(task) and task.overdue_since is not None


@given(STEPS)
def test_what_happened_is_said_in_the_audit(steps: list[Any]) -> None:
    """Every task, hold and stage that changed in a command is named by the events of that command."""
    said: set[str] = set()
    told: list[str] = []

    def listen(life: Life) -> None:
        assert life.last is not None
        events = [one["event"] for draft in life.last.audit for one in draft.content["events"]]
        said.update(events)
        told.extend(one.event for one in life.last.audit)
        if life.last.changes.holds:
            assert {Event.HOLD_OPENED.value, Event.HOLD_RELEASED.value} & set(events)
        if life.last.changes.deviations:
            assert Event.DEVIATION_RECORDED.value in events

    live(Life(TOY), steps, listen)
    known = {one.value for one in Event}
    assert said | set(told) <= known


@given(STEPS)
def test_a_decision_leaves_the_chart_that_it_was_given(steps: list[Any]) -> None:
    """`decide` is pure: the chart before is as it was, and deciding again on it gives the same."""
    life = live(Life(TOY), steps)
    chart, before = life.chart, shown(life.chart)
    life.at(life.now).record("igg", "5 g/L")
    assert shown(chart) == before
    again = Life(TOY, pathway="")
    again.chart, again.index, again.now = chart, Index.of(chart), life.now
    again.record("igg", "5 g/L")
    assert shown(again.chart) == shown(life.chart)
