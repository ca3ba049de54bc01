"""Observation → facts: quantities in any known unit, codes, texts, titres, limits; components are facts of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.catalogue import FactDefinition, FactKind
from engine.model import When
from service.fhir.codings import Meaning, words
from service.fhir.shape import BrokenResource, KeptOut, Node, decimal_text
from service.fhir.statement import Scope, Statement, Told, Withdrawn, attributes, unit_of
from service.fhir.times import read_when

_STATUS = {"preliminary": "preliminary", "final": "final", "amended": "amended", "corrected": "corrected"}
_INTERPRETED = {
    "POS": "positive", "RR": "positive", "NEG": "negative", "NR": "negative", "IND": "indeterminate", "E": "indeterminate",
    "DET": "detected", "ND": "not_detected", "N": "normal",
}  # fmt: skip
_INTERPRETATIONS = ("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "http://hl7.org/fhir/v2/0078")
_YES_NO = {"http://terminology.hl7.org/CodeSystem/v2-0136": {"Y": "yes", "N": "no"}}
_DETECTED = {"positive": "detected", "detected": "detected", "negative": "not_detected", "not_detected": "not_detected"}
_SPECIMENS = {
    "csf": ("csf", "cerebrospinal", "脑脊液"), "serum": ("serum", "plasma", "血清", "血浆"), "urine": ("urine", "尿"),
    "tissue": ("tissue", "biopsy", "组织"), "blood": ("blood", "血"),
}  # fmt: skip
_COMPARATORS = ("<", "<=", ">", ">=")


def read_observation(resource: Node, scope: Scope) -> Told:
    """The facts of an Observation. Raises `KeptOut`, `Withdrawn`, `BrokenResource`."""
    common = {"status": _status(resource), **attributes(resource), **_method(resource), **_specimen(resource)}
    when, told = _effective(resource, scope), Told()
    parts = [("", resource)] if _has_value(resource) or not resource.at("component") else []
    parts += [(_component_code(one), one) for one in resource.at("component").each()]
    for part, node in parts:
        meaning = scope.meaning(node.at("code"), told)
        if meaning is not None:
            told.statements += _statement(node, meaning, common, when, part, told)
    return told


def _statement(
    node: Node, meaning: Meaning, common: dict[str, Any], when: When, part: str, told: Told
) -> Iterator[Statement]:
    definition, raw = meaning.definition, {**meaning.implies, **common}
    if definition.happens:
        event = meaning.stated or ("occurred" if definition.kind is FactKind.EVENT else "given")
        yield Statement(
            definition.id, when, {**_without(raw, "method", "specimen", "status"), "event": event}, (), part, node.path
        )
        return
    values = _values(node, meaning)
    if not values:
        told.kept_out.append("no value that can be read" if _has_value(node) else "no value")
        return
    yield Statement(definition.id, when, raw | _qualifiers(node, definition), values, part, node.path)


def _without(raw: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if key not in keys}


def _status(resource: Node) -> str:
    text = resource.at("status").text()
    if text in ("entered-in-error", "cancelled"):
        raise Withdrawn(f"status {text}", place=f"{resource.path}.status")
    if text not in _STATUS:
        raise KeptOut(f"status {text[:40] or 'missing'}", place=f"{resource.path}.status")
    return _STATUS[text]


def _effective(resource: Node, scope: Scope) -> When:
    """When it was true; `issued` is not taken for it, since it would make an old sample look fresh."""
    kind, node = resource.choice("effective")
    if kind == "Period":
        node = node.at("end") or node.at("start")
    elif kind not in ("DateTime", "Instant", ""):
        raise KeptOut(f"effective{kind} is no date", place=node.path)
    when = read_when(node, scope.zone)
    if when is None:
        raise KeptOut("no effective time", place=f"{resource.path}.effective")
    return when


def _has_value(node: Node) -> bool:
    return bool(node.choice("value")[0]) or bool(node.at("interpretation"))


def _component_code(component: Node) -> str:
    return component.to("code", "coding").first().at("code").text() or component.path.rpartition(".")[2]


# --- values ---


def _values(node: Node, meaning: Meaning) -> tuple[Any, ...]:
    """Spellings of the value, the surest first."""
    definition = meaning.definition
    kind, value = node.choice("value")
    found = list(_READERS[kind](value, meaning)) if kind in _READERS else []
    if kind and kind not in _READERS:
        raise KeptOut(f"value{kind[:40]} is not one value", place=value.path)
    if definition.kind is FactKind.CODED:
        found = [*_interpretations(node), *found]
    if meaning.stated:
        return _named(found, meaning)
    return tuple(dict.fromkeys(found))


def _named(found: list[Any], meaning: Meaning) -> tuple[Any, ...]:
    """A test for one antibody: positive means that antibody; negative says nothing about the others."""
    if not meaning.coding.value or any(str(one).lower() in ("positive", "阳性", "pos", "+") for one in found):
        return (meaning.stated,)
    return ()


def _quantity(node: Node, meaning: Meaning) -> Iterator[Any]:
    number, sign = node.at("value").number(), node.at("comparator").text()
    if number is None:
        return
    if sign not in ("", *_COMPARATORS):
        raise BrokenResource(f"{sign[:10]!r} is no comparator", place=f"{node.path}.comparator")
    units = (unit_of(node), node.at("unit").text(), meaning.coding.unit)
    for unit in dict.fromkeys(one for one in units if one) or ("",):
        yield f"{sign} {decimal_text(number)} {unit}".strip()


def _concept(node: Node, meaning: Meaning) -> Iterator[Any]:
    for coding in node.at("coding").each():
        system, code = coding.at("system").text(), coding.at("code").text()
        if system in _INTERPRETATIONS and code in _INTERPRETED:
            yield _INTERPRETED[code]
        elif system in _YES_NO and code in _YES_NO[system]:
            yield _YES_NO[system][code]
        elif code and (system.startswith("urn:careway:") or code in meaning.definition.values):
            yield code.rpartition(":")[2]
    yield from words(node)


def _ratio(node: Node, _: Meaning) -> Iterator[Any]:
    low, high = node.to("numerator", "value").number(), node.to("denominator", "value").number()
    if low is not None and high is not None:
        yield f"{decimal_text(low)}:{decimal_text(high)}"


def _text(node: Node, _: Meaning) -> Iterator[Any]:
    if node.text():
        yield node.text()


def _boolean(node: Node, _: Meaning) -> Iterator[Any]:
    yield "yes" if node.flag() else "no"


def _integer(node: Node, _: Meaning) -> Iterator[Any]:
    yield str(node.number())


_READERS = {
    "Quantity": _quantity, "CodeableConcept": _concept, "Ratio": _ratio, "String": _text, "DateTime": _text,
    "Boolean": _boolean, "Integer": _integer,
}  # fmt: skip


# --- qualifiers ---


def _interpretations(node: Node) -> Iterator[str]:
    for concept in node.at("interpretation").each():
        for coding in concept.at("coding").each():
            code = coding.at("code").text()
            if coding.at("system").text() in _INTERPRETATIONS and code in _INTERPRETED:
                yield _INTERPRETED[code]


def _qualifiers(node: Node, definition: FactDefinition) -> dict[str, Any]:
    """Upper limit of normal, and whether the target was detected."""
    found: dict[str, Any] = {}
    if definition.kind is FactKind.QUANTITY:
        found |= _upper_limit(node)
        seen = next((_DETECTED[one] for one in _interpretations(node) if one in _DETECTED), "")
        if seen and "detection" in definition.qualifiers:
            found["detection"] = seen
    return found


def _upper_limit(node: Node) -> dict[str, str]:
    """The highest normal value; ranges for something else than normal are left alone."""
    for one in node.at("referenceRange").each():
        code = one.to("type", "coding").first().at("code").text()
        high = one.to("high", "value").number()
        if high is not None and code in ("", "normal"):
            return {"uln": f"{decimal_text(high)} {unit_of(one.at('high'))}".strip()}
    return {}


def _method(resource: Node) -> dict[str, str]:
    said = words(resource.at("method"))
    return {"method": said[0]} if said else {}


def _specimen(resource: Node) -> dict[str, str]:
    """Serum and liquor are never mixed up: a specimen that nobody has named keeps the result out."""
    said = resource.to("specimen", "display").text().lower()
    if not said:
        return {}
    for specimen, spellings in _SPECIMENS.items():
        if any(one in said for one in spellings):
            return {"specimen": specimen}
    raise KeptOut("specimen is not known", place=f"{resource.path}.specimen.display")
