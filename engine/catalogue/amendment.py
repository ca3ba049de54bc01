"""Corrects and voids recorded facts. Nothing is overwritten: each is a new record that supersedes the old one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from engine.calendar import Zone, parse_when
from engine.catalogue.attributes import Scope, read_attributes
from engine.catalogue.definition import FactDefinition
from engine.catalogue.entry import Context, Reading, as_mapping, contradicts, read, read_status
from engine.catalogue.refusal import refused
from engine.errors import InvalidFact, NotFound
from engine.model import Fact, FactStatus, Person

if TYPE_CHECKING:
    from engine.catalogue.catalogue import Catalogue

_NOT_CHANGES = ("fact", "was", "reason", "status", "effective", "source")


def amend(catalogue: Catalogue, original: Fact, changes: Any, context: Context, reason: str) -> Fact:
    """A new version of `original`: what is not named is kept (`decisions.md`, General 2). Raises `InvalidFact`.

    Detection of the old result is dropped where the new number contradicts it (0, not detected → 35 IU/mL). The
    effective time cannot change: an event with a wrong date is retracted and entered anew.
    """
    definition = catalogue.find(original.code)
    try:
        raw = as_mapping(definition, changes, {})
        reading = _changed(
            catalogue,
            definition,
            original,
            {key: value for key, value in raw.items() if key not in _NOT_CHANGES},
            context.zone,
        )
        status = read_status(raw.get("status", FactStatus.AMENDED))
    except InvalidFact as error:
        error.place = error.place or definition.id
        raise
    return replace(
        original, id=context.id, seq=context.seq, recorded=context.now.astimezone(UTC), recorder=context.recorder, supersedes=original.id,
        status=status, reason=reason or str(raw.get("reason", "")), source=str(raw.get("source", "")) or context.source, value=reading.value,
        event=reading.event, attributes=reading.attributes, comparator=reading.comparator, as_reported=reading.as_reported,
    )  # fmt: skip


def _changed(
    catalogue: Catalogue, definition: FactDefinition, original: Fact, raw: Mapping[str, Any], zone: Zone
) -> Reading:
    if not raw:
        raise refused(
            "missing_value",
            f"the correction of {definition.id} names nothing new",
            "Give the corrected value or qualifier.",
        )
    if "value" in raw or definition.happens:
        entry = raw if "value" in raw else {"event": original.event, **raw}
        new = read(catalogue, definition, entry, zone)
        return replace(
            new, attributes=_kept(original, new) | new.attributes, as_reported=new.as_reported or original.as_reported
        )
    named = read_attributes(Scope(catalogue, definition, zone), raw)
    if contradicts(original.value, original.comparator, named.get("detection")):
        raise refused("contradiction", f"{original.value} was measured and yet not detected", "Correct the value too.")
    return Reading(
        original.value, original.event, original.comparator, {**original.attributes, **named}, original.as_reported
    )


def _kept(original: Fact, new: Reading) -> dict[str, Any]:
    """Qualifiers of the original that still hold beside the new value."""
    kept = dict(original.attributes)
    kept.pop("unit", None)
    if contradicts(new.value, new.comparator, kept.get("detection")) or (
        kept.get("detection") == "detected_below_quantification" and not new.comparator
    ):
        del kept["detection"]
    return kept


def retract(original: Fact, *, now: datetime, seq: int, id: str, recorder: Person, reason: str) -> Fact:
    """The record that voids `original` (entered in error)."""
    return replace(
        original, id=id, seq=seq, recorded=now.astimezone(UTC), recorder=recorder, reason=reason, supersedes=original.id,
        status=FactStatus.ENTERED_IN_ERROR, source="",
    )  # fmt: skip


def pick(
    catalogue: Catalogue,
    facts: Iterable[Fact],
    name: str,
    *,
    zone: Zone,
    effective: str | date | datetime,
    was: Any = None,
) -> Fact:
    """The one current fact that a correction means: of that name and effective time, the last recorded, or that of value `was`."""
    definition, when = catalogue.find(name), parse_when(effective, zone)
    known = list(facts)
    gone = {fact.supersedes for fact in known} | {
        fact.id for fact in known if fact.status is FactStatus.ENTERED_IN_ERROR
    }
    found = [fact for fact in known if fact.code == definition.id and fact.id not in gone and _at(fact, when)]
    if was is not None:
        wanted = read(catalogue, definition, as_mapping(definition, was, {}), zone)
        found = [fact for fact in found if fact.value == wanted.value and fact.event == wanted.event]
    if not found:
        raise NotFound(
            f"no current {definition.id} of {effective}",
            place=definition.id,
            remedy="Name fact and effective time as recorded.",
        )
    return max(found, key=lambda fact: fact.seq)


def _at(fact: Fact, when: date | datetime) -> bool:
    return fact.effective == when if isinstance(when, datetime) else fact.effective_day == when
