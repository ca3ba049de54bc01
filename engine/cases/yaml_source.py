"""Reads YAML so strictly that a case says what it seems to say, and remembers line and column of everything.

Duplicate keys, aliases and tags are findings; `no` and `12:30` stay text; numbers keep the digits as written, because
an expected value is compared to those digits. It stands on the events of the parser and never builds objects by tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from ruamel.yaml.error import YAMLError

from engine.cases.errors import CaseError, Finding
from engine.catalogue.plain_yaml import (
    ALIAS,
    DOCUMENT,
    MAPPING,
    MAPPING_END,
    SCALAR,
    SEQUENCE,
    SEQUENCE_END,
    Event,
    events_of,
)

LARGEST = 512 * 1024
DEEPEST = 16
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)?\.?[0-9]+(?:[eE][-+]?[0-9]{1,3})?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WORDS: Mapping[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip

Scalar = str | bool | int | Decimal | date | None


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the file with its place; `value` is a scalar, a list of nodes or a dict of nodes."""

    value: Any
    line: int
    column: int
    text: str = ""
    """A scalar as written."""

    @property
    def is_mapping(self) -> bool:
        """Whether it has keys."""
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.value, list)

    @property
    def items(self) -> Mapping[str, Node]:
        """Its entries by key; empty unless it is a mapping."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def members(self) -> Sequence[Node]:
        """Its members; empty unless it is a list."""
        return self.value if isinstance(self.value, list) else ()

    def plain(self) -> Any:
        """The same data without places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        return [node.plain() for node in self.value] if isinstance(self.value, list) else self.value


def scalar(text: str) -> Scalar:
    """What an unquoted scalar means; whatever is not plainly a word, number or day of YAML 1.2 stays text (`0012`, `no`)."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) < 400 else text
    if _DECIMAL.fullmatch(text) and ("." in text or "e" in text.lower()):
        return Decimal(text)
    return _day(text) if _DATE.fullmatch(text) else text


def _day(text: str) -> date | str:
    """A day that the calendar has; `2026-02-30` stays text and is refused by whoever needs a day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


@dataclass(slots=True)
class _Builder:
    """Turns the parser's events into nodes, noting findings on the way."""

    file: str
    events: Iterator[Event]
    findings: list[Finding] = field(default_factory=list)

    def root(self) -> Node | None:
        roots = [self.node(next(self.events), 1) for event in self.events if isinstance(event, DOCUMENT)]
        if len(roots) > 1:
            self.findings.append(
                Finding(roots[1].line, 1, "a second document in the file", "Write one case in each file.")
            )
        return roots[0] if roots else None

    def node(self, event: Event, depth: int) -> Node:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if depth > DEEPEST:
            raise CaseError(
                self.file,
                [*self.findings, Finding(line, column, f"nested deeper than {DEEPEST} levels", "Flatten it.")],
            )
        if isinstance(event, ALIAS):
            self.findings.append(Finding(line, column, "aliases are not allowed", "Write the value out."))
            return Node(None, line, column)
        if event.tag not in (None, "!"):
            self.findings.append(Finding(line, column, f"the tag {event.tag} is not allowed", "Write the plain value."))
        if isinstance(event, SCALAR):
            quoted = event.style in ("'", '"', "|", ">") or event.tag == "!"
            return Node(event.value if quoted else scalar(event.value), line, column, event.value)
        if isinstance(event, SEQUENCE):
            return Node(list(self._members(depth)), line, column)
        assert isinstance(event, MAPPING)
        return Node(self._entries(depth), line, column)

    def _members(self, depth: int) -> Iterator[Node]:
        for event in self.events:
            if isinstance(event, SEQUENCE_END):
                return
            yield self.node(event, depth + 1)

    def _entries(self, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for event in self.events:
            if isinstance(event, MAPPING_END):
                break
            key, value = self.node(event, depth + 1), self.node(next(self.events), depth + 1)
            if key.is_mapping or key.is_list:
                self.findings.append(Finding(key.line, key.column, "a key must be text", "Write a plain key."))
            elif key.text in found:
                self.findings.append(
                    Finding(key.line, key.column, f"the key {key.text!r} occurs twice", "Keep one of them.")
                )
            else:
                found[key.text] = Node(value.value, key.line, key.column, value.text)
        return found


def load(text: str, file: str) -> tuple[Node, list[Finding]]:
    """The document with the findings met in reading it; raises `CaseError` where nothing can be read at all."""
    if len(text.encode()) > LARGEST:
        raise CaseError(file, [Finding(0, 0, f"larger than {LARGEST // 1024} KB", "Split the case.")])
    builder = _Builder(file, events_of(text))
    try:
        root = builder.root()
    except YAMLError as error:
        raise CaseError(file, [*builder.findings, _syntax(error)]) from None
    if root is None or not root.is_mapping:
        line = root.line if root else 0
        raise CaseError(
            file,
            [
                *builder.findings,
                Finding(line, 1, "a case is a mapping with id, pathway, patient and steps", "See the format."),
            ],
        )
    return root, builder.findings


def _syntax(error: YAMLError) -> Finding:
    mark = getattr(error, "problem_mark", None)
    said = str(getattr(error, "problem", None) or str(error).splitlines()[0])
    return Finding(mark.line + 1 if mark else 0, mark.column + 1 if mark else 0, said, "Correct the YAML.")
