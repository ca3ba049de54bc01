"""The unit of an entry and the order in which entries arrive do not matter once all have arrived."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.decide.holds import judged_in_alarm
from tests.property.records import HISTORIES, Entry, context_of, facts_of
from tests.property.sentences import STATEMENTS, criteria
from tests.property.test_unknown import compiled, judged

_SPELLED = {
    "4.9 g/L": "490 mg/dL", "5 g/L": "500 mg/dL", "9.8 g/L": "980 mg/dL", "500 mg/dL": "5 g/L", "< 5 g/L": "< 500 mg/dL",
    "> 6 g/L": "> 600 mg/dL", "2 mg/L": "0.2 mg/dL", "10 mg/L": "1 mg/dL", "80 mg/L": "8 mg/dL",
}  # fmt: skip


def respelled(entry: Entry) -> Entry:
    return replace(entry, raw=_SPELLED.get(entry.raw, entry.raw)) if isinstance(entry.raw, str) else entry


def distinct(history: list[Entry]) -> list[Entry]:
    """Without entries of one fact that share a moment and say the same of it: which of two equal ones is newer decides nothing clinical."""
    ordered = sorted(history, key=lambda one: (one.code, one.effective[:10]))
    return [next(iter(group)) for _, group in groupby(ordered, key=lambda one: (one.code, one.effective[:10]))]


@given(criteria(STATEMENTS), HISTORIES)
def test_the_unit_of_entry_does_not_matter(sentence: str, history: list[Entry]) -> None:
    assert judged(sentence, facts_of(history)).state is judged(sentence, facts_of(map(respelled, history))).state


@given(criteria(STATEMENTS), HISTORIES, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(sentence: str, history: list[Entry], chance: Any) -> None:
    """Neither to a guard nor to an alarm."""
    history = distinct(history)
    other = list(history)
    chance.shuffle(other)
    first, second = facts_of(history), facts_of(other)
    assert judged(sentence, first).state is judged(sentence, second).state
    alarms = [judged_in_alarm(context_of(facts), compiled(sentence)).state for facts in (first, second)]
    assert alarms[0] is alarms[1]
