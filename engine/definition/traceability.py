"""From each statement of the specification to the elements that express it, and to the cases and tests that exercise them.

A statement is expressed, or listed as not computable with its reason; anything else is a hole in the pathway. The lists of
statements are kept beside the pathways (`statements.yaml`), so that a statement that nobody thought of is missed by a test.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.catalogue.names import did_you_mean
from engine.catalogue.strict_yaml import load_yaml
from engine.definition.reading import Problem
from engine.definition.schema import DefinitionSpec, Requirement
from engine.errors import AuthorError
from engine.functions import Function

PARTS = (
    "values",
    "criteria",
    "actions",
    "automatic",
    "holds",
    "tasks",
    "notifications",
    "deviations",
    "indicators",
    "stages",
    "settings",
)
"""Parts whose elements name statements, under `statement:` or as rows of `spec:`."""

_NAMED_IN_CASES = frozenset({"actions", "automatic", "holds", "tasks", "notifications", "deviations"})
_PREFIX = re.compile(r"^[A-Z]+")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a specification, in one line of our own words."""

    id: str
    says: str
    pathway: str
    file: str
    line: int


@dataclass(frozen=True, slots=True, order=True)
class Element:
    """A part of a definition, or a function (`pathway` empty)."""

    pathway: str
    part: str
    name: str

    def __str__(self) -> str:
        return f"{self.pathway}.{self.part}.{self.name}" if self.pathway else f"{self.part}.{self.name}"


@dataclass(frozen=True, slots=True)
class Trace:
    """What became of one statement."""

    statement: Statement
    elements: tuple[Element, ...] = ()
    cases: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    reason: str = ""
    """Why it is not computable."""

    @property
    def accounted(self) -> bool:
        """Whether it is expressed or listed."""
        return bool(self.elements or self.reason)

    @property
    def exercised(self) -> bool:
        """Whether a case or a test speaks of it, or nothing can."""
        return bool(self.cases or self.tests or (self.reason and not self.elements))


def read_statements(path: Path) -> list[Statement]:
    """The statements of one `statements.yaml`. Raises `AuthorError`."""
    text = path.read_text(encoding="utf-8")
    raw = load_yaml(text, name=str(path))
    if not isinstance(raw, dict) or not isinstance(raw.get("statements"), dict):
        raise AuthorError("A list of statements has `pathway:` and `statements:`.", place=str(path), remedy="Add them.")
    lines = {line.split(":", 1)[0].strip(): number for number, line in enumerate(text.splitlines(), start=1)}
    return [
        Statement(str(name), str(says), str(raw.get("pathway", "")), str(path), lines.get(str(name), 1))
        for name, says in raw["statements"].items()
    ]


# --- elements -------------------------------------------------------------------------------------------------------


def elements_of(spec: DefinitionSpec) -> Iterator[tuple[str, Element]]:
    """Each statement that a definition names, with the element that names it."""
    own = spec.pathway
    for name, guard in spec.guards.items():
        for one in guard.require:
            yield from _of_requirement(spec, one, Element(own, "guards", f"{name}.{one.id}"))
    for one in spec.gate.require if spec.gate else ():
        yield from _of_requirement(spec, one, Element(own, "gate", one.id))
    for part in PARTS:
        for name, element in getattr(spec, part).items():
            named = [*getattr(element, "statement", ()), *getattr(element, "spec", ())]
            yield from ((statement, Element(own, part, name)) for statement in named)
    for name, table in spec.tables.items():
        column = table.columns.index("statement") if "statement" in table.columns else None
        if column is not None:
            yield from ((row[column], Element(own, "tables", name)) for row in table.rows)


def _of_requirement(spec: DefinitionSpec, one: Requirement, element: Element) -> Iterator[tuple[str, Element]]:
    table = spec.tables.get(one.each or "")
    for stated in _flat(one.statement):
        column = stated.removeprefix("row.")
        if table is not None and stated.startswith("row.") and column in table.columns:
            yield from ((row[table.columns.index(column)], element) for row in table.rows)
        else:
            yield stated, element


def _flat(stated: object) -> list[str]:
    """The ids of one statement entry: a name, a list, or a map of callers."""
    if isinstance(stated, dict):
        return [one for value in stated.values() for one in _flat(value)]
    return [str(one) for one in stated] if isinstance(stated, list) else [str(stated)] if stated else []


def _stated(specs: Mapping[str, DefinitionSpec], functions: Mapping[str, Function]) -> dict[str, set[Element]]:
    found: dict[str, set[Element]] = {}
    for spec in specs.values():
        for statement, element in elements_of(spec):
            found.setdefault(statement, set()).add(element)
        for statement, target in spec.expressed_by.items():
            found.setdefault(statement, set()).update(targets_of(specs, spec, target))
    for function in functions.values():
        for statement in function.statements:
            found.setdefault(statement, set()).add(Element("", "function", function.name))
    return found


def targets_of(specs: Mapping[str, DefinitionSpec], spec: DefinitionSpec, targets: str) -> list[Element]:
    """The elements that `expressed_by` means; nothing when one of them does not exist.

    Separated by commas: `pathway.element`, `pathway.part.element`, an element of the same pathway with or without its part, or a pathway.
    """
    found = [_target(specs, spec, one.strip()) for one in targets.split(",")]
    return [element for elements in found for element in elements] if all(found) else []


