"""Adequate regular dosing of inebilizumab before an attack (inebilizumab.md §3): yes, uncertain, no."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from engine.functions import NotKnown
from engine.model import Fact, Task, TaskStatus
from pathways.calculations.dosing_adequacy import adequate_regular_dosing
from tests.unit.calculations.fakes import FakeReader, fact


def dose(day: str, **attributes: Any) -> Fact:
    """One infusion of 300 mg."""
    return fact("inebilizumab", day, event="given", dose="300", **attributes)


def attack(day: str, **attributes: Any) -> Fact:
    """A relapse on a day."""
    return fact("relapse", day, event="occurred", **attributes)


LOADED = (dose("2025-06-18"), dose("2025-07-02"))


@pytest.mark.parametrize(
    ("doses", "answer"),
    [
        ((*LOADED, dose("2025-12-18")), "yes"),
        ((*LOADED, dose("2026-01-01")), "yes"),
        ((*LOADED, dose("2026-01-02")), "uncertain"),
        (LOADED, "no"),
        ((dose("2025-06-18"), dose("2025-12-18")), "no"),
        ((dose("2025-06-18"), dose("2025-07-10"), dose("2025-12-18")), "uncertain"),
        ((*LOADED, dose("2025-12-11")), "yes"),
    ],
)
def test_windows_of_the_plain_calendar(doses: tuple[Fact, ...], answer: str) -> None:
    """V7: t0 2025-06-18, windows to 2025-07-09 and 2026-01-01; the attack is on 2026-03-10."""
    assert adequate_regular_dosing(FakeReader(*doses, attack("2026-03-10"), today="2026-03-10")) == answer


def test_a_dose_that_still_has_time_does_not_count_against_the_patient() -> None:
    """The attack is two days after the due date, the window open for two weeks."""
    assert adequate_regular_dosing(FakeReader(*LOADED, attack("2025-12-20"), today="2025-12-20")) == "yes"


def test_an_incomplete_loading_dose_is_no() -> None:
    doses = (dose("2025-06-18", complete=False, partial_counts_as_dose=True), dose("2025-07-02"), dose("2025-12-18"))
    assert adequate_regular_dosing(FakeReader(*doses, attack("2026-03-10"), today="2026-03-10")) == "no"


def test_a_dose_after_the_attack_does_not_help() -> None:
    doses = (*LOADED, dose("2026-03-12"))
    assert adequate_regular_dosing(FakeReader(*doses, attack("2026-03-10"), today="2026-03-15")) == "no"


def test_the_recorded_onset_is_the_day_of_the_attack() -> None:
    """The relapse was recorded after the window had ended, the attack began inside it."""
    late = attack("2026-01-05", onset=date(2025, 12, 20))
    assert adequate_regular_dosing(FakeReader(*LOADED, late, today="2026-01-05")) == "yes"


def test_the_tasks_of_the_engine_say_what_was_due() -> None:
    """After a re-anchoring the plain calendar would be wrong."""
    planned = [
        task("second_loading_dose", "2025-07-02", "2025-07-09"),
        task("maintenance_dose", "2026-02-01", "2026-02-15"),
    ]
    read = FakeReader(*LOADED, dose("2026-02-10"), attack("2026-03-10"), today="2026-03-10", tasks=planned)
    assert adequate_regular_dosing(read) == "yes"


def test_cancelled_tasks_were_never_due() -> None:
    planned = [
        task("second_loading_dose", "2025-07-02", "2025-07-09"),
        task("maintenance_dose", "2025-12-18", "2026-01-01", TaskStatus.CANCELLED),
    ]
    assert (
        adequate_regular_dosing(FakeReader(*LOADED, attack("2026-03-10"), today="2026-03-10", tasks=planned)) == "yes"
    )


def test_without_an_attack_the_day_judged_decides() -> None:
    assert adequate_regular_dosing(FakeReader(*LOADED, today="2025-08-01")) == "yes"


def test_before_the_first_infusion_nothing_is_known() -> None:
    with pytest.raises(NotKnown) as gap:
        adequate_regular_dosing(FakeReader(attack("2026-03-10"), today="2026-03-10"))
    assert (gap.value.reason, gap.value.code) == ("has_not_happened_yet", "inebilizumab")


def task(code: str, due: str, until: str, status: TaskStatus = TaskStatus.OPEN) -> Task:
    """A dose task of the engine."""
    created = datetime(2025, 6, 18, tzinfo=UTC)
    return Task(
        f"{code}-{due}",
        "e",
        code,
        due,
        "infusion_nurse",
        date.fromisoformat(due),
        None,
        date.fromisoformat(until),
        created,
        status,
    )
