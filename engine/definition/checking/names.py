"""Names that a sentence borrows: from another pathway, from an action, from a decision, from a table, from an opener."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition.checking.sentences import Sentence
from engine.definition.checking.subject import Subject
from engine.definition.checking.walking import walk
from engine.definition.reading import Problem
from engine.definition.schema import DefinitionSpec
from engine.language import syntax as s

CALLER_KEYS = ("pathway", "drug", "ended", "registered", "planned_start", "start", "end", "finished")


def other_pathways(subject: Subject) -> Iterator[Problem]:
    """`hbv.x` is a value or criterion of hbv; its holds, tasks, stages, gate values and settings exist."""
    for sentence in subject.sentences:
        for node, _ in walk(sentence.tree):
            yield from _foreign(subject, sentence.place, node)


def _foreign(subject: Subject, place: str, node: s.Node) -> Iterator[Problem]:
    match node:
        case s.Name(name) if "." in name:
            yield from _foreign_value(subject, place, name)
        case s.Named(name) if "." in name:
            yield from _foreign_criterion(subject, place, name)
        case s.HoldOpen(hold, pathway) if pathway and hold != "any":
            yield from _part(subject, place, pathway, "holds", hold)
        case s.TaskIs(task, _, pathway) if pathway:
            yield from _part(subject, place, pathway, "tasks", task)
        case s.StageIs(stages, pathway) if pathway:
            for stage in stages:
                yield from _part(subject, place, pathway, "stages", stage)
        case s.GateIs(pathway, values):
            yield from _gate(subject, place, pathway, values)


def _part(subject: Subject, place: str, pathway: str, part: str, name: str) -> Iterator[Problem]:
    other = subject.others.get(pathway)
    if other is not None and name not in getattr(other, part):
        yield subject.unknown(place, f"{part.rstrip('s')} of {pathway}", name, getattr(other, part))


def _foreign_value(subject: Subject, place: str, name: str) -> Iterator[Problem]:
    head, key = name.split(".", 1)
    if head == "setting" and "." in key and key.partition(".")[0] not in subject.spec.settings:
        pathway, setting = key.split(".")[:2]
        if pathway in subject.announced:
            return
        if pathway not in subject.others:
            yield subject.unknown(place, "pathway", pathway, subject.others)
        else:
            yield from _part(subject, place, pathway, "settings", setting)
    other = subject.others.get(head)
    if other is None or key in other.values:
        return
    if key in other.criteria:
        remedy = f"Write “{name} is met”."
        yield subject.problem(place, f"{name} is a criterion, not a value.", remedy)
    else:
        yield subject.unknown(place, f"value of {head}", key, other.values)


def _foreign_criterion(subject: Subject, place: str, name: str) -> Iterator[Problem]:
    head, key = name.split(".", 1)
    if head == s.ELSEWHERE:
        yield from _offered(subject, place, key)
    if head not in subject.others:
        return
    other = subject.others[head]
    if key in other.values and key not in other.criteria:
        remedy = f"Compare it, or write “{name} is yes”."
        yield subject.problem(place, f"{name} is a value, not a criterion.", remedy)
    elif key not in other.criteria:
        yield subject.unknown(place, f"criterion of {head}", key, other.criteria)


def _offered(subject: Subject, place: str, key: str) -> Iterator[Problem]:
    """A criterion looked for elsewhere is one that another pathway offers."""
    own = subject.spec.pathway
    offered = {name for other in subject.others.values() if other.pathway != own for name in other.criteria}
    if key not in offered:
        yield subject.unknown(place, "criterion of another pathway", key, offered)


def _gate(subject: Subject, place: str, pathway: str, values: tuple[str, ...]) -> Iterator[Problem]:
    other = subject.others.get(pathway)
    if other is None:
        return
    if other.gate is None:
        yield subject.problem(place, f"{pathway} has no gate.", f"Read its stage: “stage of {pathway} is …”.")
        return
    known = gate_values(other)
    for value in values:
        if value not in known:
            yield subject.unknown(place, f"value of the gate of {pathway}", value, known)


def gate_values(spec: DefinitionSpec) -> set[str]:
    """Every value that a gate can take."""
    if spec.gate is None:
        return set()
    found = {one.value for one in spec.gate.require if one.value} | {row.value for row in spec.gate.passes}
    return found | {spec.gate.otherwise}


# --- bindings -------------------------------------------------------------------------------------------------------


def bindings(subject: Subject) -> Iterator[Problem]:
    """`with.x`, `given.x`, `anchor.x`, `row.x`, `caller.x` are things that somebody asks, hands over, sets, lists, registers."""
    for sentence in subject.sentences:
        for name in _dotted(sentence.tree):
            head, key = name.split(".", 1)
            known = _known(subject, sentence, head)
            if known is not None and key not in known:
                yield subject.unknown(sentence.place, _WHAT[head], key, known)


_WHAT = {
    "with": "parameter that an action asks for", "given": "parameter that an opener hands over", "anchor": "anchor that an effect sets",
    "row": "column of the table", "caller": "property of a caller",
}  # fmt: skip


def _dotted(tree: s.Node) -> Iterator[str]:
    for node, _ in walk(tree):
        name = getattr(node, "name", "")
        if isinstance(node, s.Name | s.Selector | s.Running | s.Stopped | s.Named) and "." in name:
            yield name


def _known(subject: Subject, sentence: Sentence, head: str) -> set[str] | None:
    """What may stand after the dot; None where the check does not speak of it."""
    spec = subject.spec
    if head == "with":
        return _asked(subject, sentence)
    if head == "given":
        return _handed_over(subject)
    if head == "anchor":
        return {key for _, effect in subject.effects for key in effect.anchor or ()}
    if head == "row":
        table = spec.tables.get(sentence.table)
        return set(table.columns) if table else set()
    return set(CALLER_KEYS) if head == "caller" else None


def _asked(subject: Subject, sentence: Sentence) -> set[str]:
    """What the action asks for; for guards and named sentences, what any action asks for."""
    actions = subject.spec.actions
    if sentence.use == "action":
        return set(actions[sentence.owner].asks)
    if sentence.use in ("guard", "guard_when", "as_of"):
        owners = [one for one in actions.values() if one.guard == sentence.owner]
        if owners:
            return {key for one in owners for key in one.asks}
    return {key for one in actions.values() for key in one.asks}


def _handed_over(subject: Subject) -> set[str] | None:
    own = subject.spec.pathway
    opens = [effect.open for effect in subject.all_effects if effect.open is not None and effect.open.pathway == own]
    parent = subject.spec.parent
    if not opens and (parent is None or parent not in subject.others):
        return None
    return {key for one in opens for key in one.given}


def caller_only_in_shared(subject: Subject) -> Iterator[Problem]:
    """Only a shared sub-pathway has callers."""
    if subject.spec.shared:
        return
    for sentence in subject.sentences:
        if any(name.startswith("caller.") for name in _dotted(sentence.tree)):
            remedy = "Mark the pathway `shared: true`, or read the caller's own values."
            yield subject.problem(sentence.place, f"{subject.spec.pathway} has no callers.", remedy)
    if subject.spec.callers:
        yield subject.problem(
            "callers", f"{subject.spec.pathway} is not shared, so nobody calls it.", "Add `shared: true`."
        )


def last_result(subject: Subject) -> Iterator[Problem]:
    """`last_result` is the day of the last valid result of a rolling task."""
    for sentence in subject.sentences:
        named = any(isinstance(node, s.Name) and node.name == "last_result" for node, _ in walk(sentence.tree))
        if not named or sentence.use in ("value", "criterion"):
            continue
        task = subject.spec.tasks.get(sentence.owner) if sentence.use == "task" else None
        if task is None or task.since is None:
            remedy = "Give the task `since:`, or name the fact: `date of latest …`."
            yield subject.problem(sentence.place, "`last_result` outside a rolling task.", remedy)


CHECKS = (other_pathways, bindings, caller_only_in_shared, last_result)
