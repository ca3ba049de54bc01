"""Arbitrary lives on the toy pathway: facts now and late, corrections, retractions, actions, and time that passes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from engine.model import ExposureEvent, FactStatus
from tests.living import Life
from tests.source_tree import ROOT

TOY = (ROOT / "tests/data/definitions/toy.yaml").read_text(encoding="utf-8")

Step = tuple[Any, ...]
"""Days that pass first, what is done, and with what."""

_DAYS = st.one_of(st.integers(0, 3), st.integers(4, 40), st.sampled_from([90, 180, 200]))
_FACTS = st.one_of(
    st.tuples(st.just("igg"), st.sampled_from(["4 g/L", "6 g/L", "900 mg/dL"])),
    st.tuples(st.just("active_infection"), st.sampled_from(["none", "suspected", "active_uncontrolled", "sepsis"])),
    st.tuples(st.just("cd20_b_cell_count"), st.sampled_from(["2 /uL", "20 /uL"])),
    st.tuples(st.just("weight"), st.sampled_from(["52 kg", "30 kg"])),
)
STEPS: SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        st.tuples(_DAYS, st.just("record"), _FACTS, st.integers(0, 30)),
        st.tuples(_DAYS, st.sampled_from(["correct", "retract"]), st.integers(0, 9)),
        st.tuples(_DAYS, st.sampled_from(["give", "give", "resume"])),
        st.tuples(_DAYS, st.just("wait")),
    ),
    min_size=3,
    max_size=12,
)


def live(life: Life, steps: Sequence[Step], after_each: Callable[[Life], None] = lambda _: None) -> Life:
    """Live through the steps."""
    for days, what, *rest in steps:
        life.at(life.now + timedelta(days=days, minutes=7))
        _DO[what](life, *rest)
        after_each(life)
    return life


def _record(life: Life, fact: tuple[str, str], late: int) -> None:
    day = life.now - timedelta(days=late)
    life.record(*fact, when=f"{max(day, datetime(2025, 12, 31, tzinfo=day.tzinfo)):%Y-%m-%d}" if late else None)


def _correct(life: Life, number: int) -> None:
    values = {"igg": "5.5 g/L", "active_infection": "suspected", "cd20_b_cell_count": "7 /uL", "weight": "31 kg"}
    standing = _standing(life)
    if standing:
        fact = standing[number % len(standing)]
        life.correct(fact.id, {"complete": True} if fact.event is ExposureEvent.GIVEN else values[fact.code])


def _retract(life: Life, number: int) -> None:
    standing = _standing(life)
    if standing:
        life.retract(standing[number % len(standing)].id)


def _standing(life: Life) -> list[Any]:
    gone = {one.supersedes for one in life.chart.facts.values()}
    return [
        one for one in life.chart.facts.values() if one.id not in gone and one.status is not FactStatus.ENTERED_IN_ERROR
    ]


_DO: dict[str, Callable[..., Any]] = {
    "record": _record,
    "correct": _correct,
    "retract": _retract,
    "give": lambda life: life.act("give"),
    "resume": lambda life: life.act("resume"),
    "wait": lambda life: None,
}
