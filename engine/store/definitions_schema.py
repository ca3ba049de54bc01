"""The tables of the archive of definitions: rows are added and never changed, which triggers hold."""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

from engine.store.schema import enrolment, metadata
from engine.store.types import Instant, Json

definition_catalogue = Table(
    "definition_catalogue",
    metadata,
    Column("hash", Text, nullable=False),
    Column("text", Text, nullable=False),
    PrimaryKeyConstraint("hash"),
)
"""Catalogues of facts, once each: all versions of a release were read with the same one."""

definition = Table(
    "definition",
    metadata,
    Column("hash", Text, nullable=False),
    Column("pathway", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("catalogue", Text, nullable=False),
    Column("functions", Json, nullable=False),
    Column("settings", Json, nullable=False),
    Column("pathways", Json, nullable=False),
    Column("archived", Instant, nullable=False),
    Column("release", Text, nullable=False),
    PrimaryKeyConstraint("hash"),
    ForeignKeyConstraint(["catalogue"], ["definition_catalogue.hash"]),
    UniqueConstraint("pathway", "number"),
    CheckConstraint("number >= 1", name="number"),
)
"""`number` counts the versions of a pathway; `functions`, `settings` and `pathways` are those of `engine.ports.Archived`."""

open_by_definition = Index(
    "ix_enrolment_open_definition",
    enrolment.c.definition,
    enrolment.c.pathway,
    sqlite_where=text("closed IS NULL"),
    postgresql_where=text("closed IS NULL"),
)
"""Which versions are in use is read here: its size is that of what is open, whatever has ended before."""

TABLES = (definition_catalogue, definition)


def _statements(name: str) -> tuple[tuple[str, str], ...]:
    """Dialect and statement."""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"
    function = f"careway_{name}_append_only"
    body = f"$$ BEGIN RAISE EXCEPTION '{name} is append-only'; END $$"
    before = f"BEFORE UPDATE OR DELETE OR TRUNCATE ON {name}"
    return (
        ("sqlite", f"CREATE TRIGGER {name}_no_update BEFORE UPDATE ON {name} {refuse}"),
        ("sqlite", f"CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {name} {refuse}"),
        ("postgresql", f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS {body}"),
        ("postgresql", f"CREATE TRIGGER {name}_no_change {before} FOR EACH STATEMENT EXECUTE FUNCTION {function}()"),
    )


for _table in TABLES:
    for _dialect, _statement in _statements(_table.name):
        _ddl = DDL(_statement)  # type: ignore[no-untyped-call]  # SQLAlchemy left it untyped
        event.listen(_table, "after_create", _ddl.execute_if(dialect=_dialect))
