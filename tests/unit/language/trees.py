"""Arbitrary trees of the criteria language, limited to those that a sentence can have.

What no sentence says is normalised here: `All` of one item, a period of mixed units, a reserved word as a name, `no` at
the left end of a criterion (it would open `no relapse`), a bare `within p` right before `before d`.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from engine.language import syntax as s
from engine.language.parsing import MAX_LENGTH, QUANTITY_UNITS, reserved_words
from engine.language.printing import canonical

T = TypeVar("T")
N = TypeVar("N", bound=s.Node)

DEEP = 3
"""Levels of compound nodes; with brackets and selectors this stays below the depth that the parser allows."""

OPERATORS = st.sampled_from([">=", "<=", ">", "<", "=", "!="])
_POOL = [
    "igg",
    "latest_igg",
    "dated",
    "g",
    "min",
    "a",
    "h",
    "known_allergy",
    "notes",
    "no_relapse",
    "setting.x",
    "with.severity",
    "row.drugs",
]
NAMES = st.one_of(
    st.sampled_from(_POOL),
    st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,5}", fullmatch=True).filter(lambda name: name not in reserved_words()),
)
CODES = st.lists(
    NAMES
    | st.sampled_from(["yes", "no", "none", "one", "unknown", "known", "missing", "met", "running", "is", "open"]),
    min_size=1,
    max_size=3,
).map(tuple)
SMALL = st.integers(0, 40)
_MAYBE_PATHWAY = st.just("") | NAMES

NUMBERS = st.builds(
    s.Number,
    st.integers(0, 3).flatmap(lambda places: st.decimals(0, 10**5, places=places)).map(abs) | st.just(Decimal("1E+3")),
    st.sampled_from(["", *QUANTITY_UNITS]),
)
PERIODS = st.one_of(
    st.integers(0, 900).map(lambda n: s.Period(months=n)),
    st.integers(0, 400).map(lambda n: s.Period(days=n)),
    st.integers(0, 9000).map(lambda n: s.Period(minutes=n)),
)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters='"()', exclude_categories=["Cs"]), max_size=8).map(
    s.Word
)
LEAVES: SearchStrategy[s.Value] = st.one_of(NUMBERS, PERIODS, st.dates().map(s.Day), WORDS, NAMES.map(s.Name))
TRUTHS: SearchStrategy[s.Value] = st.booleans().map(s.Truth)


@cache
def values(depth: int = DEEP) -> SearchStrategy[s.Value]:
    """Values of every kind, at most `depth` compound nodes deep."""
    if depth == 0:
        return LEAVES
    below, entries = values(depth - 1), selectors(depth - 1)
    order = ["earliest", "latest", "least", "greatest"]
    attributes = NAMES | st.sampled_from(["date", "time", "uln"])
    return st.one_of(
        LEAVES,
        st.builds(s.Pick, st.sampled_from(["latest", "first"]), entries),
        st.builds(s.Attribute, attributes, below),
        st.builds(s.Sum, below, st.sampled_from("+-"), below),
        st.builds(s.Product, below, below),
        st.builds(s.Bounded, below, st.sampled_from(["at most", "at least"]), below),
        st.builds(s.Rounded, below, st.sampled_from(["to", "up to", "down to"]), below),
        st.builds(s.Choice, st.sampled_from([*order, "first known"]), _several(below | TRUTHS)),
        st.builds(s.OverCallers, st.sampled_from(order), below),
        st.builds(s.Count, entries),
        st.builds(s.CountDistinct, NAMES, entries),
        st.builds(s.CountMet, st.lists(criteria(depth - 1), min_size=1, max_size=3).map(tuple)),
        st.builds(s.NextOnGrid, below, below, below),
        st.builds(s.Lookup, NAMES, NAMES, st.lists(below | TRUTHS, min_size=1, max_size=3).map(tuple)),
    )


def _several(items: SearchStrategy[T]) -> SearchStrategy[tuple[T, ...]]:
    return st.lists(items, min_size=2, max_size=3).map(tuple)


@cache
def window_lists(depth: int) -> SearchStrategy[tuple[s.Window, ...]]:
    """Up to three windows of any kind, in an order that can be written."""
    period = st.one_of(PERIODS, values(depth))
    day = st.one_of(st.dates().map(s.Day), NAMES.map(s.Name), values(depth))
    sides = st.sampled_from(["before", "after"])
    window = st.one_of(
        st.builds(s.Window, st.just("within"), period),
        st.builds(
            lambda kind, p, side, d: s.Window(kind, p, side=side, date=d),
            st.sampled_from(["within", "at_least"]),
            period,
            sides,
            day,
        ),
        st.builds(lambda p: s.Window("at_least", p, side="ago"), period),
        st.builds(s.Window, st.just("between"), period, period, sides, day),
        st.builds(
            lambda kind, d: s.Window(kind, date=d), st.sampled_from(["since", "after", "before", "until", "on"]), day
        ),
        st.builds(s.Window, st.just("rolling"), period),
    )
    return st.lists(window, max_size=3).map(_writable)


def _writable(given: list[s.Window]) -> tuple[s.Window, ...]:
    def bare(window: s.Window) -> bool:
        return window.kind == "within" and not window.side

    swallowed = any(bare(one) and two.kind in ("before", "after") for one, two in pairwise(given))
    return tuple(sorted(given, key=bare) if swallowed else given)


@cache
def selectors(depth: int) -> SearchStrategy[s.Selector]:
    """Entries of every source, with and without verb, condition and windows."""
    return st.builds(
        s.Selector,
        st.sampled_from(["fact", "action", "stage", "hold", "task"]),
        NAMES,
        st.sampled_from(["", "given", "started", "stopped"]),
        st.none() | criteria(depth - 1) if depth else st.none(),
        window_lists(max(depth - 1, 0)),
    )


@cache
def statements(depth: int) -> SearchStrategy[s.Criterion]:
    """Single statements of every kind."""
    value, entries, span = values(depth), selectors(depth), PERIODS | values(depth)
    comparison = st.builds(s.Compare, value, OPERATORS, value | TRUTHS)
    membership = st.builds(s.Is, value, CODES)
    return st.one_of(
        comparison,
        membership,
        st.builds(s.Named, NAMES),
        st.builds(s.Known, value),
        st.builds(s.Missing, value),
        st.builds(s.Exists, st.sampled_from(["any", "no"]), st.just(1), entries),
        st.builds(s.Exists, st.just("at least"), SMALL, entries, st.just("") | NAMES),
        st.builds(s.Running, NAMES, st.none() | span),
        st.builds(s.Stopped, NAMES, span, value),
        st.builds(s.NeverGiven, NAMES),
        st.builds(s.Lasting, comparison | membership, span),
        st.builds(s.EveryResult, NAMES, OPERATORS, value),
        st.builds(s.Changed, NAMES, CODES, CODES, window_lists(depth)),
        st.builds(s.Moved, value, st.sampled_from(["fell", "rose"]), value, value),
        st.builds(s.HoldOpen, NAMES | st.just("any"), _MAYBE_PATHWAY),
        st.builds(s.TaskIs, NAMES, st.sampled_from(["open", "overdue", "done"]), _MAYBE_PATHWAY),
        st.builds(s.StageIs, CODES, _MAYBE_PATHWAY),
        st.builds(s.GateIs, NAMES, CODES),
        st.builds(s.GuardPasses, NAMES),
        st.builds(s.Enrolled, NAMES),
    )


@cache
def criteria(depth: int = DEEP) -> SearchStrategy[s.Criterion]:
    """Criteria of every kind, at most `depth` compound nodes deep."""
    if depth == 0:
        return statements(0)
    below = criteria(depth - 1)
    days = SMALL.map(lambda n: s.Number(Decimal(n))) | NAMES.map(s.Name)
    return st.one_of(
        statements(depth - 1),
        st.builds(s.All, _several(below)),
        st.builds(s.AnyOf, _several(below)),
        st.builds(s.AtLeastOf, SMALL, st.lists(below, min_size=1, max_size=3).map(tuple)),
        st.builds(s.Not, below),
        st.builds(s.Unless, below, below),
        st.builds(s.CountsAsNo, below),
        st.builds(s.EachDay, days, values(depth - 1), below),
        st.builds(s.CallerHas, st.sampled_from(["any", "every"]), below),
    )


def sentences_of(trees: SearchStrategy[N]) -> SearchStrategy[N]:
    """Those trees whose sentence is not longer than the parser accepts."""
    return trees.filter(lambda tree: len(canonical(tree)) <= MAX_LENGTH)
