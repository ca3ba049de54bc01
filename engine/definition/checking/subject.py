"""What a check looks at: one definition with its source, beside all definitions that are loaded with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from engine.catalogue import Catalogue
from engine.catalogue.names import did_you_mean
from engine.definition.checking.sentences import Sentence, sentences_of
from engine.definition.graph import StateGraph
from engine.definition.reading import Problem, Source
from engine.definition.schema import DefinitionSpec, Effect
from engine.functions import Function


@dataclass(frozen=True)
class Subject:
    """One definition to be checked."""

    source: Source
    spec: DefinitionSpec
    others: Mapping[str, DefinitionSpec]
    """Every definition that is loaded, this one included, by pathway."""
    catalogue: Catalogue
    functions: Mapping[str, Function]
    _peers: dict[str, Subject] = field(default_factory=dict, repr=False)
    """Subjects of the other definitions, shared so that each sentence is read once."""

    def peer(self, spec: DefinitionSpec) -> Subject:
        """The subject of a definition that is loaded beside this one."""
        if spec is self.spec:
            return self
        if spec.pathway not in self._peers:
            subject = Subject(self.source, spec, self.others, self.catalogue, self.functions, self._peers)
            self._peers[spec.pathway] = subject
        return self._peers[spec.pathway]

    @cached_property
    def announced(self) -> frozenset[str]:
        """Pathways that the catalogue knows and that are not loaded here: a hospital may run without them."""
        return frozenset(self.catalogue.extras.get("pathways", ())) - self.others.keys()

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Every sentence that can be read."""
        return sentences_of(self.spec)

    @cached_property
    def graph(self) -> StateGraph:
        """The moves between stages."""
        return StateGraph(self.spec)

    @cached_property
    def effects(self) -> tuple[tuple[str, Effect], ...]:
        """Every effect with its path."""
        return tuple(effects_of(self.spec))

    @cached_property
    def all_effects(self) -> tuple[Effect, ...]:
        """Every effect of every definition that is loaded."""
        return tuple(effect for spec in self.others.values() for _, effect in effects_of(spec))

    def problem(self, path: str, message: str, remedy: str, severity: str = "error") -> Problem:
        """A finding at a dotted path of the YAML."""
        return self.source.problem(path, message, remedy, severity)

    def unknown(self, path: str, what: str, name: str, known: Iterable[str]) -> Problem:
        """A finding for a name that nothing defines, with the nearest known one."""
        names = sorted(set(known))
        few = f"Known: {', '.join(names[:12])}." if names else f"There is no {what} at all; define one."
        return self.problem(path, f"There is no {what} “{name}”.", did_you_mean(name, names) or few)

    def warning(self, path: str, message: str, remedy: str) -> Problem:
        """A finding that does not keep the definition from running."""
        return self.problem(path, message, remedy, "warning")


def effects_of(spec: DefinitionSpec) -> Iterator[tuple[str, Effect]]:
    """The effects of actions and automatic transitions with their paths."""
    owners = [(f"actions.{name}", one.effects) for name, one in spec.actions.items()]
    owners += [(f"automatic.{name}", one.effects) for name, one in spec.automatic.items()]
    for place, effects in owners:
        yield from ((f"{place}.effects.{number}", effect) for number, effect in enumerate(effects))
