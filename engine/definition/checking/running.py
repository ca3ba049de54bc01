"""Runs every check over definitions: their shape first, then their sentences, then what only all of them together can show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from engine.catalogue import Catalogue
from engine.definition.checking import (
    automatic,
    circles,
    comparisons,
    edges,
    effects,
    holds,
    identifiers,
    levels,
    names,
    people,
    settings,
    stages,
    tasks,
    unused,
)
from engine.definition.checking.subject import Subject
from engine.definition.compiled import compile_definition
from engine.definition.reading import DefinitionError, Problem, Source, read_definition
from engine.definition.schema import DefinitionSpec
from engine.errors import AuthorError, CarewayError
from engine.functions import Function

THEMES = (
    stages, automatic, names, comparisons, levels, circles, identifiers, settings, effects, edges, tasks, holds, people, unused,
)  # fmt: skip
CHECKS = tuple(check for theme in THEMES for check in theme.CHECKS)
"""Every check; each takes a `Subject` and yields its findings."""


def check_files(
    files: Iterable[Path], catalogue: Catalogue, functions: Mapping[str, Function], only: Iterable[str] = ()
) -> list[Problem]:
    """All findings on definitions, by file and line. `only` names the pathways to report on; the others are read all the same."""
    return check([Source.of(path) for path in files], catalogue, functions, only)


def check(
    sources: Iterable[Source], catalogue: Catalogue, functions: Mapping[str, Function], only: Iterable[str] = ()
) -> list[Problem]:
    """All findings on the definitions of these sources. Never raises for a mistake in a definition."""
    found: list[Problem] = []
    read: list[tuple[Source, DefinitionSpec]] = []
    wanted = set(only)
    for source in sources:
        try:
            read.append((source, read_definition(source)))
        except DefinitionError as error:
            found += [] if wanted and not wanted & set(Path(source.name).parts) else error.problems
    others = {spec.pathway: spec for _, spec in read}
    peers: dict[str, Subject] = {}
    for source, spec in read:
        peers[spec.pathway] = Subject(source, spec, others, catalogue, functions, peers)
    for pathway, subject in list(peers.items()):
        found += _of_one(subject) if not wanted or pathway in wanted else []
    return sorted(dict.fromkeys(found), key=lambda one: (one.file, one.line, one.column, one.path, one.message))


def _of_one(subject: Subject) -> list[Problem]:
    found = list(_unreadable(subject))
    for one in CHECKS:
        found += one(subject)
    return found


def _unreadable(subject: Subject) -> Iterable[Problem]:
    """What compiling the sentences finds: grammar, and names that nothing defines."""
    findings: list[tuple[str, AuthorError]] = []
    names_known = frozenset(subject.others) | subject.announced
    if not list(effects.tables(subject)):
        try:
            compile_definition(subject.spec, "", subject.catalogue, subject.functions, names_known, findings)
        except CarewayError as error:
            findings.append((error.place, AuthorError(error.message, remedy=error.remedy)))
    return [subject.problem(place, error.message, error.remedy) for place, error in findings]
