"""A patient's life in a test: commands decided at set moments on small definitions written in the test, without a store.

`fresh` lives throw away between commands all that was found out before (`Index.of`), so that a life settled by agenda can be
compared with one that is looked at anew each time; `stored` lives keep of it what a store would: the agenda as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from engine.calendar import parse_when
from engine.commands import (
    Command,
    CorrectFact,
    Enrol,
    Entry,
    FireTimers,
    Outcome,
    PerformAction,
    RecordFacts,
    RetractFact,
)
from engine.decide import Decision, decide
from engine.decide.working import Index, Working
from engine.definition.compiled import compile_definition
from engine.definition.reading import Source, read_definition
from engine.definition.registry import Registry
from engine.evaluation.compiling import compile_criterion, compile_value
from engine.evaluation.context import Context
from engine.evaluation.results import Reading, Verdict
from engine.evaluation.scope import Scope
from engine.functions import Function
from engine.language import syntax as s
from engine.language.parsing import parse_criterion, parse_value
from engine.model import SYSTEM, Chart, Deviation, Enrolment, Hold, Message, Patient, Person, Task, TimerState
from pathways.registry import load_catalogue

ZONE = "Asia/Shanghai"
DOCTOR = Person("neurologist", "doctor")

BARE = """
pathway: {name}
title: {{en: Bench, zh: 台}}
spec: bench.md
initial: here
stages:
  here: {{label: {{en: Here, zh: 此}}}}
  there: {{label: {{en: There, zh: 彼}}}}
  over: {{label: {{en: Over, zh: 终}}, terminal: true}}
actions:
  leave: {{label: {{en: Leave, zh: 离}}, to: over, by: [neurologist]}}
