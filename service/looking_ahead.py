"""Judges one action at different moments, changing nothing: now, and as early as waiting alone makes it possible."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from engine.calendar import local_day
from engine.decide import acting
from engine.decide.parameters import read_parameters
from engine.decide.working import Index, Working
from engine.definition.guards import Finding
from engine.definition.registry import Registry
from engine.evaluation.context import Context
from engine.evaluation.results import State
from engine.model import SYSTEM, Chart

MOST_LOOKS = 24
"""Moments at which *earliest possible* looks again before it gives up."""


@dataclass(frozen=True)
class Look:
    """One action of one enrolment, judged at different moments."""

    registry: Registry
    chart: Chart
    enrolment: str
    action: str

    @property
    def pathway(self) -> str:
        """The pathway of the enrolment."""
        return self.chart.enrolments[self.enrolment].pathway

    def working(self, at: datetime) -> Working:
        """The chart as a working copy at a moment."""
        return Working.of(self.chart, Index.of(self.chart), self.registry, at, SYSTEM)

    def judge(self, given: Mapping[str, Any], at: datetime) -> acting.Judgement:
        """The action with these parameters at a moment. Raises `UnknownName`, `InvalidCommand`."""
        w = self.working(at)
        return acting.judge(w, w.enrolment(self.enrolment), self.action, given)

    def context(self, given: Mapping[str, Any], at: datetime) -> Context:
        """Where and for when the action's guard is judged."""
        w = self.working(at)
        rule = acting.rule_of(w, w.enrolment(self.enrolment), self.action)
        asked = read_parameters(rule.spec.asks, given, self.registry.catalogue, w.zone)
        context = w.context(self.enrolment, **{"with": asked})
        guard = context.definition.guards.get(rule.spec.guard or "")
        return guard.moment(context) if guard is not None else context

    def earliest(self, given: Mapping[str, Any], at: datetime) -> date | datetime | None:
        """When waiting is enough for every requirement that is known not to be met; what is unknown is left aside.

        For an action that is planned for a moment, that moment moves; else the moment at which it is done.
        """
        planned = self._planned(given, at)
        found = self._first(self._planned_later(given, planned, at) if planned else self._later(given), at)
        if found is None or found == at:
            return None
        return found if found - at < timedelta(days=2) else local_day(found, self.chart.patient.zone)

    def _first(self, attempt: Callable[[datetime], acting.Judgement], at: datetime) -> datetime | None:
        moment, waited_for = at, frozenset[str]()
        for _ in range(MOST_LOOKS):
            judgement = attempt(moment)
            # A value that only grows too old while we wait has not become right.
            if judgement.formal or any(one.requirement in waited_for for one in _unknown(judgement)):
                return None
            blocking = [one for one in judgement.refusing if one.verdict.state is State.NOT_MET]
            later = [one.verdict.until for one in blocking if one.verdict.until and one.verdict.until > moment]
            if not blocking:
                return moment
            if len(later) < len(blocking):
                return None
            waited_for |= {one.requirement for one in blocking}
            moment = max(later)
        return None

    def _later(self, given: Mapping[str, Any]) -> Callable[[datetime], acting.Judgement]:
        return lambda moment: self.judge(given, moment)

    def _planned(self, given: Mapping[str, Any], at: datetime) -> str:
        """The parameter that says for when the action is planned, where its guard looks at that moment."""
        w = self.working(at)
        rule = acting.rule_of(w, w.enrolment(self.enrolment), self.action)
        guard = w.definition(w.enrolment(self.enrolment)).guards.get(rule.spec.guard or "")
        times = [
            name for name, spec in rule.spec.asks.items() if spec.kind in ("date", "datetime", "when") and name in given
        ]
        return times[0] if guard is not None and guard.as_of is not None and len(times) == 1 else ""

    def _planned_later(
        self, given: Mapping[str, Any], name: str, at: datetime
    ) -> Callable[[datetime], acting.Judgement]:
        return lambda moment: self.judge({**given, name: moment if moment > at else given[name]}, at)


def _unknown(judgement: acting.Judgement) -> list[Finding]:
    return [one for one in judgement.refusing if one.verdict.state is State.UNKNOWN]
