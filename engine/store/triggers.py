"""The database itself refuses to change or delete what the audit recorded, whoever asks."""

from __future__ import annotations

from sqlalchemy import DDL, event

from engine.store.schema import audit

SQLITE = (
    "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
)
POSTGRESQL = (
    (
        "CREATE FUNCTION careway_audit_append_only() RETURNS trigger LANGUAGE plpgsql "
        "AS $$ BEGIN RAISE EXCEPTION 'audit is append-only'; END $$"
    ),
    (
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION careway_audit_append_only()"
    ),
)

for _statements, _dialect in ((SQLITE, "sqlite"), (POSTGRESQL, "postgresql")):
    for _statement in _statements:
        _ddl = DDL(_statement)  # type: ignore[no-untyped-call]  # SQLAlchemy left it untyped
        event.listen(audit, "after_create", _ddl.execute_if(dialect=_dialect))
