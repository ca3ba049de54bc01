"""What follows from a command, in the same words before and after it: new stage, holds, tasks, messages, facts, deviations.

Before, it is read from a decision that was not saved; afterwards, from the audit entries of that command.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.audit.events import Event
from engine.codec import when_text
from engine.language.labels import humanised
from engine.model import Chart, When
from service.explaining_words import fact_text
from service.wiring import Careway

ORDER = (
    Event.ACTION_SIGNED, Event.STAGE_CHANGED, Event.ENROLMENT_OPENED, Event.ENROLMENT_CLOSED, Event.HOLD_OPENED, Event.HOLD_RELEASED,
    Event.TASK_DONE, Event.TASK_OMITTED, Event.TASK_OPENED, Event.TASK_MOVED, Event.TASK_CANCELLED, Event.TASK_MISSED,
    Event.TASK_FROZEN, Event.TASK_THAWED, Event.MESSAGE_REQUESTED, Event.MESSAGE_ACKNOWLEDGED, Event.DECISION_QUESTIONED,
    Event.FACT_RECORDED, Event.FACT_CORRECTED, Event.FACT_RETRACTED, Event.ANCHOR_SET, Event.CALLER_REGISTERED,
    Event.CALLER_CHANGED, Event.CALLER_ENDED, Event.OVERRIDE_RECORDED, Event.WARNING_ACKNOWLEDGED, Event.DEVIATION_RECORDED,
)  # fmt: skip
"""What is told, and in which order; the rest of the vocabulary is for the audit alone."""
_TOLD = frozenset(event.value for event in ORDER)
_TASKS = frozenset(event for event in ORDER if event.value.startswith("task:"))


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that follows."""

    label: str
    pathway: str = ""
    when: str = ""
    """A day of the site, or an instant in UTC."""
    before: str = ""
    """The date, or in words the stage, that it replaces."""
    detail: str = ""
    roles: tuple[str, ...] = ()
    code: str = ""
    reopened: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """All of one kind."""

    event: str
    items: tuple[Item, ...]


