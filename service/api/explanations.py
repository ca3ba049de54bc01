"""An action explained as one text and in its parts; the sentences are those of `service.explanations`."""

from __future__ import annotations

from engine.codec import instant_text, when_text
from service.api import schemas as s
from service.api.answers import check
from service.api.looking import Prospect
from service.explanations import Explanation, Missing, Point


def explanation(found: Explanation, prospect: Prospect) -> s.Explanation:
    """Why an action is or is not possible now; what is already met comes from the checklist."""
    met = [check(one) for one in prospect.checks if one.level == "pass"]
    return s.Explanation(
        enrolment=found.enrolment, action=found.action, label=found.label, language=found.language, verdict=found.verdict.value,
        dose=found.dose, text=found.text, reasons=[_reason(one) for one in found.points], met=met,
        missing=[_gap(one) for one in found.missing], earliest=when_text(found.earliest) if found.earliest else None,
    )  # fmt: skip


def _reason(one: Point) -> s.ExplainedReason:
    values = [
        s.ExplainedValue(
            fact=it.fact,
            label=it.label,
            value=it.value,
            day=it.day.isoformat(),
            age_days=it.age_days,
            age_limit=it.limit,
        )
        for it in one.facts
    ]
    return s.ExplainedReason(
        requirement=one.requirement, level=one.level, statements=list(one.statements), sentence=one.sentence, values=values,
        missing=[_gap(gap) for gap in one.missing], next_change=instant_text(one.next_change) if one.next_change else None,
    )  # fmt: skip


def _gap(one: Missing) -> s.Gap:
    return s.Gap(fact=one.fact, label=one.label, why=one.text)
