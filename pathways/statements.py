"""The statements of what ships, traced: reads the lists beside the pathways, their cases and the tests of this repository."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.definition.reading import Source, read_definition
from engine.definition.schema import DefinitionSpec
from engine.definition.traceability import Statement, Trace, read_statements, trace
from engine.functions import REGISTRY
from pathways.registry import HERE, definition_files, load_functions

TESTS = HERE.parent / "tests"


def load_statements(*folders: Path) -> list[Statement]:
    """Every statement of every list, of the shipped pathways and of further folders."""
    return [
        one
        for folder in (HERE, *folders)
        for path in sorted(folder.glob("*/statements.yaml"))
        for one in read_statements(path)
    ]


def case_texts(*folders: Path) -> dict[str, str]:
    """The text of every case beside a pathway, by `pathway/name`."""
    return {
        f"{path.parent.parent.name}/{path.stem}": path.read_text(encoding="utf-8")
        for folder in (HERE, *folders)
        for path in sorted(folder.glob("*/cases/*.yaml"))
    }


def texts_of_tests() -> dict[str, str]:
    """The text of every test of this repository, where it is checked out."""
    return {
        path.relative_to(TESTS).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(TESTS.rglob("test_*.py"))
    }


def load_specs(*folders: Path) -> dict[str, DefinitionSpec]:
    """The definitions by pathway. Raises `DefinitionError`."""
    specs = (read_definition(Source.of(path)) for path in definition_files(*folders))
    return {spec.pathway: spec for spec in specs}


def trace_all(specs: Mapping[str, DefinitionSpec], *folders: Path) -> list[Trace]:
    """What became of every statement of the definitions."""
    load_functions()
    return trace(load_statements(*folders), specs, REGISTRY, case_texts(*folders), texts_of_tests())
