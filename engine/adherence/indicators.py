"""Indicators of one patient: for each enrolment and indicator, one class, and when to look again.

Pure, like deciding: chart, definitions and moment are given. A sentence that is unknown makes the class unknown; it never
makes it met. While time is left, what is not met (or not known) is open; where the enrolment ended before, it is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.calendar import end_of
from engine.decide.working import Index, Working
from engine.definition.indicator_rules import IndicatorRule
from engine.definition.registry import Registry
from engine.evaluation.context import Context
from engine.evaluation.entries import scalar
from engine.evaluation.results import Reading, State, sooner
from engine.model import SYSTEM, Chart, Enrolment, When


class Standing(StrEnum):
    """The classes, in the order in which they are shown."""

    MET = "met"
    NOT_MET = "not_met"
    OPEN = "open"
    """Not met, and it still can be."""
    LOST = "lost"
    """Not met when the enrolment ended, and until then it could have been."""
    UNKNOWN = "unknown"
    """It is not known whether it applies, or whether it was met."""
    NOT_APPLICABLE = "not_applicable"
    """It does not apply: outside the denominator."""


DENOMINATOR = tuple(one for one in Standing if one is not Standing.NOT_APPLICABLE)
"""Everybody to whom an indicator applies or may apply."""


@dataclass(frozen=True, slots=True)
class Stand:
    """How one enrolment stands on one indicator."""

    patient: str
    enrolment: str
    pathway: str
    indicator: str
    standing: Standing
    turns: datetime | None
    """When time alone could change it (UTC)."""


def stands(chart: Chart, registry: Registry, now: datetime, pathway: str = "") -> Iterator[Stand]:
    """Every indicator of every enrolment (on a pathway). Raises `NotRevivable` for a version that cannot be read."""
    working: Working | None = None
    for enrolment in chart.enrolments.values():
        if pathway and enrolment.pathway != pathway:
            continue
        rules = registry.version(enrolment.definition).rules.indicators
        if rules and working is None:
            working = Working.of(chart, Index.of(chart), registry, now, SYSTEM)
        for rule in rules:
            assert working is not None
            yield _stand(working.context(enrolment.id), chart.patient.id, enrolment, rule, now)


def _stand(context: Context, patient: str, enrolment: Enrolment, rule: IndicatorRule, now: datetime) -> Stand:
    applies, kept = rule.among(context), rule.met(context)
    limit = scalar(context, rule.by(context)) if rule.by is not None else None
    end = _end(context, limit)
    turns = sooner(sooner(applies.until, kept.until), end)
    if applies.state is State.NOT_MET:
        standing = Standing.NOT_APPLICABLE
    elif applies.state is State.UNKNOWN:
        standing = Standing.UNKNOWN
    else:
        standing = _kept(kept.state, enrolment, limit, end, now)
    return Stand(
        patient,
        enrolment.id,
        enrolment.pathway,
        rule.id,
        standing,
        turns if turns is not None and turns > now else None,
    )


def _kept(state: State, enrolment: Enrolment, limit: Reading | None, end: datetime | None, now: datetime) -> Standing:
    if state is State.MET:
        return Standing.MET
    if limit is not None and end is None:
        return Standing.UNKNOWN
    if end is not None and enrolment.closed is not None and enrolment.closed < end:
        return Standing.LOST
    if end is not None and now < end:
        return Standing.OPEN
    return Standing.UNKNOWN if state is State.UNKNOWN else Standing.NOT_MET


def _end(context: Context, limit: Reading | None) -> datetime | None:
    """The first moment at which it can be met no longer; None where there is no limit, or it is not known."""
    if limit is None or not isinstance(limit.value, When):
        return None
    return end_of(limit.value, context.world.zone)
