"""MedicationAdministration, MedicationRequest and MedicationStatement → exposures.

An administration is something given. An order or a statement is a course with up to two ends:
- an *active* order counts as taken from its start (`dosageInstruction.timing.repeat.boundsPeriod.start`, else `authoredOn`);
  drafts, plans, proposals and cancelled orders are not taken. A drug that is only ever given (an infusion) has no course:
  its order says nothing until the administration comes.
- completed, stopped or on hold: the course ended at `boundsPeriod.end` (statement: `effectivePeriod.end`), else on the day
  on which the resource last changed; without either it stays open and the import says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from engine.calendar import local_day
from engine.catalogue import FactDefinition
from engine.model import ExposureEvent, When
from service.fhir.codings import Meaning, words
from service.fhir.shape import BrokenResource, KeptOut, Node, decimal_text
from service.fhir.statement import Scope, Statement, Told, Withdrawn, attributes, unit_of
from service.fhir.times import instant_of, read_when

_ENDED = ("completed", "stopped", "on-hold")
_ROUTES = {
    "oral": ("oral", "per os", "by mouth", "口服"), "sc": ("subcut", "皮下"), "im": ("intramusc", "肌"), "intrathecal": ("intrathecal", "鞘内"),
    "iv": ("intraven", "静脉"), "nasal": ("nasal", "鼻"),
}  # fmt: skip
_SHORT_ROUTES = {"po": "oral", "iv": "iv", "sc": "sc", "im": "im", "it": "intrathecal"}
_PERIODS = {"d": Decimal(1), "wk": Decimal(7), "h": Decimal(1) / 24}
PULSE = "methylprednisolone_pulse"
PULSE_FROM_MG = 500
"""Intravenous methylprednisolone from this daily dose is a pulse, below it is not (premedication has 80 to 125 mg)."""


def read_administration(resource: Node, scope: Scope) -> Told:
    """A single administration, or one that was broken off (something was given)."""
    status = resource.at("status").text()
    _void(resource, status)
    if status not in ("completed", "stopped"):
        raise KeptOut(f"administration {status[:40] or 'without status'}", place=f"{resource.path}.status")
    told, (_, node) = Told(), resource.choice("effective")
    meaning = scope.meaning(_drug(resource, scope), told)
    if meaning is None:
        return told
    when = read_when(node.at("start") if isinstance(node.value, dict) else node, scope.zone)
    if when is None:
        raise KeptOut("no effective time", place=f"{resource.path}.effective")
    dosage = resource.at("dosage")
    raw = _common(resource, meaning, dosage) | _amount(dosage.at("dose"), "")
    told.statements.append(_event(meaning.definition, raw, "given", when, resource.path, part=""))
    return told


def read_request(resource: Node, scope: Scope) -> Told:
    """A course that was ordered."""
    status, intent = resource.at("status").text(), resource.at("intent").text()
    _void(resource, status)
    if status not in ("active", *_ENDED) or intent in ("proposal", "plan", "option"):
        raise KeptOut(
            f"order {status[:40] or 'without status'} ({intent[:40] or 'no intent'})", place=f"{resource.path}.status"
        )
    dosage = resource.at("dosageInstruction").first()
    bounds = dosage.to("timing", "repeat", "boundsPeriod")
    start = bounds.at("start") or resource.at("authoredOn")
    return _course(resource, scope, status, dosage, (start, bounds.at("end")))


def read_statement(resource: Node, scope: Scope) -> Told:
    """A course that somebody reports."""
    status, (kind, node) = resource.at("status").text(), resource.choice("effective")
    _void(resource, status)
    if status not in ("active", *_ENDED):
        raise KeptOut(f"statement {status[:40] or 'without status'}", place=f"{resource.path}.status")
    ends = (node.at("start"), node.at("end")) if kind == "Period" else (node, Node(None, node.path))
    return _course(resource, scope, status, resource.at("dosage").first(), ends)


def _void(resource: Node, status: str) -> None:
    if status == "entered-in-error":
        raise Withdrawn(f"status {status}", place=f"{resource.path}.status")


def _course(resource: Node, scope: Scope, status: str, dosage: Node, ends: tuple[Node, Node]) -> Told:
    told = Told()
    meaning = scope.meaning(_drug(resource, scope), told)
    if meaning is None:
        return told
    if ExposureEvent.STARTED not in meaning.definition.events:
        raise KeptOut(
            f"{meaning.definition.id} is given singly: an order is not an administration", place=resource.path
        )
    raw = _common(resource, meaning, dosage) | _amount(
        dosage.at("doseAndRate").first().at("doseQuantity"), _rate(dosage)
    )
    start = read_when(ends[0], scope.zone)
    if start is None:
        told.kept_out.append("course without a start")
    else:
        told.statements.append(_event(meaning.definition, raw, "started", start, resource.path, part="started"))
    told.statements += _end(resource, meaning, scope, status, ends[1], told)
    return told


def _end(resource: Node, meaning: Meaning, scope: Scope, status: str, end: Node, told: Told) -> Iterator[Statement]:
    stop = read_when(end, scope.zone)
    if status == "active":
        return
    changed = instant_of(resource.to("meta", "lastUpdated"))
    stop = stop or (local_day(changed, scope.zone) if changed else None)
    if stop is None:
        told.kept_out.append("course ended without a date")
        return
    reason = words(
        resource.at("statusReason").first()
        if isinstance(resource.at("statusReason").value, list)
        else resource.at("statusReason")
    )
    raw = {**meaning.implies, **({"reason_for_stop": reason[0]} if reason else {})}
    raw |= {key: value for key, value in attributes(resource).items() if key in ("completed", "interrupted")}
    yield _event(meaning.definition, raw, "stopped", stop, resource.path, part="stopped")


def _event(
    definition: FactDefinition, raw: dict[str, Any], event: str, when: When, path: str, *, part: str
) -> Statement:
    fact = PULSE if definition.id == "methylprednisolone" and _is_pulse(raw) else definition.id
    return Statement(fact, when, {**raw, "event": event}, (), part, path)


def _is_pulse(raw: dict[str, Any]) -> bool:
    number, _, unit = str(raw.get("dose", "")).partition(" ")
    try:
        mg = Decimal(number) * {"mg": 1, "mg/d": 1, "g": 1000, "g/d": 1000}.get(unit, 0)
    except ArithmeticError:
        return False
    return raw.get("route") == "iv" and mg >= PULSE_FROM_MG


# --- drug, dose, route ---


def _drug(resource: Node, scope: Scope) -> Node:
    """The CodeableConcept of the drug, wherever it stands."""
    kind, node = resource.choice("medication")
    if kind == "CodeableConcept":
        return node
    reference = node.at("reference").text()
    if reference.startswith("#"):
        found = next((one for one in resource.at("contained").each() if one.at("id").text() == reference[1:]), None)
    else:
        found = scope.medications.get(reference)
    if found is None:
        raise BrokenResource(
            "the medication is neither coded nor part of the input", place=f"{resource.path}.medication"
        )
    return found.at("code")


def _common(resource: Node, meaning: Meaning, dosage: Node) -> dict[str, Any]:
    reason = words(resource.at("reasonCode").first())
    indication = {"indication": reason[0]} if reason and meaning.definition.id != "ivig" else {}
    return {**indication, **_route(dosage.at("route"), meaning.definition), **meaning.implies, **attributes(resource)}


def _route(route: Node, definition: FactDefinition) -> dict[str, str]:
    """The route where it is understood; one that the drug does not have is `other`."""
    said = " ".join(words(route)).lower()
    found = _SHORT_ROUTES.get(said) or next(
        (key for key, names in _ROUTES.items() if any(one in said for one in names)), ""
    )
    if not found:
        return {}
    return {"route": found if not definition.routes or found in definition.routes else "other"}


def _amount(quantity: Node, rate: str) -> dict[str, str]:
    number = quantity.at("value").number()
    unit = unit_of(quantity)
    if number is None or not unit:
        return {}
    if rate.startswith("*"):
        factor, _, per = rate[1:].partition("/")
        return {"dose": f"{decimal_text(number * Decimal(factor))} {unit}/{per}"}
    return {"dose": f"{decimal_text(number)} {unit}"}


def _rate(dosage: Node) -> str:
    """How often: `*2/d` for twice a day; empty where it is not said or is no whole number a day or week."""
    repeat = dosage.to("timing", "repeat")
    frequency, period = repeat.at("frequency").number() or Decimal(1), repeat.at("period").number()
    unit = repeat.at("periodUnit").text()
    if not repeat.at("periodUnit") or period is None or period <= 0 or unit not in _PERIODS:
        return ""
    if unit == "h":
        per_day = frequency * 24 / period
        return f"*{per_day}/d" if per_day == int(per_day) else ""
    return f"*{frequency}/{unit}" if period == 1 else ""
