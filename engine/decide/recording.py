"""Facts: recording, correcting and retracting them. What they lead to is left to settling."""

from __future__ import annotations

from typing import Any

from engine.audit import Event
from engine.commands import CorrectFact, RecordFacts, RetractFact
from engine.decide.working import Working
from engine.errors import Conflict, NotFound
from engine.model import Fact


def enter(w: Working, code: str, raw: Any, *, source: str, pathway: str | None) -> Fact:
    """Validate one raw fact and write it. Raises `InvalidFact`."""
    fact_id, seq = w.next_id()
    fact = w.world.catalogue.enter(
        code, raw, now=w.now, zone=w.zone, seq=seq, id=fact_id, recorder=w.by, pathway=pathway or None, source=source
    )  # fmt: skip
    _write(w, fact, Event.FACT_RECORDED)
    w.feel(f"fact:{fact.code}", None, fact)
    return fact


def _write(w: Working, fact: Fact, event: Event, **details: Any) -> None:
    w.add_fact(fact)
    w.say(event, None, fact=fact.code, id=fact.id, **details)


def record(w: Working, command: RecordFacts) -> tuple[str, ...]:
    """Record facts, all or none; an entry whose source was recorded before is left out. Ids of the new facts."""
    known = (
        {fact.source for fact in w.chart.facts.values() if fact.source}
        if any(one.source for one in command.entries)
        else set()
    )
    fresh = [one for one in command.entries if not one.source or one.source not in known]
    return tuple(enter(w, one.code, one.value, source=one.source, pathway=command.pathway).id for one in fresh)


def _standing(w: Working, fact_id: str) -> Fact:
    fact = w.chart.facts.get(fact_id)
    if fact is None:
        raise NotFound(f"The patient has no fact {fact_id}.", remedy="Read the chart again.")
    if fact_id in w.world.records.replaced:
        raise Conflict(
            f"{fact.code} of {fact.effective_day} was replaced meanwhile.",
            remedy="Read the chart again and correct the newest version.",
        )
    return fact


def correct(w: Working, command: CorrectFact) -> tuple[Fact, Fact]:
    """Write a corrected version; the old and the new one. Qualifiers that are not named stay."""
    old = _standing(w, command.fact)
    fact_id, seq = w.next_id()
    raw = command.value if isinstance(command.value, dict) else {"value": command.value}
    changes = raw if "status" in raw else {**raw, "status": command.status}
    new = w.world.catalogue.amend(
        old, changes, now=w.now, zone=w.zone, seq=seq, id=fact_id, recorder=w.by, reason=command.reason
    )
    _write(w, new, Event.FACT_CORRECTED, supersedes=old.id, reason=command.reason)
    w.feel(f"fact:{new.code}", None, new)
    w.feel(f"corrected:{new.code}", None, new)
    return old, new


def retract(w: Working, command: RetractFact) -> tuple[Fact, Fact]:
    """Declare a fact entered in error; the old one and the record that voids it."""
    old = _standing(w, command.fact)
    fact_id, seq = w.next_id()
    new = w.world.catalogue.retract(old, now=w.now, seq=seq, id=fact_id, recorder=w.by, reason=command.reason)
    _write(w, new, Event.FACT_RETRACTED, supersedes=old.id, reason=command.reason)
    w.feel(f"corrected:{new.code}", None, new)
    return old, new
