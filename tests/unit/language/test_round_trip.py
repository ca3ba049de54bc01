"""The canonical sentence of a tree parses back to the same tree, and has no bracket that could be left out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings

from engine.language import syntax as s
from engine.language.parsing import SentenceError, parse_criterion, parse_value
from engine.language.printing import canonical, chinese, english
from tests.unit.language.trees import criteria, selectors, sentences_of, statements, values

THOROUGH = settings(max_examples=200, suppress_health_check=list(HealthCheck))


@THOROUGH
@given(sentences_of(criteria()))
def test_a_criterion_prints_and_parses_to_itself(tree: s.Criterion) -> None:
    assert parse_criterion(canonical(tree)) == tree


@THOROUGH
@given(sentences_of(statements(1)))
def test_a_single_statement_prints_and_parses_to_itself(tree: s.Criterion) -> None:
    assert parse_criterion(canonical(tree)) == tree


@THOROUGH
@given(sentences_of(values()))
def test_a_value_prints_and_parses_to_itself(tree: s.Value) -> None:
    assert parse_value(canonical(tree)) == tree


@THOROUGH
@given(sentences_of(selectors(2)))
def test_a_selector_prints_and_parses_to_itself(tree: s.Selector) -> None:
    assert parse_criterion(f"any {canonical(tree)}") == s.Exists("any", 1, tree)


@THOROUGH
@given(sentences_of(criteria(2)))
@example(parse_criterion("not (a is b or c is d) and (e is f unless g is h)"))
def test_no_pair_of_brackets_can_be_left_out(tree: s.Criterion) -> None:
    for shorter in _with_one_pair_less(canonical(tree)):
        assert _tree(shorter) != tree, shorter


def _tree(text: str) -> s.Criterion | None:
    try:
        return parse_criterion(text)
    except SentenceError:
        return None


def _with_one_pair_less(text: str) -> Iterator[str]:
    opened: list[int] = []
    for place, sign in enumerate(text):
        if sign == "(":
            opened.append(place)
        elif sign == ")":
            start = opened.pop()
            yield f"{text[:start]} {text[start + 1 : place]} {text[place + 1 :]}"


@THOROUGH
@given(criteria(2) | values(2))
def test_every_tree_has_readable_sentences(tree: s.Node) -> None:
    for text in (english(tree), chinese(tree)):
        assert text.strip()
        assert ">=" not in text


@pytest.mark.parametrize(
    ("period", "text"),
    [
        (s.Period(months=780), "65 years"),
        (s.Period(months=24), "24 months"),
        (s.Period(months=1), "1 month"),
        (s.Period(days=14), "14 days"),
        (s.Period(minutes=60), "60 minutes"),
        (s.Period(minutes=2880), "48 hours"),
        (s.Period(), "0 days"),
    ],
)
def test_a_period_is_written_in_the_unit_a_clinician_would_use(period: s.Period, text: str) -> None:
    assert canonical(period) == text


def test_a_mixed_period_keeps_its_meaning_as_a_sum() -> None:
    assert canonical(s.Period(months=1, days=2)) == "(1 month + 2 days)"


def test_a_bare_window_never_swallows_the_date_of_the_next_one() -> None:
    """`within 3 months` and `before d` are two windows; `within 3 months before d` would be one."""
    windows = (s.Window("within", s.Period(months=3)), s.Window("before", date=s.Name("d")))
    printed = canonical(s.Selector("fact", "x", windows=windows))
    assert printed == "x before d within 3 months"


def test_a_number_keeps_the_digits_it_was_written_with() -> None:
    assert canonical(s.Number(Decimal("0.50"), "10*9/L")) == "0.50 10*9/L"
    assert canonical(s.Day(date(2026, 3, 2))) == "2026-03-02"


@pytest.mark.parametrize("printer", [canonical, english, chinese])
def test_what_is_no_part_of_a_sentence_is_refused(printer: object) -> None:
    assert callable(printer)
    with pytest.raises(TypeError):
        printer(s.Node())
