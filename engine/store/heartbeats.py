"""Rows written by completed passes only, so that a watchdog sees progress and not mere presence."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, insert, select, update

from engine.ports import Heartbeat
from engine.store.schema import heartbeat


def beat(engine: Engine, name: str, now: datetime, detail: str) -> None:
    """Record a completed pass."""
    with engine.begin() as connection:
        values = {"at": now, "detail": detail, "passes": heartbeat.c.passes + 1}
        done = connection.execute(update(heartbeat).where(heartbeat.c.name == name).values(values))
        if done.rowcount == 0:
            connection.execute(insert(heartbeat), {"name": name, "at": now, "detail": detail, "passes": 1})


def last(engine: Engine, name: str) -> Heartbeat | None:
    """The last completed pass."""
    columns = heartbeat.c
    query = select(columns.name, columns.at, columns.passes, columns.detail).where(columns.name == name)
    with engine.connect() as connection:
        row = connection.execute(query).first()
        return None if row is None else Heartbeat(*row)
