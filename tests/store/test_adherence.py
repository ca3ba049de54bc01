"""What reports of adherence read: the same classes as the pure rules on every store, sites kept apart, the register."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from engine.adherence.timing import Completion, Timing, timing
from engine.errors import Conflict, NotFound
from engine.model import Act, AuditDraft, Deviation, FactStatus, Person, StageEntry, Task, TaskStatus
from engine.store import SqlStore
from engine.store.accounts import AccountStore
from engine.store.adherence import behind, cohort, figures, happenings, register
from engine.store.adherence.register import Review, Wanted
from engine.store.adherence.scope import Scope
from tests.store.builders import NOW, enrolment, fact, saved, task
from tests.store.builders import register as registered

ZONE = "Asia/Shanghai"
EVER = Scope(NOW - timedelta(days=4000), NOW + timedelta(days=4000))
TODAY = NOW.date()
BY = Person("quality_office", "q1")


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def moment(number: int, hour: int = 0) -> datetime:
    return NOW + timedelta(days=number, hours=hour)


def cases() -> list[tuple[Task, Any]]:
    """Tasks of every status with every kind of window, each done before, on the edges of, in and after it."""
    windows: list[dict[str, Any]] = [
        {"due": day(0), "opens": day(-7), "until": day(7)},
        {"due": day(0)},
        {"due": moment(0), "opens": moment(-1), "until": moment(0, 6)},
        {"due": moment(0)},
        {"due": day(0), "opens": moment(-3), "until": day(0)},
        {},
    ]
    places = (-8, -7, -3, -1, 0, 1, 7, 8)
    found: list[tuple[Task, Any]] = []
    for window, at, timed in product(windows, places, (True, False)):
        number = len(found)
        one = fact(
            f"f{number}",
            effective=moment(at) if timed else _midnight(at),
            effective_day=day(at),
            timed=timed,
            seq=number,
        )
        found.append((_done(f"t{number}", f"f{number}", window), one))
    for window, status, late in product(windows, TaskStatus, (None, moment(-20))):
        if status is not TaskStatus.DONE:
            closed = None if status is TaskStatus.OPEN else NOW
            found.append(
                (
                    task(
                        f"t{len(found)}",
                        occurrence=f"t{len(found)}",
                        status=status,
                        closed=closed,
                        closed_by="why" if closed else "",
                        overdue_since=late,
                        **window,
                    ),
                    None,
                )
            )
    found.append((task("held", occurrence="held", due=day(-9), frozen=True), None))
    found.append((task("gone", occurrence="gone", due=day(-9)), None))
    found.append((_done("by-hand", "seen in the notes", {"due": day(-9)}), None))
    return found


def _midnight(number: int) -> datetime:
    return datetime(NOW.year, NOW.month, NOW.day, 16, tzinfo=NOW.tzinfo) + timedelta(days=number - 1)


def _done(key: str, by: str, window: dict[str, Any]) -> Task:
    return task(key, occurrence=key, status=TaskStatus.DONE, closed=NOW, closed_by=by, **window)


def expected(one: Task, completing: Any) -> Timing:
    if completing is None:
        return timing(one, None, NOW, ZONE)
    return timing(one, Completion(completing.effective if completing.timed else completing.effective_day), NOW, ZONE)


@pytest.fixture
def mixed(store: SqlStore) -> SqlStore:
    """One patient with all those tasks."""
    registered(store)
    known = cases()
    saved(store, enrolment(), *(one for _, one in known if one is not None), *(one for one, _ in known))
    return store


def test_the_database_counts_by_the_same_classes_as_the_rules(mixed: SqlStore) -> None:
    found = {one.id: one.timing for one in behind.tasks(mixed.reader, EVER, NOW, limit=1000)}
    wrong = [
        (one.id, one.due, one.until, completing and completing.effective, found[one.id], expected(one, completing))
        for one, completing in cases()
        if found[one.id] != expected(one, completing)
    ]
    assert wrong == []
    assert {Timing(one) for one in found.values()} == set(Timing) - {Timing.NOT_EVALUABLE}
    counted = Counter({one.timing: one.count for one in figures.task_counts(mixed.reader, EVER, NOW)})
    assert counted == Counter(found.values())


def test_a_retracted_datum_makes_a_done_task_not_evaluable(store: SqlStore) -> None:
    """Never adherent on the word of a datum that was taken back; a corrected one counts with its corrected day."""
    registered(store)
    saved(
        store,
        enrolment(),
        fact("f1"),
        fact("f2", seq=2),
        _done("t1", "f1", {"due": day(0)}),
        _done("t2", "f2", {"due": day(0)}),
    )
    saved(store, fact("f3", seq=3, supersedes="f1", status=FactStatus.ENTERED_IN_ERROR))
    later = fact("f4", seq=4, supersedes="f2", status=FactStatus.CORRECTED, effective=moment(3), effective_day=day(3))
    saved(store, later)
    found = {one.id: one.timing for one in behind.tasks(store.reader, EVER, NOW)}
    assert found == {"t1": "not_evaluable", "t2": "late"}


def test_an_act_completes_a_task_at_its_moment(store: SqlStore) -> None:
    registered(store)
    act = Act("a1", "e1", "sign_outcome", moment(-2), 1, BY, overridden=("fresh",), warned=("old",))
    saved(store, enrolment(), act, _done("t1", "a1", {"due": moment(-1)}))
    (one,) = figures.timed_acts(store.reader, EVER, NOW)
    assert (one.action, one.timing) == ("sign_outcome", "on_time")
    (counted,) = figures.act_counts(store.reader, EVER)
    assert (counted.action, counted.overridden, counted.warned, counted.count) == (
        "sign_outcome",
        ("fresh",),
        ("old",),
        1,
    )


@pytest.fixture
def two_sites(store: SqlStore) -> SqlStore:
    """A patient here and one of another site, each with a task and a deviation."""
    with AccountStore(store.database).writing() as writing:
        for name in ("main", "north"):
            writing.have_site(name, name)
        writing.place("p2", "north")
    for name in ("p1", "p2"):
        registered(store, name)
        history = (StageEntry("screening", moment(-40), 1, "opened"), StageEntry("treated", moment(-30), 2, "give"))
        one = enrolment(history=history, opened=moment(-40), stage="treated")
        late = Deviation("d1", "e1", "late_check", "t1", moment(-1), "check due")
        saved(store, one, task(due=day(-3)), late, patient=name)
    return store


def test_a_report_holds_the_patients_of_its_sites_alone(two_sites: SqlStore) -> None:
    for sites, patients in ((None, 2), (frozenset({"main"}), 1), (frozenset({"north"}), 1), (frozenset[str](), 0)):
        scope = replace(EVER, sites=sites)
        reader = two_sites.reader
        assert sum(one.count for one in figures.task_counts(reader, scope, NOW)) == patients
        assert len(list(figures.courses(reader, scope))) == patients
        assert sum(one.enrolments for one in figures.sizes(reader, scope)) == patients
        assert len(cohort.members(reader, scope)) == patients
        assert len(list(happenings.traces(reader, scope, NOW))) == happenings.count(reader, scope) == patients
        assert len(register.page(reader, Wanted(scope))) == patients
        assert sum(one.count for one in figures.deviation_counts(reader, scope)) == patients


def test_a_period_holds_its_first_day_and_not_the_day_after_its_last(two_sites: SqlStore) -> None:
    due = datetime(NOW.year, NOW.month, NOW.day, 16, tzinfo=NOW.tzinfo) - timedelta(days=4)
    for begin, end, found in ((due, due + timedelta(days=1), 2), (due - timedelta(days=1), due, 0)):
        scope = Scope(begin, end, pathway="hbv", definition="abc")
        assert sum(one.count for one in figures.task_counts(two_sites.reader, scope, NOW)) == found
    assert figures.task_counts(two_sites.reader, replace(EVER, definition="other"), NOW) == []


def test_the_rows_behind_a_figure_come_in_pages_that_neither_lose_nor_repeat(mixed: SqlStore) -> None:
    seen: list[str] = []
    after = ("", "")
    while rows := behind.tasks(mixed.reader, EVER, NOW, after=after, limit=7):
        seen += [one.id for one in rows]
        after = (rows[-1].patient, rows[-1].id)
    assert sorted(seen) == sorted(one.id for one, _ in cases())


def test_what_happened_is_told_in_order(two_sites: SqlStore) -> None:
    trace = next(iter(happenings.traces(two_sites.reader, EVER, NOW)))
    assert [(one.kind, one.name) for one in trace.happenings] == [
        ("move", "opened"),
        ("move", "give"),
        ("deviation", "late_check"),
    ]


# --- the register ---------------------------------------------------------------------------------------------------


def review(version: int, **more: Any) -> Review:
    return Review("p1", "d1", version, "minor", "No harm.", "Remind.", NOW, "q1", "quality_office", **more)


def draft(event: str) -> AuditDraft:
    return AuditDraft("deviations", None, event, BY, NOW, {"events": []})


def test_a_review_is_written_with_its_audit_entry_and_found_with_its_state(two_sites: SqlStore) -> None:
    assert register.find(two_sites.reader, "p1", "d1").state == "new"
    register.save(two_sites.database, review(1), [draft("deviation:assessed")], NOW)
    assert register.find(two_sites.reader, "p1", "d1").state == "assessed"
    register.save(two_sites.database, review(2, signed=NOW, signed_by="c1"), [draft("deviation:signed")], NOW)
    found = register.find(two_sites.reader, "p1", "d1")
    assert (found.state, found.review) == ("signed", review(2, signed=NOW, signed_by="c1"))
    assert register.counts(two_sites.reader, Wanted(EVER)) == {"new": 1, "assessed": 0, "signed": 1}
    assert [one.event for one in two_sites.entries("")] == ["deviation:assessed", "deviation:signed"]
    assert two_sites.verify().problem is None


def test_what_is_signed_off_or_changed_meanwhile_is_not_overwritten(two_sites: SqlStore) -> None:
    """And a refused change leaves no audit entry."""
    register.save(two_sites.database, review(1), [draft("deviation:assessed")], NOW)
    for stale in (review(1), review(3)):
        with pytest.raises(Conflict):
            register.save(two_sites.database, stale, [draft("deviation:assessed")], NOW)
    register.save(two_sites.database, review(2, signed=NOW, signed_by="c1"), [], NOW)
    with pytest.raises(Conflict):
        register.save(two_sites.database, review(3), [draft("deviation:assessed")], NOW)
    assert len(two_sites.entries("")) == 1
    with pytest.raises(NotFound):
        register.find(two_sites.reader, "p1", "d9")


def test_the_register_pages_from_the_newest(store: SqlStore) -> None:
    registered(store)
    saved(store, enrolment(), *(Deviation(f"d{n}", "e1", "late", str(n), moment(n // 2)) for n in range(9)))
    seen: list[str] = []
    after = None
    while found := register.page(store.reader, Wanted(EVER), after=after, limit=2):
        seen += [one.id for one in found]
        after = (found[-1].at, found[-1].patient, found[-1].id)
    assert seen == ["d8", "d7", "d6", "d5", "d4", "d3", "d2", "d1", "d0"]
    assert register.page(store.reader, Wanted(EVER, state="signed")) == []
