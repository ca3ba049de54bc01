"""All findings on the definitions of this installation, and what became of each statement of the specifications."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.definition.checking import check_files
from engine.definition.reading import Problem
from engine.definition.traceability import Trace
from engine.functions import REGISTRY
from pathways.registry import HERE, definition_files, load_catalogue, load_functions
from pathways.statements import trace_all
from service.loading import Loaded


def files_of(folders: Iterable[Path]) -> dict[str, Path]:
    """The definition of every pathway, sound or not."""
    return {path.parent.name: path for path in definition_files(*folders)}


def check_pathways(files: Mapping[str, Path], only: Iterable[str]) -> list[Problem]:
    """Findings on the pathways named (none = all), in the order of their files and lines."""
    load_functions()
    return check_files(files.values(), load_catalogue(), REGISTRY, only)


def traced(loaded: Loaded, pathways: Iterable[str]) -> list[dict[str, Any]]:
    """What became of each statement: the elements that express it, the cases and tests that exercise it, or the reason.

    First those of the lists that concern the pathways, then those that only the definitions name.
    """
    chosen = set(pathways)
    specs = {name: loaded.registry.latest(name).spec for name in loaded.registry.ids()}
    folders = sorted({path.parent.parent for path in loaded.files.values()} - {HERE})
    listed = [one for one in trace_all(specs, *folders) if _concerns(one, chosen)]
    return [*(_row(one) for one in listed), *_unlisted(loaded, chosen, {one.statement.id for one in listed})]


def _concerns(one: Trace, pathways: set[str]) -> bool:
    return one.statement.pathway in pathways or any(element.pathway in pathways for element in one.elements)


def _row(one: Trace) -> dict[str, Any]:
    return {
        "statement": one.statement.id,
        "says": one.statement.says,
        "elements": [str(element) for element in one.elements],
        "cases": list(one.cases),
        "tests": list(one.tests),
        "not_computable": one.reason,
    }


def _unlisted(loaded: Loaded, pathways: set[str], listed: set[str]) -> list[dict[str, Any]]:
    found: dict[str, list[str]] = {}
    for name in sorted(pathways & set(loaded.registry.ids())):
        spec = loaded.registry.latest(name).spec.model_dump(by_alias=True)
        for statement, place in _statements(spec, name):
            if statement not in listed:
                found.setdefault(statement, []).append(place)
    return [
        {
            "statement": one,
            "says": "",
            "elements": list(dict.fromkeys(found[one])),
            "cases": [],
            "tests": [],
            "not_computable": "",
        }
        for one in sorted(found)
    ]


def summary(rows: Iterable[Mapping[str, Any]]) -> str:
    """How many statements there are, and what became of them, in one line."""
    found = list(rows)
    expressed = sum(bool(one["elements"]) for one in found)
    listed = sum(bool(one["not_computable"]) and not one["elements"] for one in found)
    exercised = sum(bool(one["cases"] or one["tests"]) for one in found)
    missing = len(found) - expressed - listed
    return (
        f"{len(found)} statements: {expressed} expressed, {listed} not computable, {missing} missing; "
        f"{exercised} exercised by cases or tests"
    )


def _statements(node: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for name in _named(node.get("statement")):
            yield name, place
        for key, value in node.items():
            yield from _statements(value, f"{place}.{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            label = value.get("id", number) if isinstance(value, dict) else number
            yield from _statements(value, f"{place}.{label}")


def _named(statement: Any) -> Iterator[str]:
    if isinstance(statement, str) and statement and not statement.startswith("row."):
        yield statement
    elif isinstance(statement, list):
        yield from (one for part in statement for one in _named(part))
    elif isinstance(statement, dict):
        yield from (one for part in statement.values() for one in _named(part))
