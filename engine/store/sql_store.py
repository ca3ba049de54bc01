"""The store as the engine sees it: `engine.ports.Store` over SQLite or PostgreSQL, and what pages and imports ask besides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Engine

from engine.audit.fold import Difference, compare, fold
from engine.errors import Conflict, NotFound
from engine.model import AuditDraft, Changes, Chart, Patient
from engine.ports import Archived, ArchivedVersion, AuditEntry, Claim, Heartbeat, Identity, InUse, Verdict
from engine.store import audit_log, definitions, heartbeats, identities, timers
from engine.store.cache import ChartCache, Loaded
from engine.store.connect import Database
from engine.store.loader import Loader
from engine.store.outbox import SqlOutbox
from engine.store.session import ConnectionLost, answered, transaction
from engine.store.statements import Statements
from engine.store.transactions import Alone, Transactions
from engine.store.unit import Unit

CHARTS_IN_MEMORY = 1024
T = TypeVar("T")


class SqlStore:
    """See `engine.ports.Store`. One for each process, safe for threads; close it at the end, or use it in `with`."""

    def __init__(self, database: Database, *, charts_in_memory: int = CHARTS_IN_MEMORY) -> None:
        """`database` must have today's schema."""
        self.database = database
        self.cache = ChartCache(charts_in_memory)
        statements = Statements(database.writer.dialect)
        self._writer = database.writer
        self._loader = Loader(statements, self.cache)
        self._transactions = Transactions(database, statements, self.cache)
        self._alone = Alone()
        self.outbox = SqlOutbox(database.writer, self._alone, self._read)

    @property
    def reader(self) -> Engine:
        """For the pages' own read queries. In memory it is the one connection there is, so keep them short."""
        return self.database.reader

    def close(self) -> None:
        """Close all connections."""
        self.database.close()

    def __enter__(self) -> SqlStore:
        """Use it until the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close all connections."""
        self.close()

    # --- charts ---------------------------------------------------------------------------------------------------

    @contextmanager
    def unit(self, patient: str, key: str = "") -> Iterator[Unit]:
        """Lock a patient; leaving the block commits what was saved."""
        with self._alone, self._transactions.units([patient], (), key) as units:
            if patient not in units:
                raise _no_patient(patient)
            yield units[patient]

    @contextmanager
    def units(self, patients: Iterable[str], claims: Sequence[Claim] = ()) -> Iterator[Mapping[str, Unit]]:
        """Lock several patients for one transaction; unknown ones are left out."""
        with self._alone, self._transactions.units(list(patients), claims, "") as units:
            yield units

    def create(
        self, patient: Patient, audit: Sequence[AuditDraft], *, now: datetime, identity: Identity | None = None
    ) -> Chart:
        """Add a patient; the empty chart."""
        unit = Unit(Loaded(Chart(patient), 0, {}), lambda _: None, new=True)
        unit.save(Chart(patient), Changes(), audit, now=now)
        with self._alone:
            self._transactions.create(unit, identity)
        return unit.chart

    def read(self, patient: str) -> Chart:
        """A consistent chart without a lock."""
        loaded = self._read(lambda _: self._load(patient))
        if loaded is None:
            raise _no_patient(patient)
        return loaded.chart.copy()

    def _load(self, patient: str) -> Loaded | None:
        with transaction(self.database.snapshot) as session, session.translated():
            return self._loader.read(session, patient)

    # --- timers ---------------------------------------------------------------------------------------------------

    def claim_due(self, now: datetime, limit: int, worker: str, lease: timedelta) -> list[Claim]:
        """Take up to `limit` due timers for `lease`, the oldest first."""
        with self._alone, answered():
            return timers.claim_due(self._writer, now, limit, worker, lease)

    def release(self, claims: Sequence[Claim]) -> None:
        """Give claims back unhandled."""
        with self._alone, answered():
            timers.release(self._writer, claims)

    def next_due(self) -> datetime | None:
        """When the next unclaimed timer is due."""
        return self._read(timers.next_due)

    def oldest_due(self) -> datetime | None:
        """Due time of the oldest pending timer, claimed or not: how far the due pass lags behind."""
        return self._read(timers.oldest_due)

    def beat(self, name: str, now: datetime, detail: str = "") -> None:
        """Record a completed pass."""
        with self._alone, answered():
            heartbeats.beat(self._writer, name, now, detail)

    def heartbeat(self, name: str) -> Heartbeat | None:
        """The last completed pass."""
        return self._read(lambda engine: heartbeats.last(engine, name))

    # --- audit ----------------------------------------------------------------------------------------------------

    def append(self, drafts: Sequence[AuditDraft], *, now: datetime) -> None:
        """Add audit entries that concern no patient."""
        with self._alone, answered():
            audit_log.append(self._writer, drafts, now)

    def entries(self, patient: str) -> list[AuditEntry]:
        """A patient's audit entries in the order of writing."""
        return self._read(lambda engine: audit_log.entries(engine, patient))

    def verify(self) -> Verdict:
        """Check every chain, its head and the patients' counters."""
        return self._read(lambda _: audit_log.check(self.database.snapshot))

    def check_fold(self, patient: str) -> list[Difference]:
        """What the stored chart has that the audit does not tell, or the other way round; empty when they agree."""
        return compare(self.read(patient), fold(self.entries(patient)))

    # --- definitions ----------------------------------------------------------------------------------------------

    def archive(self, sources: Sequence[Archived], *, now: datetime, release: str) -> list[str]:
        """Keep the versions that are in force, and tell the audit what has changed; the hashes that are new."""
        with self._alone, answered():
            return definitions.archive(self._writer, self.reader, sources, now, release)

    def archived(self, content_hash: str) -> Archived | None:
        """A version from the archive. Raises NestedUnit inside a unit of work."""
        return self._read(lambda engine: definitions.archived(engine, content_hash))

    def archived_versions(self, hashes: Iterable[str]) -> list[ArchivedVersion]:
        """When and by which release versions were archived; unknown ones are left out."""
        return self._read(lambda engine: definitions.versions(engine, hashes))

    def definitions_in_use(self) -> list[InUse]:
        """The versions on which enrolments are open, with how many; costs what is open."""
        return self._read(definitions.in_use)

    # --- who patients are -----------------------------------------------------------------------------------------

    def patients(self, after: str = "", limit: int = 1000, sites: frozenset[str] | None = None) -> list[str]:
        """Ids of patients (of these sites) in their order, from the one after `after`."""
        return self._read(lambda engine: identities.all_patients(engine, after, limit, sites))

    def patient_of(self, enrolment: str) -> str:
        """The patient whose enrolment this is. Raises NotFound, and Conflict where several patients have such an id."""
        found = self._read(lambda engine: identities.of_enrolment(engine, enrolment))
        if not found:
            raise NotFound(f"There is no enrolment {enrolment}.", place=enrolment)
        if len(found) > 1:
            raise Conflict(f"Several patients have an enrolment {enrolment}.", remedy="Name the patient too.")
        return found[0]

    def identity(self, patient: str) -> Identity:
        """Who the patient is; empty where nothing is known."""
        return self._read(lambda engine: identities.read(engine, patient))

    def identify(self, patient: str, identity: Identity) -> None:
        """Replace what is known of who a patient is. Raises Conflict when a number belongs to somebody else."""
        with self._alone, transaction(self._writer) as session:
            with session.translated():
                identities.write(session.connection, patient, identity)
            session.connection.commit()

    def find_patient(self, system: str, value: str) -> str | None:
        """The patient who bears a number of another system."""
        return self._read(lambda engine: identities.find(engine, system, value))

    def _read(self, work: Callable[[Engine], T]) -> T:
        """Read, and read again where the connection turned out to be dead. Raises NestedUnit, StoreBusy."""
        with self._alone:
            try:
                with answered():
                    return work(self.reader)
            except ConnectionLost:
                self.database.renew()
            with answered():
                return work(self.reader)


def _no_patient(patient: str) -> NotFound:
    return NotFound(f"There is no patient {patient}.", place=patient, remedy="Register the patient first.")
