"""Makes one record out of what a person, a laboratory or a case wrote, or refuses it with the reason.

Refused are: an unknown fact or code, a number without the unit it needs, a range such as `3-4`, a value outside the
plausible range, a time in the future, an attribute that the fact does not have. Everything accepted is canonical
(`engine.model.Fact`), so that no later step reads spellings or units again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.calendar import Zone, local_day, start_of_day
from engine.catalogue.attributes import Scope, read_attributes, read_date
from engine.catalogue.codes import read_boolean, read_code
from engine.catalogue.definition import FactDefinition, FactKind
from engine.catalogue.measurement import read_measurement
from engine.catalogue.names import nearest
from engine.catalogue.refusal import refused
from engine.errors import InvalidFact, UnknownName
from engine.model import SYSTEM, ExposureEvent, Fact, FactStatus, Person

if TYPE_CHECKING:
    from engine.catalogue.catalogue import Catalogue

_OWN_KEYS = ("value", "unit", "event", "effective", "status", "comparator", "source")
_LONGEST_TEXT = 4000


@dataclass(frozen=True, slots=True)
class Context:
    """Who records, when and where; ids and order come from the caller."""

    now: datetime
    zone: Zone
    seq: int
    id: str
    recorder: Person = SYSTEM
    source: str = ""
    pathway: str | None = None
    effective: str | date | datetime | None = None
    """When it was true, unless the entry says so itself; None: now."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The canonical content of an entry, without its times."""

    value: Decimal | bool | str | date | datetime | None = None
    event: ExposureEvent | None = None
    comparator: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    as_reported: str = ""
    reported_unit: str = ""


def enter(catalogue: Catalogue, name: str, raw: Any, context: Context) -> Fact:
    """The fact of one entry; raises `InvalidFact`."""
    definition = _definition(catalogue, name, context.pathway)
    try:
        return _enter(catalogue, definition, as_mapping(definition, raw, implied(definition, name)), context)
    except InvalidFact as error:
        error.place = error.place or definition.id
        error.details.setdefault("fact", definition.id)
        raise


def _definition(catalogue: Catalogue, name: str, pathway: str | None) -> FactDefinition:
    try:
        return catalogue.find(name, pathway)
    except UnknownName as error:
        found = error.details.get("nearest", "")
        raise refused("unknown_fact", error.message, error.remedy, place=str(name), nearest=found) from None


def _enter(catalogue: Catalogue, definition: FactDefinition, raw: Mapping[str, Any], context: Context) -> Fact:
    reading = read(catalogue, definition, raw, context.zone, context.pathway)
    when, day, timed = effective_time(raw.get("effective", context.effective), context)
    _not_after(reading.value, definition, context)
    return Fact(
        id=context.id, code=definition.id, effective=when, effective_day=day, timed=timed,
        recorded=context.now.astimezone(UTC), seq=context.seq, value=reading.value, event=reading.event,
        attributes=reading.attributes, comparator=reading.comparator, status=read_status(raw.get("status", "final")),
        recorder=context.recorder, source=str(raw.get("source", "")) or context.source,
        as_reported=reading.as_reported,
    )  # fmt: skip


def implied(definition: FactDefinition, name: str) -> Mapping[str, Any]:
    """Qualifiers that the name itself states (`sao2`: measured in an arterial gas)."""
    return definition.alias_implies.get(name, {})


