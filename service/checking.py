"""All findings on the definitions of this installation, and which element expresses which statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.definition.checking import check_files
from engine.definition.reading import Problem
from engine.functions import REGISTRY
from pathways.registry import definition_files, load_catalogue, load_functions
from service.loading import Loaded


def files_of(folders: Iterable[Path]) -> dict[str, Path]:
    """The definition of every pathway, sound or not."""
    return {path.parent.name: path for path in definition_files(*folders)}


def check_pathways(files: Mapping[str, Path], only: Iterable[str]) -> list[Problem]:
    """Findings on the pathways named (none = all), in the order of their files and lines."""
    load_functions()
    return check_files(files.values(), load_catalogue(), REGISTRY, only)


def traced(loaded: Loaded, pathways: Iterable[str]) -> list[dict[str, Any]]:
    """Each statement with the elements that express it, in the order of the statements."""
    found: dict[str, list[str]] = {}
    for name in pathways:
        if name in loaded.registry.ids():
            spec = loaded.registry.latest(name).spec.model_dump(by_alias=True)
            for statement, place in _statements(spec, name):
                found.setdefault(statement, []).append(place)
    return [{"statement": one, "elements": list(dict.fromkeys(found[one]))} for one in sorted(found)]


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
