"""Writes what units of work saved: few statements for a whole batch, each checked to have met the rows it expected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from engine.calendar import end_of, instant
from engine.codec import canonical
from engine.errors import Conflict
from engine.model import Task, When
from engine.ports import Claim, LeaseLost, Outcome
from engine.store import outbox
from engine.store.session import Row, Session
from engine.store.statements import ENTRY_COLUMNS, Statements
from engine.store.unit import Unit

_entry_row = attrgetter(*ENTRY_COLUMNS)


@dataclass(slots=True)
class _Rows:
    """Rows for each statement, in the order in which the statements must run."""

    by_statement: dict[str, list[Row]] = field(default_factory=dict)

    def add(self, statement: str, row: Row) -> None:
        self.by_statement.setdefault(statement, []).append(row)

    def send(self, session: Session) -> list[tuple[int, Any]]:
        """Run everything; how many rows each statement should have met, and its cursor."""
        return [(len(rows), self._execute(session, sql, rows)) for sql, rows in self.by_statement.items()]

    @staticmethod
    def _execute(session: Session, statement: str, rows: list[Row]) -> Any:
        return session.run(statement, rows[0]) if len(rows) == 1 else session.many(statement, rows)


class Writer:
    """Turns units of work into rows."""

    def __init__(self, statements: Statements) -> None:
        """`statements` are those of the database in use."""
        self._sql = statements

    def flush(self, session: Session, units: Sequence[Unit], claims: Sequence[Claim]) -> None:
        """Write everything that the units saved. Raises Conflict when a record changed meanwhile, and LeaseLost."""
        rows, returned = _Rows(), _Rows()
        for claim in claims:
            returned.add(self._sql.return_claim, (None, claim.patient, claim.timer, claim.epoch))
        for unit in units:
            self._patients(unit, rows)
        for name in self._sql.records:  # Table by table: an enrolment must stand before what refers to it.
            for unit in units:
                self._records(name, unit, rows)
        for unit in units:
            self._audit(unit, rows)
            self._agenda(unit, rows)
        with session.pipeline():
            returns, writes = returned.send(session), rows.send(session)
        if not _met(returns):
            raise LeaseLost("Another worker has taken over a due timer.", place="timers", remedy="Claim again.")
        if not _met(writes):
            raise Conflict("The patient's records changed meanwhile.", place="store", remedy="Read again and repeat.")
        self._letters(session, units)

    def _letters(self, session: Session, units: Sequence[Unit]) -> None:
        """Few commands ask for letters, so these need no statements of their own."""
        letters = [letter for unit in units for letter in unit.letters]
        marks = [mark for unit in units for mark in unit.marks]
        if (letters or marks) and outbox.write(session.connection, letters, marks) != len(marks):
            raise LeaseLost("Another worker has taken over a letter.", place="outbox", remedy="Claim again.")

    def _patients(self, unit: Unit, rows: _Rows) -> None:
        table, old = self._sql.patient, unit.base
        values = table.values(unit.stored.patient, (unit.audited,))
        if unit.new:
            rows.add(table.insert, tuple(values))
        else:
            guard = (unit.stored.patient.id, old.chart.patient.version, old.audited)
            rows.add(table.update, table.update_row(values, *guard))

    def _records(self, name: str, unit: Unit, rows: _Rows) -> None:
        table, patient = self._sql.records[name], unit.stored.patient
        old, now = getattr(unit.base.chart, name), getattr(unit.stored, name)
        nr = len(old)
        for key in unit.changed[name]:
            values = table.values(now[key], _derived(name, now[key], patient.zone))
            if key in old:
                guard = (old[key].version,) if name == "enrolments" else ()
                rows.add(table.update, table.update_row(values, patient.id, key, *guard))
            else:
                nr += 1
                rows.add(table.insert, (patient.id, nr, *values))

    def _agenda(self, unit: Unit, rows: _Rows) -> None:
        """Where there is a row already it is overwritten; one that was not good any more stays so."""
        patient = unit.stored.patient
        if unit.agenda and (patient.version, unit.agenda) != (unit.base.chart.patient.version, unit.base.agenda):
            rows.add(self._sql.write_agenda, (patient.id, patient.version, unit.agenda))

    def _heads(self, unit: Unit, rows: _Rows) -> None:
        for chain, head in unit.heads.items():
            old = unit.base.heads.get(chain)
            if old is None:
                rows.add(self._sql.insert_head, astuple(head))
            elif old is not head:
                rows.add(self._sql.update_head, (head.count, head.hash, head.patient, head.chain, old.count))

    def _audit(self, unit: Unit, rows: _Rows) -> None:
        self._heads(unit, rows)
        for entry in unit.entries:
            rows.add(self._sql.insert_entry, _entry_row(entry))
        for outcome, recorded in unit.outcomes:
            rows.add(self._sql.insert_outcome, self._outcome_row(unit, outcome, recorded))

    def _outcome_row(self, unit: Unit, outcome: Outcome, recorded: datetime) -> Row:
        moment = recorded if self._sql.recorded is None else self._sql.recorded(recorded)
        content = canonical(outcome.content).decode()
        return (unit.stored.patient.id, outcome.key, outcome.fingerprint, content, moment)


def _met(results: list[tuple[int, Any]]) -> bool:
    return all(cursor.rowcount == expected for expected, cursor in results)


def _derived(name: str, record: Any, zone: str) -> Sequence[Any]:
    return _task_instants(record, zone) if name == "tasks" else ()


def _task_instants(task: Task, zone: str) -> tuple[datetime | None, ...]:
    return _in_zone(task.due, zone, instant), _in_zone(task.opens, zone, instant), _in_zone(task.until, zone, end_of)


def _in_zone(when: When | None, zone: str, convert: Callable[[When, str], datetime]) -> datetime | None:
    return None if when is None else convert(when, zone)