class Following:
    """Tells for one patient, in one language, what follows."""

    def __init__(self, careway: Careway, chart: Chart, language: str) -> None:
        """`chart` as it is afterwards."""
        self._registry = careway.registry
        self._labels = careway.registry.labels
        self._chart = chart
        self._language = language

    def groups(self, entries: Iterable[tuple[str | None, Mapping[str, Any]]]) -> list[Group]:
        """What audit entries tell: each is an enrolment (or none) with the content of its entry."""
        found: dict[str, list[Item]] = {event.value: [] for event in ORDER}
        for enrolment, content in entries:
            for one in content.get("events", ()):
                if isinstance(one, Mapping) and one["event"] in found:
                    found[one["event"]] += self._items(Event(one["event"]), enrolment, one)
        found[Event.MESSAGE_REQUESTED.value] = _together(found[Event.MESSAGE_REQUESTED.value])
        return [Group(event, tuple(items)) for event, items in found.items() if items]

    def _items(self, event: Event, enrolment: str | None, told: Mapping[str, Any]) -> list[Item]:
        known = self._chart.enrolments.get(enrolment or "")
        pathway = known.pathway if known is not None else ""
        title = self._labels.of("pathway", pathway, self._language) if pathway else ""
        return [replace(one, pathway=title) for one in self._told(event, pathway, told)]

    def _told(self, event: Event, pathway: str, told: Mapping[str, Any]) -> list[Item]:
        if event in _TASKS:
            return [self._task(pathway, told)]
        if event is Event.ANCHOR_SET:
            return self._anchors(pathway, told)
        reader = {
            Event.STAGE_CHANGED: self._stage, Event.ENROLMENT_OPENED: self._opened, Event.ENROLMENT_CLOSED: self._opened,
            Event.HOLD_OPENED: self._hold, Event.HOLD_RELEASED: self._hold, Event.MESSAGE_REQUESTED: self._message,
            Event.MESSAGE_ACKNOWLEDGED: self._message, Event.DECISION_QUESTIONED: self._questioned, Event.FACT_RECORDED: self._fact,
            Event.FACT_CORRECTED: self._fact, Event.FACT_RETRACTED: self._fact, Event.DEVIATION_RECORDED: self._deviation,
            Event.ACTION_SIGNED: self._signed, Event.CALLER_REGISTERED: self._caller, Event.CALLER_CHANGED: self._caller,
            Event.CALLER_ENDED: self._caller,
        }.get(event, self._requirement)  # fmt: skip
        return [reader(pathway, told)]

    def _of(self, kind: str, pathway: str, code: str) -> str:
        return self._labels.of(kind, f"{pathway}.{code}", self._language)

    def _task(self, pathway: str, told: Mapping[str, Any]) -> Item:
        code, before = str(told["task"]), told.get("before", {})
        return Item(
            self._of("task", pathway, code), when=str(told.get("due", "")), before=str(before.get("due", "")), code=code,
            reopened=bool(told.get("reopened")),
        )  # fmt: skip

    def _stage(self, pathway: str, told: Mapping[str, Any]) -> Item:
        stage, before = str(told["stage"]), str(told.get("before", ""))
        return Item(self._of("stage", pathway, stage), before=self._of("stage", pathway, before), code=stage)

    def _opened(self, pathway: str, told: Mapping[str, Any]) -> Item:
        stage = str(told.get("stage", ""))
        return Item(self._of("stage", pathway, stage) if stage else "", code=pathway)

    def _hold(self, pathway: str, told: Mapping[str, Any]) -> Item:
        return Item(self._of("hold", pathway, str(told["hold"])), code=str(told["hold"]))

    def _message(self, pathway: str, told: Mapping[str, Any]) -> Item:
        code = str(told["message"])
        return Item(self._element("notifications", pathway, code), roles=(str(told.get("to", "")),), code=code)

    def _deviation(self, pathway: str, told: Mapping[str, Any]) -> Item:
        code = str(told["deviation"])
        return Item(self._element("deviations", pathway, code), code=code)

    def _element(self, part: str, pathway: str, code: str) -> str:
        spec = self._registry.latest(pathway).spec if pathway in self._registry.ids() else None
        known = getattr(spec, part).get(code) if spec is not None else None
        return str(getattr(known.label, self._language)) if known is not None else humanised(code)

    def _questioned(self, pathway: str, told: Mapping[str, Any]) -> Item:
        act = self._chart.acts.get(str(told.get("act", "")))
        code = str(told["action"])
        return Item(self._of("action", pathway, code), when=when_text(act.at) if act is not None else "", code=code)

    def _fact(self, _: str, told: Mapping[str, Any]) -> Item:
        fact = self._chart.facts.get(str(told.get("id", "")))
        label = self._labels.of("value", str(told["fact"]), self._language)
        if fact is None:
            return Item(label, code=str(told["fact"]))
        when: When = fact.effective if fact.timed else fact.effective_day
        return Item(label, when=when_text(when), detail=fact_text(self._registry, fact, self._language), code=fact.code)

    def _signed(self, _: str, told: Mapping[str, Any]) -> Item:
        return Item(str(told.get("name", "")), roles=(str(told.get("by", "")),), code=str(told.get("meaning", "")))

    def _caller(self, pathway: str, told: Mapping[str, Any]) -> Item:
        caller = str(told["caller"])
        return Item(self._labels.of("pathway", caller, self._language), code=f"{pathway}.{caller}")

    def _anchors(self, pathway: str, told: Mapping[str, Any]) -> list[Item]:
        """The dates that were set; other values that a decision keeps are for its own sentences."""
        dates = ((name, _date_or_empty(value)) for name, value in told.get("anchors", {}).items())
        return [Item(self._anchor(pathway, name), when=when, code=name) for name, when in dates if when]

    def _anchor(self, pathway: str, name: str) -> str:
        return self._labels.of("value", f"{pathway}.{name}", self._language)

    def _requirement(self, pathway: str, told: Mapping[str, Any]) -> Item:
        """An overridden or acknowledged requirement, by the statements that it expresses."""
        name = str(told.get("requirement", ""))
        label = next(iter(self._requirements(pathway, name)), humanised(name))
        return Item(label, detail=", ".join(told.get("statements", ())), code=name)

    def _requirements(self, pathway: str, name: str) -> Iterable[str]:
        for one in dict.fromkeys((pathway, *self._registry.ids())):
            spec = self._registry.latest(one).spec if one in self._registry.ids() else None
            for guard in spec.guards.values() if spec is not None else ():
                for asked in guard.require:
                    if asked.id == name and asked.label is not None:
                        yield str(getattr(asked.label, self._language))


def _together(items: list[Item]) -> list[Item]:
    """A message that goes to several roles is one line."""
    found: dict[tuple[str, str], Item] = {}
    for one in items:
        known = found.get((one.pathway, one.code))
        roles = (*known.roles, *one.roles) if known is not None else one.roles
        found[one.pathway, one.code] = replace(one, roles=tuple(dict.fromkeys(role for role in roles if role)))
    return list(found.values())


def _date_or_empty(value: Any) -> str:
    text = str(value)
    return text if text[:4].isdigit() and text[4:5] == "-" else ""


_OF_THE_SIGNERS = frozenset({Event.ACTION_SIGNED.value})


def gist(entries: Iterable[tuple[str | None, Mapping[str, Any]]]) -> list[str]:
    """What follows without dates and words: for the hash of what was shown, which minutes that pass do not change."""
    found = []
    for enrolment, content in entries:
        for one in content.get("events", ()):
            if isinstance(one, Mapping) and one["event"] in _TOLD - _OF_THE_SIGNERS:
                names = (
                    one.get(key, "")
                    for key in ("stage", "task", "hold", "message", "fact", "deviation", "caller", "action")
                )
                found.append(" ".join(filter(None, (str(one["event"]), enrolment or "", *map(str, names)))))
    return sorted(found)
