"""The engine: carries out one command in one transaction, and answers questions without changing anything.

lock the patient → decide → save records, audit and outcome → commit. A command is repeated safely with its idempotency key.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from threading import Lock
from typing import Any, TypeVar

from engine.audit import Event
from engine.commands import Command, CorrectFact, FireTimers, Outcome, PerformAction, RecordFacts, RetractFact, Verdict
from engine.decide import acting
from engine.decide.decision import Decision, decide
from engine.decide.working import Index, Working
from engine.definition.registry import Registry
from engine.definition.reviving import NotLoaded
from engine.errors import CallerError, KeyReused, NotFound
from engine.evaluation import names
from engine.evaluation.context import Context
from engine.evaluation.entries import scalar
from engine.evaluation.facts import BUILT_IN, fact_value
from engine.evaluation.reader import call
from engine.evaluation.results import Reading
from engine.evaluation.tracking import Tracker
from engine.model import SYSTEM, AuditDraft, Changes, Chart, Enrolment, Patient, Person, TimerState
from engine.outbox import Post, no_post
from engine.outcomes import outcome_json, outcome_of
from engine.ports import Claim, Identity, Store, UnitOfWork

T = TypeVar("T")
MOST_INDEXED = 2000
"""Patients whose fact index is kept in memory between commands."""


class Engine:
    """Carries out commands against a store with the definitions of a registry."""

    def __init__(self, store: Store, registry: Registry, post: Post = no_post) -> None:
        """`post` turns requested messages into letters, which are stored with the decision."""
        self.store = store
        self._post = post
        self.registry = registry
        self._indexes: OrderedDict[str, tuple[int, Index]] = OrderedDict()
        self._lock = Lock()

    # --- commands ---

    def register_patient(
        self, patient: Patient, at: datetime, by: Person = SYSTEM, identity: Identity | None = None
    ) -> Chart:
        """Add a patient. Raises `Conflict` when the id is taken."""
        draft = AuditDraft(patient.id, None, Event.PATIENT_REGISTERED.value, by, at, {"events": []})
        return self.store.create(patient, [draft], now=at, identity=identity)

    def execute(self, command: Command) -> Outcome:
        """Carry out a command in one transaction. Raises `CarewayError` for what cannot be asked so (recorded, too)."""
        return self._with_versions(lambda: self._execute(command))

    def _with_versions(self, work: Callable[[], T]) -> T:
        """Do it, and once more for each version that had to be fetched: within a transaction the archive cannot be asked."""
        while True:
            try:
                return work()
            except NotLoaded as missing:
                self.registry.find(missing.hash)

    def _execute(self, command: Command) -> Outcome:
        fingerprint = _fingerprint(command) if command.key else ""
        refused: CallerError | None = None
        decision: Decision | None = None
        with self.store.unit(command.patient, command.key) as unit:
            done = self._done_before(unit, command.key, fingerprint)
            if done is not None:
                return done
            try:
                decision = self._decide_and_save(unit, command, fingerprint)
            except CallerError as error:
                refused = error
                self._save_refusal(unit, command, error)
        if refused is not None:
            raise refused
        assert decision is not None
        self._remember(unit, decision)
        return decision.outcome

    def fire_many(self, patients: Iterable[str], at: datetime, claims: Sequence[Claim] = ()) -> int:
        """Handle every timer of these patients that is due at `at`, in one transaction that gives the claims back.

        How many timers fired. A batch stands or falls as a whole: what one patient raises ends all of it, so that it has
        to be done again patient by patient. Raises `LeaseLost`, `StoreBusy`, and whatever a definition's mistake raises.
        """
        known = tuple(patients)
        return self._with_versions(lambda: self._fire_many(known, at, claims))

    def _fire_many(self, patients: Iterable[str], at: datetime, claims: Sequence[Claim]) -> int:
        with self.store.units(patients, claims) as units:
            due = {key: _due(unit.chart, at) for key, unit in units.items()}
            decided = [
                (unit, self._decide_and_save(unit, FireTimers(patient=key, at=at), ""))
                for key, unit in units.items()
                if due[key]
            ]
        for unit, decision in decided:
            self._remember(unit, decision)
        return sum(due.values())

    def _done_before(self, unit: UnitOfWork, key: str, fingerprint: str) -> Outcome | None:
        previous = unit.previous(key) if key else None
        if previous is None:
            return None
        if previous.fingerprint != fingerprint:
            raise KeyReused(
                "This idempotency key was used for another request.", remedy="Use a new key for a new request."
            )
        return outcome_of(previous.content)

    def _decide_and_save(self, unit: UnitOfWork, command: Command, fingerprint: str) -> Decision:
        decision = self._decide(unit.chart, command, unit.agenda)
        outcome = outcome_json(decision.outcome) if command.key else None
        unit.save(
            decision.chart,
            decision.changes,
            decision.audit,
            now=command.at,
            key=command.key,
            fingerprint=fingerprint,
            outcome=outcome,
            agenda=decision.index.agenda(decision.chart, self.registry),
            letters=self._post(decision.chart, decision.changes, command.at) if decision.changes.messages else (),
        )
        return decision

    def _save_refusal(self, unit: UnitOfWork, command: Command, error: CallerError) -> None:
        """A refused entry leaves its audit entry and nothing else."""
        kinds = {RecordFacts: Event.FACT_REFUSED, CorrectFact: Event.FACT_REFUSED, RetractFact: Event.FACT_REFUSED}
        event = kinds.get(type(command), Event.ACTION_REFUSED)
        content = {"events": [], "error": error.code, "place": error.place}
        draft = AuditDraft(command.patient, None, event.value, command.by, command.at, content)
        unit.save(unit.chart, Changes(), [draft], now=command.at)

    def _decide(self, chart: Chart, command: Command, agenda: str) -> Decision:
        return decide(self.registry, chart, self._taken_index(chart, agenda), command)

    def _taken_index(self, chart: Chart, agenda: str) -> Index:
        """What was kept of the patient, if it is of this version. It is taken out: a decision that fails leaves nothing behind."""
        with self._lock:
            known = self._indexes.pop(chart.patient.id, None)
        if known is not None and known[0] == chart.patient.version:
            return known[1]
        return Index.stored(chart, agenda, self.registry)

    def _remember(self, unit: UnitOfWork, decision: Decision) -> None:
        """Keep the index once the decision is committed."""
        patient = unit.chart.patient
        with self._lock:
            self._indexes[patient.id] = patient.version, decision.index
            while len(self._indexes) > MOST_INDEXED:
                self._indexes.popitem(last=False)

    def fire(self, patient: str, at: datetime) -> Outcome:
        """Handle every timer of a patient that is due at `at`."""
        return self.execute(FireTimers(patient=patient, at=at))

    # --- questions ---

    def chart(self, patient: str) -> Chart:
        """The patient's chart, for showing. Raises `NotFound`."""
        return self.store.read(patient)

    def next_due(self) -> datetime | None:
        """When the next timer of any patient is due."""
        return self.store.next_due()

    def consider(
        self, patient: str, enrolment: str, action: str, parameters: Mapping[str, Any], at: datetime
    ) -> Outcome:
        """What an action would lead to now, as if its role were allowed and its signatures given; changes nothing."""
        w = self._looking(patient, at)
        judgement = acting.judge(w, self._enrolment(w, enrolment), action, parameters)
        verdict = Verdict.REFUSED if judgement.refused else Verdict.WARNED if judgement.warning else Verdict.ACCEPTED
        return Outcome(verdict, acting.reasons(w, judgement), judgement.dose, enrolment)

    def foresee(self, command: Command) -> Decision:
        """What a command would lead to: decided as `execute` decides it, and not saved. Raises what `execute` raises."""
        return self._with_versions(lambda: self._foreseen(command))

    def _foreseen(self, command: Command) -> Decision:
        """With an index of its own: deciding writes into it."""
        chart = self.store.read(command.patient)
        return decide(self.registry, chart, Index.of(chart), replace(command, key=""))

    def proposed(self, patient: str, enrolment: str, at: datetime) -> set[str]:
        """Actions that the engine proposes (and never takes)."""
        w = self._looking(patient, at)
        one = self._enrolment(w, enrolment)
        context = w.context(enrolment)
        rules = context.definition.rules.actions.values()
        return {
            rule.id
            for rule in rules
            if rule.proposed and not acting._stage_reasons(one, rule) and rule.proposed(context).met
        }

    def computed(self, patient: str, enrolment: str, name: str, at: datetime) -> Any:
        """A named or derived value, a gate (`gate`, `gate.caller`) or a table of values by drug (`x.drug`); None when not determined."""
        w = self._looking(patient, at)
        self._enrolment(w, enrolment)
        reading = self._reading(w.context(enrolment), name)
        return None if not reading.known else reading.value

    def _reading(self, context: Context, name: str) -> Reading:
        definition = context.definition
        head, _, key = name.partition(".")
        if head == "gate" and definition.gate is not None:
            return Reading(
                definition.gate_value(context, key or next(iter(context.enrolment.callers), "generic")).value
            )
        if key and head in self.registry.ids():
            other = names.linked(context, head)
            return self._reading(other, key) if other is not None else Reading()
        if key and head in definition.values:
            return scalar(context, context.bound(entry=key).named_value(head))
        if name in definition.values:
            return scalar(context, context.named_value(name))
        if name in definition.criteria:
            verdict = definition.criteria[name](context)
            return Reading(None if verdict.state.value == "unknown" else verdict.met)
        if name in definition.functions:
            return call(context, name)
        code = self.registry.catalogue.canonical(name)
        if code is not None:
            return fact_value(context, code)
        builtin = BUILT_IN.get(name)
        return builtin(context) if builtin else Reading()

    def _looking(self, patient: str, at: datetime) -> Working:
        chart = self.store.read(patient)
        return Working.of(chart, self._reading_index(chart), self.registry, at, SYSTEM)

    def _reading_index(self, chart: Chart) -> Index:
        """An index for looking only: it shares the facts and keeps to itself what it finds out."""
        known = self._indexes.get(chart.patient.id)
        if known is not None and known[0] == chart.patient.version:
            return Index(known[1].records, Tracker(), known[1].own)
        return Index.of(chart)

    def _enrolment(self, w: Working, enrolment: str) -> Enrolment:
        if enrolment not in w.chart.enrolments:
            raise NotFound(f"The patient has no enrolment {enrolment}.", remedy="Read the chart again.")
        return w.enrolment(enrolment)


def _due(chart: Chart, at: datetime) -> int:
    """How many timers of a patient are due."""
    return sum(one.state is TimerState.PENDING and one.due <= at for one in chart.timers.values())


def _fingerprint(command: Command) -> str:
    """Digest of what is asked. When it is asked does not count: a repeated request comes later than the first."""
    asked = replace(command, at=datetime.min.replace(tzinfo=UTC))
    if isinstance(asked, PerformAction):
        asked = replace(asked, signatures=())
    return sha256(repr(asked).encode()).hexdigest()
