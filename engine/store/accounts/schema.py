"""Today's tables of people and access. Their numbered step is `migrations/versions/0005_accounts.py`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.schema import SchemaItem

from engine.store.schema import metadata
from engine.store.types import Instant, Json

EMPTY = text("''")


def _text(name: str, *, default: Any = None) -> Column[Any]:
    return Column(name, Text, nullable=False, server_default=default)


def _of(column: str, table: str) -> SchemaItem:
    return ForeignKeyConstraint([column], [f"{table}.id"])


site = Table("site", metadata, _text("id"), _text("name"), PrimaryKeyConstraint("id"))
"""Places whose patients only their own people see."""

patient_site = Table(
    "patient_site",
    metadata,
    _text("patient"),
    _text("site"),
    PrimaryKeyConstraint("patient"),
    _of("site", "site"),
    Index(None, "site"),
)
"""The site of each patient; who has no row is of `main`. Written before the patient is registered, so that nobody elsewhere
sees one in between."""

person = Table(
    "person",
    metadata,
    _text("id"),
    _text("name"),
    Column("created", Instant, nullable=False),
    Column("disabled", Instant),
    PrimaryKeyConstraint("id"),
    CheckConstraint("id <> '' AND name <> ''", name="named"),
)

account = Table(
    "account",
    metadata,
    _text("id"),
    _text("person"),
    _text("login"),
    _text("kind"),
    Column("created", Instant, nullable=False),
    _text("subject", default=EMPTY),
    _text("password", default=EMPTY),
    _text("totp", default=EMPTY),
    Column("totp_confirmed", Instant),
    Column("totp_step", Integer, nullable=False, server_default="0"),
    Column("disabled", Instant),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("login"),
    _of("person", "person"),
    CheckConstraint("kind IN ('local', 'demonstration')", name="kind"),
    CheckConstraint("login = lower(login)", name="login"),
    Index(
        "uq_account_subject",
        "subject",
        unique=True,
        sqlite_where=text("subject <> ''"),
        postgresql_where=text("subject <> ''"),
    ),
    CheckConstraint("totp_confirmed IS NULL OR totp <> ''", name="second_factor"),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    _text("account"),
    _text("hash"),
    Column("used", Instant),
    PrimaryKeyConstraint("account", "hash"),
    _of("account", "account"),
)

role_grant = Table(
    "role_grant",
    metadata,
    _text("person"),
    _text("site"),
    _text("role"),
    Column("granted", Instant, nullable=False),
    _text("granted_by"),
    PrimaryKeyConstraint("person", "site", "role"),
    _of("person", "person"),
    _of("site", "site"),
)
"""Roles in force; what was granted and taken away stands in the audit."""

care_team = Table(
    "care_team",
    metadata,
    _text("patient"),
    _text("person"),
    Column("since", Instant, nullable=False),
    PrimaryKeyConstraint("patient", "person"),
    _of("patient", "patient"),
    _of("person", "person"),
)

web_session = Table(
    "web_session",
    metadata,
    _text("id"),
    _text("account"),
    _text("person"),
    _text("state"),
    Column("created", Instant, nullable=False),
    Column("seen", Instant, nullable=False),
    Column("ends", Instant, nullable=False),
    Column("signed", Instant),
    PrimaryKeyConstraint("id"),
    _of("account", "account"),
    _of("person", "person"),
    CheckConstraint("state IN ('second_factor', 'open')", name="state"),
    Index(None, "account"),
)

api_token = Table(
    "api_token",
    metadata,
    _text("id"),
    _text("hash"),
    _text("person"),
    _text("name"),
    Column("scopes", Json, nullable=False),
    Column("created", Instant, nullable=False),
    _text("created_by"),
    Column("expires", Instant, nullable=False),
    Column("revoked", Instant),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("hash"),
    _of("person", "person"),
)

break_glass = Table(
    "break_glass",
    metadata,
    _text("id"),
    _text("patient"),
    _text("person"),
    _text("role"),
    _text("code"),
    _text("reason"),
    Column("opened", Instant, nullable=False),
    Column("ends", Instant, nullable=False),
    Column("reviewed", Instant),
    _text("reviewed_by", default=EMPTY),
    PrimaryKeyConstraint("id"),
    _of("patient", "patient"),
    _of("person", "person"),
    CheckConstraint("(reviewed IS NULL) = (reviewed_by = '')", name="reviewed"),
    Index(None, "person", "patient"),
)
"""Emergencies in which somebody opened a patient of another site; each is reviewed."""
