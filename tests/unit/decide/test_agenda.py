"""When a stored agenda is believed, and that then only what was called is looked at."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest

from engine.decide import agenda
from engine.decide.working import Index
from engine.evaluation.tracking import Rule, Tracker
from tests.living import Life, bare

TWO_HOLDS = bare("""
holds:
  low: {label: {en: Low, zh: 低}, spec: x, opens: igg < 5 g/L, effect: block, statement: []}
  high: {label: {en: High, zh: 高}, spec: x, opens: crp > 10 mg/L, effect: block, statement: []}
""")


def lived() -> Life:
    life = Life(TWO_HOLDS)
    life.record("igg", "9 g/L")
    return life


def text_of(life: Life) -> str:
    return life.index.agenda(life.chart, life.registry)


def looked_at(life: Life, index: Index, monkeypatch: pytest.MonkeyPatch) -> set[Rule]:
    """The rules that recording a CRP has looked at."""
    seen: set[Rule] = set()
    look = Tracker.look

    def noting(self: Tracker, rule: Rule, judge: Callable[[], bool]) -> bool:
        seen.add(rule)
        return look(self, rule, judge)

    monkeypatch.setattr(Tracker, "look", noting)
    life.index = index
    life.record("crp", "2 mg/L")
    return seen


def test_with_a_stored_agenda_only_the_rules_are_looked_at_that_read_what_was_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    life = lived()
    seen = looked_at(life, Index.stored(life.chart, text_of(life), life.registry), monkeypatch)
    assert {rule[2] for rule in seen} == {"high"}


def test_an_agenda_of_another_engine_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is looked at anew, as without one."""
    life = lived()
    text = text_of(life)
    monkeypatch.setattr(agenda, "FORMAT", agenda.FORMAT + 1)
    seen = looked_at(life, Index.stored(life.chart, text, life.registry), monkeypatch)
    assert {rule[2] for rule in seen} == {"low", "high"}


def test_an_agenda_of_another_definition_of_the_enrolment_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    life = lived()
    stored = orjson.loads(text_of(life))
    for page in stored["enrolments"].values():
        page["definition"] = "another"
    seen = looked_at(life, Index.stored(life.chart, orjson.dumps(stored).decode(), life.registry), monkeypatch)
    assert {rule[2] for rule in seen} == {"low", "high"}


def test_what_is_still_called_is_not_stored_as_done() -> None:
    """A rule that somebody called after the last look is looked at by whoever takes the agenda up."""
    life = lived()
    rule = next(rule for one in life.index.tracker.agendas.values() for rule in one.looks)
    life.index.tracker.agenda(rule[0]).call(rule)
    taken = Index.stored(life.chart, text_of(life), life.registry)
    assert rule not in taken.tracker.agenda(rule[0]).looks


def test_an_agenda_taken_up_is_written_as_it_was_read() -> None:
    """Down to the last character, so that nothing is written anew that did not change."""
    life = lived()
    text = text_of(life)
    assert text_of(life) == text
    assert Index.stored(life.chart, text, life.registry).agenda(life.chart, life.registry) == text
