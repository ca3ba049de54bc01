"""A registry built from the lists of ids alone, so that cases can be read before, and without, their definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ruamel.yaml import YAML

from engine.catalogue import Catalogue
from engine.definition.schema import DefinitionSpec
from tests.source_tree import ROOT

IDS = ROOT / "tests" / "data" / "ids"


@dataclass(frozen=True)
class ListedDefinition:
    """A definition that knows its ids and nothing else."""

    spec: DefinitionSpec


@dataclass(frozen=True)
class ListedRegistry:
    """Every pathway of a folder of id lists."""

    definitions: Mapping[str, ListedDefinition]
    catalogue: Catalogue = field(repr=False)

    def ids(self) -> list[str]:
        return list(self.definitions)

    def get(self, pathway: str) -> ListedDefinition:
        return self.definitions[pathway]


@cache
def listed_registry() -> ListedRegistry:
    """The registry of all pathways of the specifications."""
    catalogue = Catalogue.load(ROOT / "pathways" / "catalogue" / "facts.yaml")
    specs = [
        spec_of(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))
        for path in sorted(IDS.glob("*.yaml"))
    ]
    return ListedRegistry({spec.pathway: ListedDefinition(spec) for spec in specs}, catalogue)


def spec_of(ids: Mapping[str, Any], **more: Any) -> DefinitionSpec:
    """A definition with these ids, labels made up."""
    stages = dict(_stages(ids.get("stages", {})))
    data = {
        "pathway": ids["pathway"], "title": _label(ids["pathway"]), "spec": "ids", "initial": ids.get("initial") or next(iter(stages)),
        "parent": ids.get("parent"), "opens": list(ids.get("opens") or []), "stages": stages,
        "settings": {name: {"value": 1, "reason": "listed"} for name in ids.get("settings") or {}},
        "actions": {name: _action(one) for name, one in (ids.get("actions") or {}).items()},
        "tasks": {name: {"label": _label(name), "for": "care_coordinator"} for name in ids.get("tasks") or {}},
        "holds": {name: {"label": _label(name), "opens": "no"} for name in ids.get("holds") or {}},
        "notifications": {name: {"label": _label(name), "to": ["neurologist"], "urgency": "routine"} for name in ids.get("notifications") or {}},
        "deviations": {name: {"label": _label(name)} for name in ids.get("deviations") or {}},
        **more,
    }  # fmt: skip
    return DefinitionSpec.model_validate(data)


def _stages(stages: Mapping[str, Any], parent: str | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, one in stages.items():
        about = one or {}
        yield name, {"label": _label(name), "terminal": bool(about.get("terminal")), "parent": parent}
        yield from _stages(about.get("stages", {}), name)


def _action(about: Mapping[str, Any] | None) -> dict[str, Any]:
    asks = {name: {"kind": "text", "required": False} for name in (about or {}).get("with") or {}}
    return {"label": _label("action"), "by": ["neurologist"], "with": asks}


def _label(name: str) -> dict[str, str]:
    return {"en": name, "zh": name}
