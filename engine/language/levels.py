"""How tightly each kind of node binds: one answer for the canonical sentence and both readable ones.

A node stands in brackets exactly where its level is below the one that the place asks for; the numbers follow the rules
of `grammar.lark` from the outside in.
"""

from __future__ import annotations

from engine.language import syntax as s

OPEN = 0
"""The whole of a bracket or sentence: `unless` among criteria; bounds and rounding among values."""

JOINED = 1
"""Criteria joined by `and` or `or`; values joined by `+` or `-`."""

TIGHT = 2
"""`not …` among criteria; products among values."""

SINGLE = 3
"""One statement; one reading such as `latest …` or `x of y`."""

ATOM = 4
"""What ends in its own bracket; a name or literal."""

_LEVELS: dict[type[s.Node], int] = {
    s.Unless: OPEN,
    s.All: JOINED,
    s.AnyOf: JOINED,
    s.Not: TIGHT,
    s.AtLeastOf: ATOM,
    s.Bounded: OPEN,
    s.Rounded: OPEN,
    s.Sum: JOINED,
    s.Product: TIGHT,
    s.Number: ATOM,
    s.Period: ATOM,
    s.Day: ATOM,
    s.Word: ATOM,
    s.Truth: ATOM,
    s.Name: ATOM,
}


MANY = 3
"""From so many items on, the readable sentences say `all of (…; …; …)` instead of joining by `and`."""


def is_list(node: s.All | s.AnyOf) -> bool:
    """Whether the readable sentence lists the items in a bracket of its own."""
    return len(node.items) >= MANY


def readable_level(node: s.Node) -> int:
    """As `level`, but for readers who do not know the grammar.

    Long lists have a bracket of their own. Beside `and` and `or` a time phrase could be heard as meant for both sides
    (`any relapse or any MRI activity within 12 months`), so a statement that carries one is bracketed there.
    """
    match node:
        case s.All() | s.AnyOf() if is_list(node):
            return ATOM
        case s.EachDay():
            return OPEN
        case s.Lasting() | s.Exists(selector=s.Selector(windows=(_, *_))) | s.Changed(windows=(_, *_)):
            return JOINED
        case _:
            return level(node)


def level(node: s.Node) -> int:
    """The level of a node; every criterion and value not listed is a single statement or reading."""
    return _LEVELS.get(type(node), SINGLE)
