"""What the pages of facts show: every fact with its two times and its standing, replaced and voided ones struck through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.decide.decision import Decision
from engine.definition.task_schema import DoneBy
from engine.evaluation.records import Records
from engine.model import Chart, Fact, FactStatus, TaskStatus
from service.api import schemas as s
from service.api import shown
from service.explaining_words import fact_text
from service.following import Following, Group
from service.wiring import Careway
from service.worklist.acting.details import code as code_label

MOST = 60
"""Facts shown at first; all of them on request, and always all of one kind."""


@dataclass(frozen=True, slots=True)
class Line:
    """One recorded fact."""

    fact: s.Fact
    value: str
    when: str
    """The value, where it is a day or an instant."""
    gone: str
    """`replaced` or `voided`; empty while it stands."""
    because: str
    by: str
    """Role of whoever replaced or voided it."""
    since: str
    status: str
    detection: str


class FactsPage:
    """The facts of one patient, for a reader of one language."""

    def __init__(self, careway: Careway, chart: Chart, language: str) -> None:
        self._careway, self.chart, self._language = careway, chart, language
        self._records = Records.of(chart.facts.values())

    def lines(self, code: str = "", *, everything: bool = False) -> list[Line]:
        """The newest first; the record that voids another is told with the one that it voids."""
        facts = [one for one in self.chart.facts.values() if one.status is not FactStatus.ENTERED_IN_ERROR]
        kept = [one for one in facts if not code or one.code == code]
        kept.sort(key=lambda one: (one.effective, one.seq), reverse=True)
        return [self.line(one) for one in kept[: None if code or everything else MOST]]

    def line(self, one: Fact) -> Line:
        """One fact with what became of it."""
        newer = self.chart.facts.get(self._records.replaced.get(one.id, ""))
        item = shown.fact(self._careway.registry.catalogue, one, self._language, newer.id if newer else None)
        value = fact_text(self._careway.registry, one, self._language)
        when = shown.when_or_none(one.value) or "" if isinstance(one.value, date) else ""
        status, found = code_label(one.status.value, self._language), str(one.attributes.get("detection", ""))
        detection = code_label(found, self._language) if found else ""
        if newer is None:
            return Line(item, value, when, "", "", "", "", status, detection)
        gone = "voided" if newer.status is FactStatus.ENTERED_IN_ERROR else "replaced"
        since = shown.when_or_none(newer.recorded) or ""
        return Line(item, value, when, gone, newer.reason, newer.recorder.role, since, status, detection)

    def kinds(self) -> list[tuple[str, str]]:
        """The kinds of fact that are recorded, by label."""
        facts = self._careway.registry.catalogue.facts
        codes = {one.code for one in self.chart.facts.values()} & set(facts)
        return sorted(((code, facts[code].label[self._language]) for code in codes), key=lambda one: one[1].casefold())

    def asked(self) -> list[tuple[str, str]]:
        """The facts that open tasks wait for, by label: what is recorded most often."""
        facts, found = self._careway.registry.catalogue.facts, dict[str, str]()
        for task in self.chart.tasks.values():
            one = self.chart.enrolments.get(task.enrolment)
            if task.status is TaskStatus.OPEN and one is not None:
                spec = self._careway.registry.version(one.definition).spec.tasks.get(task.code)
                for code in facts_of(self._careway, spec.done_by if spec else None):
                    found[code] = facts[code].label[self._language]
        return sorted(found.items(), key=lambda each: each[1].casefold())

    def groups(self, decision: Decision | None) -> list[Group]:
        """What would follow."""
        if decision is None:
            return []
        following = Following(self._careway, decision.chart, self._language)
        return following.groups((one.enrolment, one.content) for one in decision.audit)


def facts_of(careway: Careway, done: DoneBy | None) -> list[str]:
    """Ids of the facts that complete a task; those of a class each by itself."""
    catalogue, found = careway.registry.catalogue, list[str]()
    for name in (*done.all, *done.any) if done is not None else ():
        if (code := catalogue.canonical(name)) is not None:
            found.append(code)
        elif catalogue.is_class(name):
            found += catalogue.members(name)
    return list(dict.fromkeys(found))


def counted(lines: list[Line]) -> Mapping[str, Any]:
    """How many stand, and how many are struck through."""
    gone = sum(bool(one.gone) for one in lines)
    return {"standing": len(lines) - gone, "gone": gone}
