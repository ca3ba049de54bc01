"""First come, first served: the single writing connection of SQLite goes to whoever has waited longest.

A plain pool hands it to whichever thread asks at the right moment, so that a busy thread can starve the others.
"""

from __future__ import annotations

from collections import deque
from threading import Lock
from typing import Any

from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool


class Turns:
    """A fair lock with a time limit."""

    def __init__(self) -> None:
        """Nobody has the turn."""
        self._lock = Lock()
        self._taken = False
        self._waiting: deque[Lock] = deque()

    def take(self, seconds: float) -> bool:
        """Wait for the turn; False when it did not come in time."""
        with self._lock:
            if not self._taken:
                self._taken = True
                return True
            gate = Lock()
            gate.acquire()
            self._waiting.append(gate)
        return gate.acquire(timeout=seconds) or not self._withdraw(gate)

    def give(self) -> None:
        """Pass the turn to whoever has waited longest."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False

    def _withdraw(self, gate: Lock) -> bool:
        """Stop waiting; False when the turn had just come."""
        with self._lock:
            if gate in self._waiting:
                self._waiting.remove(gate)
                return True
            return False


class FairPool(QueuePool):
    """A pool of one connection with turns."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """As `QueuePool`."""
        super().__init__(*args, **options)
        self._turns = Turns()

    def _do_get(self) -> Any:
        if not self._turns.take(self._timeout):
            raise PoolTimeout(f"no turn to use the database within {self._timeout} s")
        try:
            return super()._do_get()
        except BaseException:
            self._turns.give()
            raise

    def _do_return_conn(self, record: Any) -> None:
        try:
            super()._do_return_conn(record)
        finally:
            self._turns.give()
