"""Judging briefly tells the same as judging in full: met, not met or unknown, and of what is unknown the same reasons."""

from __future__ import annotations

from functools import cache

from hypothesis import given

from engine.decide.holds import judged_in_alarm
from engine.evaluation.compiling import compile_criterion
from engine.evaluation.context import CriterionFunction
from engine.evaluation.results import State
from engine.language.parsing import parse_criterion
from tests.property.records import HISTORIES, Entry, context_of, facts_of, life
from tests.property.sentences import STATEMENTS, UNDER_CONFLICT, criteria


@cache
def compiled(sentence: str) -> CriterionFunction:
    return compile_criterion(parse_criterion(sentence), life().scope())


@given(criteria(STATEMENTS), HISTORIES)
def test_a_brief_judgement_has_the_state_and_the_gaps_of_the_full_one(sentence: str, history: list[Entry]) -> None:
    context = context_of(facts_of(history))
    full, brief = compiled(sentence)(context), compiled(sentence)(context.briefly())
    assert brief.state is full.state
    assert full.state is not State.UNKNOWN or brief.gaps == full.gaps


@given(criteria(UNDER_CONFLICT), HISTORIES)
def test_an_alarm_that_was_only_glanced_at_would_not_have_rung(sentence: str, history: list[Entry]) -> None:
    """Whatever the choices among conflicting readings, a hold opens exactly if the whole criterion is met in alarm mode."""
    context = context_of(facts_of(history))
    judge = compiled(sentence)
    plainly = judge(context.alarmed({}))
    found = judged_in_alarm(context, judge)
    assert found.met or not plainly.met
    assert found.state is plainly.state or context_conflicts(sentence, history)


def context_conflicts(sentence: str, history: list[Entry]) -> bool:
    """Whether judging in alarm mode meets a conflict, so that another choice may change the outcome."""
    alarm = context_of(facts_of(history)).alarmed({})
    compiled(sentence)(alarm)
    return bool(alarm.conflicts)
