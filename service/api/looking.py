"""The next actions of an enrolment as a checklist: every requirement with verdict, value, age, limit, statement; judged, never done.

It judges a patient once for all actions, so that a page costs one reading of the chart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from engine.calendar import days_between, local_day
from engine.commands import Reason, Verdict
from engine.decide import acting
from engine.decide.explaining import MISSING, reason_of
from engine.decide.working import Index, Working
from engine.definition.guards import PASS, Finding
from engine.definition.schema import Parameter
from engine.errors import AuthorError, CarewayError
from engine.evaluation.results import Range
from engine.evaluation.results import Verdict as Judged
from engine.language import readable, syntax
from engine.language.printing import chinese, english
from engine.model import SYSTEM, Chart, Enrolment, When
from service.api.shown import value_text
from service.explaining_words import fact_text
from service.explanations import Explanation, explain
from service.wiring import Careway

log = structlog.get_logger("careway.api")
_COMPARED = (syntax.Compare, syntax.Is, syntax.Lasting)


@dataclass(frozen=True, slots=True)
class Check:
    """One requirement of an action: what is asked, what was found, how old that is, and what would help."""

    requirement: str
    level: str
    """`pass`, `warn`, `info`, `block`, `block_hard`, or the formal kind: stage, role, second_person."""
    state: str
    """`met`, `not_met` or `unknown`."""
    asked: str
    """What is required, in short."""
    text: str
    """The whole sentence: what is required, found and missing."""
    value: str
    limit: str
    age_days: int | None
    """Age of the oldest fact read, in whole days of the site."""
    statements: tuple[str, ...]
    missing: tuple[tuple[str, str, str], ...]
    """Fact id, its label, and why it is unknown, in the reader's language."""
    next_change: datetime | None
    """When time alone could next change it (UTC)."""
    pathway: str
    override_by: tuple[str, ...] = ()
    """Roles that may approve an override of it; empty: any."""
    consent: str = ""
    """The consent that the source asks for with it."""

    @property
    def refuses(self) -> bool:
        """Whether it stands in the way."""
        return self.level not in (PASS, "warn", "info", "not_proposed", "overridden")


@dataclass(frozen=True, slots=True)
class Prospect:
    """An action and what would happen if somebody of the right role did it now."""

    action: str
    label: str
    roles: tuple[str, ...]
    signs: bool
    second_person: bool
    to: str
    asks: Mapping[str, Parameter]
    possible: bool
    """Whether the stage allows it at all."""
    proposed: bool
    verdict: Verdict
    dose: str | None
    checks: tuple[Check, ...]
    earliest: When | None = None
    """When waiting alone makes a refused action possible; None where it does not."""

    @property
    def missing(self) -> tuple[tuple[str, str, str], ...]:
        """What is missing, stale or in conflict, over all requirements that stand in the way."""
        return tuple(dict.fromkeys(gap for one in self.checks if one.refuses for gap in one.missing))


