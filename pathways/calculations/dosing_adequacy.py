"""Whether inebilizumab was dosed adequately and regularly before an attack (`inebilizumab.md` §3 derived, INE-R15.5).

The engine's own dose tasks say what was due when; the infusions say what was given. The attack is the latest relapse, or the
day judged where there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from engine.calendar import add_days, add_months, local_day
from engine.functions import NotKnown, Reader, function
from engine.model import Fact, Task, TaskStatus
from pathways.calculations.reading import NOT_YET, days, number, setting

LOADING, MAINTENANCE = "second_loading_dose", "maintenance_dose"
LOADING_OFFSET, LOADING_AFTER, MAINTENANCE_AFTER = 14, 7, 14
"""Days from the first dose to the second, and past the due date of each while the window is open (LOCAL DEFAULT)."""
GRID_MONTHS = 6


class Dosing(StrEnum):
    """The answer: yes, uncertain (a neurologist confirms), no."""

    YES = "yes"
    UNCERTAIN = "uncertain"
    NO = "no"


Window = tuple[date, date]
"""Due date and last day of the window."""


@function(
    "adequate_regular_dosing", en="Adequate regular dosing before the attack", zh="规范足量用药", kind="coded", statements=["INE-R15.5"],
    settings=["second_loading_window_after_days", "maintenance_window_after_days"],
)  # fmt: skip
def adequate_regular_dosing(read: Reader) -> str:
    """`yes`: both loading doses complete and every dose due before the attack given inside its window; `uncertain`: a dose was
    late but before the attack, or still had time; `no`: a due dose is missing past its window, or a loading dose incomplete.

    Raises `NotKnown` before the first infusion.
    """
    attack = _attack(read)
    doses = [
        fact for fact in read.entries("inebilizumab", "given") if _counts(read, fact) and fact.effective_day <= attack
    ]
    if not doses:
        raise NotKnown(NOT_YET, "inebilizumab")
    if any(read.attribute(fact, "complete", True) is False for fact in doses[:2]):
        return Dosing.NO.value
    return _judged(_windows(read, doses[0].effective_day, attack), [fact.effective_day for fact in doses[1:]], attack)


def _counts(read: Reader, fact: Fact) -> bool:
    """A stopped infusion counts only where the neurologist said so; a dose of nothing never does."""
    if read.attribute(fact, "complete", True) is False and not read.attribute(fact, "partial_counts_as_dose", False):
        return False
    amount = read.attribute(fact, "dose")
    return amount is None or number(amount) > 0


def _attack(read: Reader) -> date:
    relapses = read.entries("relapse")
    if not relapses:
        return read.today
    onset = read.attribute(relapses[-1], "onset")
    return _day(read, onset) if isinstance(onset, date) else relapses[-1].effective_day


def _windows(read: Reader, first: date, attack: date) -> list[Window]:
    """The doses that were due up to the attack: as the engine planned them, or else the plain calendar."""
    planned = [*read.tasks(LOADING), *read.tasks(MAINTENANCE)]
    found = [
        (_day(read, task.due), _day(read, task.until or task.due)) for task in _owed(planned) if task.due is not None
    ]
    return sorted(window for window in found or _calendar(read, first, attack) if window[0] <= attack)


def _owed(tasks: Sequence[Task]) -> list[Task]:
    return [task for task in tasks if task.status is not TaskStatus.CANCELLED]


def _calendar(read: Reader, first: date, attack: date) -> list[Window]:
    loading = add_days(first, LOADING_OFFSET)
    windows = [(loading, add_days(loading, days(setting(read, "second_loading_window_after_days", LOADING_AFTER))))]
    after = days(setting(read, "maintenance_window_after_days", MAINTENANCE_AFTER))
    number_of_dose = 1
    while (due := add_months(first, GRID_MONTHS * number_of_dose)) <= attack:
        windows.append((due, add_days(due, after)))
        number_of_dose += 1
    return windows


def _judged(windows: list[Window], given: list[date], attack: date) -> str:
    """Each due dose takes the next infusion in order; an infusion in the window of a later dose leaves the earlier one missing."""
    answer, left = Dosing.YES, list(given)
    for number_of_window, (_, last) in enumerate(windows):
        following = windows[number_of_window + 1][0] if number_of_window + 1 < len(windows) else None
        dose = left[0] if left and (following is None or left[0] < following) else None
        if dose is not None:
            left.pop(0)
        if dose is None and attack > last:
            return Dosing.NO.value
        if dose is None or dose > last:
            answer = Dosing.UNCERTAIN if dose is not None else answer
    return answer.value


def _day(read: Reader, when: date | datetime | None) -> date:
    assert when is not None
    return local_day(when, read.zone)
