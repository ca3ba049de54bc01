"""What one resource states: facts in the forms of `engine.catalogue`, not yet checked against the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.calendar import Zone
from engine.model import When
from service.fhir.codings import Codings, Meaning, NeedsConfirmation, Unmapped
from service.fhir.shape import KeptOut, Node

ATTRIBUTE = "urn:careway:fhir:attribute:"
"""Extensions with this beginning carry what FHIR has no element for: `…:planned_next`, `…:last_programme_dose`."""


class Withdrawn(KeptOut):
    """The resource says that it was wrong or has no value (entered in error): what it said before is voided."""

    code = "withdrawn"


@dataclass(frozen=True, slots=True)
class Statement:
    """One fact as a resource gives it. `values` are spellings of the same value, tried in turn; empty for an event."""

    fact: str
    effective: When
    raw: Mapping[str, Any]
    values: tuple[Any, ...] = ()
    part: str = ""
    """Tells apart several facts of one resource: `started`, `stopped`, the code of a component."""
    path: str = ""


@dataclass
class Told:
    """Everything that a resource states, and what of it means no fact."""

    statements: list[Statement] = field(default_factory=list)
    unmapped: dict[str, str] = field(default_factory=dict)
    confirm: list[NeedsConfirmation] = field(default_factory=list)
    kept_out: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Scope:
    """What reading a resource needs: the codes, the patient's zone, the Medications that others refer to."""

    codings: Codings
    zone: Zone
    medications: Mapping[str, Node]

    def meaning(self, concept: Node, told: Told) -> Meaning | None:
        """The fact of a CodeableConcept; what is not mapped is noted in `told`."""
        try:
            return self.codings.meaning(concept)
        except Unmapped as reason:
            told.unmapped |= reason.codes
        except NeedsConfirmation as reason:
            told.confirm.append(reason)
        return None


def attributes(resource: Node) -> dict[str, Any]:
    """What extensions of ours say; a name given several times is a list."""
    found: dict[str, list[Any]] = {}
    for extension in resource.at("extension").each():
        url = extension.at("url").text()
        if url.startswith(ATTRIBUTE):
            found.setdefault(url.removeprefix(ATTRIBUTE), []).append(_plain(extension))
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _plain(extension: Node) -> Any:
    kind, node = extension.choice("value")
    if kind == "Boolean":
        return node.flag()
    if kind in ("Integer", "Decimal", "PositiveInt"):
        return str(node.number())
    if kind == "Quantity":
        return " ".join((str(node.at("value").number()), unit_of(node)))
    return node.text()


def unit_of(quantity: Node) -> str:
    """The unit of a Quantity: its UCUM code, else what is written for people."""
    ucum = quantity.at("system").text() == "http://unitsofmeasure.org"
    return (quantity.at("code").text() if ucum else "") or quantity.at("unit").text() or quantity.at("code").text()
