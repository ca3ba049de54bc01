"""What a guard may say. Unknown never opens a gate: what turns unknown into a plain yes or no is kept out of blocks.

`is missing` is two-valued and belongs to tasks, messages, transitions and the opening of holds. `unknown counts as` is for
warnings. `first known of (fact; constant)` answers for a result that nobody recorded, and `not guard x passes` is met while x is
unknown. All are refused also where a guard reaches them through named values and criteria.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.definition.checking.references import Node, references
from engine.definition.checking.sentences import Sentence
from engine.definition.checking.subject import Subject
from engine.definition.checking.walking import walk
from engine.definition.reading import Problem
from engine.language import syntax as s
from engine.language.printing import canonical

_BLOCKING = ("block", "block_hard")


def missing(subject: Subject) -> Iterator[Problem]:
    """No `is missing` in a guard, a gate or a release."""
    for sentence, node, way in _first(subject, s.Missing):
        remedy = "Write a comparison or `is known`; `unknown:` says what follows when it is not known."
        message = f"“{canonical(node)}” turns unknown into an answer{_via(way)}."
        yield subject.problem(sentence.place, message, remedy)


def counts_as(subject: Subject) -> Iterator[Problem]:
    """No `unknown counts as` above warn level, nor where a hold is released."""
    for sentence, node, way in _first(subject, s.CountsAsNo):
        remedy = "Use it in a `not_met: warn` requirement only; here unknown must stay unknown."
        message = f"“{canonical(node)}” hides what is unknown from a block{_via(way)}."
        yield subject.problem(sentence.place, message, remedy)


def defaults(subject: Subject) -> Iterator[Problem]:
    """No constant in the place of a result that nobody recorded; an attribute that is left out may have a usual value."""
    for sentence, node, way in _first(subject, s.Choice, lambda node: _stands_in(subject, node)):
        remedy = (
            "Leave the constant out: what is not known is unknown, and `unknown:` or `when_unknown:` says what follows."
        )
        message = f"“{canonical(node)}” answers for a result that nobody recorded{_via(way)}."
        yield subject.problem(sentence.place, message, remedy)


def _stands_in(subject: Subject, node: s.Node) -> bool:
    if not (isinstance(node, s.Choice) and node.which == "first known"):
        return False
    constant = any(isinstance(item, s.Number | s.Word | s.Day | s.Truth) for item in node.items[1:])
    return constant and any(_result(subject, item) for item in node.items[:-1])


def _result(subject: Subject, item: s.Value) -> bool:
    """Whether it reads a fact whose silence is unknown: its value, an attribute of it, or how often it was recorded."""
    item = item.of if isinstance(item, s.Attribute) else item
    if isinstance(item, s.Pick | s.Count):
        item = s.Name(item.selector.name) if item.selector.source == "fact" else item
    code = (
        subject.catalogue.canonical(item.name)
        if isinstance(item, s.Name) and item.name not in subject.spec.values
        else None
    )
    return code is not None and not subject.catalogue.facts[code].happens


def refused_guards(subject: Subject) -> Iterator[Problem]:
    """No `not guard x passes`: a guard does not pass while it is unknown, which is no reason to go on."""
    for sentence, node, way in _first(
        subject, s.Not, lambda node: any(isinstance(one, s.GuardPasses) for one, _ in walk(node))
    ):
        remedy = "Write what must be true instead."
        message = f"“{canonical(node)}” is met while the guard is unknown{_via(way)}."
        yield subject.problem(sentence.place, message, remedy)


def _any(node: s.Node) -> bool:
    return True


def _first(
    subject: Subject, wanted: type[s.Node], which: Callable[[s.Node], bool] = _any
) -> Iterator[tuple[Sentence, s.Node, tuple[str, ...]]]:
    """For each sentence that blocks, the first such node that it says or reaches."""
    for sentence in subject.sentences:
        if _blocks(subject, sentence):
            for node, way in _found(subject, sentence, wanted):
                if which(node):
                    yield sentence, node, way
                    break


def _blocks(subject: Subject, sentence: Sentence) -> bool:
    """Whether it stands in somebody's way. The values of a gate that only warns do not."""
    if sentence.use == "passes":
        return any(one.not_met in _BLOCKING for one in (subject.spec.gate.require if subject.spec.gate else ()))
    return sentence.use == "released" or (
        sentence.use in ("guard", "gate", "guard_when", "gate_when") and sentence.level in _BLOCKING
    )


def _via(way: tuple[str, ...]) -> str:
    return f" (through {' → '.join(way)})" if way else ""


def _found(subject: Subject, sentence: Sentence, wanted: type[s.Node]) -> Iterator[tuple[s.Node, tuple[str, ...]]]:
    """Such nodes in the sentence and in what it names of this pathway, with the way there; each named part once."""
    named = _definitions(subject)
    waiting: list[tuple[s.Node, tuple[str, ...]]] = [(sentence.tree, ())]
    seen: set[Node] = set()
    while waiting:
        tree, way = waiting.pop(0)
        for node, _ in walk(tree):
            if isinstance(node, wanted):
                yield node, way
        for reference in references(subject, tree):
            if reference in named and reference not in seen:
                seen.add(reference)
                waiting += [(inner, (*way, reference[2])) for inner in named[reference]]


def _definitions(subject: Subject) -> dict[Node, list[s.Node]]:
    found: dict[Node, list[s.Node]] = {}
    for sentence in subject.sentences:
        if sentence.use in ("value", "criterion"):
            found.setdefault((subject.spec.pathway, sentence.use, sentence.owner), []).append(sentence.tree)
    return found


def unknown_levels(subject: Subject) -> Iterator[Problem]:
    """Unknown is not judged more mildly than not met, where not met blocks; `not_proposed` is for proposals."""
    for sentence in subject.sentences:
        if sentence.use not in ("guard", "gate") or not sentence.unknown:
            continue
        if sentence.level in ("warn", "info") and sentence.unknown in ("block", "block_hard", "ask_only"):
            remedy = "Let `not_met` block as well, or `unknown` warn."
            message = "Unknown blocks although not met does not."
            yield subject.warning(sentence.place, message, remedy)


CHECKS = (missing, counts_as, defaults, refused_guards, unknown_levels)
