"""The register of deviations, and two indexes that reports of adherence read by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")
SUPERSEDING = sa.text("supersedes IS NOT NULL")


def upgrade() -> None:
    """Make the table and the indexes."""
    op.create_table(
        "deviation_review",
        sa.Column("patient", sa.Text(), nullable=False),
        sa.Column("deviation", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("classification", sa.Text(), nullable=False),
        sa.Column("assessment", sa.Text(), nullable=False),
        sa.Column("corrective_action", sa.Text(), nullable=False),
        sa.Column("assessed", INSTANT, nullable=False),
        sa.Column("assessed_by", sa.Text(), nullable=False),
        sa.Column("assessed_role", sa.Text(), nullable=False),
        sa.Column("signed", INSTANT, nullable=True),
        sa.Column("signed_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("signed_role", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("shown", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint(
            "classification IN ('minor', 'major', 'critical')", name=op.f("ck_deviation_review_classification")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_deviation_review_version")),
        sa.CheckConstraint("(signed IS NULL) = (signed_by = '')", name=op.f("ck_deviation_review_signed")),
        sa.CheckConstraint("signed_by = '' OR signed_by <> assessed_by", name=op.f("ck_deviation_review_two_people")),
        sa.ForeignKeyConstraint(
            ["patient", "deviation"],
            ["deviation.patient", "deviation.id"],
            name=op.f("fk_deviation_review_patient_deviation"),
        ),
        sa.PrimaryKeyConstraint("patient", "deviation", name=op.f("pk_deviation_review")),
    )
    op.create_index("ix_deviation_at", "deviation", ["at"], unique=False)
    op.create_index(
        "ix_fact_superseding",
        "fact",
        ["patient", "supersedes"],
        unique=False,
        sqlite_where=SUPERSEDING,
        postgresql_where=SUPERSEDING,
    )


def downgrade() -> None:
    """Forget the register."""
    op.drop_index("ix_fact_superseding", table_name="fact")
    op.drop_index("ix_deviation_at", table_name="deviation")
    op.drop_table("deviation_review")
