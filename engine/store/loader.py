"""Reads charts: from the cache where the version under the lock allows it, else all the patients' rows in a few statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from engine.model import Chart, Patient
from engine.ports import ChainHead, Outcome
from engine.store.cache import ChartCache, Loaded
from engine.store.rows import patients_value
from engine.store.session import Session
from engine.store.statements import Statements


@dataclass(frozen=True, slots=True)
class Locked:
    """What the first round trip of a unit brings: charts by patient, and the outcome of the key that was asked for."""

    loaded: dict[str, Loaded]
    outcome: Outcome | None


class Loader:
    """Loads charts within a session."""

    def __init__(self, statements: Statements, cache: ChartCache) -> None:
        """`cache` is consulted by the version found in the session."""
        self._sql = statements
        self._cache = cache

    def lock(self, session: Session, patients: Sequence[str], key: str) -> Locked:
        """Lock the patients in the order of their ids (so that no two workers wait for each other) and load them."""
        ids = sorted(set(patients))
        with session.pipeline():
            cursors = [session.run(self._sql.lock_patient, (item,)) for item in ids]
            outcome = session.run(self._sql.find_outcome, (ids[0], key)) if key else None
        found = None if outcome is None else _outcome(key, outcome.fetchone())
        return Locked(self._load(session, cursors), found)

    def read(self, session: Session, patient: str) -> Loaded | None:
        """Load one patient without a lock."""
        return self._load(session, [session.run(self._sql.read_patient, (patient,))]).get(patient)

    def outcome(self, session: Session, patient: str, key: str) -> Outcome | None:
        """What the command of this key answered before."""
        return _outcome(key, session.run(self._sql.find_outcome, (patient, key)).fetchone())

    def _load(self, session: Session, cursors: Iterable[Any]) -> dict[str, Loaded]:
        loaded: dict[str, Loaded] = {}
        missing: dict[str, tuple[Patient, int]] = {}
        for row in (cursor.fetchone() for cursor in cursors):
            if row is None:
                continue
            patient, audited = self._sql.patient.record(row[:-1]), row[-1]
            cached = self._cache.get(patient.id, patient.version, audited)
            if cached is None:
                missing[patient.id] = (patient, audited)
            else:
                loaded[patient.id] = cached
        return loaded | self._fetch(session, missing) if missing else loaded

    def _fetch(self, session: Session, patients: dict[str, tuple[Patient, int]]) -> dict[str, Loaded]:
        ids = patients_value(list(patients), self._sql.dialect)
        with session.pipeline():
            cursors = {name: session.run(statement, (ids,)) for name, statement in self._sql.load.items()}
            heads = session.run(self._sql.load_heads, (ids,))
            agendas = session.run(self._sql.load_agendas, (ids,))
        texts = {(patient, version): text for patient, version, text in agendas.fetchall()}
        result = {
            key: Loaded(Chart(patient), audited, {}, texts.get((key, patient.version), ""))
            for key, (patient, audited) in patients.items()
        }
        for name, cursor in cursors.items():
            self._fill(name, cursor.fetchall(), result)
        for patient, chain, count, digest in heads.fetchall():
            result[patient].heads[chain] = ChainHead(patient, chain, count, digest)
        for item in result.values():
            self._cache.put(item)
        return result

    def _fill(self, name: str, rows: Iterable[Any], charts: dict[str, Loaded]) -> None:
        record_of = self._sql.records[name].record
        for row in rows:
            record = record_of(row)
            getattr(charts[row[-1]].chart, name)[record.id] = record


def _outcome(key: str, row: Any) -> Outcome | None:
    return None if row is None else Outcome(key, row[0], orjson.loads(row[1]))
