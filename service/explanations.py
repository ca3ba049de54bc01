"""Why an action is blocked, in sentences: what blocks, value, age, limit, statement, what is missing, when it is possible.

The one place where such a sentence is made, so that terminal, pages and API say the same:

    Blocked by INE-R08.1: Required: IgG is known; missing: IgG: too old. IgG 4.8 g/L of 2026-01-05, 41 days old
    (limit 30 days). Earliest possible: 2026-05-11.

*Earliest possible* is found by judging again at each moment at which time alone could change something, as if nothing
else were recorded meanwhile: it is a date only where waiting is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from engine.calendar import days_between, local_day
from engine.commands import Outcome, PerformAction, Reason, Verdict
from engine.decide import acting
from engine.decide.explaining import MISSING
from engine.decide.working import Index, Working
from engine.definition.registry import Registry
from engine.evaluation.context import Context
from engine.model import SYSTEM, Chart, Fact
from service.explaining_words import WORDS, day_text, fact_text, heading, joined, limit_text

MOST_LOOKS = 24
"""Moments at which *earliest possible* looks again before it gives up."""
MOST_FACTS = 6
"""Recorded values that one sentence names; the newest ones."""


@dataclass(frozen=True, slots=True)
class Found:
    """One recorded value behind a reason."""

    fact: str
    label: str
    value: str
    day: date
    age_days: int
    limit: str
    """How old it may be; empty where there is no limit."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What is missing, stale or in conflict."""

    fact: str
    label: str
    why: str
    text: str


@dataclass(frozen=True, slots=True)
class Point:
    """One reason, taken apart and as a sentence."""

    requirement: str
    level: str
    statements: tuple[str, ...]
    text: str
    facts: tuple[Found, ...]
    missing: tuple[Missing, ...]
    next_change: datetime | None
    """The next moment at which time alone could change it (UTC)."""
    sentence: str

    @property
    def refuses(self) -> bool:
        """Whether it stands in the way."""
        return self.level not in ("warn", "info", "overridden")

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "requirement": self.requirement, "level": self.level, "statements": list(self.statements), "text": self.text,
            "facts": [_plain(one) for one in self.facts], "missing": [_plain(one) for one in self.missing],
            "next_change": self.next_change.isoformat() if self.next_change else None, "sentence": self.sentence,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Explanation:
    """What would happen if somebody of the right role did the action now."""

    patient: str
    enrolment: str
    pathway: str
    action: str
    label: str
    language: str
    verdict: Verdict
    dose: str | None
    points: tuple[Point, ...]
    earliest: date | datetime | None
    """When waiting alone makes a refused action possible; None where it does not."""

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "patient": self.patient, "enrolment": self.enrolment, "pathway": self.pathway, "action": self.action,
            "label": self.label, "verdict": self.verdict.value, "dose": self.dose,
            "reasons": [one.as_dict() for one in self.points],
            "missing": [_plain(one) for one in self.missing],
            "earliest": self.earliest.isoformat() if self.earliest else None, "text": self.text,
        }  # fmt: skip

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What is missing for the action, once each."""
        return tuple(dict.fromkeys(gap for one in self.points if one.refuses for gap in one.missing))

    @property
    def text(self) -> str:
        """All of it, a line for each reason."""
        words = WORDS[self.language]
        head = words[self.verdict.value].format(action=self.label)
        dose = words["dose"].format(dose=self.dose) if self.dose else ""
        lines = [f"{head}{dose}", *(one.sentence for one in self.points)]
        if self.missing:
            gaps = joined((f"{one.label}{words['bracket'].format(one.text)}" for one in self.missing), self.language)
            lines.append(words["missing"].format(gaps))
        if self.verdict is Verdict.REFUSED:
            earliest = words["earliest"].format(_shown(self.earliest)) if self.earliest else words["waiting"]
            lines.append(earliest)
        return "\n".join(lines)


def explain(
    registry: Registry, chart: Chart, enrolment: str, action: str, given: Mapping[str, Any], at: datetime, language: str
) -> Explanation:
    """Judge an action at a moment, changing nothing. Raises `UnknownName`, `InvalidCommand`."""
    look = _Look(registry, chart, enrolment, action)
    judgement = look.judge(given, at)
    reasons = acting.reasons(look.working(at), judgement)
    verdict = Verdict.REFUSED if judgement.refused else Verdict.WARNED if judgement.warning else Verdict.ACCEPTED
    points = _points(registry, chart, reasons, look.context(given, at), language)
    label = registry.labels.of("action", f"{look.pathway}.{action}", language)
    earliest = look.earliest(given, at) if judgement.refused else None
    return Explanation(
        chart.patient.id, enrolment, look.pathway, action, label, language, verdict, judgement.dose, points, earliest
    )


def told(registry: Registry, chart: Chart, outcome: Outcome, command: PerformAction, language: str) -> tuple[Point, ...]:
    """The reasons of an outcome in sentences. `chart` is the patient's, for the values that the reasons stand on."""
    look = _Look(registry, chart, command.enrolment, command.action)
    return _points(registry, chart, outcome.reasons, look.context(command.parameters, command.at), language)


