"""Ids: well formed, not words of the language, not names that already mean something else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from engine.definition.checking.subject import Subject
from engine.definition.reading import Problem
from engine.definition.traceability import targets_of
from engine.evaluation.scope import BINDINGS, BUILT_IN
from engine.language.parsing import reserved_words

_ID = re.compile(r"^[a-z][a-z0-9_]*$")
_STAGE = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$")
"""A nested stage may bear the name of the one that encloses it: `refractory.choice`."""
_STATEMENT = re.compile(r"^[A-Z]{1,8}(-[A-Z0-9]+)*-?[A-Z]{0,4}[0-9]+[a-z]?(\.[0-9]+[a-z]?)*$")
PARTS = (
    "settings", "values", "criteria", "tables", "stages", "guards", "actions", "automatic", "holds", "tasks", "notifications", "deviations",
    "indicators",
)  # fmt: skip


def well_formed(subject: Subject) -> Iterator[Problem]:
    """Small letters, digits and underscores, so that a sentence can name it."""
    for part in PARTS:
        for name in getattr(subject.spec, part):
            if not (_STAGE if part == "stages" else _ID).match(str(name)):
                remedy = "Use small letters, digits and underscores, beginning with a letter."
                yield subject.problem(f"{part}.{name}", f"“{name}” is no id.", remedy)


def reserved(subject: Subject) -> Iterator[Problem]:
    """A value or criterion called like a word of the language could never be read."""
    for part in ("values", "criteria"):
        for name in getattr(subject.spec, part):
            if name in reserved_words() | BINDINGS | BUILT_IN:
                remedy = f"Rename it, e.g. {name}_value."
                yield subject.problem(f"{part}.{name}", f"“{name}” is a word of the language.", remedy)


def hidden(subject: Subject) -> Iterator[Problem]:
    """A value called like a fact would hide the fact in every sentence of the definition."""
    for name in subject.spec.values:
        if name in subject.catalogue.facts:
            remedy = "Rename the value; the fact keeps its name."
            yield subject.problem(f"values.{name}", f"The value {name} hides the fact of that name.", remedy)
    for name in subject.spec.values:
        if name in subject.spec.criteria:
            yield subject.problem(f"criteria.{name}", f"{name} is a value and a criterion.", "Rename one of them.")


def attested(subject: Subject) -> Iterator[Problem]:
    """What is listed as attested is a fact or class."""
    for number, name in enumerate(subject.spec.attested):
        if subject.catalogue.canonical(name) is None and not subject.catalogue.is_class(name):
            yield subject.unknown(f"attested.{number}", "fact or class", name, subject.catalogue.names)


def statements(subject: Subject) -> Iterator[Problem]:
    """Statement ids look like INE-R06.3, HBV-4, M-2."""
    for path, names in named_statements(subject):
        for name in names:
            if not _STATEMENT.match(name):
                remedy = "Write it as the specification does, e.g. INE-R06.3."
                yield subject.problem(path, f"“{name}” is no statement id.", remedy)


def expressed_elsewhere(subject: Subject) -> Iterator[Problem]:
    """`expressed_by` names an element that exists, of this or another pathway; nothing is expressed and not computable."""
    spec = subject.spec
    for statement, target in spec.expressed_by.items():
        if not targets_of(subject.others, spec, target):
            known = {
                f"{one.pathway}.{name}"
                for one in subject.others.values()
                for part in PARTS
                for name in getattr(one, part)
            }
            yield subject.unknown("expressed_by", f"element for {statement}", target, known)
        if statement in spec.not_computable:
            yield subject.problem(
                "not_computable", f"{statement} is expressed and not computable.", "Keep one of them."
            )


def named_statements(subject: Subject) -> Iterator[tuple[str, Iterable[str]]]:
    """Every place where a definition names statements."""
    spec = subject.spec
    owners = [(f"guards.{name}.require", guard.require) for name, guard in spec.guards.items()]
    owners += [("gate.require", spec.gate.require)] if spec.gate else []
    for path, items in owners:
        for one in items:
            yield f"{path}.{one.id}.statement", _flat(one.statement)
    for part in ("values", "criteria", "actions", "automatic", "holds", "tasks", "notifications"):
        for name, one in getattr(spec, part).items():
            if not isinstance(one, str):
                yield f"{part}.{name}.statement", one.statement
    for name, table in spec.tables.items():
        if "statement" in table.columns:
            column = table.columns.index("statement")
            yield f"tables.{name}", [row[column] for row in table.rows if len(row) > column]
    yield "expressed_by", spec.expressed_by
    yield "not_computable", spec.not_computable


def _flat(stated: object) -> list[str]:
    """The ids of one statement entry: a name, a list, or a map of callers. `row.x` stands for a cell."""
    if isinstance(stated, dict):
        return [one for value in stated.values() for one in _flat(value)]
    if isinstance(stated, list):
        return [str(one) for one in stated]
    text = str(stated)
    return [text] if text and not text.startswith("row.") else []


CHECKS = (well_formed, reserved, hidden, attested, statements, expressed_elsewhere)
