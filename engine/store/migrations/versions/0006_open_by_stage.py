"""An index of the open enrolments by pathway, stage and version, from which the pages of pathways count without reading a row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "ix_enrolment_open",
        "enrolment",
        ["pathway", "stage", "definition", "patient"],
        sqlite_where=sa.text("closed IS NULL"),
        postgresql_where=sa.text("closed IS NULL"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_enrolment_open", "enrolment")