# --- reasons --------------------------------------------------------------------------------------------------------


def _points(
    registry: Registry, chart: Chart, reasons: Iterable[Reason], context: Context, language: str
) -> tuple[Point, ...]:
    return tuple(_point(registry, chart, one, context, language) for one in reasons)


def _point(registry: Registry, chart: Chart, reason: Reason, context: Context, language: str) -> Point:
    facts = tuple(_found(registry, one, context, language) for one in _newest(chart, reason.facts))
    missing = tuple(
        Missing(code, registry.labels.of("value", code, language) if code else "", why, MISSING[why][language])
        for code, why in reason.missing
    )
    sentence = "".join(_clauses(reason, facts, language))
    return Point(
        reason.requirement, reason.level, reason.statements, reason.text[language], facts, missing, reason.earliest, sentence
    )


def _clauses(reason: Reason, facts: tuple[Found, ...], language: str) -> Iterable[str]:
    words = WORDS[language]
    yield heading(reason.level, reason.statements, language)
    yield reason.text[language]
    for one in facts:
        limit = words["limit"].format(one.limit) if one.limit else ""
        yield words["found"].format(label=one.label, value=one.value, day=day_text(one.day), age=one.age_days, limit=limit)


def _newest(chart: Chart, ids: Iterable[str]) -> list[Fact]:
    known = [chart.facts[one] for one in ids if one in chart.facts]
    return sorted(known, key=lambda one: (one.effective, one.seq), reverse=True)[:MOST_FACTS]


def _found(registry: Registry, fact: Fact, context: Context, language: str) -> Found:
    zone = context.world.zone
    limit = context.definition.age_limit(context, fact.code)
    age = days_between(fact.effective_day, local_day(context.as_of, zone))
    label = registry.labels.of("value", fact.code, language)
    value = fact_text(registry, fact, language)
    return Found(fact.code, label, value, fact.effective_day, age, limit_text(limit, language) if limit else "")


def _plain(one: Found | Missing) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value := getattr(one, name), date) else value for name in one.__slots__
    }


def _shown(when: date | datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M %Z") if isinstance(when, datetime) else when.isoformat()


# --- judging --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Look:
    """One action of one enrolment, judged at different moments."""

    registry: Registry
    chart: Chart
    enrolment: str
    action: str

    @property
    def pathway(self) -> str:
        return self.chart.enrolments[self.enrolment].pathway

    def working(self, at: datetime) -> Working:
        return Working.of(self.chart, Index.of(self.chart), self.registry, at, SYSTEM)

    def judge(self, given: Mapping[str, Any], at: datetime) -> acting.Judgement:
        w = self.working(at)
        return acting.judge(w, w.enrolment(self.enrolment), self.action, given)

    def context(self, given: Mapping[str, Any], at: datetime) -> Context:
        """Where and for when the action's guard is judged."""
        w = self.working(at)
        rule = acting.rule_of(w, w.enrolment(self.enrolment), self.action)
        asked = acting.read_parameters(rule.spec.asks, given, self.registry.catalogue, w.zone)
        context = w.context(self.enrolment, **{"with": asked})
        guard = context.definition.guards.get(rule.spec.guard or "")
        return guard.moment(context) if guard is not None else context

    def earliest(self, given: Mapping[str, Any], at: datetime) -> date | datetime | None:
        """When waiting alone makes the action possible: by moving the day it is planned for, else the day it is done."""
        planned = self._planned(given, at)
        for name, attempt in (("", self._later(given)), (planned, self._planned_later(given, planned, at))):
            if attempt is not None and (name or not planned):
                found = self._first(attempt, at)
                if found is not None:
                    zone = self.chart.patient.zone
                    return found if found - at < timedelta(days=2) else local_day(found, zone)
        return None

    def _first(self, attempt: Callable[[datetime], acting.Judgement], at: datetime) -> datetime | None:
        moment = at
        for _ in range(MOST_LOOKS):
            judgement = attempt(moment)
            if not judgement.refused:
                return moment
            later = [one.verdict.until for one in judgement.refusing if one.verdict.until and one.verdict.until > moment]
            if judgement.formal or not later:
                return None
            moment = min(later)
        return None

    def _later(self, given: Mapping[str, Any]) -> Callable[[datetime], acting.Judgement]:
        return lambda moment: self.judge(given, moment)

    def _planned(self, given: Mapping[str, Any], at: datetime) -> str:
        """The parameter that says for when the action is planned, where its guard looks at that moment."""
        w = self.working(at)
        rule = acting.rule_of(w, w.enrolment(self.enrolment), self.action)
        guard = w.definition(w.enrolment(self.enrolment)).guards.get(rule.spec.guard or "")
        times = [name for name, spec in rule.spec.asks.items() if spec.kind in ("date", "datetime", "when") and name in given]
        return times[0] if guard is not None and guard.as_of is not None and len(times) == 1 else ""

    def _planned_later(
        self, given: Mapping[str, Any], name: str, at: datetime
    ) -> Callable[[datetime], acting.Judgement] | None:
        if not name:
            return None
        return lambda moment: self.judge({**given, name: moment if moment > at else given[name]}, at)
