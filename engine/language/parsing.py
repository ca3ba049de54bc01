"""From text to tree. One parser for criteria and one for values, built once; errors name line, column and what was expected."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

from lark import Lark
from lark.exceptions import UnexpectedInput, VisitError

from engine.language import syntax as s
from engine.language.building import build
from engine.language.mistakes import SentenceError, deeper_than, explain
from engine.language.words import PERIODS, QUANTITY_UNITS

__all__ = [
    "MAX_DEPTH", "MAX_LENGTH", "PERIODS", "QUANTITY_UNITS", "SentenceError", "parse_criterion", "parse_value", "parser", "reserved_words",
]  # fmt: skip

MAX_LENGTH = 2000
"""Longest sentence in characters; longer ones are split into named criteria."""

MAX_DEPTH = 20
"""Deepest nesting of a sentence."""


def parse_criterion(text: str) -> s.Criterion:
    """The tree of a criterion. Raises `SentenceError` with column and expectation."""
    tree = _read(text, "start")
    if not isinstance(tree, s.Criterion):
        raise SentenceError(f"“{text}” is a value, not a condition.", remedy="Write a comparison, e.g. “… >= 5 g/L”.")
    return tree


def parse_value(text: str) -> s.Value:
    """The tree of a value. Raises `SentenceError`."""
    tree = _read(text, "value_start")
    if not isinstance(tree, s.Value):
        raise SentenceError(f"“{text}” is a condition, not a value.", remedy="Move it to `criteria:`.")
    return tree


def _read(text: str, start: str) -> Any:
    if len(text) > MAX_LENGTH:
        raise SentenceError(
            f"The sentence has {len(text)} characters; {MAX_LENGTH} are allowed.", remedy="Name a part of it."
        )
    try:
        parsed = parser().parse(text, start=start)
        tree = build(parsed) if not deeper_than(4 * MAX_DEPTH, parsed) else None
    except VisitError as error:
        if isinstance(error.orig_exc, SentenceError):
            raise error.orig_exc from None
        raise
    except UnexpectedInput as error:
        raise explain(text, error) from None
    if tree is None or _depth(tree) > MAX_DEPTH:
        raise SentenceError(f"The sentence is nested deeper than {MAX_DEPTH}.", remedy="Name a part of it.")
    return tree


def _depth(node: Any) -> int:
    children: list[Any] = []
    for name in getattr(node, "__slots__", ()):
        child = getattr(node, name)
        children.extend(child if isinstance(child, tuple) else [child])
    return 1 + max((_depth(child) for child in children if isinstance(child, s.Node)), default=0)


@lru_cache(maxsize=1)
def parser() -> Lark:
    """The one parser, with the quantity terminal made of the known units, longest first."""
    grammar = files("engine.language").joinpath("grammar.lark").read_text("utf-8")
    units = sorted({*QUANTITY_UNITS, *PERIODS}, key=len, reverse=True)
    pattern = "|".join(re.escape(unit).replace("/", r"\/") for unit in units)
    terminal = f"\nQUANTITY.5: /[0-9]+(\\.[0-9]+)? ({pattern})(?![A-Za-z0-9_\\/*\\[{{])/\n"
    return Lark(grammar + terminal, parser="lalr", start=["start", "value_start"], maybe_placeholders=False)


def reserved_words() -> frozenset[str]:
    """The words of the grammar. As the name of a fact or value they would be read as the word; as codes they may stand."""
    patterns = (str(terminal.pattern.value) for terminal in parser().terminals if terminal.pattern.type == "str")
    return frozenset(word for word in patterns if word.isalpha()) | {"yes", "no"}
