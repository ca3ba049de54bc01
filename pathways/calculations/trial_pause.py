"""Days that a clinical trial added to the clocks of a treatment line, and the points of the assessment calendar.

Both walk a series: the trials of the patient since an anchor, and a calendar in three rhythms (ae-escalation.md AE-T26, AE-LD-29).
"""

from __future__ import annotations

from datetime import timedelta

from engine.calendar import local_day
from engine.functions import Reader, function
from engine.units import Duration
from pathways.calculations.reading import days, number, setting

TRIAL = "clinical_trial_enrolment"


def _pause(read: Reader, anchor: str) -> Duration:
    """The days of all trials that ended, from the anchor on. Raises `NotKnown` without the anchor."""
    since, began, total = local_day(read.value(anchor), read.zone), None, timedelta()
    for fact in read.entries(TRIAL):
        if fact.value is True and began is None:
            began = max(fact.effective_day, since)
        elif fact.value is False and began is not None:
            total += max(fact.effective_day - began, timedelta())
            began = None
    return Duration(days=total.days)


@function(
    "first_line_trial_pause",
    en="Trial days since the first line",
    zh="一线以来的试验天数",
    kind="period",
    statements=["AE-T26"],
)
def first_line_trial_pause(read: Reader) -> Duration:
    """Trial days since D0."""
    return _pause(read, "d0")


@function(
    "rituximab_trial_pause",
    en="Trial days since rituximab",
    zh="利妥昔单抗以来的试验天数",
    kind="period",
    statements=["AE-T26"],
)
def rituximab_trial_pause(read: Reader) -> Duration:
    """Trial days since R0."""
    return _pause(read, "r0")


@function(
    "cyclophosphamide_trial_pause",
    en="Trial days since cyclophosphamide",
    zh="环磷酰胺以来的试验天数",
    kind="period",
    statements=["AE-T26"],
)
def cyclophosphamide_trial_pause(read: Reader) -> Duration:
    """Trial days since C0."""
    return _pause(read, "c0")


@function(
    "assessment_points", en="Points of the assessment calendar", zh="评估日历", kind="period",
    statements=["AE-LD-29", "AE-15", "AE-37.1"], settings=["assessment_calendar"],
)  # fmt: skip
def assessment_points(read: Reader) -> tuple[Duration, ...]:
    """Every two weeks for twelve weeks, monthly from month 4 to month 6, then every three months; as distances from D0."""
    last_day = days(setting(read, "assessment_calendar.every_14_d_to_day", 84))
    monthly_to = int(number(setting(read, "assessment_calendar.monthly_to_month", 6)))
    every = int(number(setting(read, "assessment_calendar.then_every_months", 3)))
    last = int(number(setting(read, "assessment_calendar.to_month", 24)))
    weeks = [Duration(days=day) for day in range(14, last_day + 1, 14)]
    first_month = last_day // 28 + 1
    months = [*range(first_month, monthly_to + 1), *range(monthly_to + every, last + 1, every)]
    return (*weeks, *(Duration(months=month) for month in months))