def as_mapping(definition: FactDefinition, raw: Any, defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Every form of an entry as one mapping."""
    if isinstance(raw, Mapping):
        return {**defaults, **{str(key): value for key, value in raw.items()}}
    if raw is None or isinstance(raw, list | tuple):
        raise refused("missing_value", f"{definition.id} needs one value", "Give one entry for each value.")
    return {**defaults, ("event" if definition.happens else "value"): raw}


def read(
    catalogue: Catalogue, definition: FactDefinition, raw: Mapping[str, Any], zone: Zone, pathway: str | None = None
) -> Reading:
    """The canonical content of an entry in mapping form; raises `InvalidFact`."""
    if definition.happens:
        _refuse_value(definition, raw)
        reading = Reading(event=_event(definition, raw), as_reported=str(raw.get("dose", "")))
    else:
        reading = _read_value(catalogue, definition, raw, zone)
    scope = Scope(catalogue, definition, zone, reading.reported_unit, reading.event, pathway)
    rest = {key: value for key, value in raw.items() if key not in _OWN_KEYS}
    attributes = reading.attributes | read_attributes(scope, rest)
    check_consistent(reading.value, reading.comparator, attributes)
    return Reading(
        reading.value, reading.event, reading.comparator, attributes, reading.as_reported, reading.reported_unit
    )


def _refuse_value(definition: FactDefinition, raw: Mapping[str, Any]) -> None:
    if "value" in raw:
        remedy = f"Write {{event: {definition.events[0]}}} with its attributes."
        raise refused("bad_value", f"{definition.id} is something that happens and has no value", remedy)


def _event(definition: FactDefinition, raw: Mapping[str, Any]) -> ExposureEvent:
    """What happened; an event occurs unless said otherwise, an exposure must say whether it was given, started or stopped."""
    if "event" not in raw and definition.kind is FactKind.EVENT:
        return ExposureEvent.OCCURRED
    text = str(raw.get("event", ""))
    if text in definition.events:
        return ExposureEvent(text)
    reason = "unknown_code" if text else "missing_event"
    found = nearest(text, definition.events) if text else ""
    raise refused(
        reason,
        f"{text!r} is not an event of {definition.id}",
        f"Use one of: {', '.join(definition.events)}.",
        nearest=found,
    )


def _read_value(catalogue: Catalogue, definition: FactDefinition, raw: Mapping[str, Any], zone: Zone) -> Reading:
    value = raw.get("value")
    if value is None or "event" in raw:
        raise refused("missing_value", f"{definition.id} needs a value", "Write {value: …} with its qualifiers.")
    if isinstance(value, list | tuple | dict):
        raise refused("bad_value", f"{definition.id} needs one value", "Give one entry for each value.")
    if definition.kind is FactKind.QUANTITY:
        return _measured(catalogue, definition, raw)
    if raw.get("comparator") or raw.get("unit"):
        raise refused("unknown_attribute", f"{definition.id} has neither unit nor comparator", "Leave them out.")
    return _PLAIN[definition.kind](definition, value, zone)


def _measured(catalogue: Catalogue, definition: FactDefinition, raw: Mapping[str, Any]) -> Reading:
    written = f"{raw['value']} {raw['unit']}" if raw.get("unit") else raw["value"]
    measured = read_measurement(definition, written, catalogue.spellings)
    stated = str(raw.get("comparator", "")) or measured.comparator
    if stated not in ("", "<", "<=", ">", ">=") or (measured.comparator and stated != measured.comparator):
        raise refused(
            "contradiction", f"comparator {stated!r} does not fit {raw['value']!r}", "Use one of <, <=, >, >=."
        )
    attributes: dict[str, Any] = {"detection": measured.detection} if measured.detection else {}
    if measured.series_unit:
        attributes["unit"] = measured.series_unit
    return Reading(measured.value, None, stated, attributes, str(written), measured.unit)


def _coded(definition: FactDefinition, value: Any, _zone: Zone) -> Reading:
    return Reading(read_code(definition, value), as_reported=str(value))


def _boolean(definition: FactDefinition, value: Any, _zone: Zone) -> Reading:
    return Reading(read_boolean(value, definition.value_aliases), as_reported=str(value))


def _date(definition: FactDefinition, value: Any, zone: Zone) -> Reading:
    when, attributes = value, {}
    if "date_precision" in definition.attributes and len(str(value).strip()) == len("2026-01"):
        when, attributes = f"{str(value).strip()}-01", {"date_precision": "month"}
    found = read_date(when, zone)
    if definition.precision == "minute":
        if not isinstance(found, datetime):
            raise refused("bad_date", f"{definition.id} needs the time of day", "Write 2026-01-05 09:00.")
        return Reading(found, attributes=attributes, as_reported=str(value))
    return Reading(local_day(found, zone), attributes=attributes, as_reported=str(value))


def _free_text(definition: FactDefinition, value: Any, _zone: Zone) -> Reading:
    text = str(value).strip()
    if not text or len(text) > _LONGEST_TEXT:
        raise refused("bad_value", f"{definition.id} needs a text of at most {_LONGEST_TEXT} characters", "Shorten it.")
    return Reading(text, as_reported=text)


_PLAIN: Mapping[FactKind, Callable[[FactDefinition, Any, Zone], Reading]] = {
    FactKind.CODED: _coded,
    FactKind.BOOLEAN: _boolean,
    FactKind.DATE: _date,
    FactKind.TEXT: _free_text,
}


def check_consistent(value: Any, comparator: str, attributes: Mapping[str, Any]) -> None:
    """A result above zero that was not detected, without a limit, says two things at once."""
    if contradicts(value, comparator, attributes.get("detection")):
        raise refused(
            "contradiction", f"{value} was measured and yet not detected", "Correct the value or leave `detection` out."
        )


def contradicts(value: Any, comparator: str, detection: Any) -> bool:
    """Whether a number and `detection` cannot both be true."""
    return detection == "not_detected" and isinstance(value, Decimal) and value > 0 and not comparator.startswith("<")


def effective_time(raw: Any, context: Context) -> tuple[datetime, date, bool]:
    """Instant, local day and whether the time is known; raises `InvalidFact` for a time that has not come yet."""
    if raw is None:
        now = context.now.astimezone(UTC)
        return now, local_day(now, context.zone), True
    when = read_date(raw, context.zone)
    timed, day = isinstance(when, datetime), local_day(when, context.zone)
    if day > local_day(context.now, context.zone) or (timed and when > context.now):
        raise refused(
            "future", f"{raw} has not come yet", "Give the time at which it was true; plan it with an action instead."
        )
    return (when if timed else start_of_day(day, context.zone)), day, timed


def _not_after(value: Any, definition: FactDefinition, context: Context) -> None:
    """A date fact tells what has happened."""
    if (
        definition.kind is FactKind.DATE
        and isinstance(value, date)
        and local_day(value, context.zone) > local_day(context.now, context.zone)
    ):
        raise refused("future", f"{value} has not come yet", "Record it when it has happened.")


def read_status(raw: Any) -> FactStatus:
    """preliminary, final, amended or corrected; voiding is a retraction of its own."""
    allowed = [status.value for status in FactStatus if status is not FactStatus.ENTERED_IN_ERROR]
    if str(raw) not in allowed:
        raise refused(
            "unknown_code",
            f"{raw!r} is not a status",
            f"Use one of: {', '.join(allowed)}; retract a fact that is wrong.",
        )
    return FactStatus(str(raw))
