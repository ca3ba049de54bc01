"""The register of deviations: how each was classified and assessed, what was done, who signed it off. Step 0007."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from engine.store.schema import deviation, fact, metadata
from engine.store.types import Instant

EMPTY = text("''")
CLASSES = ("minor", "major", "critical")
"""How grave a deviation is, in the order of gravity."""

deviation_review = Table(
    "deviation_review",
    metadata,
    Column("patient", Text, nullable=False),
    Column("deviation", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("classification", Text, nullable=False),
    Column("assessment", Text, nullable=False),
    Column("corrective_action", Text, nullable=False),
    Column("assessed", Instant, nullable=False),
    Column("assessed_by", Text, nullable=False),
    Column("assessed_role", Text, nullable=False),
    Column("signed", Instant),
    Column("signed_by", Text, nullable=False, server_default=EMPTY),
    Column("signed_role", Text, nullable=False, server_default=EMPTY),
    Column("shown", Text, nullable=False, server_default=EMPTY),
    PrimaryKeyConstraint("patient", "deviation"),
    ForeignKeyConstraint(["patient", "deviation"], ["deviation.patient", "deviation.id"]),
    CheckConstraint("classification IN ('minor', 'major', 'critical')", name="classification"),
    CheckConstraint("version >= 1", name="version"),
    CheckConstraint("(signed IS NULL) = (signed_by = '')", name="signed"),
    CheckConstraint("signed_by = '' OR signed_by <> assessed_by", name="two_people"),
)
"""`shown` is the SHA-256 of what the signer saw. What an assessment said before stands in the audit."""

Index("ix_deviation_at", deviation.c.at)
# Few facts correct another; reports look for what corrected the datum that completed a task.
Index(
    "ix_fact_superseding",
    fact.c.patient,
    fact.c.supersedes,
    sqlite_where=text("supersedes IS NOT NULL"),
    postgresql_where=text("supersedes IS NOT NULL"),
)
