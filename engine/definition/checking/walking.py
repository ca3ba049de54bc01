"""Walks the tree of a sentence, knowing for each part whose entries it speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from engine.language import syntax as s

Inside = tuple[str, str] | None
"""Inside `with (…)`: the source and the name of the entries."""


def walk(node: s.Node, inside: Inside = None) -> Iterator[tuple[s.Node, Inside]]:
    """The node and every part below it."""
    yield node, inside
    if isinstance(node, s.Selector):
        if node.having is not None:
            yield from walk(node.having, (node.source, node.name))
        for window in node.windows:
            yield from walk(window, inside)
        return
    for child in children(node):
        yield from walk(child, inside)


def children(node: s.Node) -> Iterator[s.Node]:
    """The parts directly below a node."""
    for one in fields(node):  # type: ignore[arg-type]
        value = getattr(node, one.name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, s.Node):
                yield part


def facts_named(node: s.Node) -> Iterator[str]:
    """Names that stand for a fact or class without being a `Name`: of selectors, courses, changes."""
    for part, _ in walk(node):
        named = isinstance(part, s.Running | s.Stopped | s.NeverGiven | s.Changed)
        if named or (isinstance(part, s.Selector) and part.source == "fact"):
            yield part.name  # type: ignore[attr-defined]
