"""Today's schema: a table for each map of the chart, and around them patient, commands, audit, heartbeat, identities.

The columns of a record's table are the fields of its dataclass, in their order; the constraints say what must hold
whatever the code does. Ids of records are unique within their patient, so every key begins with the patient; `nr` is
the place of a record within its map, so that a chart is loaded in the order in which it grew. The numbered steps in
`migrations/` lead here, which a test proves.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from engine.audit.fold import RECORD_TYPES
from engine.codec import FieldCodec, fields_of
from engine.model import ExposureEvent, FactStatus, Patient, TaskStatus, TimerState, When
from engine.store.types import Instant, Json, WhenText

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

_PLAIN: dict[Any, type[TypeEngine[Any]]] = {
    str: Text, int: Integer, bool: Boolean, datetime: Instant, date: Date, When: WhenText
}  # fmt: skip


def column_type(item: FieldCodec) -> TypeEngine[Any]:
    """The column type of a record's field; what has no type of its own is JSON."""
    if isinstance(item.type, type) and issubclass(item.type, Enum):
        return Text()
    return _PLAIN.get(item.type, Json)()


def is_json(item: FieldCodec) -> bool:
    """Whether the column holds the field's JSON form."""
    return isinstance(column_type(item), Json)


def _columns(cls: type) -> list[Column[Any]]:
    return [Column(item.name, column_type(item), nullable=item.optional) for item in fields_of(cls)]


