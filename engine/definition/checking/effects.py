"""Effects and references between elements: what an action or rule does exists and can be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.catalogue.definition import FactKind
from engine.catalogue.names import did_you_mean
from engine.definition.checking.kinds import Kinds
from engine.definition.checking.subject import Subject
from engine.definition.reading import Problem
from engine.definition.schema import DefinitionSpec, Effect, Record

_KEYS = (
    "record", "open", "close", "anchor", "release", "place", "miss", "register_caller", "notify", "deviation",
)  # fmt: skip


def one_key(subject: Subject) -> Iterator[Problem]:
    """An effect is exactly one thing."""
    for path, effect in subject.effects:
        found = [key for key in _KEYS if getattr(effect, key) is not None]
        if len(found) != 1:
            remedy = "Write one effect for each item of the list."
            yield subject.problem(path, f"An effect has {len(found)} of {', '.join(_KEYS)}.", remedy)


def own_elements(subject: Subject) -> Iterator[Problem]:
    """Holds, messages and deviations that an effect names exist."""
    spec = subject.spec
    for path, effect in subject.effects:
        yield from _of_mine(subject, path, "release", effect.release, "hold", spec.holds)
        yield from _of_mine(subject, path, "place", effect.place, "hold", spec.holds)
        yield from _of_mine(subject, path, "miss", effect.miss, "task", spec.tasks)
        if effect.notify is not None and effect.notify not in spec.notifications:
            yield subject.unknown(f"{path}.notify", "notification", effect.notify, spec.notifications)
        if effect.deviation is not None and effect.deviation not in spec.deviations:
            yield subject.unknown(f"{path}.deviation", "deviation", effect.deviation, spec.deviations)


def _of_mine(
    subject: Subject, path: str, key: str, name: str | None, what: str, known: Mapping[str, object]
) -> Iterator[Problem]:
    """The element that an effect names; `with.x` names a parameter of its action."""
    if name is None or name in known:
        return
    action = subject.spec.actions.get(path.split(".")[1])
    asked = action.asks if action is not None and path.startswith("actions.") else {}
    if name.startswith("with.") and name.removeprefix("with.") in asked:
        return
    yield subject.unknown(f"{path}.{key}", what, name, known)


def opened_and_closed(subject: Subject) -> Iterator[Problem]:
    """Pathways that are opened or closed exist; closing leads to a terminal stage."""
    for number, name in enumerate(subject.spec.opens):
        if name not in subject.others:
            yield subject.unknown(f"opens.{number}", "pathway", name, subject.others)
    for path, effect in subject.effects:
        yield from _opens(subject, path, effect)
        yield from _closes(subject, path, effect)
    parent = subject.spec.parent
    if parent is not None and parent not in subject.others:
        yield subject.unknown("parent", "pathway", parent, subject.others)


def _opens(subject: Subject, path: str, effect: Effect) -> Iterator[Problem]:
    if effect.open is None:
        return
    name = effect.open.pathway
    other = subject.others.get(name)
    if other is None:
        yield subject.unknown(f"{path}.open.pathway", "pathway", name, subject.others)
    elif other.parent is not None and other.parent != subject.spec.pathway:
        remedy = f"Open it from {other.parent}, or change its `parent`."
        yield subject.problem(f"{path}.open", f"{name} is opened by {other.parent} only.", remedy)
    elif name not in subject.spec.opens:
        yield subject.problem(f"{path}.open", f"{name} is opened but not listed.", f"Add {name} to `opens:`.")
    elif effect.open.stage is not None and effect.open.stage not in other.stages:
        yield subject.unknown(f"{path}.open.stage", f"stage of {name}", effect.open.stage, other.stages)


def _closes(subject: Subject, path: str, effect: Effect) -> Iterator[Problem]:
    if effect.close is None:
        return
    other = subject.others.get(effect.close.pathway)
    if other is None:
        yield subject.unknown(f"{path}.close.pathway", "pathway", effect.close.pathway, subject.others)
    elif effect.close.to not in other.stages:
        yield subject.unknown(f"{path}.close.to", f"stage of {other.pathway}", effect.close.to, other.stages)
    elif not other.stages[effect.close.to].terminal:
        remedy = f"Close it to one of: {', '.join(name for name, stage in other.stages.items() if stage.terminal)}."
        yield subject.problem(f"{path}.close.to", f"{effect.close.to} of {other.pathway} is not terminal.", remedy)


def registers(subject: Subject) -> Iterator[Problem]:
    """Only a shared sub-pathway registers callers."""
    for path, effect in subject.effects:
        if effect.register_caller is not None and not subject.spec.shared:
            remedy = "Add `shared: true`, or remove the effect."
            yield subject.problem(f"{path}.caller", f"{subject.spec.pathway} is not shared and has no callers.", remedy)


def records(subject: Subject) -> Iterator[Problem]:
    """A fact that an effect writes exists, is written as its kind asks, with attributes that it has."""
    for path, effect in subject.effects:
        if effect.record is not None and "." not in effect.record.fact:
            yield from _record(subject, f"{path}.record", effect.record)


def _record(subject: Subject, path: str, record: Record) -> Iterator[Problem]:
    code = subject.catalogue.canonical(record.fact)
    if code is None:
        yield subject.unknown(f"{path}.fact", "fact", record.fact, subject.catalogue.names)
        return
    fact = subject.catalogue.facts[code]
    if fact.kind is FactKind.EXPOSURE and record.event is None:
        yield subject.problem(path, f"{code} is an exposure.", "Add `event: given`, `started` or `stopped`.")
    if fact.kind is not FactKind.EXPOSURE and record.event in ("given", "started", "stopped"):
        yield subject.problem(
            f"{path}.event", f"{code} is no exposure.", "Remove `event`, or write `occurred` for an event."
        )
    if not fact.happens and record.value is None:
        yield subject.problem(path, f"{code} is written without a value.", "Add `value:`.")
    kinds = Kinds(subject)
    for key in record.attributes:
        if kinds.attribute(("fact", code), key) is None and key not in ("author", "drug", "dose", "detection", "uln"):
            yield subject.unknown(f"{path}.attributes.{key}", f"attribute of {code}", key, kinds.attributes(code))


def guards(subject: Subject) -> Iterator[Problem]:
    """Guards that actions and requirements name exist, and do not include one another in a circle."""
    for name, action in subject.spec.actions.items():
        if action.guard is not None and (problem := _guard(subject, f"actions.{name}.guard", action.guard)):
            yield problem
    for name, guard in subject.spec.guards.items():
        for one in guard.require:
            if one.include and (problem := _guard(subject, f"guards.{name}.require.{one.id}.include", one.include)):
                yield problem
        if _circle(subject, subject.spec.pathway, name):
            yield subject.problem(f"guards.{name}", f"Guard {name} includes itself.", "Break the circle of `include`.")


def _guard(subject: Subject, path: str, name: str) -> Problem | None:
    pathway, _, own = name.rpartition(".")
    other = subject.others.get(pathway) if pathway else subject.spec
    if other is None:
        return subject.unknown(path, "pathway", pathway, subject.others)
    if own in other.guards:
        return None
    return subject.unknown(path, f"guard of {other.pathway}", own, other.guards)


def _circle(subject: Subject, pathway: str, guard: str) -> bool:
    start, waiting, seen = (pathway, guard), [(pathway, guard)], set()
    while waiting:
        at = waiting.pop()
        for one in _included(subject.others.get(at[0], subject.spec), at):
            if one == start:
                return True
            if one not in seen:
                seen.add(one)
                waiting.append(one)
    return False


def _included(spec: DefinitionSpec, at: tuple[str, str]) -> Iterator[tuple[str, str]]:
    for one in spec.guards[at[1]].require if at[1] in spec.guards else ():
        if one.include:
            pathway, _, own = one.include.rpartition(".")
            yield pathway or at[0], own


def requirements(subject: Subject) -> Iterator[Problem]:
    """A requirement says one thing: a sentence, `holds: true`, or `include`. Its id is its own."""
    owners = [(f"guards.{name}.require", guard.require) for name, guard in subject.spec.guards.items()]
    owners += [("gate.require", subject.spec.gate.require)] if subject.spec.gate else []
    for path, items in owners:
        seen: set[str] = set()
        for one in items:
            said = [one.that is not None, one.holds, one.include is not None]
            if sum(said) != 1:
                remedy = "Give it `that:`, or `holds: true`, or `include:`."
                yield subject.problem(f"{path}.{one.id}", f"Requirement {one.id} says {sum(said)} things.", remedy)
            if one.id in seen:
                yield subject.problem(
                    f"{path}.{one.id}", f"Two requirements are called {one.id}.", "Rename one of them."
                )
            seen.add(one.id)
            if one.each is not None and one.each not in subject.spec.tables:
                yield subject.unknown(f"{path}.{one.id}.each", "table", one.each, subject.spec.tables)


def gates(subject: Subject) -> Iterator[Problem]:
    """An action asks a gate that exists, for a caller that exists; what blocks in a gate gives it a value."""
    spec = subject.spec
    for name, action in spec.actions.items():
        if action.gate is None:
            continue
        if spec.gate is None:
            yield subject.problem(
                f"actions.{name}.gate", f"{spec.pathway} has no gate.", "Add `gate:` or remove this key."
            )
        elif action.gate not in {*spec.callers, "generic"}:
            yield subject.unknown(f"actions.{name}.gate", "caller", action.gate, {*spec.callers, "generic"})
    for one in spec.gate.require if spec.gate else ():
        if one.not_met in ("block", "block_hard") and not one.value and not one.holds:
            remedy = "Add `value:`, the value of the gate when this does not pass."
            yield subject.problem(f"gate.require.{one.id}", f"{one.id} blocks without giving the gate a value.", remedy)


def tables(subject: Subject) -> Iterator[Problem]:
    """Every row of a table has a cell for each column, and no two rows have the same key."""
    for name, table in subject.spec.tables.items():
        for number, row in enumerate(table.rows):
            if len(row) != len(table.columns):
                message = f"Row {number + 1} of {name} has {len(row)} cells, the table {len(table.columns)} columns."
                yield subject.problem(f"tables.{name}.rows.{number}", message, "Fill in or remove cells.")
            elif row in table.rows[:number]:
                yield subject.problem(
                    f"tables.{name}.rows.{number}", f"Row {number + 1} of {name} repeats an earlier one.", "Remove it."
                )


def consents(subject: Subject) -> Iterator[Problem]:
    """A consent topic is one of those that the catalogue knows."""
    fact = subject.catalogue.facts.get("informed_consent")
    topics = fact.attributes.get("topics") if fact else None
    if not isinstance(topics, tuple | list):
        return
    for name, guard in subject.spec.guards.items():
        for one in guard.require:
            if one.consent and one.consent not in topics:
                path = f"guards.{name}.require.{one.id}.consent"
                yield subject.problem(
                    path,
                    f"“{one.consent}” is no topic of consent.",
                    did_you_mean(one.consent, topics) or f"One of: {', '.join(topics)}.",
                )


CHECKS = (
    one_key, own_elements, opened_and_closed, registers, records, guards, requirements, gates, tables, consents,
)  # fmt: skip
