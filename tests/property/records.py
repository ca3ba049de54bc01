"""Arbitrary histories of a few facts, and the charts and contexts that they make.

The facts are of every kind: quantities with a limit in days, in hours and without one, codes, yes/no, a date, an event and
exposures, given once and as courses. Times are days or minutes around the day on which the sentences are judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from engine.evaluation.context import Context, World
from engine.evaluation.records import Records
from engine.model import Chart, Fact
from pathways.registry import load_catalogue
from tests.living import ZONE, Life, bare

NOW = datetime(2026, 3, 31, 4, 0, tzinfo=UTC)
"""Noon of a day from which months end unevenly."""

BENCH = bare("""
settings:
  low: {value: 5 g/L, reason: test}
  igg_age: {value: 30, unit: days, reason: test}
ages:
  igg: {within: setting.igg_age, unless: diabetes is yes}
  crp: {within: crp_age}
values:
  worst: greatest of (igg; 2 g/L)
  onset: symptom_onset_date
  crp_age:
    first_of: [{when: hbsag is positive, is: 24 hours}]
    otherwise: 3 days
  class:
    first_of: [{when: hbsag is positive, is: '"carrier"'}, {when: diabetes is yes, is: '"other"'}]
    otherwise: '"none"'
criteria:
  infected: active_infection is one of suspected, active_uncontrolled, sepsis
  inflamed: crp > 10 mg/L
tables:
  plan: {columns: [hbsag, diabetes, days], rows: [[positive, 'yes', 10 days], [negative, 'no', 20 days]]}
  drugs: {columns: [drug, interval], rows: [[inebilizumab, 14 days], [systemic_corticosteroid, 1 month]]}
guards:
  rows: {require: [{id: washout, each: drugs, that: row.drug stopped at least row.interval before today, statement: X}]}
""")

OPEN = ("igg", "crp", "mg_adl", "alt", "hbsag", "active_infection", "diabetes", "symptom_onset_date")
"""Facts whose silence is unknown."""


@dataclass(frozen=True)
class Entry:
    """One fact to record: what, and how many minutes before now it was true; `timed` tells whether the minute is known."""

    code: str
    raw: Any
    before: int
    timed: bool
    status: str = "final"

    @property
    def effective(self) -> str:
        """The local time, or only the day, at which it was true."""
        local = NOW.astimezone(UTC) - timedelta(minutes=self.before) + timedelta(hours=8)
        return local.strftime("%Y-%m-%d %H:%M" if self.timed else "%Y-%m-%d")


_DISTANCES = st.one_of(
    st.integers(0, 400).map(lambda days: days * 1440),
    st.integers(0, 120).map(lambda minutes: minutes * 30),
    st.sampled_from([0, 30, 1440, 30 * 1440, 31 * 1440, 28 * 1440, 59 * 1440, 90 * 1440]),
)


def _scores(low: int, high: int) -> SearchStrategy[str]:
    return st.integers(low, high).map(str)


_RAW: dict[str, SearchStrategy[Any]] = {
    "igg": st.sampled_from(["4.9 g/L", "5 g/L", "9.8 g/L", "500 mg/dL", "< 5 g/L", "> 6 g/L"]),
    "crp": st.sampled_from(["2 mg/L", "10 mg/L", "80 mg/L", "< 5 mg/L"]),
    "mg_adl": _scores(4, 8),
    "alt": st.builds(
        lambda value, limit: {"value": value, **({"uln": limit} if limit else {})},
        st.sampled_from(["30 U/L", "130 U/L"]),
        st.sampled_from(["", "40 U/L"]),
    ),
    "hbsag": st.sampled_from(["positive", "negative", "indeterminate"]),
    "active_infection": st.sampled_from(["none", "suspected", "sepsis"]),
    "diabetes": st.booleans(),
    "symptom_onset_date": st.sampled_from(["2026-02-28", "2026-03-01", "2026-03-20", "2025-08-31"]),
    "relapse": st.sampled_from([{"event": "occurred"}, {"event": "occurred", "severity": "severe"}, {"event": "occurred", "severity": "mild"}]),
    "inebilizumab": st.sampled_from([{"event": "given", "dose": "300 mg"}, {"event": "given", "complete": True}]),
    "prednisone": st.sampled_from([{"event": "started", "dose": "20 mg/d"}, {"event": "stopped"}, {"event": "given", "dose": "10 mg"}]),
}  # fmt: skip

ENTRIES: SearchStrategy[Entry] = st.one_of(
    *(
        st.builds(Entry, st.just(code), raw, _DISTANCES, st.booleans(), st.just("final") if code not in OPEN
                  else st.sampled_from(["final", "final", "final", "preliminary"]))
        for code, raw in _RAW.items()
    )
)  # fmt: skip
HISTORIES = st.lists(ENTRIES, max_size=8)


@cache
def life() -> Life:
    """The patient before anything was recorded."""
    return Life(BENCH, start=NOW)


def facts_of(entries: Iterable[Entry], first: int = 100) -> list[Fact]:
    """The entries as the catalogue makes facts of them, recorded now, in their order."""
    return [_fact(entry, first + number) for number, entry in enumerate(entries)]


@cache
def _entered(code: str, raw: str, effective: str, status: str) -> Fact:
    value = (
        {"value": _READ[raw], "status": status}
        if not isinstance(_READ[raw], dict)
        else {**_READ[raw], "status": status}
    )
    return load_catalogue().enter(code, {**value, "effective": effective}, now=NOW, zone=ZONE, seq=0, id="")


_READ: dict[str, Any] = {}


def _fact(entry: Entry, seq: int) -> Fact:
    _READ[repr(entry.raw)] = entry.raw
    made = _entered(entry.code, repr(entry.raw), entry.effective, entry.status)
    return replace(made, id=f"f{seq}", seq=seq)


def chart_of(facts: Sequence[Fact]) -> Chart:
    """The patient's chart with these facts."""
    chart = life().chart.copy()
    chart.facts = {fact.id: fact for fact in facts}
    return chart


def context_of(facts: Sequence[Fact], now: datetime = NOW, **bindings: Any) -> Context:
    """Where sentences are judged on these facts."""
    base, chart = life(), chart_of(facts)
    world = World(chart, Records.of(facts), base.registry, base.registry.catalogue, now)
    return world.context(base.enrolment(), **bindings)
