"""Every statement of the hot path, compiled once for the database in use."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Dialect, Select, Table, bindparam, select

from engine.audit.fold import RECORD_TYPES
from engine.model import Patient
from engine.store import schema
from engine.store.rows import RecordTable, among_patients, compiled, insert_sql, update_sql

ENTRY_COLUMNS = tuple(column.name for column in schema.audit.columns if column.name != "id")
_EXTRA = {"tasks": ("due_at", "opens_at", "until_at")}
_OVERWRITE = "ON CONFLICT (patient) DO UPDATE SET version = excluded.version, content = excluded.content"
_GUARD = {"enrolments": ("version",)}


class Statements:
    """SQL texts and row conversions for one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        """Compile everything."""
        self.dialect = dialect
        self.patient = RecordTable(
            schema.patient, Patient, dialect, owner=(), extra=("audited",), guard=("version", "audited")
        )
        self.records = {name: _record_table(name, table, dialect) for name, table in schema.RECORD_TABLES.items()}
        self._compile_reads()
        self._compile_writes()

    def _compile_reads(self) -> None:
        dialect, patient, command, audit = self.dialect, schema.patient, schema.command, schema.audit
        one = self.patient.select.add_columns(patient.c.audited).where(patient.c.id == bindparam("id"))
        self.read_patient = compiled(one, dialect)
        # The lock that writers of the same row take; foreign keys to the patient need not wait for it.
        self.lock_patient = compiled(one.with_for_update(key_share=True), dialect)
        self.load = {
            name: self._of_patients(rows.select, schema.RECORD_TABLES[name]) for name, rows in self.records.items()
        }
        head = schema.audit_head
        self.load_heads = compiled(
            among_patients(select(head.c.patient, head.c.chain, head.c.count, head.c.hash), head.c.patient, dialect),
            dialect,
        )
        kept = schema.agenda.c
        query = select(kept.patient, kept.version, kept.content)
        self.load_agendas = compiled(among_patients(query, kept.patient, dialect), dialect)
        found = select(command.c.fingerprint, command.c.outcome)
        found = found.where(command.c.patient == bindparam("patient"), command.c.key == bindparam("key"))
        self.find_outcome = compiled(found, dialect)
        arrived = select(audit.c.hash).where(audit.c.patient == bindparam("patient"))
        self.find_entry = compiled(arrived.where(audit.c.position == bindparam("position")), dialect)

    def _of_patients(self, query: Select[Any], table: Table) -> str:
        owned = among_patients(query.add_columns(table.c.patient), table.c.patient, self.dialect)
        return compiled(owned.order_by(table.c.nr), self.dialect)

    def _compile_writes(self) -> None:
        dialect = self.dialect
        self.insert_entry = insert_sql(schema.audit, ENTRY_COLUMNS, dialect)
        self.insert_head = insert_sql(schema.audit_head, ("patient", "chain", "count", "hash"), dialect)
        self.update_head = update_sql(schema.audit_head, ("count", "hash"), ("patient", "chain", "count"), dialect)
        columns = ("patient", "key", "fingerprint", "outcome", "recorded")
        self.insert_outcome = insert_sql(schema.command, columns, dialect)
        kept = insert_sql(schema.agenda, ("patient", "version", "content"), dialect)
        self.write_agenda = f"{kept} {_OVERWRITE}"
        self.recorded = schema.command.c.recorded.type.dialect_impl(dialect).bind_processor(dialect)
        self.return_claim = update_sql(schema.timer, ("lease_until",), ("patient", "id", "lease_epoch"), dialect)


def _record_table(name: str, table: Table, dialect: Dialect) -> RecordTable:
    return RecordTable(table, RECORD_TYPES[name], dialect, extra=_EXTRA.get(name, ()), guard=_GUARD.get(name, ()))
