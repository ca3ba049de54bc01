"""One patient's unit of work: what was loaded, what was saved since, and nothing written until the block is left.

Pure bookkeeping: numbering versions, completing and sealing audit entries. `writer` turns it into rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.audit.chain import empty_head, head_after, seal
from engine.audit.completion import complete
from engine.audit.numbering import numbered
from engine.model import RECORDS, AuditDraft, Changes, Chart
from engine.outbox import Letter, Mark
from engine.ports import AuditEntry, Outcome
from engine.store.cache import Loaded


class Unit:
    """See `engine.ports.UnitOfWork`."""

    def __init__(self, base: Loaded, find: Callable[[str], Outcome | None], *, new: bool = False) -> None:
        """`base` is the patient as stored (or to be stored, when `new`); `find` looks up an outcome."""
        self.base = base
        self.new = new
        self.stored = base.chart
        self.heads = dict(base.heads)
        self.audited = base.audited
        self.agenda = base.agenda
        self.changed: dict[str, dict[str, None]] = {name: {} for name in RECORDS}
        self.entries: list[AuditEntry] = []
        self.outcomes: list[tuple[Outcome, datetime]] = []
        self.letters: list[Letter] = []
        self.marks: list[Mark] = []
        self._find = find
        self._working: Chart | None = None

    @property
    def chart(self) -> Chart:
        """A private copy of the chart as it stands; the same one until the next `save`."""
        if self._working is None:
            self._working = self.stored.copy()
        return self._working

    @property
    def dirty(self) -> bool:
        """Whether anything was saved."""
        return bool(self.entries) or bool(self.outcomes)

    def previous(self, key: str) -> Outcome | None:
        """What the command of this key answered before."""
        return self._find(key)

    def save(
        self,
        chart: Chart,
        changes: Changes,
        audit: Sequence[AuditDraft],
        *,
        now: datetime,
        key: str = "",
        fingerprint: str = "",
        outcome: Mapping[str, Any] | None = None,
        agenda: str = "",
        letters: Sequence[Letter] = (),
        marks: Sequence[Mark] = (),
    ) -> None:
        """Stage a command's records, entries and outcome. Raises UnauditedChange, UnknownEvent."""
        made = numbered(chart, changes, self.stored)
        before = None if self.new and not self.entries else self.stored.patient
        for draft in complete(audit, made, changes, before):
            self._seal(draft, now)
        for name in RECORDS:
            self.changed[name].update(getattr(changes, name))
        if key:
            self.outcomes.append((Outcome(key, fingerprint, dict(outcome or {})), now))
        self.letters += letters
        self.marks += marks
        if agenda or made.patient.version != self.stored.patient.version:
            self.agenda = agenda
        self.stored, self._working = made, None

    def loaded(self) -> Loaded:
        """What the cache may keep after the commit."""
        return Loaded(self.stored, self.audited, self.heads, self.agenda)

    def _seal(self, draft: AuditDraft, now: datetime) -> None:
        patient = self.stored.patient.id
        head = self.heads.get(draft.chain) or empty_head(patient, draft.chain)
        entry = seal(draft, head, self.audited + 1, now)
        self.entries.append(entry)
        self.audited += 1
        self.heads[draft.chain] = head_after(entry)
