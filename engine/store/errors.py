"""What can be wrong with a database, apart from what a command can be refused for (`engine.errors`, `engine.ports`)."""

from __future__ import annotations

from engine.errors import AuthorError


class DatabaseInUse(AuthorError):
    """Another process writes to this SQLite file; two writers may damage it."""

    code = "database_in_use"


class SchemaOutdated(AuthorError):
    """The database has not been brought to this version's schema, or belongs to a newer version."""

    code = "schema_outdated"


class UnsupportedDatabase(AuthorError):
    """The URL names a database other than SQLite and PostgreSQL."""

    code = "unsupported_database"


class NestedUnit(AuthorError):
    """A unit of work or a read was begun inside a unit of work of the same thread; it would wait for itself."""

    code = "nested_unit"
