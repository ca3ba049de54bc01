"""Which ids a case may use: those of its pathway, of every pathway that can be opened from it, and of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from engine.cases.ports import Registry
from engine.catalogue import Catalogue
from engine.definition.schema import DefinitionSpec


def stage_path(spec: DefinitionSpec, stage: str) -> str:
    """A stage as cases write it: a nested one as `parent.child`, whichever way the definition names it."""
    parent = spec.stages[stage].parent if stage in spec.stages else None
    if not parent:
        return stage
    above = stage_path(spec, parent)
    return stage if stage.startswith(f"{above}.") else f"{above}.{stage}"


def opened_by(spec: DefinitionSpec) -> Iterator[str]:
    """Pathways that this one can open."""
    yield from spec.opens
    effects = [*(one.effects for one in spec.actions.values()), *(one.effects for one in spec.automatic.values())]
    yield from (effect.open.pathway for some in effects for effect in some if effect.open)


@dataclass
class Names:
    """The ids known to a case of one pathway."""

    registry: Registry
    pathway: str
    joined: tuple[str, ...] = ()
    """Further pathways that the patient is put on in the course of the case."""

    @cached_property
    def catalogue(self) -> Catalogue:
        """Facts, classes and derived values."""
        return self.registry.catalogue

    @cached_property
    def all_pathways(self) -> tuple[str, ...]:
        """Every pathway of the installation."""
        return tuple(self.registry.ids())

    @cached_property
    def pathways(self) -> Mapping[str, DefinitionSpec]:
        """The own pathway first, then those that can be opened from it or are joined, however indirectly, and its parents."""
        found: dict[str, DefinitionSpec] = {}
        waiting = [self.pathway, *self.joined]
        while waiting:
            name = waiting.pop(0)
            if name not in found and name in self.all_pathways:
                found[name] = self.registry.get(name).spec
                waiting += [one for one in (*opened_by(found[name]), found[name].parent) if one]
        return found

    def spec(self, pathway: str) -> DefinitionSpec:
        """The definition of any pathway of the installation."""
        return self.pathways.get(pathway) or self.registry.get(pathway).spec

    def stages(self, pathway: str) -> tuple[str, ...]:
        """Stages of a pathway as cases write them; a parent stands for all of its children."""
        spec = self.spec(pathway)
        return tuple(dict.fromkeys([*(stage_path(spec, one) for one in spec.stages), *self._parents(spec)]))

    @staticmethod
    def _parents(spec: DefinitionSpec) -> Iterator[str]:
        for stage in spec.stages:
            path = stage_path(spec, stage)
            while "." in path:
                path = path.rpartition(".")[0]
                yield path

    @cached_property
    def tasks(self) -> frozenset[str]:
        """Tasks of all pathways of the case."""
        return frozenset(name for spec in self.pathways.values() for name in spec.tasks)

    @cached_property
    def notifications(self) -> frozenset[str]:
        """Notifications of all pathways of the case."""
        return frozenset(name for spec in self.pathways.values() for name in spec.notifications)

    @cached_property
    def deviations(self) -> frozenset[str]:
        """Deviations of all pathways of the case."""
        return frozenset(name for spec in self.pathways.values() for name in spec.deviations)

    @cached_property
    def settings(self) -> frozenset[str]:
        """Settings of all pathways of the case, plain and as `pathway.setting`."""
        return frozenset(
            name
            for pathway, spec in self.pathways.items()
            for plain in spec.settings
            for name in (plain, f"{pathway}.{plain}")
        )

    def has_value(self, pathway: str, name: str) -> bool:
        """Whether a definition names this value, criterion or gate."""
        spec = self.spec(pathway)
        return name in spec.values or name in spec.criteria or (spec.gate is not None and name == "gate")

    @cached_property
    def values(self) -> frozenset[str]:
        """Names that a case may ask to be computed: those of the definitions and of the catalogue."""
        named = {name for spec in self.pathways.values() for name in (*spec.values, *spec.criteria)}
        derived = {name for one in self.catalogue.derived.values() for name in (one.id, *one.aliases)}
        return frozenset(named | derived | set(self.catalogue.names) | {"gate"})


@dataclass
class Library:
    """The names of every pathway that was asked for, kept for the next case."""

    registry: Registry
    _known: dict[tuple[str, ...], Names] = field(default_factory=dict)

    def names(self, pathway: str, joined: tuple[str, ...] = ()) -> Names:
        """The ids known to a case of this pathway, and of those that its patient joins later."""
        key = (pathway, *joined)
        if key not in self._known:
            self._known[key] = Names(self.registry, pathway, joined)
        return self._known[key]

    def ids(self) -> tuple[str, ...]:
        """Every pathway of the installation."""
        return tuple(self.registry.ids())
