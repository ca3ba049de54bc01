"""The agenda beside the chart: which rules must be looked at again, and when; good for one version of a patient.

It starts empty: every patient is looked at anew once. With it comes an index of the frozen tasks, of which there are few.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "agenda",
        sa.Column("patient", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("patient", name="pk_agenda"),
        sa.ForeignKeyConstraint(["patient"], ["patient.id"], name="fk_agenda_patient"),
    )
    op.create_index(
        "ix_task_frozen",
        "task",
        ["due_at"],
        sqlite_where=sa.text("status = 'open' AND frozen IS 1"),
        postgresql_where=sa.text("status = 'open' AND frozen IS true"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_task_frozen", "task")
    op.drop_table("agenda")
