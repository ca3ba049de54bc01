"""The first schema: records of a chart, commands, audit with its triggers, heartbeats, identities.

A step is frozen once it has been released: it names its own types and statements and imports nothing of the product.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")
APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
    ),
    "postgresql": (
        (
            "CREATE FUNCTION careway_audit_append_only() RETURNS trigger LANGUAGE plpgsql "
            "AS $$ BEGIN RAISE EXCEPTION 'audit is append-only'; END $$"
        ),
        (
            "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION careway_audit_append_only()"
        ),
    ),
}


def upgrade() -> None:
    """Make the tables and the triggers."""
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("patient", sa.Text(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("enrolment", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("occurred", sa.Text(), nullable=False),
        sa.Column("recorded", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("number >= 1 AND position >= 1", name=op.f("ck_audit_numbers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sa.UniqueConstraint("patient", "chain", "number", name=op.f("uq_audit_patient_chain_number")),
        sa.UniqueConstraint("patient", "position", name=op.f("uq_audit_patient_position")),
    )
    op.create_table(
        "audit_head",
        sa.Column("patient", sa.Text(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("patient", "chain", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("passes", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "patient",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("audited", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("version >= 0 AND seq >= 0 AND audited >= 0", name=op.f("ck_patient_counters")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient")),
    )
    op.create_table(
        "command",
        sa.Column("patient", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("recorded", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["patient"], ["patient.id"], name=op.f("fk_command_patient")),
        sa.PrimaryKeyConstraint("patient", "key", name=op.f("pk_command")),
    )
    op.create_table(
        "enrolment",
        sa.Column("patient", sa.Text(), nullable=False),
        sa.Column("nr", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("pathway", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("opened", INSTANT, nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("closed", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("anchors", sa.Text(), nullable=False),
        sa.Column("callers", sa.Text(), nullable=False),
        sa.Column("flags", sa.Text(), nullable=False),
        sa.Column("history", sa.Text(), nullable=False),
        sa.CheckConstraint("ordinal >= 1 AND version >= 0", name=op.f("ck_enrolment_counters")),
        sa.ForeignKeyConstraint(
            ["patient", "parent"],
            ["enrolment.patient", "enrolment.id"],
            name=op.f("fk_enrolment_patient_parent"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["patient"], ["patient.id"], name=op.f("fk_enrolment_patient")),
        sa.PrimaryKeyConstraint("patient", "id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("patient", "pathway", "ordinal", name=op.f("uq_enrolment_patient_pathway_ordinal")),
    )
    op.create_index(op.f("ix_enrolment_id"), "enrolment", ["id"], unique=False)
    op.create_index(op.f("ix_enrolment_pathway_stage"), "enrolment", ["pathway", "stage"], unique=False)
    op.create_table(
        "fact",
        sa.Column("patient", sa.Text(), nullable=False),
        sa.Column("nr", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("effective", INSTANT, nullable=False),
        sa.Column("effective_day", sa.Date(), nullable=False),
        sa.Column("timed", sa.Boolean(), nullable=False),
        sa.Column("recorded", INSTANT, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("event", sa.Text(), nullable=True),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("comparator", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("supersedes", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorder", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("as_reported", sa.Text(), nullable=False),
        sa.CheckConstraint("comparator IN ('', '<', '<=', '>', '>=')", name=op.f("ck_fact_comparator")),
        sa.CheckConstraint(
            "event IS NULL OR event IN ('given', 'started', 'stopped', 'occurred')", name=op.f("ck_fact_event")
        ),
        sa.CheckConstraint(
            "status IN ('preliminary', 'final', 'amended', 'corrected', 'entered_in_error')",
            name=op.f("ck_fact_status"),
        ),
        sa.ForeignKeyConstraint(
            ["patient", "supersedes"],
            ["fact.patient", "fact.id"],
            name=op.f("fk_fact_patient_supersedes"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["patient"], ["patient.id"], name=op.f("fk_fact_patient")),
        sa.PrimaryKeyConstraint("patient", "id", name=op.f("pk_fact")),
    )
    op.create_index(
        "uq_fact_patient_source",
        "fact",
        ["patient", "source"],
        unique=True,
        sqlite_where=sa.text("source <> ''"),
        postgresql_where=sa.text("source <> ''"),
    )
    op.create_table(
        "patient_identifier",
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("patient", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["patient"], ["patient.id"], name=op.f("fk_patient_identifier_patient")),
        sa.PrimaryKeyConstraint("system", "value", name=op.f("pk_patient_identifier")),
    )
    op.create_index(op.f("ix_patient_identifier_patient"), "patient_identifier", ["patient"], unique=False)
    op.create_table(
        "patient_name",
        sa.Column("patient", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["patient"], ["patient.id"], name=op.f("fk_patient_name_patient")),
        sa.PrimaryKeyConstraint("patient", name=op.f("pk_patient_name")),
    )
    op.create_table(
        "act",
        sa.Column("patient", sa.Text(), nullable=False),
        sa.Column("nr", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("enrolment", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("second_person", sa.Text(), nullable=True),
        sa.Column("overridden", sa.Text(), nullable=False),
        sa.Column("warned", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient", "enrolment"], ["enrolment.patient", "enrolment.id"], name=op.f("fk_act_patient_enrolment")
        ),
        sa.PrimaryKeyConstraint("patient", "id", name=op.f("pk_act")),
    )
    op.create_table(
        "deviation",
        sa.Column("patient", sa.Text(), nullable=False),
        sa.Column("nr", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("enrolment", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient", "enrolment"], ["enrolment.patient", "enrolment.id"], name=op.f("fk_deviation_patient_enrolment")
        ),
        sa.PrimaryKeyConstraint("patient", "id", name=op.f("pk_deviation")),
    )
    op.create_table(
        "hold",
        sa.Column("patient", sa.Text(), nullable=False),
        sa.Column("nr", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("enrolment", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("opened", INSTANT, nullable=False),
        sa.Column("causes", sa.Text(), nullable=False),
        sa.Column("released", INSTANT, nullable=True),
        sa.Column("released_by", sa.Text(), nullable=False),
        sa.CheckConstraint("released IS NOT NULL OR released_by = ''", name=op.f("ck_hold_released")),
        sa.ForeignKeyConstraint(
            ["patient", "enrolment"], ["enrolment.patient", "enrolment.id"], name=op.f("fk_hold_patient_enrolment")
        ),
        sa.PrimaryKeyConstraint("patient", "id", name=op.f("pk_hold")),
    )
    op.create_table(
        "message",
        sa.Column("patient", sa.Text(), nullable=False),
        sa.Column("nr", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("enrolment", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.Text(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("requested", INSTANT, nullable=False),
        sa.Column("variables", sa.Text(), nullable=False),
        sa.Column("acknowledged", INSTANT, nullable=True),
        sa.Column("acknowledged_by", sa.Text(), nullable=True),
        sa.CheckConstraint("acknowledged IS NOT NULL OR acknowledged_by IS NULL", name=op.f("ck_message_acknowledged")),
        sa.ForeignKeyConstraint(
            ["patient", "enrolment"], ["enrolment.patient", "enrolment.id"], name=op.f("fk_message_patient_enrolment")
        ),
        sa.PrimaryKeyConstraint("patient", "id", name=op.f("pk_message")),
        sa.UniqueConstraint(
            "patient",
            "enrolment",
            "code",
            "occurrence",
            "to",
            name=op.f("uq_message_patient_enrolment_code_occurrence_to"),
        ),
    )
    op.create_table(
        "task",
        sa.Column("patient", sa.Text(), nullable=False),
        sa.Column("nr", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("enrolment", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("due", sa.String(32), nullable=True),
        sa.Column("opens", sa.String(32), nullable=True),
        sa.Column("until", sa.String(32), nullable=True),
        sa.Column("created", INSTANT, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("closed", INSTANT, nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("overdue_since", INSTANT, nullable=True),
        sa.Column("frozen", sa.Boolean(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("opens_at", INSTANT, nullable=True),
        sa.Column("until_at", INSTANT, nullable=True),
        sa.CheckConstraint("(status = 'open') = (closed IS NULL)", name=op.f("ck_task_closed")),
        sa.CheckConstraint("status IN ('open', 'done', 'cancelled', 'omitted', 'missed')", name=op.f("ck_task_status")),
        sa.ForeignKeyConstraint(
            ["patient", "enrolment"], ["enrolment.patient", "enrolment.id"], name=op.f("fk_task_patient_enrolment")
        ),
        sa.PrimaryKeyConstraint("patient", "id", name=op.f("pk_task")),
        sa.UniqueConstraint(
            "patient", "enrolment", "code", "occurrence", name=op.f("uq_task_patient_enrolment_code_occurrence")
        ),
    )
    op.create_index(
        "ix_task_open_due",
        "task",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "timer",
        sa.Column("patient", sa.Text(), nullable=False),
        sa.Column("nr", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("enrolment", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("due", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("fired", INSTANT, nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("lease_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("lease_epoch", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("(state = 'fired') = (fired IS NOT NULL)", name=op.f("ck_timer_fired")),
        sa.CheckConstraint("state IN ('pending', 'fired', 'cancelled')", name=op.f("ck_timer_state")),
        sa.ForeignKeyConstraint(
            ["patient", "enrolment"], ["enrolment.patient", "enrolment.id"], name=op.f("fk_timer_patient_enrolment")
        ),
        sa.PrimaryKeyConstraint("patient", "id", name=op.f("pk_timer")),
        sa.UniqueConstraint("patient", "enrolment", "key", name=op.f("uq_timer_patient_enrolment_key")),
    )
    op.create_index(
        "ix_timer_pending_due",
        "timer",
        ["due"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    for statement in APPEND_ONLY[op.get_context().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Drop everything."""
    op.drop_table("timer")
    op.drop_table("task")
    op.drop_table("message")
    op.drop_table("hold")
    op.drop_table("deviation")
    op.drop_table("act")
    op.drop_table("patient_name")
    op.drop_table("patient_identifier")
    op.drop_table("fact")
    op.drop_table("enrolment")
    op.drop_table("command")
    op.drop_table("patient")
    op.drop_table("heartbeat")
    op.drop_table("audit_head")
    op.drop_table("audit")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION careway_audit_append_only()")
