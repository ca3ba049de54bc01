"""Automatic transitions: each can fire, does something, and does not repeat one before it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition.checking.subject import Subject
from engine.definition.graph import sources, targets
from engine.definition.reading import Problem
from engine.definition.schema import Automatic
from engine.errors import AuthorError
from engine.language import syntax as s
from engine.language.parsing import parse_criterion


def does_something(subject: Subject) -> Iterator[Problem]:
    """Either a stage or effects; effects alone need an edge, since a condition that stays met would repeat them."""
    for name, rule in subject.spec.automatic.items():
        path = f"automatic.{name}"
        if rule.to is not None and rule.cases:
            yield subject.problem(path, f"{name} has both `to` and `cases`.", "Keep one of them.")
        if targets(rule):
            continue
        if not rule.effects:
            yield subject.problem(
                path, f"{name} leads nowhere and has no effects.", "Give it `to`, `cases` or `effects`."
            )
        elif not rule.on:
            remedy = "Add `on:` with the event, or `to:`."
            yield subject.problem(path, f"{name} has effects but neither a stage nor an edge.", remedy)


def has_a_trigger(subject: Subject) -> Iterator[Problem]:
    """Without edge, condition or cases it would fire at once."""
    for name, rule in subject.spec.automatic.items():
        if not (rule.on or rule.when or rule.cases):
            remedy = "Add `when:` or `on:`."
            yield subject.problem(f"automatic.{name}", f"{name} has no condition and no edge.", remedy)


def stays_put(subject: Subject) -> Iterator[Problem]:
    """Without an edge, a transition that leads only to the stage from which it starts never does anything."""
    for name, rule in subject.spec.automatic.items():
        if rule.from_ is None or not targets(rule) or rule.effects or rule.on:
            continue
        if all(source == target for source in rule.from_ for target in targets(rule)):
            remedy = "Correct `from` or `to`."
            yield subject.problem(f"automatic.{name}", f"{name} leads to the stage from which it starts.", remedy)


def repeated(subject: Subject) -> Iterator[Problem]:
    """The order of the file is the order of priority, so only a rule with the condition of an earlier one is refused."""
    rules = list(subject.spec.automatic.items())
    for number, (name, rule) in enumerate(rules):
        for earlier, other in rules[:number]:
            if _shadowed(subject, rule, other):
                remedy = "The first one always wins; join them, or make their conditions differ."
                message = f"{name} has the same stages and condition as {earlier}, which comes first."
                yield subject.problem(f"automatic.{name}", message, remedy)


def _shadowed(subject: Subject, rule: Automatic, earlier: Automatic) -> bool:
    if rule.on != earlier.on or rule.cases or earlier.cases or not (rule.to and earlier.to):
        return False
    if not set(sources(subject.spec, rule)) & set(sources(subject.spec, earlier)):
        return False
    return _tree(rule.when) == _tree(earlier.when)


def _tree(text: str | None) -> s.Criterion | str | None:
    """The meaning of a condition; its text where it cannot be read."""
    try:
        return parse_criterion(text) if text is not None else None
    except AuthorError:
        return text


def repeated_cases(subject: Subject) -> Iterator[Problem]:
    """Two cases of one rule with the same condition: the second is never taken."""
    for name, rule in subject.spec.automatic.items():
        trees = [_tree(case.when) for case in rule.cases]
        for number, tree in enumerate(trees):
            if tree in trees[:number]:
                remedy = "Remove the second, or make their conditions differ."
                path = f"automatic.{name}.cases.{number}"
                yield subject.problem(path, f"Case {number + 1} repeats an earlier condition.", remedy)


CHECKS = (does_something, has_a_trigger, stays_put, repeated, repeated_cases)