def _target(specs: Mapping[str, DefinitionSpec], spec: DefinitionSpec, target: str) -> list[Element]:
    head, _, rest = target.partition(".")
    if head in specs:
        return _elements(specs[head], rest) if rest else [Element(head, "pathway", head)]
    return _elements(spec, target)


def _elements(owner: DefinitionSpec, target: str) -> list[Element]:
    """The elements of that name, of every part or of the one that is named."""
    head, _, rest = target.partition(".")
    parts: tuple[str, ...] = (*PARTS, "guards", "tables")
    wanted, name = ((head,), rest) if head in parts and rest else (parts, target)
    found = [Element(owner.pathway, part, name) for part in wanted if name in getattr(owner, part)]
    for guard_name, guard in owner.guards.items() if "guards" in wanted else ():
        ids = (f"{guard_name}.{one.id}" for one in guard.require if name in (one.id, f"{guard_name}.{one.id}"))
        found += [Element(owner.pathway, "guards", one) for one in ids]
    gate = owner.gate.require if owner.gate else ()
    found += [Element(owner.pathway, "gate", one.id) for one in gate if name in (one.id, f"gate.{one.id}")]
    return found + ([Element(owner.pathway, "gate", "gate")] if name == "gate" and owner.gate else [])


# --- tracing --------------------------------------------------------------------------------------------------------


def trace(
    statements: Iterable[Statement],
    specs: Mapping[str, DefinitionSpec],
    functions: Mapping[str, Function],
    cases: Mapping[str, str],
    tests: Mapping[str, str],
) -> list[Trace]:
    """What became of each statement. `cases` and `tests` are texts by name."""
    stated = _stated(specs, functions)
    reasons = {name: why for spec in specs.values() for name, why in spec.not_computable.items()}
    words = {name: _words(text) for name, text in cases.items()}
    ids = {name: set(_IDS.findall(text)) for name, text in (*cases.items(), *tests.items())}
    return [
        Trace(
            one,
            tuple(sorted(stated.get(one.id, ()))),
            tuple(sorted(_exercising(one.id, stated.get(one.id, set()), cases, words, ids))),
            tuple(sorted(name for name in tests if one.id in ids[name])),
            reasons.get(one.id, ""),
        )
        for one in statements
    ]


_IDS = re.compile(r"\b[A-Z]{1,8}(?:-[A-Z]{2})?-[A-Z]?\d+(?:\.\d+)*\b")
_WORD = re.compile(r"[a-z][a-z0-9_]*")


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))


def _exercising(
    statement: str,
    elements: set[Element],
    cases: Mapping[str, str],
    words: Mapping[str, frozenset[str]],
    ids: Mapping[str, set[str]],
) -> Iterator[str]:
    """Cases that name the statement, or an element that expresses it."""
    names = {one.name for one in elements if one.part in _NAMED_IN_CASES}
    for case in cases:
        if statement in ids[case] or names & words[case]:
            yield case


def holes(traces: Iterable[Trace]) -> list[Problem]:
    """Statements that no element expresses and no list explains."""
    return [
        Problem(
            one.statement.file, one.statement.line, 3, f"statements.{one.statement.id}",
            f"{one.statement.id} is neither expressed nor listed: “{one.statement.says}”",
            "Name it in `statement:` of the element that expresses it, or under `not_computable:` with the reason.",
        )
        for one in traces
        if not one.accounted
    ]  # fmt: skip


def strangers(traces: Iterable[Trace], specs: Mapping[str, DefinitionSpec]) -> list[tuple[str, str, str]]:
    """Statement ids that definitions name and no list has: pathway, id, remedy. Only for families of which there is a list."""
    known = {one.statement.id for one in traces}
    families = {_family(name) for name in known}
    return [
        (spec.pathway, name, did_you_mean(name, known) or "Correct the id.")
        for spec in specs.values()
        for name in sorted(_named_by(spec) - known)
        if _IDS.fullmatch(name) and _family(name) in families and not _is_row(name, spec)
    ]


def _named_by(spec: DefinitionSpec) -> set[str]:
    named = {statement for statement, element in elements_of(spec) if element.part not in ("stages", "settings")}
    return named | set(spec.expressed_by) | set(spec.not_computable)


def _family(statement: str) -> str:
    return statement.rsplit("-", 1)[0] + "-" + (_PREFIX.match(statement.rsplit("-", 1)[1]) or [""])[0]


def _is_row(name: str, spec: DefinitionSpec) -> bool:
    """Whether it is the parent of statements (`INE-R06` of `INE-R06.3`), which a `spec:` may name."""
    return "." not in name and any(other.startswith(f"{name}.") for other, _ in elements_of(spec))


def counts(traces: Iterable[Trace]) -> dict[str, int]:
    """How many statements there are, and what became of them."""
    found = list(traces)
    return {
        "statements": len(found),
        "expressed": sum(bool(one.elements) for one in found),
        "not_computable": sum(bool(one.reason) and not one.elements for one in found),
        "missing": sum(not one.accounted for one in found),
        "exercised": sum(bool(one.cases or one.tests) for one in found),
        "expressed_without_case_or_test": sum(bool(one.elements) and not one.exercised for one in found),
    }
