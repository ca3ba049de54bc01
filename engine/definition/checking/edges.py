"""Edges: `on:` names a kind of event that the engine makes, of something that exists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from engine.catalogue.names import did_you_mean
from engine.definition.checking.kinds import Kinds
from engine.definition.checking.sentences import Sentence
from engine.definition.checking.subject import Subject
from engine.definition.checking.walking import walk
from engine.definition.reading import Problem
from engine.evaluation.scope import ENTRY_KEYS
from engine.language import syntax as s

PLAIN = ("enrolled", "ended", "parent:ended")
KINDS = (
    "fact", "corrected", "ask", "action", "automatic", "stage", "hold", "released", "task", "child", "override", "refused",
    "superseded", "warned",
)  # fmt: skip
TASK_EVENTS = ("opened", "done", "overdue", "cancelled", "missed")


def edges(subject: Subject) -> Iterator[Problem]:
    """Every edge of automatic transitions, messages and deviations."""
    for path, edge in _written(subject):
        yield from _edge(subject, path, edge)


def _written(subject: Subject) -> Iterator[tuple[str, str]]:
    for part in ("automatic", "notifications", "deviations"):
        for name, notice in getattr(subject.spec, part).items():
            yield from ((f"{part}.{name}.on", edge) for edge in notice.on)


def _edge(subject: Subject, path: str, edge: str) -> Iterator[Problem]:
    if edge in PLAIN:
        return
    kind, colon, name = edge.partition(":")
    if kind not in KINDS or not colon:
        shapes = [*PLAIN, *(f"{one}:x" for one in KINDS)]
        remedy = did_you_mean(kind, [*PLAIN, *KINDS]) or f"An edge is one of: {', '.join(shapes)}."
        yield subject.problem(path, f"“{edge}” is no edge.", remedy)
    elif name != "*":
        yield from _NAMED.get(kind, _of_part)(subject, path, kind, name)


def _of_part(subject: Subject, path: str, kind: str, name: str) -> Iterator[Problem]:
    known = _PARTS[kind](subject)
    if name not in known:
        yield subject.unknown(
            path, kind if kind in ("action", "stage", "hold") else _WORDS.get(kind, kind), name, known
        )


def requirement_ids(subject: Subject) -> set[str]:
    """Ids of every requirement that an action of this pathway can meet: own, included and of gates, rows with a number."""
    spec = subject.spec
    wanted = {one.guard.partition(".")[0] for one in spec.actions.values() if one.guard and "." in one.guard}
    wanted |= {
        item.include.partition(".")[0]
        for guard in spec.guards.values()
        for item in guard.require
        if item.include and "." in item.include
    }
    found: set[str] = set()
    for one in (spec, *(subject.others[name] for name in wanted if name in subject.others)):
        items = [item for guard in one.guards.values() for item in guard.require]
        items += one.gate.require if one.gate else []
        rows = {item.id: len(one.tables[item.each].rows) for item in items if item.each in one.tables}
        found |= {item.id for item in items} | {f"{name}:{n + 1}" for name, count in rows.items() for n in range(count)}
    return found


def _guarded_here(subject: Subject) -> set[str]:
    """Actions of other pathways that carry a guard of this one; what supersedes them is felt here, too."""
    own = f"{subject.spec.pathway}."
    actions = ((name, one) for other in subject.others.values() for name, one in other.actions.items())
    return {name for name, one in actions if (one.guard or "").startswith(own)}


def _actions_of_others(subject: Subject) -> set[str]:
    """`pathway.action`: an action of another pathway whose refusal is heard here."""
    return {f"{name}.{action}" for name, one in subject.others.items() for action in one.actions}


_WORDS = {
    "refused": "action",
    "released": "hold",
    "superseded": "action",
    "automatic": "action or automatic transition",
    "override": "requirement",
    "warned": "requirement",
}
_PARTS: Mapping[str, Callable[[Subject], Iterable[str]]] = {
    "action": lambda subject: subject.spec.actions,
    "superseded": lambda subject: {*subject.spec.actions, *_guarded_here(subject)},
    "refused": lambda subject: {*subject.spec.actions, *_actions_of_others(subject)},
    "automatic": lambda subject: {*subject.spec.actions, *subject.spec.automatic},
    "stage": lambda subject: subject.spec.stages,
    "hold": lambda subject: subject.spec.holds,
    "released": lambda subject: subject.spec.holds,
    "override": requirement_ids,
    "warned": requirement_ids,
}


def _of_fact(subject: Subject, path: str, kind: str, name: str) -> Iterator[Problem]:
    """The engine says `fact:` with the canonical id, so an alias would never be heard."""
    code = subject.catalogue.canonical(name)
    if code is None:
        yield subject.unknown(path, "fact", name, subject.catalogue.names)
    elif code != name:
        yield subject.problem(
            path, f"“{name}” is another name of {code}; an edge bears the id.", f"Write {kind}:{code}."
        )


def _of_task(subject: Subject, path: str, kind: str, name: str) -> Iterator[Problem]:
    task, _, event = name.partition(".")
    if task not in subject.spec.tasks:
        yield subject.unknown(path, "task", task, subject.spec.tasks)
    if event not in TASK_EVENTS:
        remedy = did_you_mean(event, TASK_EVENTS) or f"Write task:{task}.opened, .done or .overdue."
        yield subject.problem(path, f"A task is not “{event}”.", remedy)


def _of_child(subject: Subject, path: str, kind: str, name: str) -> Iterator[Problem]:
    pathway, _, stage = name.partition(".")
    other = subject.others.get(pathway)
    if other is None:
        yield subject.unknown(path, "pathway", pathway, subject.others)
    elif other.parent != subject.spec.pathway:
        remedy = f"Read its stage instead: “stage of {pathway} is …”."
        yield subject.problem(path, f"{pathway} is no child of {subject.spec.pathway}.", remedy)
    elif stage not in {*other.stages, "ended"}:
        yield subject.unknown(path, f"stage of {pathway}", stage, {*other.stages, "ended"})


_NAMED: Mapping[str, Callable[[Subject, str, str, str], Iterator[Problem]]] = {
    "fact": _of_fact, "corrected": _of_fact,
    "ask": _of_fact, "task": _of_task, "child": _of_child,
}  # fmt: skip


def parent_only_in_child(subject: Subject) -> Iterator[Problem]:
    """Only an enrolment that another one opened hears that its parent ended."""
    for path, edge in _written(subject):
        if edge.startswith("parent:") and subject.spec.parent is None:
            yield subject.problem(
                path, f"{subject.spec.pathway} has no parent.", "Add `parent:` or choose another edge."
            )


def entries(subject: Subject) -> Iterator[Problem]:
    """`entry.x` reads what happened: only on an edge that brings an entry, and only what that entry has."""
    kinds = Kinds(subject)
    for sentence in subject.sentences:
        for node, inside in walk(sentence.tree):
            if inside is None and isinstance(node, s.Name) and node.name.startswith("entry."):
                yield from _entry(subject, kinds, sentence, node.name.removeprefix("entry."))


def _entry(subject: Subject, kinds: Kinds, sentence: Sentence, key: str) -> Iterator[Problem]:
    if sentence.use in ("value", "criterion"):
        return
    if not sentence.edges:
        remedy = "Add `on:`, or name the entry: `latest … `."
        yield subject.problem(sentence.place, f"entry.{key} where nothing happened.", remedy)
    for edge in sentence.edges:
        kind, _, name = edge.partition(":")
        named = kind in ("fact", "corrected") and subject.catalogue.canonical(name) is not None
        if named and key not in ENTRY_KEYS and kinds.attribute(("fact", name), key) is None:
            yield subject.unknown(sentence.place, f"attribute of {name}", key, kinds.attributes(name))


CHECKS = (edges, parent_only_in_child, entries)
