"""The table of letters: the columns of `engine.outbox.Letter`, and behind them what became of each."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from engine.codec import fields_of
from engine.outbox import STATES, Letter
from engine.store.schema import column_type, metadata
from engine.store.types import Instant

_OPEN = text("state IN ('pending', 'sending')")
_DEAD = text("state = 'dead'")


def _letter() -> list[Column[Any]]:
    return [Column(item.name, column_type(item), nullable=item.optional) for item in fields_of(Letter)]


outbox = Table(
    "outbox",
    metadata,
    *_letter(),
    Column("state", Text, nullable=False, server_default=text("'pending'")),
    Column("at", Instant, nullable=False),
    Column("reason", Text, nullable=False, server_default=text("''")),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("carried_by", Text, nullable=False, server_default=text("''")),
    Column("lease_until", Instant),
    Column("lease_by", Text, nullable=False, server_default=text("''")),
    Column("lease_epoch", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("id"),
    UniqueConstraint(
        "patient", "enrolment", "code", "occurrence", "role", "recipient", "channel", name="uq_outbox_key"
    ),
    CheckConstraint(f"state IN ({', '.join(repr(one) for one in STATES)})", name="state"),
    Index("ix_outbox_open", "at", sqlite_where=_OPEN, postgresql_where=_OPEN),
    Index("ix_outbox_dead", "at", sqlite_where=_DEAD, postgresql_where=_DEAD),
    Index(None, "patient", "message"),
    Index(None, "recipient", "channel", "at"),
)
"""`at`: of an open letter when it is to be tried, else when it was sent, suppressed, carried or given up."""
