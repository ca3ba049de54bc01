"""Unknown never opens a gate: making a fact unknown turns no refusal into a permission, and evaluation never raises."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache

from hypothesis import assume, given
from hypothesis import strategies as st

from engine.evaluation.compiling import compile_criterion
from engine.evaluation.context import CriterionFunction
from engine.evaluation.results import Gap, State, Verdict, Why
from engine.language.parsing import parse_criterion
from engine.model import Fact, FactStatus
from tests.property.records import HISTORIES, NOW, OPEN, context_of, facts_of, life
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
def test_hiding_a_fact_leaves_the_answer_or_makes_it_unknown(sentence: str, history: list, code: str) -> None:  # type: ignore[type-arg]
    """So a refusal never becomes a permission: a criterion that was not met or unknown is not met afterwards either."""
    facts = facts_of(history)
    before = judged(sentence, facts)
    after = judged(sentence, [fact for fact in facts if fact.code != code])
    assert weaker(before.state, after.state), (before, after)


_OTHER = {"igg": "1", "crp": "500", "mg_adl": "1", "alt": "900"}


def contradicted(facts: list[Fact], code: str) -> list[Fact]:
    """The same facts with every result of one id contradicted by others of the same moment."""
    catalogue = life().registry.catalogue
    rivals: list[Fact] = []
    for fact in facts:
        if fact.code == code and fact.status is not FactStatus.PRELIMINARY:
            codes = [one for one in catalogue.facts[code].values if one != fact.value]
            values = codes or ([not fact.value] if isinstance(fact.value, bool) else [])
            rivals += [replace(fact, id=f"{fact.id}x{n}", seq=fact.seq + 1000 + n, value=value) for n, value in enumerate(values)]
            if not values and fact.code in _OTHER:
                other = catalogue.enter(code, {"value": f"{_OTHER[code]} {catalogue.facts[code].unit}", "effective": "2026-01-01"}, now=NOW, zone="UTC", seq=0, id="")
                rivals += [replace(fact, id=f"{fact.id}x{n}", seq=fact.seq + 1000 + n, value=value, comparator="") for n, value in enumerate([other.value, other.value * 2])]  # type: ignore[operator]
    return [*facts, *rivals]


@given(criteria(UNDER_CONFLICT), HISTORIES, st.sampled_from(OPEN))
def test_contradicting_a_fact_leaves_the_answer_or_makes_it_unknown(sentence: str, history: list, code: str) -> None:  # type: ignore[type-arg]
    """A conflict is unknown to a guard, wherever in the history it lies."""
    facts = facts_of(history)
    before, after = judged(sentence, facts), judged(sentence, contradicted(facts, code))
    assert weaker(before.state, after.state), (before, after)


@given(criteria(UNDER_CONFLICT), HISTORIES)
def test_an_indeterminate_result_opens_nothing(sentence: str, history: list) -> None:  # type: ignore[type-arg]
    """The newest hepatitis result is recorded as indeterminate: what was refused before stays refused."""
    assume(any(entry.code == "hbsag" and entry.status == "final" for entry in history))
    facts = facts_of(history)
    newest = life().registry.catalogue.enter("hbsag", {"value": "indeterminate", "effective": "2026-03-31 12:00"}, now=NOW, zone="Asia/Shanghai", seq=5000, id="new")
    before, after = judged(sentence, facts), judged(sentence, [*facts, newest])
    assert before.met or not after.met, (before, after)


@given(criteria(STATEMENTS), HISTORIES, st.integers(-400, 40))
def test_every_criterion_over_any_chart_has_a_verdict(sentence: str, history: list, days: int) -> None:  # type: ignore[type-arg]
    """Evaluation is total, at any time; an unknown says why from the closed list; what is met has no gaps to repair."""
    verdict = compiled(sentence)(context_of(facts_of(history), NOW + timedelta(days=days)))
    assert all(isinstance(gap, Gap) and isinstance(gap.why, Why) for gap in verdict.gaps)
    assert verdict.gaps or verdict.state is not State.UNKNOWN
    assert set(verdict.facts) <= {fact.id for fact in facts_of(history)}
