"""The archive of definitions: versions and their catalogues, insert-only, and an index of what is open on each.

Enrolments that stand in the database keep the hash of their version; the archive fills when the service starts.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")
TABLES = ("definition_catalogue", "definition")


def upgrade() -> None:
    """Make the tables, their triggers and the index."""
    op.create_table(
        "definition_catalogue",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_definition_catalogue")),
    )
    op.create_table(
        "definition",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("pathway", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("catalogue", sa.Text(), nullable=False),
        sa.Column("functions", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("pathways", sa.Text(), nullable=False),
        sa.Column("archived", INSTANT, nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_definition_number")),
        sa.ForeignKeyConstraint(["catalogue"], ["definition_catalogue.hash"], name=op.f("fk_definition_catalogue")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_definition")),
        sa.UniqueConstraint("pathway", "number", name=op.f("uq_definition_pathway_number")),
    )
    op.create_index(
        "ix_enrolment_open_definition",
        "enrolment",
        ["definition", "pathway"],
        unique=False,
        sqlite_where=sa.text("closed IS NULL"),
        postgresql_where=sa.text("closed IS NULL"),
    )
    for table in TABLES:
        for statement in _append_only(table, op.get_context().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_enrolment_open_definition", table_name="enrolment")
    op.drop_table("definition")
    op.drop_table("definition_catalogue")
    if op.get_context().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"DROP FUNCTION careway_{table}_append_only()")


def _append_only(table: str, dialect: str) -> tuple[str, ...]:
    if dialect == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        return (
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
        )
    function = f"careway_{table}_append_only"
    body = f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    before = f"BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
    return (
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS {body}",
        f"CREATE TRIGGER {table}_no_change {before} FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
    )