class Look:
    """One patient, judged at one moment for a reader of one language."""

    def __init__(self, careway: Careway, chart: Chart, at: datetime, language: str) -> None:
        self._registry = careway.registry
        self.chart = chart
        self.language = language
        self._labels = careway.registry.labels
        self._working = Working.of(chart, Index.of(chart), careway.registry, at, SYSTEM)

    def prospects(self, enrolment: Enrolment) -> list[Prospect]:
        """Every action of the enrolment, in the order of the definition; those that the stage allows first."""
        rules = self._working.definition(enrolment).rules.actions
        found = [self._prospect_or_fault(enrolment, name) for name in rules]
        return sorted(found, key=lambda one: not one.possible)

    def prospects_or_none(self, enrolment: Enrolment) -> list[Prospect]:
        """The same; none where the enrolment's version of the pathway is not loaded, which the log tells."""
        try:
            return self.prospects(enrolment)
        except AuthorError as error:
            log.warning("enrolment_cannot_be_judged", enrolment=enrolment.id, code=error.code)
            return []

    def _prospect_or_fault(self, enrolment: Enrolment, action: str) -> Prospect:
        """One action; where its definition is at fault it is blocked, and the others are shown all the same."""
        try:
            return self.prospect(enrolment, action, {})
        except CarewayError as error:
            log.warning("action_cannot_be_judged", pathway=enrolment.pathway, action=action, code=error.code)
            spec = self._working.definition(enrolment).spec.actions[action]
            fault = Check(
                "definition",
                "block_hard",
                "unknown",
                error.message,
                error.message,
                "",
                "",
                None,
                (),
                (),
                None,
                enrolment.pathway,
            )
            return Prospect(
                action, getattr(spec.label, self.language), tuple(spec.by), spec.signs, spec.second_person, spec.to or "",
                spec.asks, spec.from_ is None or enrolment.stage in spec.from_, False, Verdict.REFUSED, None, (fault,),
            )  # fmt: skip

    def prospect(self, enrolment: Enrolment, action: str, given: Mapping[str, Any]) -> Prospect:
        """One action. Raises UnknownName and InvalidCommand."""
        judgement = acting.judge(self._working, enrolment, action, given)
        rule, spec = judgement.rule, judgement.rule.spec
        verdict = Verdict.REFUSED if judgement.refused else Verdict.WARNED if judgement.warning else Verdict.ACCEPTED
        formal = tuple(_formal(one, self.language) for one in judgement.formal)
        checks = tuple(self._check(one) for one in judgement.findings if one.level != "not_proposed")
        possible = not any(one.level == "stage" for one in judgement.formal)
        proposed = possible and rule.proposed is not None and rule.proposed(self._working.context(enrolment.id)).met
        earliest = self._earliest(enrolment, action, given, checks) if possible and judgement.refused else None
        return Prospect(
            action, getattr(spec.label, self.language), tuple(spec.by), spec.signs, spec.second_person, spec.to or "",
            spec.asks, possible, proposed, verdict, judgement.dose, formal + tuple(sorted(checks, key=_weight)),
            earliest,
        )  # fmt: skip

    def _check(self, finding: Finding) -> Check:
        reason = reason_of(finding, self._labels)
        verdict = finding.verdict
        return Check(
            finding.requirement, finding.level, verdict.state.value, self._asked(finding), reason.text[self.language],
            self._value(verdict),
            self._shown(verdict.right, verdict.unit, verdict.facts) if isinstance(verdict.node, _COMPARED) else "",
            self._age(verdict.facts), finding.statements, self._gaps(reason), verdict.until, finding.pathway,
            tuple(finding.override_by), (finding.spec.consent or "") if finding.spec else "",
        )  # fmt: skip

    def _asked(self, finding: Finding) -> str:
        label, node = finding.spec.label if finding.spec else None, finding.verdict.node
        if label is not None:
            return str(getattr(label, self.language))
        printed = english if self.language == "en" else chinese
        return printed(node, self._labels) if node is not None else finding.requirement

    def _value(self, verdict: Judged) -> str:
        """What was compared, or the one fact that was read."""
        if isinstance(verdict.node, _COMPARED) and verdict.left is not None:
            return self._shown(verdict.left, verdict.unit, verdict.facts)
        known = [self.chart.facts[one] for one in verdict.facts if one in self.chart.facts]
        return fact_text(self._registry, known[0], self.language) if len(known) == 1 else ""

    def _earliest(
        self, enrolment: Enrolment, action: str, given: Mapping[str, Any], checks: Sequence[Check]
    ) -> When | None:
        """When waiting alone makes it possible; asked only where time can change every refusal."""
        if not all(one.next_change for one in checks if one.refuses):
            return None
        return self.explained(enrolment, action, given).earliest

    def explained(self, enrolment: Enrolment, action: str, given: Mapping[str, Any]) -> Explanation:
        """One action in sentences. Raises UnknownName and InvalidCommand."""
        now = self._working.now
        return explain(self._registry, self.chart, enrolment.id, action, given, now, self.language)

    def _shown(self, value: Any, unit: str, facts: tuple[str, ...]) -> str:
        if isinstance(value, Range):
            low, high = (
                value_text(one, "", self.language) if one is not None else "" for one in (value.low, value.high)
            )
            bounds = f"{low}–{high}" if low and high else f"≥ {low}" if low else f"≤ {high}"
            return f"{bounds} {readable.unit(unit)}".strip()
        if isinstance(value, str) and facts and facts[0] in self.chart.facts:
            return self._labels.of("code", f"{self.chart.facts[facts[0]].code}.{value}", self.language)
        return value_text(value, unit, self.language) if value is not None else ""

    def _age(self, facts: tuple[str, ...]) -> int | None:
        today = local_day(self._working.now, self._working.zone)
        days = [self.chart.facts[one].effective_day for one in facts if one in self.chart.facts]
        return max(days_between(day, today) for day in days) if days else None

    def _gaps(self, reason: Reason) -> tuple[tuple[str, str, str], ...]:
        label = self._labels.of
        return tuple(
            (code, label("value", code, self.language) if code else "", MISSING[why][self.language])
            for code, why in reason.missing
        )


def _formal(reason: Reason, language: str) -> Check:
    text = reason.text[language]
    return Check(reason.requirement, reason.level, reason.state, text, text, "", "", None, (), (), None, "")


def _weight(check: Check) -> int:
    """Refusing checks first, then warnings, then what is met."""
    return 0 if check.refuses else 1 if check.level == "warn" else 2 if check.level == "info" else 3
