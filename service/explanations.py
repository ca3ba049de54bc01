"""Why an action is blocked, in sentences: what blocks, value, age, limit, statement, what is missing, when it is possible.

The one place where such a sentence is made, so that terminal, pages and API say the same:

    Blocked by INE-R08.1: Required: IgG is known; missing: IgG: too old. IgG 4.8 g/L of 2026-01-05, 41 days old
    (limit 30 days). Earliest possible: 2026-05-11.

*Earliest possible* is found by judging again at the moments at which time alone could change something. It is a date only
where waiting is enough for all that is known not to be met; what is missing has to come in besides, and suit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.calendar import days_between, local_day
from engine.commands import Outcome, PerformAction, Reason, Verdict
from engine.decide import acting
from engine.decide.explaining import MISSING
from engine.definition.registry import Registry
from engine.evaluation.context import Context
from engine.model import Chart, Fact
from service.explaining_words import WORDS, day_text, fact_text, heading, joined, limit_text
from service.looking_ahead import Look

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
        dose = words["dose"].format(dose=self.dose) if self.dose and self.verdict is not Verdict.REFUSED else ""
        lines = [f"{head}{dose}", *(one.sentence for one in self.points)]
        if self.missing:
            gaps = joined((f"{one.label}{words['bracket'].format(one.text)}" for one in self.missing), self.language)
            lines.append(words["missing"].format(gaps))
        if self.verdict is Verdict.REFUSED:
            lines.append(self._when(words))
        return "\n".join(lines)

    def _when(self, words: Mapping[str, str]) -> str:
        if self.earliest is not None:
            return words["earliest_known" if self.missing else "earliest"].format(_shown(self.earliest))
        return words["waiting" if any(one.refuses and not one.missing for one in self.points) else "once_known"]


def explain(
    registry: Registry, chart: Chart, enrolment: str, action: str, given: Mapping[str, Any], at: datetime, language: str
) -> Explanation:
    """Judge an action at a moment, changing nothing. Raises `UnknownName`, `InvalidCommand`."""
    look = Look(registry, chart, enrolment, action)
    judgement = look.judge(given, at)
    reasons = acting.reasons(look.working(at), judgement)
    verdict = Verdict.REFUSED if judgement.refused else Verdict.WARNED if judgement.warning else Verdict.ACCEPTED
    points = _points(registry, chart, reasons, look.context(given, at), language)
    label = registry.labels.of("action", f"{look.pathway}.{action}", language)
    earliest = look.earliest(given, at) if judgement.refused else None
    return Explanation(
        chart.patient.id, enrolment, look.pathway, action, label, language, verdict, judgement.dose, points, earliest
    )


def told(
    registry: Registry, chart: Chart, outcome: Outcome, command: PerformAction, language: str
) -> tuple[Point, ...]:
    """The reasons of an outcome in sentences. `chart` is the patient's, for the values that the reasons stand on."""
    look = Look(registry, chart, command.enrolment, command.action)
    return _points(registry, chart, outcome.reasons, look.context(command.parameters, command.at), language)


# --- reasons --------------------------------------------------------------------------------------------------------


def _points(
    registry: Registry, chart: Chart, reasons: Iterable[Reason], context: Context, language: str
) -> tuple[Point, ...]:
    return tuple(_point(registry, chart, one, context, language) for one in reasons)


def _point(registry: Registry, chart: Chart, reason: Reason, context: Context, language: str) -> Point:
    facts = tuple(_found(registry, one, context, language) for one in _newest(chart, reason.facts))
    missing = tuple(
        Missing(code, _label(registry, code, language), why, MISSING[why][language]) for code, why in reason.missing
    )
    sentence = "".join(_clauses(reason, facts, language))
    return Point(
        reason.requirement,
        reason.level,
        reason.statements,
        reason.text[language],
        facts,
        missing,
        reason.earliest,
        sentence,
    )


def _label(registry: Registry, code: str, language: str) -> str:
    """What a missing thing is called: a fact, a named value, or a pathway that the patient is not on."""
    kind = "pathway" if code in registry.ids() else "value"
    return registry.labels.of(kind, code, language) if code else ""


def _clauses(reason: Reason, facts: tuple[Found, ...], language: str) -> Iterable[str]:
    words = WORDS[language]
    yield heading(reason.level, reason.statements, language)
    yield reason.text[language]
    for one in facts:
        limit = words["limit"].format(one.limit) if one.limit else ""
        yield words["found"].format(
            label=one.label, value=one.value, day=day_text(one.day), age=one.age_days, limit=limit
        )


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
