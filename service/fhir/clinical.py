"""Condition, Procedure and Immunization → diagnoses, events and exposures."""

from __future__ import annotations

from typing import Any

from engine.catalogue import FactKind
from engine.model import ExposureEvent, When
from service.fhir.codings import Meaning, words
from service.fhir.shape import KeptOut, Node
from service.fhir.statement import Scope, Statement, Told, Withdrawn, attributes
from service.fhir.times import instant_of, read_when

_PRELIMINARY = ("unconfirmed", "provisional", "differential")
_GONE = ("inactive", "remission", "resolved")


def read_condition(resource: Node, scope: Scope) -> Told:
    """A diagnosis (its value by our own code), a yes to a question, or an event.

    A yes counts from the day on which it was last asserted (`recordedDate`, else the last change): a diabetes of many
    years is as fresh as its last confirmation. A diagnosis and an event count from their onset.
    """
    verification = resource.to("verificationStatus", "coding").first().at("code").text()
    if verification in ("entered-in-error", "refuted"):
        raise Withdrawn(f"condition {verification}", place=f"{resource.path}.verificationStatus")
    told = Told()
    meaning = scope.meaning(resource.at("code"), told)
    if meaning is not None:
        status = {"status": "preliminary"} if verification in _PRELIMINARY else {}
        told.statements += _condition(resource, meaning, scope, {**meaning.implies, **attributes(resource), **status})
    return told


def _condition(resource: Node, meaning: Meaning, scope: Scope, raw: dict[str, Any]) -> list[Statement]:
    fact, path = meaning.definition.id, resource.path
    onset, asserted = _onset(resource, scope), _asserted(resource, scope)
    if meaning.definition.happens:
        severity = words(resource.at("severity"))
        extra = {"severity": severity[0].lower()} if severity and "severity" in meaning.definition.attributes else {}
        return [
            Statement(
                fact,
                _known(onset or asserted, path),
                {**extra, **raw, "event": meaning.stated or "occurred"},
                (),
                "",
                path,
            )
        ]
    if meaning.definition.kind is not FactKind.BOOLEAN:
        value = meaning.stated or "yes"
        return [Statement(fact, _known(onset or asserted, path), raw, (value,), "", path)]
    return _yes_and_no(resource, scope, fact, raw, _known(asserted or onset, path))


def _yes_and_no(resource: Node, scope: Scope, fact: str, raw: dict[str, Any], asserted: When) -> list[Statement]:
    """Yes while it is active; no from the day on which it ended."""
    clinical = resource.to("clinicalStatus", "coding").first().at("code").text()
    if clinical not in _GONE:
        return [Statement(fact, asserted, raw, ("yes",), "", resource.path)]
    kind, node = resource.choice("abatement")
    ended = (
        read_when(node.at("end") if kind == "Period" else node, scope.zone) if kind in ("DateTime", "Period") else None
    )
    if ended is None:
        raise KeptOut(f"condition {clinical} without its end", place=f"{resource.path}.abatement")
    return [Statement(fact, ended, raw, ("no",), "", resource.path)]


def _onset(resource: Node, scope: Scope) -> When | None:
    kind, node = resource.choice("onset")
    if kind not in ("DateTime", "Period"):
        return None
    return read_when(node.at("start") if kind == "Period" else node, scope.zone)


def _asserted(resource: Node, scope: Scope) -> When | None:
    return read_when(resource.at("recordedDate"), scope.zone) or instant_of(resource.to("meta", "lastUpdated"))


def _known(when: When | None, path: str) -> When:
    if when is None:
        raise KeptOut("no effective time", place=path)
    return when


def read_procedure(resource: Node, scope: Scope) -> Told:
    """Something done: a session, or a course where its start and end are on different days and the fact knows courses."""
    status = resource.at("status").text()
    if status in ("entered-in-error", "not-done"):
        raise Withdrawn(f"procedure {status}", place=f"{resource.path}.status")
    if status not in ("completed", "in-progress", "stopped"):
        raise KeptOut(f"procedure {status[:40] or 'without status'}", place=f"{resource.path}.status")
    told = Told()
    meaning = scope.meaning(resource.at("code"), told)
    if meaning is not None:
        told.statements += _procedure(resource, meaning, scope, {**meaning.implies, **attributes(resource)})
    return told


def _procedure(resource: Node, meaning: Meaning, scope: Scope, raw: dict[str, Any]) -> list[Statement]:
    fact, path, events = meaning.definition.id, resource.path, meaning.definition.events
    kind, node = resource.choice("performed")
    start = _known(read_when(node.at("start") if kind == "Period" else node, scope.zone), path)
    stop = read_when(node.at("end"), scope.zone) if kind == "Period" else None
    if not meaning.definition.happens:
        return [Statement(fact, start, raw, (meaning.stated or "yes",), "", path)]
    if meaning.stated:
        return [Statement(fact, start, {**raw, "event": meaning.stated}, (), "", path)]
    if kind == "Period" and ExposureEvent.STARTED in events and (stop is None or str(stop)[:10] != str(start)[:10]):
        course = [Statement(fact, start, {**raw, "event": "started"}, (), "started", path)]
        return course + (
            [Statement(fact, stop, {**meaning.implies, "event": "stopped"}, (), "stopped", path)] if stop else []
        )
    event = "given" if ExposureEvent.GIVEN in events else "occurred"
    return [Statement(fact, start, {**raw, "event": event}, (), "", path)]


def read_immunization(resource: Node, scope: Scope) -> Told:
    """A vaccine dose. Which vaccine is told in words; live or inactivated by an attribute of ours, never guessed."""
    status = resource.at("status").text()
    if status in ("entered-in-error", "not-done"):
        raise Withdrawn(f"immunization {status}", place=f"{resource.path}.status")
    if status != "completed":
        raise KeptOut(f"immunization {status[:40] or 'without status'}", place=f"{resource.path}.status")
    kind, node = resource.choice("occurrence")
    if kind != "DateTime":
        raise KeptOut("no effective time", place=f"{resource.path}.occurrence")
    when, name = _known(read_when(node, scope.zone), node.path), words(resource.at("vaccineCode"))
    raw = {**({"vaccine": name[0]} if name else {}), **attributes(resource), "event": "given"}
    return Told([Statement("vaccination", when, raw, (), "", resource.path)])
