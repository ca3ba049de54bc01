"""Units of work as transactions: lock, hand out, write, commit, and find out what a lost COMMIT did."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from engine.errors import Conflict
from engine.ports import Claim, CommitUnknown, Identity, Outcome, StoreBusy
from engine.store import identities
from engine.store.cache import ChartCache
from engine.store.connect import Database
from engine.store.errors import NestedUnit
from engine.store.loader import Loader, Locked
from engine.store.session import ConnectionLost, LostCommit, Session, busy, transaction
from engine.store.statements import Statements
from engine.store.unit import Unit
from engine.store.writer import Writer

_ATTEMPTS = 3


class Alone(threading.local):
    """Refuses to begin a second transaction in a thread that has one: it could wait for itself for ever."""

    inside = False

    def __enter__(self) -> None:
        """Begin. Raises NestedUnit."""
        if self.inside:
            raise NestedUnit("This thread is inside a unit of work already.", remedy="Use the unit's own chart.")
        self.inside = True

    def __exit__(self, *_: object) -> None:
        """End."""
        self.inside = False


class Transactions:
    """Units of work on the writing engine of a database. Safe for threads."""

    def __init__(self, database: Database, statements: Statements, cache: ChartCache) -> None:
        """`cache` receives the charts that were committed."""
        self._database = database
        self._engine = database.writer
        self._sql = statements
        self._cache = cache
        self._loader = Loader(statements, cache)
        self._writer = Writer(statements)

    @contextmanager
    def units(self, ids: Sequence[str], claims: Sequence[Claim], key: str) -> Iterator[dict[str, Unit]]:
        """Units of the patients that exist; what they saved is committed on leaving the block."""
        with ExitStack() as stack:
            session, units = self._lock(stack, ids, key)
            yield units
            saved = [unit for unit in units.values() if unit.dirty]
            if saved or claims:
                with session.translated():
                    self._writer.flush(session, saved, claims)
                self._commit(session, saved)

    def create(self, unit: Unit, identity: Identity | None) -> None:
        """Store a new patient. Raises Conflict."""
        patient = unit.stored.patient.id
        with transaction(self._engine) as session:
            with session.translated():
                if session.run(self._sql.read_patient, (patient,)).fetchone() is not None:
                    raise Conflict(f"There is a patient {patient} already.", place=patient)
                self._writer.flush(session, [unit], ())
                if identity is not None:
                    identities.write(session.connection, patient, identity)
            self._commit(session, [unit])

    def _lock(self, stack: ExitStack, ids: Sequence[str], key: str) -> tuple[Session, dict[str, Unit]]:
        """Lock and load; a connection that died in the pool is replaced once, nothing having been done on it."""
        session = stack.enter_context(transaction(self._engine))
        try:
            return session, self._load(session, ids, key)
        except ConnectionLost:
            self._database.renew()
        session = stack.enter_context(transaction(self._engine))
        return session, self._load(session, ids, key)

    def _load(self, session: Session, ids: Sequence[str], key: str) -> dict[str, Unit]:
        with session.translated():
            locked = self._loader.lock(session, ids, key)
        return {patient: self._unit(session, patient, key, locked) for patient in locked.loaded}

    def _unit(self, session: Session, patient: str, key: str, locked: Locked) -> Unit:
        def find(wanted: str) -> Outcome | None:
            if wanted == key:
                return locked.outcome
            with session.translated():
                return self._loader.outcome(session, patient, wanted)

        return Unit(locked.loaded[patient], find)

    def _commit(self, session: Session, units: Sequence[Unit]) -> None:
        try:
            session.commit()
        except LostCommit as lost:
            self._database.renew()
            self._settle(units, lost)
        for unit in units:
            self._cache.put(unit.loaded())

    def _settle(self, units: Sequence[Unit], lost: LostCommit) -> None:
        """Find out whether the transaction arrived. Raises StoreBusy when it did not, CommitUnknown when nobody answers."""
        arrived = self._arrived(units[0]) if units else False  # Claims alone are given back by the end of their lease.
        if arrived is None:
            raise CommitUnknown(
                "The connection broke during COMMIT and the database does not answer.",
                place="store",
                remedy="Send the command again with the same idempotency key.",
            ) from lost
        if not arrived:
            raise busy(lost) from lost

    def _arrived(self, unit: Unit) -> bool | None:
        for _ in range(_ATTEMPTS):
            try:
                return self._has_entry(unit)
            except StoreBusy:
                continue
        return None

    def _has_entry(self, unit: Unit) -> bool:
        """The patient's lock waits until the old connection has ended, one way or the other; then the entry tells."""
        entry, patient = unit.entries[-1], unit.stored.patient.id
        with transaction(self._engine) as session, session.translated():
            session.run(self._sql.lock_patient, (patient,)).fetchall()
            row = session.run(self._sql.find_entry, (patient, entry.position)).fetchone()
            return row is not None and row[0] == entry.hash
