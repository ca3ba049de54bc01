"""Unknown never opens a gate: making a fact unknown turns no refusal into a permission, and evaluation never raises."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.evaluation.compiling import compile_criterion
from engine.evaluation.context import CriterionFunction
from engine.evaluation.results import State, Verdict, Why
from engine.language.parsing import parse_criterion
from engine.model import Fact, FactStatus
from tests.property.records import HISTORIES, NOW, OPEN, Entry, context_of, facts_of, life
from tests.property.sentences import GUARDED, STATEMENTS, UNDER_CONFLICT, criteria


@cache
def compiled(sentence: str) -> CriterionFunction:
    return compile_criterion(parse_criterion(sentence), life().scope())


def judged(sentence: str, facts: list[Fact]) -> Verdict:
    return compiled(sentence)(context_of(facts))


def weaker(before: State, after: State) -> bool:
    """What is known of less is answered as before, or not at all."""
    return after in (before, State.UNKNOWN)


@given(criteria(GUARDED), HISTORIES, st.sampled_from(OPEN))
def test_hiding_a_fact_leaves_the_answer_or_makes_it_unknown(sentence: str, history: list[Entry], code: str) -> None:
    """So a refusal never becomes a permission: a criterion that was not met or unknown is not met afterwards either."""
    facts = facts_of(history)
    before = judged(sentence, facts)
    after = judged(sentence, [fact for fact in facts if fact.code != code])
    assert weaker(before.state, after.state), (before, after)


RIVALS: dict[str, tuple[Any, ...]] = {
    "igg": (Decimal(1), Decimal(2)), "crp": (Decimal(500), Decimal(600)), "mg_adl": (Decimal(1), Decimal(2)), "alt": (Decimal(900), Decimal(901)),
    "hbsag": ("positive", "negative", "indeterminate"), "active_infection": ("none", "suspected", "sepsis"), "diabetes": (True, False),
    "symptom_onset_date": (date(2026, 1, 1), date(2026, 1, 2)),
}  # fmt: skip


def contradicted(facts: list[Fact], code: str) -> list[Fact]:
    """The same facts with every final result of one id contradicted by others of the same moment."""
    rivals = [
        replace(fact, id=f"{fact.id}x{number}", seq=fact.seq + 1000 + number, value=value, comparator="")
        for fact in facts
        if fact.code == code and fact.status is not FactStatus.PRELIMINARY
        for number, value in enumerate(RIVALS[code])
    ]
    return [*facts, *rivals]


@given(criteria(UNDER_CONFLICT), HISTORIES, st.sampled_from(OPEN))
def test_contradicting_a_fact_leaves_the_answer_or_makes_it_unknown(
    sentence: str, history: list[Entry], code: str
) -> None:
    """A conflict is unknown to a guard, wherever in the history it lies."""
    facts = facts_of(history)
    before, after = judged(sentence, facts), judged(sentence, contradicted(facts, code))
    assert weaker(before.state, after.state), (before, after)


@given(criteria(UNDER_CONFLICT), HISTORIES, st.sampled_from(["positive", "negative"]), st.integers(1, 100))
def test_an_indeterminate_result_opens_nothing(sentence: str, history: list[Entry], result: str, days: int) -> None:
    """The newest of several hepatitis results is recorded as indeterminate: what was refused before stays refused."""
    facts = facts_of([*history, Entry("hbsag", result, days * 1440, timed=False)])
    newest = life().registry.catalogue.enter(
        "hbsag",
        {"value": "indeterminate", "effective": "2026-03-31 12:00"},
        now=NOW,
        zone="Asia/Shanghai",
        seq=5000,
        id="new",
    )
    before, after = judged(sentence, facts), judged(sentence, [*facts, newest])
    assert before.met or not after.met, (before, after)


@given(criteria(STATEMENTS), HISTORIES, st.integers(-400, 40))
def test_every_criterion_over_any_chart_has_a_verdict(sentence: str, history: list[Entry], days: int) -> None:
    """Evaluation is total, at any time; an unknown says why from the closed list."""
    verdict = compiled(sentence)(context_of(facts_of(history), NOW + timedelta(days=days)))
    assert {gap.why for gap in verdict.gaps} <= set(Why)
    assert verdict.gaps or verdict.state is not State.UNKNOWN
    assert set(verdict.facts) <= {fact.id for fact in facts_of(history)}
