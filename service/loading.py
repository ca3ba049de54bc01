"""Loads the definitions that can be used and lists the findings on those that cannot.

The service itself starts only when every definition is sound. Who writes one wants to see all findings at once, and to
run the cases of the others meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from engine.definition.reading import DefinitionError, Problem
from engine.definition.registry import Registry
from engine.functions import REGISTRY
from pathways.registry import definition_files, load_catalogue, load_functions


@dataclass(slots=True)
class Loaded:
    """The definitions in force, and what is wrong with the rest."""

    registry: Registry
    files: dict[str, Path]
    """The file of every pathway, sound or not."""
    problems: list[Problem] = field(default_factory=list)

    def of(self, pathway: str) -> list[Problem]:
        """Findings on one pathway."""
        return [one for one in self.problems if Path(one.file).parent.name == pathway]


def load_what_is_sound(folders: Iterable[Path] = ()) -> Loaded:
    """Every definition that can be loaded. A definition that names a broken one is broken too, and says so."""
    load_functions()
    files = {path.parent.name: path for path in definition_files(*folders)}
    catalogue = load_catalogue()
    sound, problems = dict(files), list[Problem]()
    while True:
        try:
            registry = Registry.load(sound.values(), catalogue, REGISTRY)
            return Loaded(registry, files, problems)
        except DefinitionError as error:
            problems += error.problems
            broken = {Path(one.file).parent.name for one in error.problems}
            sound = {name: path for name, path in sound.items() if name not in broken}
