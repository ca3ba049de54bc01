"""Who looked at a patient's data stands in the patient's audit, written before anything is shown.

Somebody who goes on reading the same patient is recorded once in ten minutes: an entry says that this person had the
patient open, not how often a page was loaded.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock

from engine.audit import Event
from engine.clock import Clock
from engine.model import AuditDraft, Changes
from engine.model import Person as Actor
from engine.store import SqlStore
from service.accounts.rights import Right

AGAIN = timedelta(minutes=10)
MOST_REMEMBERED = 10_000
EVENTS = {
    Right.READ_PATIENT: Event.PATIENT_READ,
    Right.READ_AUDIT: Event.AUDIT_READ,
    Right.READ_ADHERENCE: Event.PATIENT_READ,
}
"""What is recorded of a route that needs this right."""


class Reads:
    """Records reading, and remembers what was recorded lately."""

    def __init__(self) -> None:
        self._lately: OrderedDict[tuple[str, str, Right], datetime] = OrderedDict()
        self._lock = Lock()

    def record(self, store: SqlStore, clock: Clock, patient: str, by: Actor, right: Right, place: str) -> None:
        """Record that somebody reads, unless that was done lately. Raises StoreBusy: then nothing is shown."""
        now, key = clock.now(), (by.name, patient, right)
        if right not in EVENTS or self._recorded(key, now):
            return
        content = {"events": [], "place": place}
        draft = AuditDraft(patient, None, EVENTS[right].value, by, now, content)
        with store.unit(patient) as unit:
            unit.save(unit.chart, Changes(), [draft], now=now)
        with self._lock:
            self._lately[key] = now
            while len(self._lately) > MOST_REMEMBERED:
                self._lately.popitem(last=False)

    def _recorded(self, key: tuple[str, str, Right], now: datetime) -> bool:
        with self._lock:
            before = self._lately.get(key)
        return before is not None and now - before < AGAIN
