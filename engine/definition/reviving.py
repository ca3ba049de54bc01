"""Compiles an archived version again, so that the enrolments that run on it go on under it, and under nothing else.

Nothing is replaced in silence: a text that is not what was archived, a function that is not there in the version used, a
catalogue that has taken something away, a sentence that this release cannot read, each is an error with its remedy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import sha256

from engine.catalogue import Catalogue
from engine.catalogue.overlay import incompatible, overlay
from engine.definition.compiled import Definition, compile_definition
from engine.definition.hashing import borrowed_of, content_hash
from engine.definition.reading import Source
from engine.definition.schema import DefinitionSpec
from engine.errors import AuthorError, CarewayError
from engine.functions import Answer, Function, NotKnown, Reader
from engine.ports import Archived

Superseded = Mapping[tuple[str, str], Function]
"""Older functions that are kept, by name and version."""

Read = Callable[[Source], DefinitionSpec]


class NotLoaded(AuthorError):
    """No definition with this hash is loaded, and nobody could be asked for it here; `hash` names it."""

    code = "version_not_loaded"

    def __init__(self, content_hash: str) -> None:
        super().__init__(
            f"No definition with hash {content_hash} is loaded.", place=content_hash,
            remedy="Read it from the archive of definitions.",
        )  # fmt: skip
        self.hash = content_hash


class NotRevivable(AuthorError):
    """A version on which enrolments run cannot be compiled by this release; these enrolments stand still."""

    code = "version_not_revivable"


class _Known(dict[str, Function]):
    """The functions of a version. `missing` ones have a stand-in, and `named` notes which of those the sentences name."""

    def __init__(self, known: Mapping[str, Function], missing: Mapping[str, str]) -> None:
        super().__init__({**known, **{name: _stand_in(name, version) for name, version in missing.items()}})
        self.missing, self.named = missing, set[str]()

    def __contains__(self, name: object) -> bool:
        if name in self.missing:
            self.named.add(str(name))
        return super().__contains__(name)


def revive(
    archived: Archived, today: Catalogue, functions: Mapping[str, Function], superseded: Superseded, read: Read
) -> Definition:
    """The version ready to run beside today's. Raises `NotRevivable`."""
    place = f"{archived.pathway} {archived.hash}"
    try:
        return _revived(archived, today, functions, superseded, read)
    except NotRevivable as error:
        error.place = place
        raise
    except Exception as error:  # Whatever it is, it concerns this version alone and must not stop the others.
        reason = error.message if isinstance(error, CarewayError) else type(error).__name__
        raise NotRevivable(
            f"This release cannot read it: {reason}", place=place,
            remedy="Run its enrolments with the release that archived it, and report this line.",
        ) from error  # fmt: skip


def _revived(
    archived: Archived, today: Catalogue, functions: Mapping[str, Function], superseded: Superseded, read: Read
) -> Definition:
    _require_whole(archived)
    catalogue = _catalogue(archived.catalogue, today)
    known = _functions(archived.functions, functions, superseded)
    source = Source(f"{archived.pathway} {archived.hash}", archived.text)
    spec, findings = read(source), list[tuple[str, AuthorError]]()
    made = compile_definition(
        spec, archived.hash, catalogue, known, archived.pathways, findings, borrowed_of(archived.settings)
    )
    _require_functions(known)
    for place, error in findings:
        raise AuthorError(f"{place}: {error.message}")
    return made


def _require_whole(archived: Archived) -> None:
    digest = sha256(archived.catalogue.encode()).hexdigest()
    found = content_hash(archived.text, digest, archived.functions, archived.settings)
    if found != archived.hash:
        raise NotRevivable(
            "The archived text is not the one that was archived.",
            remedy="Restore the tables definition and definition_catalogue from a backup; find out who changed them.",
        )


@lru_cache(maxsize=32)
def _catalogue(text: str, today: Catalogue) -> Catalogue:
    """One for all versions that were read with it."""
    if text == today.text:
        return today
    older = Catalogue.load(text)
    for problem in incompatible(older, today):
        raise NotRevivable(
            f"The catalogue has changed under it: {problem}.",
            remedy="Keep what records and versions use; give what means something else a new id.",
        )
    return overlay(older, today)


def _functions(versions: Mapping[str, str], current: Mapping[str, Function], superseded: Superseded) -> _Known:
    """Each function in the version with which the definition was read; no function that came later."""
    found = {name: current[name] for name, version in versions.items() if _is(current.get(name), version)}
    kept = {name: superseded[name, version] for name, version in versions.items() if (name, version) in superseded}
    known = {**kept, **found}
    return _Known(known, {name: version for name, version in versions.items() if name not in known})


def _is(function: Function | None, version: str) -> bool:
    return function is not None and function.version == version


def _require_functions(known: _Known) -> None:
    for name in sorted(known.named):
        raise NotRevivable(
            f"It reads the function {name} in version {known.missing[name]}, which this release does not have.",
            remedy=f"Register {name} in version {known.missing[name]} beside the new one (superseded=True).",
        )


def _stand_in(name: str, version: str) -> Function:
    def compute(_: Reader) -> Answer:
        raise NotKnown("not_yet", name)

    return Function(name, {"en": name, "zh": name}, "", "", compute, version=version)
