"""Where a tree of the criteria language finds the function that compiles it.

`values` and `criteria` enter their compilers here, so that either can hold parts of the other without importing it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.evaluation.context import CriterionFunction, ValueFunction
from engine.evaluation.facts import CLOCKS
from engine.evaluation.scope import Scope
from engine.language import syntax as s

_VALUES: dict[type[s.Value], Callable[[Any, Scope], ValueFunction]] = {}
_CRITERIA: dict[type[s.Criterion], Callable[[Any, Scope], CriterionFunction]] = {}


def enter_values(compilers: Mapping[type[s.Value], Callable[[Any, Scope], ValueFunction]]) -> None:
    """Enter the compilers of values."""
    _VALUES.update(compilers)


def enter_criteria(compilers: Mapping[type[s.Criterion], Callable[[Any, Scope], CriterionFunction]]) -> None:
    """Enter the compilers of criteria."""
    _CRITERIA.update(compilers)


def compile_value(node: s.Value, scope: Scope) -> ValueFunction:
    """The function of a value. Raises `AuthorError` for names that nothing defines."""
    return _VALUES[type(node)](node, scope)


def compile_watched(node: s.Value, scope: Scope) -> ValueFunction:
    """A value that a comparison or window watches: the bare present is read without asking to be read again."""
    if isinstance(node, s.Name) and node.name in CLOCKS:
        return CLOCKS[node.name]
    return compile_value(node, scope)


def compile_criterion(node: s.Criterion, scope: Scope) -> CriterionFunction:
    """The function of a criterion. Raises `AuthorError` for names that nothing defines."""
    return _CRITERIA[type(node)](node, scope)
