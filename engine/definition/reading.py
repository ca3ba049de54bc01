"""From `pathway.yaml` to a `DefinitionSpec`; every mistake with its file, line and column."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from engine.catalogue.strict_yaml import load_yaml
from engine.definition.places import place_of
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
        return place_of(self.text, path)


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
