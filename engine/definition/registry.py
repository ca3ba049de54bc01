"""All definitions that are in force, and the older versions on which enrolments still run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from engine.catalogue import Catalogue
from engine.catalogue.names import unknown_name
from engine.definition.compiled import Definition, compile_definition
from engine.definition.labels import DefinitionLabels
from engine.definition.reading import DefinitionError, Source, read_definition
from engine.errors import AuthorError
from engine.functions import Function


class Registry:
    """Definitions by pathway and by content hash, with the catalogue and functions that they are read with."""

    def __init__(self, catalogue: Catalogue, functions: Mapping[str, Function]) -> None:
        self.catalogue = catalogue
        self.functions = functions
        self.labels = DefinitionLabels(self)
        self._latest: dict[str, Definition] = {}
        self._versions: dict[str, Definition] = {}

    @classmethod
    def load(cls, files: Iterable[Path], catalogue: Catalogue, functions: Mapping[str, Function]) -> Registry:
        """Read and compile definitions. Raises `DefinitionError` with all findings of the first file that has any."""
        registry = cls(catalogue, functions)
        sources = [Source.of(path) for path in files]
        specs = [(source, read_definition(source)) for source in sources]
        pathways = frozenset(spec.pathway for _, spec in specs) | frozenset(catalogue.extras.get("pathways", ()))
        for source, spec in specs:
            findings: list[tuple[str, AuthorError]] = []
            definition = compile_definition(spec, registry._hash(source), catalogue, functions, pathways, findings)
            if findings:
                raise DefinitionError([source.problem(place, error.message, error.remedy) for place, error in findings])
            registry.add(definition)
        return registry

    def _hash(self, source: Source) -> str:
        """What decides: the definition's text, the catalogue (classes, ages, units) and the functions with their versions."""
        versions = ",".join(f"{name}:{one.version}" for name, one in sorted(self.functions.items()))
        return hashlib.sha256(f"{source.hash}|{self.catalogue.content_hash}|{versions}".encode()).hexdigest()[:16]

    def add(self, definition: Definition) -> None:
        """Put a version in force; earlier versions stay for the enrolments that run on them."""
        self._latest[definition.id] = definition
        self._versions[definition.hash] = definition

    def ids(self) -> tuple[str, ...]:
        """Pathway ids in force."""
        return tuple(self._latest)

    def latest(self, pathway: str) -> Definition:
        """The version in force. Raises `UnknownName` with the nearest known pathway."""
        if pathway not in self._latest:
            raise unknown_name("pathway", pathway, self._latest)
        return self._latest[pathway]

    get = latest

    def version(self, content_hash: str) -> Definition:
        """A version by its hash. Raises `AuthorError` where it is not loaded."""
        if content_hash not in self._versions:
            raise AuthorError(
                f"No definition with hash {content_hash} is loaded.",
                remedy="Keep released versions of pathways beside the new ones.",
            )
        return self._versions[content_hash]
