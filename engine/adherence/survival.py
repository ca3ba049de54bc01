"""Kaplan-Meier: how long until something happened, with those in the denominator to whom it has not happened (yet).

A patient who is still waiting, or was lost, is censored: counted as at risk until the last day on which that was known,
and as neither success nor failure afterwards. Greenwood's variance; limits of the log-log transformation, which stay
between 0 and 1. At a tie what happens comes before what is censored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log, sqrt

Z95 = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution."""


@dataclass(frozen=True, slots=True)
class Spell:
    """One wait: how long it was watched (in any unit, never negative), and whether it ended with the event."""

    length: float
    event: bool


@dataclass(frozen=True, slots=True)
class Step:
    """The estimate from one length on."""

    length: float
    at_risk: int
    """Watched until just before this length."""
    events: int
    censored: int
    waiting: float
    """Estimated share still waiting."""
    error: float
    """Greenwood's standard error of that share."""
    low: float
    high: float
    """95 % limits."""


@dataclass(frozen=True, slots=True)
class Curve:
    """The estimate over all lengths at which something was seen, the shortest first."""

    total: int
    events: int
    steps: tuple[Step, ...]

    @property
    def censored(self) -> int:
        """How many were censored."""
        return self.total - self.events

    def quantile(self, share: float) -> float | None:
        """The shortest length by which at least this share had the event; None where that was not reached."""
        limit = 1 - share + 1e-12
        return next((step.length for step in self.steps if step.waiting <= limit), None)

    @property
    def median(self) -> float | None:
        """The length by which half had the event; None where that was not reached."""
        return self.quantile(0.5)


def kaplan_meier(spells: Iterable[Spell]) -> Curve:
    """The estimate. Raises ValueError for a negative length."""
    ended: Counter[float] = Counter()
    censored: Counter[float] = Counter()
    for one in spells:
        if one.length < 0:
            raise ValueError(f"A wait of {one.length} is negative.")
        (ended if one.event else censored)[one.length] += 1
    total, events = ended.total() + censored.total(), ended.total()
    return Curve(total, events, tuple(_steps(ended, censored, total)))


def _steps(ended: Counter[float], censored: Counter[float], total: int) -> Iterable[Step]:
    at_risk, waiting, spread = total, 1.0, 0.0
    for length in sorted({*ended, *censored}):
        here = ended[length]
        waiting *= 1 - here / at_risk
        if here < at_risk:
            spread += here / (at_risk * (at_risk - here))
        low, high = _limits(waiting, spread)
        yield Step(length, at_risk, here, censored[length], waiting, waiting * sqrt(spread), low, high)
        at_risk -= here + censored[length]


def _limits(waiting: float, spread: float) -> tuple[float, float]:
    """95 % limits of a share; itself where it is 0 or 1."""
    if not 0 < waiting < 1:
        return waiting, waiting
    width = Z95 * sqrt(spread) / log(waiting)
    return waiting ** exp(-width), waiting ** exp(width)
