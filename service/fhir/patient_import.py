"""The facts of one patient's resources, as few commands as possible: corrections and retractions, then one recording."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from engine.actions import Engine
from engine.commands import Command, CorrectFact, Entry, RecordFacts, RetractFact
from engine.errors import CallerError, InvalidFact
from engine.model import Person
from service.fhir.codings import Codings
from service.fhir.plan import Change, DoseLeftOut, Incoming, Planner, Recorded, Refusal, Step
from service.fhir.readers import READERS
from service.fhir.report import ImportReport, Problem
from service.fhir.shape import KeptOut, Node
from service.fhir.statement import Scope, Told, Withdrawn
from service.fhir.times import order_of

AT_ONCE = 500
"""Facts of one command."""


class PatientImport:
    """One patient, one batch."""

    def __init__(
        self, engine: Engine, codings: Codings, medications: Mapping[str, Node], patient: str, now: datetime, by: Person, report: ImportReport,
    ) -> None:  # fmt: skip
        self.engine, self.report, self.patient = engine, report, patient
        self.zone = engine.chart(patient).patient.zone
        self.scope = Scope(codings, self.zone, medications)
        self.base: dict[str, Any] = {"patient": patient, "at": now, "by": by}

    def run(self, incoming: Iterable[Incoming]) -> None:
        """Import; several versions of one resource are taken one after the other."""
        versions: dict[str, list[Incoming]] = defaultdict(list)
        for one in incoming:
            versions[one.key].append(one)
        for chain in versions.values():
            chain.sort(key=lambda one: one.order)
        for turn in range(max(map(len, versions.values()), default=0)):
            self._round([chain[turn] for chain in versions.values() if len(chain) > turn])

    def _round(self, incoming: list[Incoming]) -> None:
        chart = self.engine.chart(self.patient)
        planner = Planner(self.scope.codings.catalogue, chart.patient, Recorded.of(chart), self.base)
        changes: list[Change] = []
        for one in incoming:
            for step in self._plan(planner, one):
                if isinstance(step, Change):
                    changes.append(step)
                else:
                    self._count(step)
        self._carry_out(changes)

    def _plan(self, planner: Planner, one: Incoming) -> list[Step]:
        """What a resource leads to; one that cannot be read leaves what was recorded from it."""
        told, void = Told(), ""
        try:
            told = self._read(one)
        except Withdrawn as reason:
            void = reason.message
            self.report.kept_out[reason.message] += 1
        except KeptOut as reason:
            self.report.kept_out[reason.message] += 1
            return []
        except CallerError as error:
            self._problem(one, error.place, error)
            return []
        return list(planner.plan(one, told.statements, void))

    def _read(self, one: Incoming) -> Told:
        told = READERS[one.node.path](one.node, self.scope)
        self.report.not_mapped(told.unmapped)
        self.report.needs_confirmation.update(each.code for each in told.confirm)
        self.report.kept_out.update(told.kept_out)
        return told

    def _count(self, step: Refusal | DoseLeftOut | str) -> None:
        if isinstance(step, Refusal):
            self._problem(step.incoming, step.statement.path, step.error)
        elif isinstance(step, DoseLeftOut):
            self.report.dose_left_out[step.fact] += 1
        elif step == "unchanged":
            self.report.unchanged += 1
        else:
            self.report.kept_out[step] += 1

    # --- commands ---

    def _carry_out(self, changes: list[Change]) -> None:
        for change in changes:
            if not isinstance(change.do, Entry):
                self._execute(change.do, [change])
        fresh = [one for one in changes if isinstance(one.do, Entry)]
        fresh.sort(key=lambda one: order_of(one.effective or date.min, self.zone))
        for start in range(0, len(fresh), AT_ONCE):
            self._record(fresh[start : start + AT_ONCE])

    def _record(self, changes: list[Change]) -> None:
        """All in one command; where the engine refuses one of them, one by one, so that the others are kept."""
        entries = tuple(one.do for one in changes if isinstance(one.do, Entry))
        self._execute(RecordFacts(entries=entries, **self.base), changes)

    def _execute(self, command: Command, changes: list[Change]) -> None:
        try:
            self.engine.execute(command)
        except CallerError as error:
            if len(changes) > 1:
                for one in changes:
                    self._record([one])
            else:
                self._problem(changes[0].incoming, changes[0].fact, error)
            return
        _counter(self.report, command).update(one.fact for one in changes)

    def _problem(self, one: Incoming, path: str, error: CallerError) -> None:
        code = str(error.details.get("reason", error.code)) if isinstance(error, InvalidFact) else error.code
        reason = " ".join(part for part in (error.message, error.remedy) if part)
        name = one.key.removeprefix("fhir:")
        self.report.problem(Problem(one.located.file, one.located.place, name, path or error.place, reason, code))


def _counter(report: ImportReport, command: Command) -> Counter[str]:
    if isinstance(command, CorrectFact):
        return report.corrected
    return report.retracted if isinstance(command, RetractFact) else report.recorded
