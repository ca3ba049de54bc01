"""The outcome of a treatment line in autoimmune encephalitis (ae-escalation.md §8.4), proposed from mRS and CASE alone.

A published instrument with a choice of the baseline and a memory of windows; the neurologist signs. Titres, neurofilament,
cytokines and MRI are not read here (AE-38, AE-65.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.calendar import end_of, instant, is_day, local_day
from engine.functions import NotKnown, Reader, function
from engine.model import Fact, When
from engine.units import Duration
from pathways.calculations.reading import NEVER_RECORDED, number, setting

CONFLICT = "conflict"
DEAD = 6
BASELINE_DAYS = 7
BASELINE_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class _Score:
    """A score of the judgement, and whether it lies before the window of the line."""

    value: Decimal
    early: bool


@dataclass(frozen=True, slots=True)
class _Change:
    """The fall of a score from its baseline (positive is better), and whether the new score is too early to speak of improvement."""

    fall: Decimal
    early: bool


@function(
    "line_outcome_proposed", en="Outcome of the line (proposed)", zh="疗效判定（建议）", kind="coded",
    statements=["AE-LD-10", "AE-15", "AE-16", "AE-37.1", "AE-37.2", "AE-37.3"],
    settings=["favourable_mrs", "good_mrs_gain", "case_change"],
)  # fmt: skip
def line_outcome_proposed(read: Reader) -> str:
    """Good, partial, stable, worse, unclear or dead, for the line that is asked for or runs.

    Raises `NotKnown` while the line has no first dose, and where two scores of one moment disagree.
    """
    return _outcome(read)


def _outcome(read: Reader) -> str:
    first, opens, day = read.value("judged_first_dose"), read.value("judged_opens"), read.value("judged_on")
    now = _judging(read, "mrs", local_day(opens, read.zone), local_day(day, read.zone))
    if now is not None and now.value == DEAD:
        return "dead"
    base = _baseline(read, "mrs", first)
    if now is None or base is None:
        return "unclear"
    disability = _Change(base - now.value, now.early)
    case = _case(read, first, local_day(opens, read.zone), local_day(day, read.zone))
    return _classified(read, disability, case, favourable=_favourable(read, now.value, base))


@function(
    "judging_score_early", en="The judging mRS lies before the window", zh="评估mRS早于时间窗", kind="boolean", statements=["AE-LD-10"]
)  # fmt: skip
def judging_score_early(read: Reader) -> bool:
    """Whether the score of the judgement is older than the window of the line (G-FRESH). Raises `NotKnown` without a fresh mRS."""
    opens, day = read.value("judged_opens"), read.value("judged_on")
    now = _judging(read, "mrs", local_day(opens, read.zone), local_day(day, read.zone))
    if now is None:
        raise NotKnown("stale" if read.entries("mrs") else NEVER_RECORDED, "mrs")
    return now.early


def _case(read: Reader, first: When, opens: date, day: date) -> _Change | None:
    """The change of CASE; None where either score is missing: the class then rests on mRS alone."""
    now, base = _judging(read, "case_score", opens, day), _baseline(read, "case_score", first)
    return _Change(base - now.value, now.early) if now is not None and base is not None else None


def _favourable(read: Reader, now: Decimal, base: Decimal) -> bool:
    limit = number(setting(read, "favourable_mrs", 2))
    return now <= limit < base


def _classified(read: Reader, disability: _Change, case: _Change | None, *, favourable: bool) -> str:
    """Items 2 to 6. A score before the window speaks of worsening only."""
    step = number(setting(read, "case_change", 3))
    worse = disability.fall <= -1 or (case is not None and case.fall <= -step)
    if disability.early:
        return "worse" if worse else "unclear"
    good = favourable or disability.fall >= number(setting(read, "good_mrs_gain", 2))
    some = disability.fall == 1 or (case is not None and not case.early and case.fall >= step)
    if worse:
        return "unclear" if good or some else "worse"
    return "good" if good else "partial" if some else "stable"


# --- scores ---------------------------------------------------------------------------------------------------------


def _judging(read: Reader, code: str, opens: date, day: date) -> _Score | None:
    """The last score up to the day of the judgement, as long as it is fresh by then."""
    scores = [fact for fact in read.entries(code) if fact.effective_day <= day]
    if not scores or not _fresh(read, scores[-1], day):
        return None
    _demand_one(scores, code)
    return _Score(number(scores[-1].value), scores[-1].effective_day < opens)


def _fresh(read: Reader, fact: Fact, day: date) -> bool:
    limit = read.value("score_age")
    if not isinstance(limit, Duration):
        return True
    if limit.seconds:
        judged = read.now if day == read.today else end_of(day, read.zone)
        last = end_of(_when(fact), read.zone) if not fact.timed else fact.effective
        read.changes_at(last + timedelta(seconds=limit.seconds + 1))
        return judged <= last + timedelta(days=limit.days, seconds=limit.seconds)
    return day <= fact.effective_day + timedelta(days=limit.days)


def _demand_one(scores: list[Fact], code: str) -> None:
    last = scores[-1]
    if any(one.effective == last.effective and one.timed == last.timed and one.value != last.value for one in scores):
        raise NotKnown(CONFLICT, code)


def _when(fact: Fact) -> When:
    return fact.effective if fact.timed else fact.effective_day


def _baseline(read: Reader, code: str, first: When) -> Decimal | None:
    """The last score on or before the first dose and at most 7 days old, else the first one within 24 hours after it."""
    day = local_day(first, read.zone)
    before = [one for one in read.entries(code) if _not_after(one, first, day)]
    if before and day <= before[-1].effective_day + timedelta(days=BASELINE_DAYS):
        return number(before[-1].value)
    start = instant(first, read.zone)
    after = [one for one in read.entries(code) if one not in before and one.effective <= start + BASELINE_AFTER]
    return number(after[0].value) if after else None


def _not_after(fact: Fact, first: When, day: date) -> bool:
    """On or before the first dose, at the coarser precision of the two."""
    if not fact.timed or is_day(first):
        return fact.effective_day <= day
    assert isinstance(first, datetime)
    return fact.effective <= first


# --- the lines before the drugs of groups 1 to 3, judged again after a correction -------------------------------------


def _again(read: Reader, first: str, opens: str, judged: str) -> str:
    """The class of a signed line by the scores as they stand now, for the day on which it was judged."""
    return _outcome(_As(read, first, opens, judged))


class _As:
    """A reader for which one line is the judged one."""

    def __init__(self, read: Reader, first: str, opens: str, judged: str) -> None:
        self._read = read
        self._names = {"judged_first_dose": first, "judged_opens": opens, "judged_on": judged}

    def value(self, code: str) -> Any:
        """A value, that of the line where one of the judged line is asked for."""
        return self._read.value(self._names.get(code, code))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._read, name)


@function(
    "first_line_judged_again",
    en="First line, judged again",
    zh="一线疗效（重新判定）",
    kind="coded",
    statements=["AE-T38"],
)
def first_line_judged_again(read: Reader) -> str:
    """The class of the first line by the scores as they stand now."""
    return _again(read, "d0_at", "opens_first_line", "judged_first_line")


@function(
    "rituximab_judged_again",
    en="Rituximab, judged again",
    zh="利妥昔单抗疗效（重新判定）",
    kind="coded",
    statements=["AE-T38"],
)
def rituximab_judged_again(read: Reader) -> str:
    """The class of rituximab by the scores as they stand now."""
    return _again(read, "r0_at", "opens_rituximab", "judged_rituximab")
