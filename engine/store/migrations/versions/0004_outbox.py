"""The outbox: a letter for each message, recipient and channel, with what became of it.

It starts empty: what was requested before is in nobody's mail, and stands on the worklist as before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")
OPEN = sa.text("state IN ('pending', 'sending')")
DEAD = sa.text("state = 'dead'")
OPEN_MESSAGE = sa.text("acknowledged IS NULL")
TEXTS = (
    "id", "patient", "enrolment", "message", "code", "occurrence", "role", "recipient", "channel", "address", "language",
    "layout", "urgency",
)  # fmt: skip
MORE = ("subject", "body", "html", "short", "link", "thread")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def upgrade() -> None:
    """Make the table, and the index by which the inbox finds what nobody acknowledged."""
    op.create_index(
        "ix_message_unanswered", "message", ["to", "requested"], unique=False, sqlite_where=OPEN_MESSAGE,
        postgresql_where=OPEN_MESSAGE,
    )  # fmt: skip
    empty = sa.text("''")
    op.create_table(
        "outbox",
        *(_text(name) for name in TEXTS),
        sa.Column("rank", sa.Integer(), nullable=False),
        *(_text(name) for name in MORE),
        sa.Column("created", INSTANT, nullable=False),
        sa.Column("not_before", INSTANT, nullable=False),
        sa.Column("valid_until", INSTANT, nullable=True),
        sa.Column("state", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("reason", sa.Text(), server_default=empty, nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("carried_by", sa.Text(), server_default=empty, nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("lease_by", sa.Text(), server_default=empty, nullable=False),
        sa.Column("lease_epoch", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'sending', 'sent', 'suppressed', 'carried', 'dead')", name=op.f("ck_outbox_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint(
            "patient", "enrolment", "code", "occurrence", "role", "recipient", "channel", name=op.f("uq_outbox_key")
        ),
    )
    op.create_index("ix_outbox_open", "outbox", ["at"], unique=False, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_outbox_dead", "outbox", ["at"], unique=False, sqlite_where=DEAD, postgresql_where=DEAD)
    op.create_index("ix_outbox_patient_message", "outbox", ["patient", "message"], unique=False)
    op.create_index("ix_outbox_recipient_channel_at", "outbox", ["recipient", "channel", "at"], unique=False)


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_message_unanswered", table_name="message")
    op.drop_table("outbox")