def _one_of(name: str, values: Iterable[str]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{name} IN ({listed})", name=name)


def _owner() -> SchemaItem:
    return ForeignKeyConstraint(["patient"], ["patient.id"])


def _of_enrolment() -> SchemaItem:
    return ForeignKeyConstraint(["patient", "enrolment"], ["enrolment.patient", "enrolment.id"])


def _record_table(name: str, map_name: str, *items: SchemaItem) -> Table:
    owner: list[Column[Any]] = [Column("patient", Text, nullable=False), Column("nr", Integer, nullable=False)]
    parts: list[SchemaItem] = [*owner, *_columns(RECORD_TYPES[map_name]), PrimaryKeyConstraint("patient", "id")]
    return Table(name, metadata, *parts, *items)


patient = Table(
    "patient",
    metadata,
    *_columns(Patient),
    Column("audited", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("id"),
    CheckConstraint("version >= 0 AND seq >= 0 AND audited >= 0", name="counters"),
)
"""`audited` counts the patient's audit entries over all chains; it numbers their positions."""

enrolment = _record_table(
    "enrolment",
    "enrolments",
    _owner(),
    ForeignKeyConstraint(
        ["patient", "parent"], ["enrolment.patient", "enrolment.id"], deferrable=True, initially="DEFERRED"
    ),
    UniqueConstraint("patient", "pathway", "ordinal"),
    CheckConstraint("ordinal >= 1 AND version >= 0", name="counters"),
    Index(None, "id"),
    Index(None, "pathway", "stage"),
    # Who is where, counted from the index alone.
    Index(
        "ix_enrolment_open",
        "pathway",
        "stage",
        "definition",
        "patient",
        sqlite_where=text("closed IS NULL"),
        postgresql_where=text("closed IS NULL"),
    ),
)

fact = _record_table(
    "fact",
    "facts",
    _owner(),
    ForeignKeyConstraint(["patient", "supersedes"], ["fact.patient", "fact.id"], deferrable=True, initially="DEFERRED"),
    _one_of("status", FactStatus),
    CheckConstraint("comparator IN ('', '<', '<=', '>', '>=')", name="comparator"),
    CheckConstraint(
        f"event IS NULL OR event IN ({', '.join(repr(item.value) for item in ExposureEvent)})", name="event"
    ),
    Index(
        "uq_fact_patient_source",
        "patient",
        "source",
        unique=True,
        sqlite_where=text("source <> ''"),
        postgresql_where=text("source <> ''"),
    ),
)

act = _record_table("act", "acts", _of_enrolment())

hold = _record_table(
    "hold",
    "holds",
    _of_enrolment(),
    CheckConstraint("released IS NOT NULL OR released_by = ''", name="released"),
)

task = _record_table(
    "task",
    "tasks",
    _of_enrolment(),
    Column("due_at", Instant),
    Column("opens_at", Instant),
    Column("until_at", Instant),
    UniqueConstraint("patient", "enrolment", "code", "occurrence"),
    _one_of("status", TaskStatus),
    CheckConstraint("(status = 'open') = (closed IS NULL)", name="closed"),
    Index(
        "ix_task_open_due",
        "due_at",
        sqlite_where=text("status = 'open'"),
        postgresql_where=text("status = 'open'"),
    ),
    # Few tasks are frozen; the worklist lists and counts them.
    Index(
        "ix_task_frozen",
        "due_at",
        sqlite_where=text("status = 'open' AND frozen IS 1"),
        postgresql_where=text("status = 'open' AND frozen IS true"),
    ),
)
"""`due_at` and `opens_at` are the first instants of `due` and `opens` in the patient's zone, for sorting; `until_at` is
the instant at which the window is over: the end of the day `until`."""

timer = _record_table(
    "timer",
    "timers",
    _of_enrolment(),
    Column("lease_until", Instant),
    Column("lease_by", Text, nullable=False, server_default=text("''")),
    Column("lease_epoch", Integer, nullable=False, server_default="0"),
    UniqueConstraint("patient", "enrolment", "key"),
    _one_of("state", TimerState),
    CheckConstraint("(state = 'fired') = (fired IS NOT NULL)", name="fired"),
    Index(
        "ix_timer_pending_due",
        "due",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
)
"""The lease is the store's own: which worker handles a due timer, and until when."""

message = _record_table(
    "message",
    "messages",
    _of_enrolment(),
    UniqueConstraint("patient", "enrolment", "code", "occurrence", "to"),
    CheckConstraint("acknowledged IS NOT NULL OR acknowledged_by IS NULL", name="acknowledged"),
    Index(
        "ix_message_unanswered",
        "to",
        "requested",
        sqlite_where=text("acknowledged IS NULL"),
        postgresql_where=text("acknowledged IS NULL"),
    ),
)

deviation = _record_table("deviation", "deviations", _of_enrolment())

command = Table(
    "command",
    metadata,
    Column("patient", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("outcome", Json, nullable=False),
    Column("recorded", Instant, nullable=False),
    PrimaryKeyConstraint("patient", "key"),
    _owner(),
)
"""What each command answered, by its idempotency key."""

agenda = Table(
    "agenda",
    metadata,
    Column("patient", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("content", Text, nullable=False),
    PrimaryKeyConstraint("patient"),
    _owner(),
)
"""When which rule must be looked at again (`engine.decide.agenda`), good for one version of the patient. No record: it may
be deleted at any time, after which the patient is looked at anew."""

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
    Column("patient", Text, nullable=False),
    Column("chain", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("enrolment", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("occurred", Text, nullable=False),
    Column("recorded", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("patient", "chain", "number"),
    UniqueConstraint("patient", "position"),
    CheckConstraint("number >= 1 AND position >= 1", name="numbers"),
)
"""Append-only (triggers hold it). Texts stand as they were hashed. `patient` is empty where no patient is concerned."""

audit_head = Table(
    "audit_head",
    metadata,
    Column("patient", Text, nullable=False),
    Column("chain", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("patient", "chain"),
)

heartbeat = Table(
    "heartbeat",
    metadata,
    Column("name", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("passes", Integer, nullable=False),
    Column("detail", Text, nullable=False),
    PrimaryKeyConstraint("name"),
)

patient_name = Table(
    "patient_name",
    metadata,
    Column("patient", Text, nullable=False),
    Column("name", Text, nullable=False),
    PrimaryKeyConstraint("patient"),
    _owner(),
)
"""Names, for the pages only: the engine never loads them."""

patient_identifier = Table(
    "patient_identifier",
    metadata,
    Column("system", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("patient", Text, nullable=False),
    PrimaryKeyConstraint("system", "value"),
    _owner(),
    Index(None, "patient"),
)
"""Numbers under which other systems know the patient."""

RECORD_TABLES: dict[str, Table] = {
    "enrolments": enrolment,
    "facts": fact,
    "acts": act,
    "holds": hold,
    "tasks": task,
    "timers": timer,
    "messages": message,
    "deviations": deviation,
}
"""The table of each map, in the order in which rows must be written."""
