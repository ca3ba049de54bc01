"""Which named values, criteria, settings, facts and functions a sentence reads: for circles and for what nobody reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.definition.checking.subject import Subject
from engine.definition.checking.walking import facts_named, walk
from engine.language import syntax as s

Node = tuple[str, str, str]
"""Pathway, kind (`value`, `criterion`, `setting`, `fact`, `caller`, `guard`, `table`, `function`) and name."""


def references(subject: Subject, tree: s.Node) -> Iterator[Node]:
    """Everything that a sentence of the subject's pathway reads by name."""
    own = subject.spec.pathway
    for part, inside in walk(tree):
        match part:
            case s.Name(name) | s.Named(name) if name.startswith("setting."):
                yield _of_setting(subject, name.removeprefix("setting."))
            case s.Name(name) | s.Named(name) if "." in name:
                yield from _dotted(subject, name, "value" if isinstance(part, s.Name) else "criterion")
            case s.Name(name) if inside is None or name in subject.spec.values:
                yield from _plain(subject, own, name)
            case s.Named(name):
                yield own, "criterion" if name in subject.spec.criteria else "value", name
                yield own, "function", name
            case s.GuardPasses(guard):
                yield own, "guard", guard
            case s.Lookup(_, table, _):
                yield own, "table", table


def _elsewhere(subject: Subject, key: str) -> Iterator[Node]:
    """The criterion of that name of every other pathway."""
    for other in subject.others.values():
        if other.pathway != subject.spec.pathway and key in other.criteria:
            yield other.pathway, "criterion", key


def _of_setting(subject: Subject, key: str) -> Node:
    """The setting that `x`, `x.part`, `pathway.x` or `pathway.x.part` means."""
    head, _, rest = key.partition(".")
    if not rest or head in subject.spec.settings:
        return subject.spec.pathway, "setting", head
    return head, "setting", rest.partition(".")[0]


def _dotted(subject: Subject, name: str, kind: str) -> Iterator[Node]:
    head, key = name.split(".", 1)
    if head == "caller":
        yield subject.spec.pathway, "caller", key
    elif head == s.ELSEWHERE:
        yield from _elsewhere(subject, key)
    elif head not in ("with", "given", "anchor", "row", "entry", "setting"):
        yield head, kind, key


def _plain(subject: Subject, own: str, name: str) -> Iterator[Node]:
    if name in subject.spec.values:
        yield own, "value", name
        return
    if name in subject.functions or subject.catalogue.is_derived(name):
        yield own, "function", subject.catalogue.find_derived(name).id if subject.catalogue.is_derived(name) else name
    code = subject.catalogue.canonical(name)
    if code is not None:
        yield own, "fact", code


def functions_read(subject: Subject, trees: Iterable[s.Node]) -> set[str]:
    """Functions that sentences read, by name or by a selector that bears their name."""
    found = {name for tree in trees for _, kind, name in references(subject, tree) if kind == "function"}
    return {name for name in found | {one for tree in trees for one in facts_named(tree)} if name in subject.functions}
