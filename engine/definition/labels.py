"""What things are called: labels of facts, stages, holds, tasks and settings in both languages, for sentences and pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.language.printing import PLAIN

if TYPE_CHECKING:
    from engine.definition.registry import Registry

PARTS = {
    "stage": "stages", "hold": "holds", "task": "tasks", "action": "actions",
    "deviation": "deviations", "indicator": "indicators"}  # fmt: skip


class DefinitionLabels:
    """`Labels` over the catalogue, the functions and every definition in force; what has no label is humanised."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def of(self, kind: str, name: str, language: str) -> str:
        """The label of a name; `kind` is that of `engine.language.printing.Labels`."""
        found = self._found(kind, name)
        return found.get(language, "") or PLAIN.of(kind, name, language)

    def _found(self, kind: str, name: str) -> dict[str, str]:
        if kind == "pathway" and name in self._registry.ids():
            return self._registry.latest(name).spec.title.model_dump()
        if kind == "code":
            return self._code(name)
        if kind in PARTS:
            return self._part(PARTS[kind], name)
        return self._value(name)

    def _value(self, name: str) -> dict[str, str]:
        catalogue = self._registry.catalogue
        code = catalogue.canonical(name)
        if code is not None:
            return dict(catalogue.facts[code].label)
        if catalogue.is_class(name):
            return dict(catalogue.find_class(name).label)
        if name in self._registry.functions:
            return dict(self._registry.functions[name].label)
        if catalogue.is_derived(name):
            return dict(catalogue.find_derived(name).label)
        return self._named(name)

    def _named(self, name: str) -> dict[str, str]:
        """A named value or criterion of any pathway that gives it a label."""
        pathway, _, key = name.rpartition(".")
        for one in [pathway] if pathway in self._registry.ids() else self._registry.ids():
            spec = self._registry.latest(one).spec
            element = spec.values.get(key) or spec.criteria.get(key)
            label = getattr(element, "label", None)
            if label is not None:
                return {"en": label.en, "zh": label.zh}
        return {}

    def _part(self, part: str, name: str) -> dict[str, str]:
        """The label in the version in force, else in an older one on which enrolments run."""
        pathway, _, key = name.rpartition(".")
        for one in [pathway] if pathway in self._registry.ids() else self._registry.ids():
            element = getattr(self._registry.latest(one).spec, part).get(key) or self._older(one, part, key)
            if element is not None:
                return {"en": element.label.en, "zh": element.label.zh}
        return {}

    def _older(self, pathway: str, part: str, key: str) -> Any:
        found = (getattr(one.spec, part).get(key) for one in self._registry.versions(pathway))
        return next((element for element in found if element is not None), None)

    def _code(self, name: str) -> dict[str, str]:
        fact, _, code = name.rpartition(".")
        canonical = self._registry.catalogue.canonical(fact)
        zh = self._registry.catalogue.facts[canonical].values.get(code, "") if canonical else ""
        return {"zh": zh, "en": ""}
