"""What the worklist reads: states, their order, filters, and pages that neither lose nor repeat a line."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.model import Hold, TaskStatus
from engine.store import SqlStore, open_store, worklist
from engine.store.worklist import STATES, Item, Place, Wanted
from tests.store.builders import NOW, enrolment, register, saved, task, with_timers
from tests.store.builders import timer as pending

TODAY = NOW.date()
ALL = Wanted(STATES)


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


@pytest.fixture
def cohort(store: SqlStore) -> SqlStore:
    """Two patients on different pathways: tasks in every state, and a hold."""
    for name, pathway in (("p1", "hbv"), ("p2", "tb")):
        register(store, name)
        saved(store, enrolment(pathway=pathway), patient=name)
    late = task("t1", code="late", due=day(-9), until=day(-2), overdue_since=NOW - timedelta(days=1))
    saved(
        store, late, task("t2", code="now", occurrence="2", due=day(3), opens=day(-1)),
        task("t3", code="then", occurrence="3", due=day(40), opens=day(30)), task("t4", code="any", occurrence="4"),
    )  # fmt: skip
    saved(
        store, Hold("h1", "e1", "infection", NOW), task("t1", code="dose", due=day(-1), frozen=True, role="neurologist"),
        task("t2", code="shut", occurrence="2", due=day(-3), status=TaskStatus.DONE, closed=NOW), patient="p2",
    )  # fmt: skip
    return store


def listed(store: SqlStore, wanted: Wanted = ALL, size: int = 50) -> list[tuple[str, str]]:
    """All lines, read in pages of a size, as (state, code)."""
    found: list[Item] = []
    place: Place | None = None
    while True:
        items, place = worklist.page(store.reader, wanted, NOW, after=place, limit=size)
        assert len(items) <= size
        found += items
        if place is None:
            return [(one.state, one.code) for one in found]


EVERY = [
    ("overdue", "late"), ("due", "now"), ("due", "any"), ("blocked", "infection"), ("blocked", "dose"), ("later", "then"),
]  # fmt: skip


def test_states_come_in_the_order_of_urgency_and_closed_tasks_not_at_all(cohort: SqlStore) -> None:
    assert listed(cohort) == EVERY


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6])
def test_pages_of_any_size_give_the_same_list(cohort: SqlStore, size: int) -> None:
    assert listed(cohort, size=size) == EVERY


@pytest.mark.parametrize(
    ("wanted", "codes"),
    [
        (Wanted(("due",)), ["now", "any"]),
        (Wanted(STATES, pathway="tb"), ["infection", "dose"]),
        (Wanted(STATES, role="neurologist"), ["infection", "dose"]),
        (Wanted(STATES, role="neurologist", holds=()), ["dose"]),
        (Wanted(STATES, role="neurologist", holds=(("tb", "infection"),)), ["infection", "dose"]),
    ],
)
def test_filters(cohort: SqlStore, wanted: Wanted, codes: list[str]) -> None:
    assert [code for _, code in listed(cohort, wanted)] == codes


def test_counts_agree_with_the_list_and_stop_at_their_limit(cohort: SqlStore) -> None:
    assert worklist.counts(cohort.reader, ALL, NOW) == {"overdue": 1, "due": 2, "blocked": 2, "later": 1}
    assert worklist.counts(cohort.reader, ALL, NOW, most=1) == dict.fromkeys(STATES, 1)


def test_of_an_ended_enrolment_no_hold_is_listed_but_a_task_that_was_left_open_is(cohort: SqlStore) -> None:
    """The engine cancels what ends with an enrolment; what it leaves open outlives it."""
    saved(cohort, enrolment(pathway="tb", closed=NOW), patient="p2")
    assert {code for _, code in listed(cohort)} == {"late", "now", "any", "then", "dose"}
    assert worklist.open_holds(cohort.reader, ["p2"]) == {}


def test_holds_in_force_by_patient(cohort: SqlStore) -> None:
    found = worklist.open_holds(cohort.reader, ["p1", "p2", "p9"])
    assert [(one.pathway, one.code) for one in found["p2"]] == [("tb", "infection")]
    assert "p1" not in found
    assert worklist.open_holds(cohort.reader, []) == {}


def test_open_enrolments_a_page_at_a_time(cohort: SqlStore) -> None:
    first = worklist.open_enrolments(cohort.reader, limit=1)
    rest = worklist.open_enrolments(cohort.reader, after=(first[0].patient, first[0].id))
    assert [one.patient for one in (*first, *rest)] == ["p1", "p2"]
    assert [one.patient for one in worklist.open_enrolments(cohort.reader, pathway="tb")] == ["p2"]


def test_due_timers_are_counted_up_to_a_limit(store: SqlStore) -> None:
    with_timers(store, [pending("a"), pending("b"), pending("c", NOW + timedelta(days=1))])
    assert worklist.due_timers(store.reader, NOW) == 2
    assert worklist.due_timers(store.reader, NOW, most=1) == 1


@given(offsets=st.lists(st.integers(-3, 3), min_size=1, max_size=12), size=st.integers(1, 5))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_ties_neither_lose_nor_repeat_a_line(offsets: list[int], size: int) -> None:
    """Many tasks of one day, over pages that end in the midst of them."""
    with open_store("sqlite://") as store:
        register(store)
        tasks = [task(f"t{n}", occurrence=str(n), due=day(one), opens=day(-9)) for n, one in enumerate(offsets)]
        saved(store, enrolment(), *tasks)
        items, place = worklist.page(store.reader, ALL, NOW, limit=size)
        while place is not None:
            more, place = worklist.page(store.reader, ALL, NOW, after=place, limit=size)
            items += more
        assert sorted(one.id for one in items) == sorted(one.id for one in tasks)
        assert [one.due for one in items] == sorted(one.due for one in tasks if one.due)
