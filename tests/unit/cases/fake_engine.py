"""A small engine with a script instead of rules, and a small pathway, so that running a case can be tried by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from itertools import count
from typing import Any

from engine.cases import Failure, Library, read_case, run_case
from engine.catalogue import Catalogue
from engine.commands import (
    Acknowledge,
    CloseTask,
    Command,
    CorrectFact,
    Enrol,
    FireTimers,
    Outcome,
    PerformAction,
    Reason,
    RecordFacts,
    RetractFact,
    Verdict,
)
from engine.model import (
    Chart,
    Deviation,
    Enrolment,
    Fact,
    Hold,
    Message,
    Patient,
    StageEntry,
    Task,
    TaskStatus,
)
from tests.unit.cases.permissive import ListedDefinition, ListedRegistry, listed_registry, spec_of

DEMO = {
    "pathway": "demo",
    "opens": ["visit", "hbv"],
    "stages": {
        "start": {}, "next": {}, "active": {"stages": {"crs": {}, "icans": {}}}, "done": {"terminal": True},
    },
    "actions": {"go": {}, "dose": {"with": {"planned_start": "datetime", "amount": "quantity"}}, "stop": {}, "change": {}},
    "tasks": {"check": {}, "grid": {}},
    "holds": {"infection": {}, "pregnancy": {}},
    "notifications": {"dose_due": {}, "dose_overdue": {}},
    "deviations": {"late_dose": {}, "override": {}},
    "settings": {"late_dose_window_days": {}},
}  # fmt: skip
VISIT = {
    "pathway": "visit", "parent": "demo", "stages": {"scheduled": {}, "complete": {"terminal": True}},
    "actions": {"start_infusion": {}, "discharge": {}}, "tasks": {"observe": {}}, "holds": {"room": {}},
    "notifications": {"reaction": {}}, "settings": {"observation_minutes": {}},
}  # fmt: skip


@cache
def demo_registry() -> ListedRegistry:
    """The pathways `demo`, its nested `visit`, and `hbv` from the lists."""
    hbv, catalogue = listed_registry().get("hbv"), listed_registry().catalogue
    demo = spec_of(DEMO, values={"plan": "dose", "clear_date": "today"})
    return ListedRegistry(
        {"demo": ListedDefinition(demo), "visit": ListedDefinition(spec_of(VISIT)), "hbv": hbv}, catalogue
    )


def reason(*statements: str, level: str = "block", missing: tuple[tuple[str, str], ...] = ()) -> Reason:
    """A reason that cites these statements."""
    return Reason(
        "rule", level, statements, "not_met", {"en": f"because of {' '.join(statements)}", "zh": "因为"}, missing
    )


def refused(*reasons: Reason) -> Outcome:
    """A refusal."""
    return Outcome(Verdict.REFUSED, reasons)


def accepted(*reasons: Reason, dose: str | None = None) -> Outcome:
    """An acceptance, with warnings where reasons are given."""
    return Outcome(Verdict.WARNED if reasons else Verdict.ACCEPTED, reasons, dose)


@dataclass
class FakeEngine:
    """Keeps a chart and a log of commands; answers and effects come from the script of a test."""

    answers: Mapping[str, Outcome] = field(default_factory=dict)
    """Outcome of an action, asked or done; accepted where none is given."""
    effects: Mapping[str, Callable[[FakeEngine, Command], object]] = field(default_factory=dict)
    """What an accepted action, or `facts`, `enrol`, `timer`, does to the chart."""
    values: Mapping[str, Any] = field(default_factory=dict)
    proposals: set[str] = field(default_factory=set)
    timers: list[datetime] = field(default_factory=list)
    log: list[Command] = field(default_factory=list)
    asked: list[tuple[str, str, Mapping[str, Any], datetime]] = field(default_factory=list)
    _chart: Chart | None = None
    _ids: Any = field(default_factory=lambda: count(1))

    # --- the interface ---

    def register_patient(self, patient: Patient, at: datetime) -> None:
        self._chart = Chart(patient)

    def chart(self, patient: str) -> Chart:
        return self.now.copy()

    def next_due(self) -> datetime | None:
        return min(self.timers, default=None)

    def computed(self, patient: str, enrolment: str, name: str, at: datetime) -> Any:
        return self.values.get(f"{self.now.enrolments[enrolment].pathway}.{name}", self.values.get(name))

    def proposed(self, patient: str, enrolment: str, at: datetime) -> set[str]:
        return self.proposals

    def consider(
        self, patient: str, enrolment: str, action: str, parameters: Mapping[str, Any], at: datetime
    ) -> Outcome:
        self.asked.append((self.now.enrolments[enrolment].pathway, action, parameters, at))
        return self.answers.get(action, accepted())

    def execute(self, command: Command) -> Outcome:
        self.log.append(command)
        outcome = self._carry_out(command)
        name = self._name(command)
        if outcome.accepted and name in self.effects:
            self.effects[name](self, command)
        return outcome

    # --- the script's hands ---

    @property
    def now(self) -> Chart:
        """The living chart."""
        assert self._chart is not None
        return self._chart

    @property
    def catalogue(self) -> Catalogue:
        return demo_registry().catalogue

    def new_id(self) -> str:
        return f"r{next(self._ids)}"

    def enrol(self, pathway: str, stage: str, at: datetime) -> str:
        """Open an enrolment."""
        ordinal = 1 + sum(one.pathway == pathway for one in self.now.enrolments.values())
        made = Enrolment(
            self.new_id(), pathway, "hash", ordinal, stage, at, history=(StageEntry(stage, at, 1, "opened"),)
        )
        self.now.enrolments[made.id] = made
        return made.id

    def move(self, pathway: str, stage: str, closed: datetime | None = None) -> None:
        """Move the newest enrolment of a pathway."""
        one = [it for it in self.now.enrolments.values() if it.pathway == pathway][-1]
        self.now.enrolments[one.id] = replace(one, stage=stage, closed=closed)

    def task(self, code: str, at: datetime, **more: Any) -> Task:
        """Open a task on the first enrolment."""
        data = {
            "enrolment": next(iter(self.now.enrolments)),
            "occurrence": "",
            "role": "",
            "due": None,
            "opens": None,
            "until": None,
            "created": at,
        }
        made = Task(**{"id": self.new_id(), "code": code, **data, **more})
        self.now.tasks[made.id] = made
        return made

    def hold(self, code: str, at: datetime, enrolment: str | None = None) -> None:
        """Open a hold."""
        made = Hold(self.new_id(), enrolment or next(iter(self.now.enrolments)), code, at)
        self.now.holds[made.id] = made

    def message(self, code: str, to: str, at: datetime) -> None:
        """Request a notification."""
        made = Message(self.new_id(), next(iter(self.now.enrolments)), code, "", to, "routine", at)
        self.now.messages[made.id] = made

    def deviate(self, code: str, at: datetime) -> None:
        """Record a deviation."""
        made = Deviation(self.new_id(), next(iter(self.now.enrolments)), code, "", at)
        self.now.deviations[made.id] = made

    # --- commands ---

    def _carry_out(self, command: Command) -> Outcome:
        match command:
            case Enrol():
                return Outcome(Verdict.ACCEPTED, enrolment=self.enrol(command.pathway, "start", command.at))
            case RecordFacts():
                facts = [self._entered(command, entry.code, entry.value) for entry in command.entries]
                self.now.facts.update({one.id: one for one in facts})
            case PerformAction():
                return self.answers.get(command.action, accepted())
            case CloseTask():
                task = self.now.tasks[command.task]
                self.now.tasks[task.id] = replace(task, status=TaskStatus.DONE, closed=command.at, closed_by="case")
            case Acknowledge():
                message = self.now.messages[command.message]
                self.now.messages[message.id] = replace(message, acknowledged=command.at)
            case FireTimers():
                self.timers = [one for one in self.timers if one > command.at]
            case _:
                pass
        return accepted()

    def _entered(self, command: RecordFacts, code: str, value: Any) -> Fact:
        made = self.catalogue.enter(
            code,
            value,
            now=command.at,
            zone=self.now.patient.zone,
            seq=len(self.now.facts),
            id=self.new_id(),
            recorder=command.by,
        )
        self.now.facts[made.id] = made
        return made

    @staticmethod
    def _name(command: Command) -> str:
        if isinstance(command, PerformAction):
            return command.action
        kinds = {
            RecordFacts: "facts",
            Enrol: "enrol",
            FireTimers: "timer",
            CorrectFact: "correct",
            RetractFact: "retract",
        }
        return next((name for kind, name in kinds.items() if isinstance(command, kind)), "")


HEAD = "id: T\ntitle: t\npathway: demo\npatient: {birth_date: 1980-03-01, sex: female}\n"


def failures(engine: FakeEngine, steps: str, head: str = HEAD) -> list[Failure]:
    """The failures of a story told in YAML."""
    library = Library(demo_registry())
    case = read_case(f"{head}steps:\n{steps}", "t.yaml", library)
    return list(run_case(case, engine, library.names("demo")))