"""


def bare(more: str = "", name: str = "bench") -> str:
    """The smallest definition, with further sections."""
    return BARE.format(name=name) + more


@cache
def registry_of(*texts: str) -> Registry:
    """A registry of definitions given as text; compiled once for each combination."""
    return registry_with((), *texts)


def registry_with(functions: Sequence[Function], *texts: str) -> Registry:
    """A registry with functions of the test."""
    catalogue = load_catalogue()
    registry = Registry(catalogue, {one.name: one for one in functions})
    sources = [Source(f"test{number}", text) for number, text in enumerate(texts)]
    specs = [read_definition(source) for source in sources]
    pathways = [spec.pathway for spec in specs]
    for source, spec in zip(sources, specs, strict=True):
        registry.add(compile_definition(spec, source.hash[:16], catalogue, registry.functions, pathways))
    return registry


def moment(text: str | datetime, zone: str = ZONE) -> datetime:
    """An instant from local text: `2026-03-01` is noon of that day, `2026-03-01 08:00` the minute."""
    if isinstance(text, datetime):
        return text
    when = parse_when(text if ":" in text else f"{text} 12:00", zone)
    assert isinstance(when, datetime)
    return when.astimezone(UTC)


class Life:
    """One patient on the definitions of a registry; `pathway` is entered at once, unless empty."""

    def __init__(
        self, *texts: str, start: str | datetime = "2026-01-01", birth: str = "1980-03-01", pathway: str | None = None,
        registry: Registry | None = None, fresh: bool = False, stored: bool = False, settings: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self.registry = registry or registry_of(*(texts or (bare(),)))
        self.zone = ZONE
        self.chart = Chart(Patient("p", date.fromisoformat(birth), "female", self.zone))
        self.index = Index.of(self.chart)
        self.fresh, self.stored = fresh, stored
        self.now = moment(start)
        self.last: Decision | None = None
        first = self.registry.ids()[0] if pathway is None else pathway
        if first:
            self.enrol(first, settings or {})

    # --- commands ---

    def do(self, command: Command) -> Outcome:
        """Decide a command and take over what it leads to."""
        if self.fresh:
            self.index = Index.of(self.chart)
        if self.stored:
            self.index = Index.stored(self.chart, self.index.agenda(self.chart, self.registry), self.registry)
        self.last = decide(self.registry, self.chart, self.index, command)
        self.chart, self.index = self.last.chart, self.last.index
        return self.last.outcome

    def at(self, when: str | datetime) -> Life:
        """Let time pass: every timer due until then fires at its own moment."""
        until = moment(when)
        while (due := self.next_due()) is not None and due <= until:
            self.now = max(due, self.now)
            self.do(FireTimers(patient="p", at=self.now))
        self.now = until
        return self

    def next_due(self) -> datetime | None:
        """When the next timer is due."""
        return min((one.due for one in self.chart.timers.values() if one.state is TimerState.PENDING), default=None)

    def enrol(self, pathway: str, settings: Mapping[str, Any] | None = None) -> Outcome:
        """Put the patient on a pathway."""
        return self.do(Enrol(patient="p", at=self.now, pathway=pathway, settings=settings or {}))

    def record(self, code: str, value: Any, when: str | None = None) -> str:
        """Record a fact, effective now or at `when` (local); its id."""
        raw = value
        if when is not None:
            raw = dict(value) if isinstance(value, dict) else {"value": value}
            raw["effective"] = when
        return self.do(RecordFacts(patient="p", at=self.now, entries=(Entry(code, raw),))).created[0]

    def correct(self, fact: str, value: Any, status: str = "amended") -> str:
        """Replace the value of a fact; the id of the new version."""
        return self.do(CorrectFact(patient="p", at=self.now, fact=fact, value=value, reason="checked", status=status)).created[0]  # fmt: skip

    def retract(self, fact: str) -> Outcome:
        """Declare a fact entered in error."""
        return self.do(RetractFact(patient="p", at=self.now, fact=fact, reason="mistaken"))

    def act(self, action: str, parameters: Mapping[str, Any] | None = None, *, on: str = "", by: Person = DOCTOR, **more: Any) -> Outcome:  # fmt: skip
        """Do an action of the first enrolment, or of the newest on a pathway."""
        enrolment = self.enrolment(on).id
        return self.do(PerformAction(patient="p", at=self.now, by=by, enrolment=enrolment, action=action, parameters=parameters or {}, **more))  # fmt: skip

    # --- looking ---

    def enrolment(self, pathway: str = "") -> Enrolment:
        """The newest enrolment on a pathway (by default the one entered first)."""
        wanted = pathway or next(iter(self.chart.enrolments.values())).pathway
        return [one for one in self.chart.enrolments.values() if one.pathway == wanted][-1]

    @property
    def stage(self) -> str:
        """Stage of the first pathway."""
        return self.enrolment().stage

    def tasks(self, code: str, status: str = "") -> list[Task]:
        """Tasks of a rule, in the order in which they were opened."""
        return [one for one in self.chart.tasks.values() if one.code == code and status in ("", one.status.value)]

    def task(self, code: str, status: str = "open") -> Task:
        """The only task of a rule in a status."""
        (one,) = self.tasks(code, status)
        return one

    def holds(self, *, standing: bool = True) -> list[Hold]:
        """Holds in force, or all."""
        return [one for one in self.chart.holds.values() if not standing or one.released is None]

    def messages(self, code: str = "") -> list[Message]:
        """Messages requested."""
        return [one for one in self.chart.messages.values() if code in ("", one.code)]

    def deviations(self, code: str = "") -> list[Deviation]:
        """Deviations recorded."""
        return [one for one in self.chart.deviations.values() if code in ("", one.code)]

    def events(self, name: str) -> list[dict[str, Any]]:
        """What the last command says to the audit under an event's name."""
        assert self.last is not None
        return [one for draft in self.last.audit for one in draft.content["events"] if one["event"] == name]

    # --- sentences ---

    def context(self, now: datetime | None = None, pathway: str = "", **bindings: Any) -> Context:
        """Where sentences of the first enrolment are judged, now or as if it were another time."""
        w = Working.of(self.chart, Index.of(self.chart), self.registry, now or self.now, SYSTEM)
        return w.context(self.enrolment(pathway).id, **bindings)

    def scope(self, pathway: str = "") -> Scope:
        """The names that sentences of the first pathway know."""
        spec = self.registry.latest(self.enrolment(pathway).pathway).spec
        return Scope(spec, self.registry.catalogue, self.registry.functions, frozenset(self.registry.ids()))

    def judge(self, sentence: str | s.Criterion, *, as_of: str = "", now: datetime | None = None, **bindings: Any) -> Verdict:  # fmt: skip
        """The verdict of a criterion, now or as of a planned day."""
        tree = parse_criterion(sentence) if isinstance(sentence, str) else sentence
        context = self.context(now, **bindings)
        return compile_criterion(tree, self.scope())(self._shifted(context, as_of))

    def read(self, sentence: str | s.Value, *, as_of: str = "", **bindings: Any) -> Reading:
        """The reading of a value, now or as of a planned day."""
        tree = parse_value(sentence) if isinstance(sentence, str) else sentence
        return compile_value(tree, self.scope())(self._shifted(self.context(**bindings), as_of))

    def _shifted(self, context: Context, as_of: str) -> Context:
        return context.shifted(parse_when(as_of, self.zone)) if as_of else context

    def state(self, sentence: str, *, as_of: str = "", **bindings: Any) -> str:
        """`met`, `not_met` or `unknown`."""
        return self.judge(sentence, as_of=as_of, **bindings).state.value

    def why(self, sentence: str, *, as_of: str = "", **bindings: Any) -> list[tuple[str, str]]:
        """Why a criterion is unknown: fact and reason."""
        return [(gap.code, gap.why.value) for gap in self.judge(sentence, as_of=as_of, **bindings).gaps]


def shown(chart: Chart) -> dict[str, Sequence[Any]]:
    """All records of a chart, to compare two."""
    return {
        "facts": list(chart.facts.values()), "enrolments": list(chart.enrolments.values()), "acts": list(chart.acts.values()),
        "holds": list(chart.holds.values()), "tasks": list(chart.tasks.values()), "timers": list(chart.timers.values()),
        "messages": list(chart.messages.values()), "deviations": list(chart.deviations.values()),
    }  # fmt: skip
