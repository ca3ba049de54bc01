"""What a message says: the layout of its cause, and the values of that layout's variables, in one language.

The definition gives the message its own words (label, urgency, audience, time to acknowledge); the cause that the engine
kept with it (a task, a hold, a correction, …) chooses one of few layouts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from engine.calendar import add, instant
from engine.decide.causes import EVENT, Cause, cause_of, first_requested, step_of
from engine.definition.registry import Registry
from engine.definition.roles import role_label
from engine.definition.schema import DefinitionSpec, Notification
from engine.errors import AuthorError
from engine.language.parsing import parse_criterion
from engine.language.printing import Labels, chinese, english
from engine.model import Act, Chart, Enrolment, Fact, Hold, Message, Task
from engine.units import Duration, UnitError
from service.messages import words

LAYOUTS = (
    "task_due", "task_overdue", "task_closed", "hold_opened", "stage_changed", "result", "result_changed",
    "action_taken", "action_refused", "missing_information", "condition", "escalated",
)  # fmt: skip
"""Every layout that a message of a definition may have."""

_OF_EVENT = {
    "task": "task_closed", "action": "action_taken", "override": "action_taken", "refused": "action_refused",
    "ask": "missing_information", "superseded": "result_changed", "automatic": "stage_changed", "enrolled": "stage_changed",
    "ended": "stage_changed", "child": "stage_changed", "parent": "stage_changed",
}  # fmt: skip
_OF_KIND = {"hold": "hold_opened", "stage": "stage_changed", "fact": "result", "correction": "result_changed"}


def layout_of(cause: Cause) -> str:
    """The layout for what happened."""
    edge = str(cause.get("edge", ""))
    if cause["kind"] == "task":
        return "task_overdue" if edge.endswith("overdue") else "task_due"
    if cause["kind"] == EVENT:
        return _OF_EVENT.get(edge.partition(":")[0], "condition")
    return _OF_KIND.get(str(cause["kind"]), "condition")


@dataclass(frozen=True)
class Telling:
    """One message, its enrolment, and where its labels come from."""

    registry: Registry
    chart: Chart
    message: Message
    now: datetime
    """When the message was requested (UTC)."""

    @property
    def enrolment(self) -> Enrolment:
        """The enrolment that it is about."""
        return self.chart.enrolments[self.message.enrolment]

    @property
    def spec(self) -> DefinitionSpec:
        """The definition on which it runs."""
        return self.registry.version(self.enrolment.definition).spec

    @property
    def notification(self) -> Notification:
        """What the definition says of the message."""
        return self.spec.notifications[self.message.code]

    @property
    def zone(self) -> str:
        """Zone of the patient's site."""
        return self.chart.patient.zone

    @property
    def layout(self) -> str:
        """The layout of its cause, at the foot of the ladder."""
        return layout_of(cause_of(self.message))

    # --- what every layout has ---

    def common(self, language: str) -> dict[str, str]:
        """The variables of every layout, but for those that depend on the reader."""
        return {
            "reference": self.chart.patient.id,
            "urgency": self.message.urgency,
            "urgency_word": words.URGENCIES[self.message.urgency][language],
            "asked": words.when(self.message.requested, self.zone, language),
            "acknowledge_by": words.when(self.deadline(), self.zone, language),
            "waited": self._waited(language),
            "label": getattr(self.notification.label, language),
            "pathway": self.registry.labels.of("pathway", self.enrolment.pathway, language),
            "stage": self._label("stage", self.enrolment.stage, language),
        }

    def _waited(self, language: str) -> str:
        waited = self.now - first_requested(self.message)
        return words.span(waited, language) if step_of(self.message) else ""

    def deadline(self) -> datetime | None:
        """Until when somebody must have acknowledged it: as declared, else until the next step of its ladder (UTC)."""
        step, first = step_of(self.message), first_requested(self.message)
        periods = [one.after for one in self.notification.escalation]
        periods.append(periods[-1] if periods else self.notification.acknowledge or "")
        if step == 0 and self.notification.acknowledge:
            periods = [self.notification.acknowledge]
        return _later(first, periods[: step + 1], self.zone) if len(periods) > step else None

    # --- what the layouts have of their own ---

    def own(self, language: str) -> dict[str, str]:
        """The variables of the layout of the cause."""
        read = _OWN.get(self.layout)
        return read(self, cause_of(self.message), language) if read is not None else {}

    def _label(self, kind: str, code: str, language: str) -> str:
        name = code if "." in code else f"{self.enrolment.pathway}.{code}"
        return self.registry.labels.of(kind, name, language)

    def _facts(self, ids: tuple[str, ...], language: str) -> str:
        found = [self.chart.facts[one] for one in ids if one in self.chart.facts]
        return words.facts(self.registry.catalogue, found, self.zone, language)

    def _task(self, cause: Cause, language: str) -> dict[str, str]:
        task: Task | None = self.chart.tasks.get(str(cause.get("id")))
        if task is None:
            return {}
        last = task.until if task.until is not None else task.due
        return {
            "thing": self._label("task", task.code, language),
            "due": words.when(task.due, self.zone, language),
            "until": words.when(task.until, self.zone, language) if task.until != task.due else "",
            "late": words.days_late(last, self.now, self.zone, language) if last is not None else "",
            "outcome": words.OUTCOMES.get(task.status.value, {}).get(language, ""),
        }

    def _hold(self, cause: Cause, language: str) -> dict[str, str]:
        hold: Hold | None = self.chart.holds.get(str(cause.get("id")))
        if hold is None:
            return {}
        facts = self._facts(hold.causes, language)
        release = self._release(hold.code, language)
        return {"thing": self._label("hold", hold.code, language), "facts": facts, "release": release}

    def _release(self, code: str, language: str) -> str:
        """What releases a hold: as the definition says it in English, else its condition read aloud; empty for neither."""
        spec = self.spec.holds.get(code)
        if spec is None:
            return ""
        if language == "en" and spec.release:
            return spec.release.rstrip(".")
        return _read_aloud(spec.released or "", language, self.registry.labels)

    def _fact(self, cause: Cause, language: str) -> dict[str, str]:
        """A layout is not told what is not there: it fails, and the plain one takes its place."""
        if str(cause.get("id")) not in self.chart.facts:
            return {}
        return {"facts": self._facts((str(cause.get("id")),), language)}

    def _changed(self, cause: Cause, language: str) -> dict[str, str]:
        """A corrected fact with what stood there before, or the decision that rests on one."""
        if cause["kind"] == EVENT:
            return {**self._action(cause, language), "facts": "", "before": ""}
        fact: Fact | None = self.chart.facts.get(str(cause.get("id")))
        old = self.chart.facts.get(fact.supersedes or "") if fact is not None else None
        before = words.value(self.registry.catalogue, old, language) if old is not None else ""
        return {**self._fact(cause, language), "before": before, "thing": ""}

    def _action(self, cause: Cause, language: str) -> dict[str, str]:
        act: Act | None = self.chart.acts.get(str(cause.get("id")))
        if act is None:
            name = str(cause.get("edge", "")).partition(":")[2]
            return {"thing": self._label("action", name, language), "by": "", "reason": ""}
        pathway = self.chart.enrolments[act.enrolment].pathway
        thing = self._label("action", f"{pathway}.{act.action}", language)
        return {"thing": thing, "by": role_label(act.by.role, language), "reason": act.reason}

    def _missing(self, cause: Cause, language: str) -> dict[str, str]:
        code = str(cause.get("edge", "")).partition(":")[2]
        return {"thing": self.registry.labels.of("fact", code, language)}


_OWN: dict[str, Callable[[Telling, Cause, str], dict[str, str]]] = {
    "task_due": Telling._task, "task_overdue": Telling._task, "task_closed": Telling._task, "hold_opened": Telling._hold,
    "result": Telling._fact, "result_changed": Telling._changed, "action_taken": Telling._action,
    "action_refused": Telling._action, "missing_information": Telling._missing,
}  # fmt: skip


@lru_cache(maxsize=512)
def _read_aloud(sentence: str, language: str, labels: Labels) -> str:
    """A criterion in words; empty for none, and for one that cannot be read."""
    try:
        tree = parse_criterion(sentence) if sentence else None
    except AuthorError:
        return ""
    if tree is None:
        return ""
    return (chinese(tree, labels) if language == "zh" else english(tree, labels)).rstrip("。.")


def _later(first: datetime, periods: list[str], zone: str) -> datetime | None:
    """The moment so long after the first; None where a period is a setting or none at all."""
    moment = first
    for text in periods:
        try:
            moment = instant(add(moment, Duration.parse(text), zone), zone)
        except (UnitError, ValueError):
            return None
    return moment
