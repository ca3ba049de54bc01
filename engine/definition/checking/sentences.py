"""Every sentence of a definition with its place, its tree, and what it is there for.

Sentences that cannot be read are left out: compiling the definition reports them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from engine.definition.schema import DefinitionSpec, DoneBy, Effect, Requirement, TaskSpec, ValueSpec
from engine.errors import AuthorError
from engine.language import syntax as s
from engine.language.parsing import parse_criterion, parse_value


@dataclass(frozen=True)
class Sentence:
    """One sentence. `use` says what it is there for; `owner` is the element that it belongs to."""

    place: str
    text: str
    tree: s.Node
    use: str
    owner: str = ""
    table: str = ""
    """The table whose row is bound."""
    edges: tuple[str, ...] = ()
    """The edges on which it is judged; `entry.x` reads what happened."""
    level: str = ""
    """Requirements: what not being met brings."""
    unknown: str = ""


def sentences_of(spec: DefinitionSpec) -> tuple[Sentence, ...]:
    """All sentences that can be read."""
    return tuple(sentence for raw in _written(spec) for sentence in _read(raw))


def _read(raw: tuple[str, str | None, bool, Sentence]) -> Iterator[Sentence]:
    place, text, is_value, frame = raw
    if text is None:
        return
    try:
        tree = parse_value(text) if is_value else parse_criterion(text)
    except AuthorError:
        return
    yield replace(frame, place=place, text=text, tree=tree)


_Raw = tuple[str, str | None, bool, Sentence]


def _frame(use: str, owner: str = "", **more: Any) -> Sentence:
    return Sentence("", "", s.Word(""), use, owner, **more)


def _written(spec: DefinitionSpec) -> Iterator[_Raw]:
    yield from _ages_and_callers(spec)
    yield from _names(spec)
    for name, guard in spec.guards.items():
        yield f"guards.{name}.as_of", guard.as_of, True, _frame("as_of", name)
        for one in guard.require:
            yield from _requirement(f"guards.{name}.require.{one.id}", one, _frame("guard", name))
    yield from _gate(spec)
    yield from _moving(spec)
    yield from _holds_and_notices(spec)
    for name, task in spec.tasks.items():
        yield from _task(f"tasks.{name}", task, name)


def _ages_and_callers(spec: DefinitionSpec) -> Iterator[_Raw]:
    for name, age in spec.ages.items():
        within = None if age.within == "none" else age.within
        yield f"ages.{name}.within", within, True, _frame("age", name)
        yield f"ages.{name}.unless", age.unless, False, _frame("age", name)
    for name, caller in spec.callers.items():
        for key in ("planned", "start", "end"):
            yield f"callers.{name}.{key}", getattr(caller, key), True, _frame("caller", key)
        yield f"callers.{name}.finished", caller.finished, False, _frame("caller", "finished")


def _names(spec: DefinitionSpec) -> Iterator[_Raw]:
    for name, value in spec.values.items():
        yield from _value(f"values.{name}", value, _frame("value", name))
    for name, criterion in spec.criteria.items():
        place = f"criteria.{name}" if isinstance(criterion, str) else f"criteria.{name}.that"
        yield place, criterion if isinstance(criterion, str) else criterion.that, False, _frame("criterion", name)


def _value(place: str, value: ValueSpec | str, frame: Sentence) -> Iterator[_Raw]:
    if isinstance(value, str):
        yield place, value, True, frame
        return
    yield f"{place}.is", value.value, True, frame
    yield f"{place}.otherwise", value.otherwise, True, frame
    for number, row in enumerate(value.first_of or ()):
        yield f"{place}.first_of.{number}.when", row.when, False, frame
        yield f"{place}.first_of.{number}.is", row.then, True, frame


def _requirement(place: str, one: Requirement, frame: Sentence) -> Iterator[_Raw]:
    unknown = one.unknown if "unknown" in one.model_fields_set else ""
    judged = replace(frame, level=one.not_met, unknown=unknown, table=one.each or "")
    yield f"{place}.that", one.that, False, judged
    yield f"{place}.when", one.when, False, replace(judged, use=f"{frame.use}_when")


def _gate(spec: DefinitionSpec) -> Iterator[_Raw]:
    if spec.gate is None:
        return
    for one in spec.gate.require:
        yield from _requirement(f"gate.require.{one.id}", one, _frame("gate"))
    for number, row in enumerate(spec.gate.passes):
        yield f"gate.passes.{number}.when", row.when, False, _frame("passes")


def _moving(spec: DefinitionSpec) -> Iterator[_Raw]:
    for name, action in spec.actions.items():
        place, frame = f"actions.{name}", _frame("action", name)
        yield f"{place}.dose", action.dose, True, frame
        yield f"{place}.proposed", action.proposed, False, _frame("proposed", name)
        for key, one in action.asks.items():
            yield f"{place}.with.{key}.when", one.when, False, frame
        yield from _effects(place, action.effects, frame)
    for name, rule in spec.automatic.items():
        place, frame = f"automatic.{name}", _frame("automatic", name, edges=tuple(rule.on))
        yield f"{place}.when", rule.when, False, frame
        for number, case in enumerate(rule.cases):
            yield f"{place}.cases.{number}.when", case.when, False, frame
        yield from _effects(place, rule.effects, frame)


def _effects(place: str, effects: list[Effect], frame: Sentence) -> Iterator[_Raw]:
    for number, effect in enumerate(effects):
        here = f"{place}.effects.{number}"
        yield f"{here}.when", effect.when, False, frame
        for key, text in _expressions(effect).items():
            yield f"{here}.{key}", text, True, frame


def _expressions(effect: Effect) -> dict[str, str | None]:
    """The values that an effect fills in, by their path below it."""
    if effect.record:
        record = effect.record
        found = {"record.value": record.value, "record.effective": record.effective}
        found |= {f"record.attributes.{key}": text for key, text in record.attributes.items()}
        return found | ({"record.fact": record.fact} if "." in record.fact else {})
    if effect.open:
        return {f"open.given.{key}": text for key, text in effect.open.given.items()}
    if effect.anchor:
        return {f"anchor.{key}": text for key, text in effect.anchor.items()}
    if effect.register_caller:
        keys = ("caller", "planned_start", "drug", "ended")
        return {f"caller.{key}": getattr(effect.register_caller, key) for key in keys}
    return {}


def _holds_and_notices(spec: DefinitionSpec) -> Iterator[_Raw]:
    for name, hold in spec.holds.items():
        yield f"holds.{name}.opens", hold.opens, False, _frame("opens", name)
        yield f"holds.{name}.released", hold.released, False, _frame("released", name)
    for part in ("notifications", "deviations"):
        for name, notice in getattr(spec, part).items():
            yield f"{part}.{name}.when", notice.when, False, _frame("notice", name, edges=tuple(notice.on))
            raised = getattr(notice, "raised", None)
            yield f"{part}.{name}.raised.when", raised.when if raised else None, False, _frame("notice", name)
    for name, one in spec.indicators.items():
        yield f"indicators.{name}.among", one.among, False, _frame("indicator", name)
        yield f"indicators.{name}.met", one.met, False, _frame("indicator", name)
        yield f"indicators.{name}.by", one.by, True, _frame("indicator_end", name)


def _task(place: str, task: TaskSpec, name: str) -> Iterator[_Raw]:
    frame = _frame("task", name, edges=("each",) if task.each else ())
    yield f"{place}.when", task.when, False, frame
    yield f"{place}.frozen", task.frozen, False, frame
    for key in ("since", "due", "opens", "until"):
        yield f"{place}.{key}", getattr(task, key), True, frame
    yield f"{place}.each", f"latest {task.each}" if task.each else None, True, replace(frame, edges=())
    if isinstance(task.offsets, str):
        yield f"{place}.offsets", task.offsets, True, frame
    if task.grid:
        yield f"{place}.grid.from", task.grid.anchor, True, frame
        yield f"{place}.grid.after", task.grid.after, True, frame
        yield from _grid(place, task, frame)
    for number, step in enumerate(task.overdue):
        yield f"{place}.overdue.{number}.after", step.after, True, frame
    for number, reminder in enumerate(task.reminders):
        yield f"{place}.reminders.{number}.before", reminder.before, True, frame
    if task.done_by:
        yield from _done(place, task.done_by, frame)


def _grid(place: str, task: TaskSpec, frame: Sentence) -> Iterator[_Raw]:
    assert task.grid is not None
    for key in ("months", "days", "every"):
        raw = getattr(task.grid, key)
        yield f"{place}.grid.{key}", raw if isinstance(raw, str) else None, True, frame


def _done(place: str, done: DoneBy, frame: Sentence) -> Iterator[_Raw]:
    yield f"{place}.done_by.within", done.within, True, frame
    yield f"{place}.done_by.when", done.when, False, frame
    for name in (*done.all, *done.any):
        having = done.having.get(name) if isinstance(done.having, dict) else done.having
        if having:
            yield f"{place}.done_by.with", f"latest {name} with ({having})", True, frame
