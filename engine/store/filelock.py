"""One writing process for each SQLite file: two of them checkpointing at once can damage it (WAL reset, < 3.51.3).

The lock is on a file beside the database and ends with the process, however it ends.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from engine.store.errors import DatabaseInUse


class FileLock:
    """Held from creation to `release`. Raises DatabaseInUse when another process, or this one, holds it already."""

    def __init__(self, database: Path) -> None:
        """Take the lock of `database` without waiting."""
        self._path = database.with_name(database.name + ".lock")
        self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._handle)
            raise DatabaseInUse(
                "Another process is writing to this database.",
                place=str(database),
                remedy="Stop it, use the service's HTTP interface, or open the database for reading only.",
            ) from None

    def release(self) -> None:
        """Let others write."""
        os.close(self._handle)
