"""The grammar has no conflicts and no class word hidden in a terminal; bad text is refused with its place, never with a crash."""

from __future__ import annotations

import re
from contextlib import suppress
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Lark

from engine.language.parsing import (
    MAX_DEPTH,
    MAX_LENGTH,
    SentenceError,
    parse_criterion,
    parse_value,
    parser,
    reserved_words,
)
from tests.unit.language.test_examples import CRITERIA, VALUES

NAMED_TERMINALS = {"OPERATOR", "DATE", "INT", "DECIMAL", "STRING", "NAME", "QUANTITY", "WS"}


def test_the_strict_grammar_has_no_conflicts() -> None:
    """Lark's strict mode refuses shift-reduce conflicts and terminals that match the same text."""
    quantity = next(terminal for terminal in parser().terminals if terminal.name == "QUANTITY")
    grammar = files("engine.language").joinpath("grammar.lark").read_text("utf-8")
    whole = f"{grammar}\nQUANTITY.5: /{quantity.pattern.value}/\n"
    strict = Lark(whole, parser="lalr", start=["start", "value_start"], maybe_placeholders=False, strict=True)
    assert {rule.origin.name for rule in strict.rules} == {rule.origin.name for rule in parser().rules}


def test_every_class_of_words_is_a_rule() -> None:
    """A terminal such as `SEL: "latest" | "first"` would swallow the keyword of `latest of (…)`, and strict mode is silent."""
    for terminal in parser().terminals:
        if terminal.name not in NAMED_TERMINALS:
            assert terminal.pattern.type == "str", terminal.name
            assert "|" not in terminal.pattern.value


def test_the_longest_unit_wins() -> None:
    for text in ("5 mg/kg", "5 m", "5 mg", "5 mL/min/{1.73_m2}", "5 mL/min", "2 10*6", "2 10*6/kg", "2 10*6.[IU]"):
        assert repr(parse_value(text)).endswith(f"unit='{text.split()[1]}')")


@pytest.mark.parametrize("word", sorted(reserved_words()))
def test_a_word_of_the_grammar_can_still_be_a_code(word: str) -> None:
    parse_criterion(f"x is one of {word}, y")


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("a is", 5, "a name"),
        ("igg >= 5 gL", 10, "“gL” is no known unit"),
        ("igg >= 5  g/L", 11, "one blank"),
        ("a is b and c is d or e is f", 19, "the end"),
        ("a >= 5 and", 11, "a name"),
        ("(a is b", 8, "“)”"),
        ("", 1, "a name"),
        ("a is b;", 7, "the end"),
        ("diabetes", 9, "a comparison"),
        ("no relapse within 6", 19, "a number with its unit"),
        ("at least x relapse", 10, "a whole number"),
        ("a is b /", 8, "“and”"),
    ],
)
def test_a_refusal_names_the_column_and_what_was_expected(text: str, column: int, said: str) -> None:
    with pytest.raises(SentenceError) as caught:
        parse_criterion(text)
    assert caught.value.details["column"] == column
    assert f"column {column}" in caught.value.message
    assert said in caught.value.remedy
    assert "anon" not in str(caught.value)


def test_in_a_sentence_of_several_lines_the_line_is_named_too() -> None:
    with pytest.raises(SentenceError, match="line 2, column 3"):
        parse_criterion("a is b and\n  ; c is d")


@pytest.mark.parametrize(
    "text",
    [
        "x = 2026-02-30",
        "any x within 1.5 months",
        "yes is met",
        "a + b is running",
        "latest x never given",
        "first known of a over callers > 2",
    ],
)
def test_what_the_grammar_allows_but_nobody_can_mean_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(SentenceError) as caught:
        parse_criterion(text)
    assert caught.value.remedy


def test_a_sentence_has_a_longest_length() -> None:
    parse_criterion(f"a is {'b' * (MAX_LENGTH - 5)}")
    with pytest.raises(SentenceError, match="2001 characters"):
        parse_criterion(f"a is {'b' * (MAX_LENGTH - 4)}")


def test_a_sentence_has_a_deepest_nesting() -> None:
    """The tree counts, not the brackets: redundant ones vanish."""
    parse_criterion("not " * (MAX_DEPTH - 2) + "a is b")
    parse_criterion("(" * 900 + "a is b" + ")" * 900)
    for text in ("not " * (MAX_DEPTH - 1) + "a is b", "not " * 480 + "a is b", "a" + "+a" * 900 + " = b"):
        with pytest.raises(SentenceError, match="nested deeper"):
            parse_criterion(text)


def _tries(text: str) -> None:
    for parse in (parse_criterion, parse_value):
        with suppress(SentenceError):
            parse(text)


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_no_text_raises_anything_but_a_refusal(text: str) -> None:
    _tries(text)


_PIECES = st.sampled_from(
    [
        *sorted(reserved_words()),
        *"();,*+-<>=",
        ">=",
        "x",
        "igg",
        "5",
        "1.5",
        "5 g/L",
        "7 days",
        "2026-13-01",
        '"w"',
        " ",
        "\n",
    ]
)


@settings(max_examples=200)
@given(st.lists(_PIECES, max_size=25))
def test_no_jumble_of_words_raises_anything_but_a_refusal(pieces: list[str]) -> None:
    _tries(" ".join(pieces))


@settings(max_examples=300)
@given(st.sampled_from(CRITERIA + VALUES), st.data())
def test_no_damaged_sentence_raises_anything_but_a_refusal(text: str, data: st.DataObject) -> None:
    words = re.findall(r"\w+|\W", text)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(words) - 1))
        words[place] = data.draw(st.one_of(st.just(""), _PIECES, st.sampled_from(words), st.text(max_size=3)))
    _tries("".join(words))
