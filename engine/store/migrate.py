"""Brings a database to this version's schema, step by step, without a configuration file."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from engine.store import triggers
from engine.store.accounts import schema as accounts
from engine.store.adherence import schema as adherence
from engine.store.connect import Database
from engine.store.errors import SchemaOutdated
from engine.store.schema import metadata

FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x6361_7265  # "care": the number of PostgreSQL's advisory lock for migrations


def build(engine: Engine) -> None:
    """Make today's schema at once, for databases in memory."""
    _ = triggers.SQLITE, accounts.person, adherence.CLASSES  # Importing them adds them to the schema.
    with engine.begin() as connection:
        metadata.create_all(connection)


def upgrade(database: Database, revision: str = "head") -> None:
    """Run the steps that are missing, one process at a time. Either all of them are done or none."""
    with database.writer.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Undo steps; only for tests and for a version that was never used."""
    with database.writer.begin() as connection:
        command.downgrade(_config(connection), revision)


def current(engine: Engine) -> str | None:
    """The step that the database has reached; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """The last step of this version."""
    return str(ScriptDirectory(str(FOLDER)).get_current_head())


def require_head(engine: Engine) -> None:
    """Refuse a database that is not at this version's schema. Raises SchemaOutdated."""
    found = current(engine)
    if found != head():
        raise SchemaOutdated(
            f"The database is at schema {found or 'none'}, this version needs {head()}.",
            place=engine.url.render_as_string(),
            remedy="Run `careway db upgrade`; if that knows no such step, the database belongs to a newer version.",
        )


def differences(engine: Engine) -> list[object]:
    """What the steps left different from today's schema; empty when they lead to it."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, metadata))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
