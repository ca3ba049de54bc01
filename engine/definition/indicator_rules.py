"""Indicators with their sentences compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.definition.indicator_schema import IndicatorSpec
from engine.evaluation.context import CriterionFunction, ValueFunction

if TYPE_CHECKING:
    from engine.definition.compiled import Compiler


@dataclass(frozen=True)
class IndicatorRule:
    """Whom an indicator applies to, what should have been, and until when."""

    id: str
    spec: IndicatorSpec
    among: CriterionFunction
    met: CriterionFunction
    by: ValueFunction | None


def compile_indicators(compiler: Compiler, specs: Mapping[str, IndicatorSpec]) -> tuple[IndicatorRule, ...]:
    """Compile all of them, in the order in which they are written."""
    return tuple(_indicator(compiler, name, one) for name, one in specs.items())


def _indicator(compiler: Compiler, name: str, spec: IndicatorSpec) -> IndicatorRule:
    place = f"indicators.{name}"
    among, met = compiler.criterion(spec.among, f"{place}.among"), compiler.criterion(spec.met, f"{place}.met")
    assert among is not None
    assert met is not None
    return IndicatorRule(name, spec, among, met, compiler.value(spec.by, f"{place}.by"))
