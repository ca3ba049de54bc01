"""Alembic's entry: runs the steps on the connection that `engine.store.migrate` hands over, within its transaction."""

from __future__ import annotations

from alembic import context

from engine.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
