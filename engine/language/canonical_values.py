"""The canonical sentence, first half: the dispatch, values and selectors. See `printing` for the whole."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from itertools import pairwise

from engine.language import syntax as s
from engine.language.levels import ATOM, JOINED, SINGLE, TIGHT, level
from engine.language.readable import english_period, period_parts


@singledispatch
def canonical(node: s.Node) -> str:
    """The canonical English sentence of a criterion, value, selector or window.

    `parse(canonical(tree)) == tree` for every tree that a sentence can have. A tree made by hand may hold what no
    sentence says (a period of months *and* days, a list of one item, a reserved word as a name): its text then has the
    same meaning where there is one, but another tree.
    """
    raise TypeError(f"{type(node).__name__} is no part of a sentence")


def at(node: s.Node, needed: int) -> str:
    """The text of a node for a place that asks for a level, in brackets where it binds more loosely."""
    text = canonical(node)
    return text if level(node) >= needed else f"({text})"


def listed(items: Iterable[s.Node]) -> str:
    """Items between semicolons."""
    return "; ".join(canonical(item) for item in items)


# --- values ---------------------------------------------------------------------------------------------------------


@canonical.register(s.Number)
def _number(node: s.Number) -> str:
    return f"{node.value:f} {node.unit}".rstrip()


@canonical.register(s.Period)
def _period(node: s.Period) -> str:
    parts = [english_period(*part) for part in period_parts(node)]
    return parts[0] if len(parts) == 1 else f"({' + '.join(parts)})"


@canonical.register(s.Day)
def _day(node: s.Day) -> str:
    return node.day.isoformat()


@canonical.register(s.Word)
def _word(node: s.Word) -> str:
    return f'"{node.text}"'


@canonical.register(s.Truth)
def _truth(node: s.Truth) -> str:
    return "yes" if node.yes else "no"


@canonical.register(s.Name)
def _name(node: s.Name) -> str:
    return node.name


@canonical.register(s.Pick)
def _pick(node: s.Pick) -> str:
    return f"{node.which} {canonical(node.selector)}"


@canonical.register(s.Attribute)
def _attribute(node: s.Attribute) -> str:
    return f"{node.name} of {at(node.of, SINGLE)}"


@canonical.register(s.Sum)
def _sum(node: s.Sum) -> str:
    return f"{at(node.left, JOINED)} {node.operator} {at(node.right, TIGHT)}"


@canonical.register(s.Product)
def _product(node: s.Product) -> str:
    return f"{at(node.left, TIGHT)} * {at(node.right, SINGLE)}"


@canonical.register(s.Bounded)
def _bounded(node: s.Bounded) -> str:
    return f"{canonical(node.value)}, {node.bound} {at(node.limit, JOINED)}"


@canonical.register(s.Rounded)
def _rounded(node: s.Rounded) -> str:
    return f"{canonical(node.value)}, rounded {node.mode} {at(node.step, JOINED)}"


@canonical.register(s.Choice)
def _choice(node: s.Choice) -> str:
    return f"{node.which} of ({listed(node.items)})"


@canonical.register(s.OverCallers)
def _over_callers(node: s.OverCallers) -> str:
    return f"{node.which} of {at(node.value, SINGLE)} over callers"


@canonical.register(s.Count)
def _count(node: s.Count) -> str:
    return f"count of {canonical(node.selector)}"


@canonical.register(s.CountDistinct)
def _count_distinct(node: s.CountDistinct) -> str:
    return f"count of different {node.attribute} of {canonical(node.selector)}"


@canonical.register(s.CountMet)
def _count_met(node: s.CountMet) -> str:
    return f"number met of ({listed(node.items)})"


@canonical.register(s.NextOnGrid)
def _next_on_grid(node: s.NextOnGrid) -> str:
    return f"next of every {span(node.every)} from {at(node.anchor, ATOM)} after {at(node.after, ATOM)}"


@canonical.register(s.Lookup)
def _lookup(node: s.Lookup) -> str:
    return f"{node.column} in table {node.table} for ({listed(node.keys)})"


# --- selectors ------------------------------------------------------------------------------------------------------


def span(node: s.Value | None) -> str:
    """A value where the grammar wants a period: a bare count would be read as a number of entries."""
    bare = isinstance(node, s.Name | s.Period | s.Truth) or (isinstance(node, s.Number) and node.unit)
    return f"{_some(node)}" if bare else f"({_some(node)})"


def _some(node: s.Value | None) -> str:
    return canonical(node) if node is not None else ""


@canonical.register(s.Window)
def _window(node: s.Window) -> str:
    day = at(node.date, ATOM) if node.date is not None else ""
    match node.kind:
        case "within" | "at_least":
            return f"{node.kind.replace('_', ' ')} {span(node.period)} {node.side} {day}".rstrip().replace("  ", " ")
        case "between":
            return f"between {span(node.period)} and {span(node.upper)} {node.side} {day}"
        case "rolling":
            return f"in any {span(node.period)}"
        case _:
            return f"{node.kind} {day}"


@canonical.register(s.Selector)
def _selector(node: s.Selector) -> str:
    source = node.name if node.source == "fact" else f"{node.source} {node.name}"
    having = f"with ({canonical(node.having)})" if node.having is not None else ""
    parts = [source, node.verb, having, *windows(node.windows)]
    return " ".join(part for part in parts if part)


def windows(given: tuple[s.Window, ...]) -> list[str]:
    """Windows in their order, unless a bare `within p` would swallow a following `before d`: then it goes to the end."""
    if any(_bare(one) and two.kind in ("before", "after") for one, two in pairwise(given)):
        given = tuple(sorted(given, key=_bare))
    return [canonical(window) for window in given]


def _bare(window: s.Window) -> bool:
    return window.kind == "within" and not window.side
