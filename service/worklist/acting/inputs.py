"""What an action asks for, as inputs of a form: choices, days, quantities with units; and what was typed, as parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.catalogue.definition import FactKind
from engine.definition.schema import DefinitionSpec, Parameter
from engine.language import readable
from engine.units import same_kind
from service.wiring import Careway
from service.worklist.acting.details import code as code_label
from service.worklist.acting.details import detail
from service.worklist.acting.sending import Typed

PREFIX = "p."
"""Before the name of a parameter, so that no parameter can stand for a field of the page."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value and what it is called."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Input:
    """One parameter of an action."""

    name: str
    kind: str
    label: str
    required: bool
    value: str = ""
    values: tuple[str, ...] = ()
    unit: str = ""
    time: str = ""
    choices: tuple[Choice, ...] = ()
    groups: tuple[tuple[str, tuple[Choice, ...]], ...] = ()
    """Choices under headings, where there are many."""
    problem: str = ""
    """What is wrong with what was typed; a page says it in words of its own, by `kind`."""

    @property
    def said(self) -> str:
        """What was typed, as people call it: stands beside what will follow, since that is what is confirmed."""
        known = {one.value: one.label for _, group in (("", self.choices), *self.groups) for one in group}
        if self.kind == "quantity":
            return f"{self.value} {known.get(self.unit, self.unit)}" if self.value[-1:].isdigit() else self.value
        if self.kind in ("when", "datetime"):
            return f"{self.value.replace('T', ' ')} {self.time}".strip()
        return ", ".join(known.get(value, value) for value in self.values if value)


class Inputs:
    """The inputs of the actions of one enrolment, in one language."""

    def __init__(self, careway: Careway, spec: DefinitionSpec, language: str) -> None:
        self._careway = careway
        self._spec = spec
        self._language = language

    def of(self, asks: Mapping[str, Parameter], typed: Typed, problems: Mapping[str, str] | None = None) -> list[Input]:
        """Every parameter with what was typed so far."""
        found = problems or {}
        return [self._input(name, spec, typed, found.get(name, "")) for name, spec in asks.items()]

    def _input(self, name: str, spec: Parameter, typed: Typed, problem: str) -> Input:
        key = f"{PREFIX}{name}"
        label = getattr(spec.label, self._language) if spec.label else detail(name, self._language)
        choices = tuple(self._choices(spec))
        groups = tuple(self._groups(spec))
        unit = typed.one(f"{key}.unit") or spec.unit
        return Input(
            name, spec.kind, label, spec.required, typed.one(key), typed.all(key), unit, typed.one(f"{key}.time"), choices, groups, problem
        )  # fmt: skip

    def _choices(self, spec: Parameter) -> Iterable[Choice]:
        if spec.kind in ("code", "codes"):
            return sorted(
                (Choice(code, self._code(code)) for code in spec.codes), key=lambda one: spec.codes.index(one.value)
            )
        if spec.kind == "pathway":
            ids = self._careway.registry.ids()
            label = self._careway.registry.labels.of
            return sorted(
                (Choice(one, label("pathway", one, self._language)) for one in ids), key=lambda one: one.label
            )
        if spec.kind == "quantity" and spec.unit:
            units = self._careway.registry.catalogue.units
            fitting = (one for one in units if one != spec.unit and same_kind(one, spec.unit))
            return [Choice(one, readable.unit(one)) for one in (spec.unit, *sorted(fitting))]
        return ()

    def _groups(self, spec: Parameter) -> Iterable[tuple[str, tuple[Choice, ...]]]:
        """Drugs first, then all other facts."""
        if spec.kind != "fact":
            return
        facts = self._careway.registry.catalogue.facts.values()
        for heading, drugs in (("drug", True), ("other", False)):
            fitting = [
                Choice(one.id, one.label[self._language]) for one in facts if (one.kind is FactKind.EXPOSURE) is drugs
            ]
            yield heading, tuple(sorted(fitting, key=lambda one: one.label.casefold()))

    def _code(self, code: str) -> str:
        """What a code is called: the label of a hold, stage or task of this pathway, of a fact or value, or its own words."""
        for part in ("holds", "stages", "tasks", "actions"):
            known = getattr(self._spec, part).get(code)
            if known is not None:
                return str(getattr(known.label, self._language))
        catalogue = self._careway.registry.catalogue
        if code in catalogue.facts:
            return catalogue.facts[code].label[self._language]
        value = next((one.values[code] for one in catalogue.facts.values() if code in one.values), "")
        return value if value and self._language == "zh" else code_label(code, self._language)


def parameters(asks: Mapping[str, Parameter], typed: Typed) -> dict[str, Any]:
    """What was typed, in the forms that the engine reads; what was left empty is left out."""
    found = {name: _value(spec, f"{PREFIX}{name}", typed) for name, spec in asks.items()}
    return {name: value for name, value in found.items() if value not in ("", [])}


def _value(spec: Parameter, key: str, typed: Typed) -> Any:
    text = typed.one(key)
    if spec.kind == "codes":
        return list(typed.all(key))
    if spec.kind == "when":
        return f"{text} {typed.one(f'{key}.time')}".strip() if text else ""
    if spec.kind == "quantity" and text and text[-1].isdigit():
        return f"{text} {typed.one(f'{key}.unit') or spec.unit}".strip()
    return text
