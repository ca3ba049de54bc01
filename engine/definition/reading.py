"""From `pathway.yaml` to a `DefinitionSpec`; every mistake with its file, line and column.

The lines are looked up only when something is wrong: reading YAML with positions is several times slower.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML

from engine.catalogue.strict_yaml import load_yaml
from engine.definition.schema import DefinitionSpec
from engine.errors import AuthorError


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding on a definition."""

    file: str
    line: int
    column: int
    path: str
    message: str
    remedy: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message} {self.remedy}".rstrip()


class DefinitionError(AuthorError):
    """A definition cannot be used; `problems` lists every finding."""

    code = "definition"

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems), problems=problems)
        self.problems = problems


@dataclass(frozen=True)
class Source:
    """A definition's text with the means to find the line of any part of it."""

    name: str
    text: str

    @classmethod
    def of(cls, path: Path) -> Source:
        """Read a file."""
        return cls(str(path), path.read_text(encoding="utf-8"))

    @property
    def hash(self) -> str:
        """Content hash of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def problem(self, path: str, message: str, remedy: str = "", severity: str = "error") -> Problem:
        """A finding at a dotted path such as `guards.dose.igg_adequate.that`."""
        line, column = self.position(path)
        return Problem(self.name, line, column, path, message, remedy, severity)

    def position(self, path: str) -> tuple[int, int]:
        """Line and column (from 1) of a dotted path, or of its nearest existing part."""
        node = _positions(self.text)
        found = (1, 1)
        for key in path.split("."):
            step = _step(node, key)
            if step is None:
                break
            found, node = step
        return found


_cache: dict[str, Any] = {}


def _positions(text: str) -> Any:
    if text not in _cache:
        _cache.clear()
        _cache[text] = YAML(typ="rt", pure=True).load(text)
    return _cache[text]


_THROUGH = ("require", "passes", "first_of", "record", "open", "given", "anchor", "caller", "attributes")
"""Keys that a path may leave out: `guards.dose.igg_adequate` is `guards.dose.require.igg_adequate`."""

_Step = tuple[tuple[int, int], Any]


def _step(node: Any, key: str) -> _Step | None:
    """The position of one part of a mapping or list, also behind a key that the path leaves out."""
    if isinstance(node, dict):
        return _of_mapping(node, key)
    if isinstance(node, list):
        return _of_list(node, key)
    return None


def _of_mapping(node: Any, key: str) -> _Step | None:
    if key in node:
        line, column = node.lc.key(key)
        return (line + 1, column + 1), node[key]
    inner = (_step(node[name], key) for name in _THROUGH if name in node)
    return next((found for found in inner if found is not None), None)


def _of_list(node: Any, key: str) -> _Step | None:
    """An item by its number, or a requirement by its id, or a row of a gate by its value."""
    names = [one.get("id", one.get("value")) if isinstance(one, dict) else None for one in node]
    index = int(key) if key.isdigit() else names.index(key) if key in names else -1
    if not 0 <= index < len(node):
        return None
    line, column = node.lc.item(index)
    return (line + 1, column + 1), node[index]


def read_definition(source: Source) -> DefinitionSpec:
    """The validated shape of a definition. Raises `DefinitionError` with every finding."""
    try:
        raw = load_yaml(source.text, name=source.name)
    except AuthorError as error:
        line = next((int(part) for part in error.place.replace("line ", "").split(":") if part.isdigit()), 1)
        raise DefinitionError([Problem(source.name, line, 1, "", error.message, error.remedy)]) from None
    if not isinstance(raw, dict):
        raise DefinitionError([Problem(source.name, 1, 1, "", "A definition is a mapping.", "Begin with `pathway:`.")])
    try:
        return DefinitionSpec.model_validate(raw)
    except ValidationError as error:
        raise DefinitionError([_shape_problem(source, raw, one) for one in error.errors()]) from None


def _shape_problem(source: Source, raw: Any, error: Any) -> Problem:
    path = _path(raw, error["loc"])
    message, remedy = error["msg"], "Correct the value."
    if error["type"] == "extra_forbidden":
        message, remedy = f"“{path.rpartition('.')[2]}” is not a key here.", "Remove it or correct its spelling."
    elif error["type"] == "missing":
        message, remedy = f"“{path.rpartition('.')[2]}” is missing.", "Add it."
    return source.problem(path, message, remedy)


def _path(raw: Any, location: tuple[Any, ...]) -> str:
    """The location without the names of union members that Pydantic puts in between."""
    parts, node = [], raw
    for key in location:
        if (isinstance(node, dict) and key in node) or (
            isinstance(node, list) and isinstance(key, int) and key < len(node)
        ):
            node = node[key]
        elif key is not location[-1]:
            continue
        parts.append(str(key))
    return ".".join(parts)
