"""Circles: a named value, criterion, caller or age limit that needs itself would never come to an answer."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition.checking.references import Node, references
from engine.definition.checking.sentences import Sentence
from engine.definition.checking.subject import Subject
from engine.definition.reading import Problem

Graph = dict[Node, set[Node]]


def circles(subject: Subject) -> Iterator[Problem]:
    """Each circle once, at its member of this pathway that comes first in the file."""
    graph: Graph = {}
    for spec in subject.others.values():
        _add(graph, subject.peer(spec))
    seen: set[Node] = set()
    for sentence in subject.sentences:
        start = _node(subject.spec.pathway, sentence)
        if start is None or start in seen:
            continue
        circle = _circle(graph, start)
        if circle:
            seen |= set(circle)
            shown = " → ".join(name for _, _, name in [*circle, circle[0]])
            remedy = "Let one of them read facts instead."
            yield subject.problem(sentence.place, f"{start[2]} needs itself: {shown}.", remedy)


def _add(graph: Graph, subject: Subject) -> None:
    for sentence in subject.sentences:
        node = _node(subject.spec.pathway, sentence)
        if node is not None:
            graph.setdefault(node, set()).update(references(subject, sentence.tree))
    for name in subject.spec.callers:
        for key in ("start", "end", "finished", "planned"):
            if getattr(subject.spec.callers[name], key) is None:
                graph.setdefault((subject.spec.pathway, "caller", key), set())


def _node(pathway: str, sentence: Sentence) -> Node | None:
    """What a sentence defines. The age limit of a fact is part of reading the fact."""
    if sentence.use in ("value", "criterion"):
        return pathway, sentence.use, sentence.owner
    if sentence.use == "caller":
        return pathway, "caller", "planned_start" if sentence.owner == "planned" else sentence.owner
    return (pathway, "fact", sentence.owner) if sentence.use == "age" else None


def _circle(graph: Graph, start: Node) -> list[Node]:
    """The shortest way from a node back to itself, or nothing."""
    ways: list[list[Node]] = [[start]]
    seen: set[Node] = set()
    for way in ways:
        for following in sorted(graph.get(way[-1], ())):
            if following == start:
                return way
            if following in graph and following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return []


CHECKS = (circles,)
