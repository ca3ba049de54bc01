"""All definitions that are in force, and the older versions on which enrolments still run.

New enrolments take the version in force; running ones stay on theirs. A version that is not loaded is fetched from the
archive when it is needed first (`finder`), compiled once, and kept beside the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from engine.catalogue import Catalogue
from engine.catalogue.names import unknown_name
from engine.definition.compiled import Definition, compile_definition
from engine.definition.hashing import Borrowed, borrowed_json, borrowed_settings, content_hash, versions_of
from engine.definition.labels import DefinitionLabels
from engine.definition.reading import DefinitionError, Source, read_definition
from engine.definition.reviving import NotLoaded, NotRevivable, Superseded, revive
from engine.definition.schema import DefinitionSpec
from engine.errors import AuthorError
from engine.functions import SUPERSEDED, Function
from engine.ports import Archived

Finder = Callable[[str], Archived | None]
"""Looks a hash up in the archive. Raises `NotLoaded` where it cannot ask it now."""


class Registry:
    """Definitions by pathway and by content hash, with the catalogue and functions that they are read with."""

    def __init__(
        self, catalogue: Catalogue, functions: Mapping[str, Function], superseded: Superseded = SUPERSEDED
    ) -> None:
        self.catalogue = catalogue
        self.functions = functions
        self.superseded = superseded
        self.labels = DefinitionLabels(self)
        self.finder: Finder | None = None
        self.failures: dict[str, NotRevivable] = {}
        """Versions that were needed and cannot be compiled, by hash."""
        self._latest: dict[str, Definition] = {}
        self._versions: dict[str, Definition] = {}
        self._sources: dict[str, Archived] = {}
        self._specs: dict[str, DefinitionSpec] = {}

    @classmethod
    def load(cls, files: Iterable[Path], catalogue: Catalogue, functions: Mapping[str, Function]) -> Registry:
        """Read and compile definitions. Raises `DefinitionError` with all findings of the first file that has any."""
        registry = cls(catalogue, functions)
        sources = [Source.of(path) for path in files]
        read = [registry._read(source) for source in sources]
        specs = {spec.pathway: spec for spec in read}
        pathways = tuple(dict.fromkeys((*specs, *catalogue.extras.get("pathways", ()))))
        for source, spec in zip(sources, read, strict=True):
            borrowed = borrowed_settings(source.text, spec.pathway, specs)
            registry._compile(source, spec, borrowed, pathways)
        return registry

    def _read(self, source: Source) -> DefinitionSpec:
        """Reading YAML is most of the work, and many versions differ by their catalogue or functions alone."""
        if source.text not in self._specs:
            self._specs[source.text] = read_definition(source)
        return self._specs[source.text]

    def _compile(self, source: Source, spec: DefinitionSpec, borrowed: Borrowed, pathways: tuple[str, ...]) -> None:
        versions, settings = versions_of(self.functions), borrowed_json(borrowed)
        name = content_hash(source.text, self.catalogue.content_hash, versions, settings)
        findings: list[tuple[str, AuthorError]] = []
        made = compile_definition(spec, name, self.catalogue, self.functions, pathways, findings, borrowed)
        if findings:
            raise DefinitionError([source.problem(place, error.message, error.remedy) for place, error in findings])
        self.add(made)
        self._sources[name] = Archived(
            name, spec.pathway, source.text, self.catalogue.text, versions, settings, pathways
        )  # fmt: skip

    def copy(self) -> Registry:
        """The same definitions; what is revived in the copy is not revived here."""
        other = Registry(self.catalogue, self.functions, self.superseded)
        other._latest, other._versions, other._sources = dict(self._latest), dict(self._versions), dict(self._sources)
        other._specs = dict(self._specs)
        return other

    def in_force(self, hashes: Mapping[str, str]) -> Registry:
        """The same registry as if these versions, by pathway, were in force. Raises `NotLoaded`, `NotRevivable`."""
        other = self.copy()
        other.finder = self.finder
        other._latest = {pathway: other.version(one) for pathway, one in hashes.items()}
        return other

    def add(self, definition: Definition) -> None:
        """Put a version in force; earlier versions stay for the enrolments that run on them."""
        self._latest[definition.id] = definition
        self._versions[definition.hash] = definition

    def sources(self) -> list[Archived]:
        """The versions in force with everything from which they can be compiled again."""
        return [self._sources[one.hash] for one in self._latest.values() if one.hash in self._sources]

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
        """A version by its hash, from the archive where it is not loaded. Raises `NotLoaded`, `NotRevivable`."""
        found = self._versions.get(content_hash)
        return self.find(content_hash) if found is None else found

    def find(self, content_hash: str) -> Definition:
        """Fetch a version from the archive and keep it. Raises `NotLoaded` where the archive cannot be asked, `NotRevivable`."""
        known = self.failures.get(content_hash)
        if known is not None:
            raise NotRevivable(known.message, place=known.place, remedy=known.remedy)
        if self.finder is None:
            raise NotLoaded(content_hash)
        archived = self.finder(content_hash)
        if archived is None:
            raise self._failed(content_hash, _not_archived(content_hash))
        return self.revive(archived)

    def revive(self, archived: Archived) -> Definition:
        """Compile an archived version beside the others; it does not become the one in force. Raises `NotRevivable`."""
        try:
            made = revive(archived, self.catalogue, self.functions, self.superseded, self._read)
        except NotRevivable as error:
            raise self._failed(archived.hash, error) from error
        self._versions[made.hash] = made
        return made

    def _failed(self, content_hash: str, error: NotRevivable) -> NotRevivable:
        self.failures[content_hash] = error
        return NotRevivable(error.message, place=error.place, remedy=error.remedy)

    def versions(self, pathway: str) -> list[Definition]:
        """Every version of a pathway that is loaded, the one in force first."""
        older = [one for one in tuple(self._versions.values()) if one.id == pathway]
        return sorted(older, key=lambda one: one is not self._latest.get(pathway))


def _not_archived(content_hash: str) -> NotRevivable:
    return NotRevivable(
        f"No definition with hash {content_hash} is loaded or archived.", place=content_hash,
        remedy="Start the release that opened its enrolments once on this database: it archives its definitions.",
    )  # fmt: skip
