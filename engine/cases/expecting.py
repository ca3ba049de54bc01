"""Reads what must hold after a step: one reader for each key of `expect`, each giving one record for each claim."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from engine.cases.records import (
    ActionClaim,
    ActionRef,
    EnrolmentRef,
    Expectation,
    HoldsClaim,
    NoticeClaim,
    StageClaim,
    Step,
    TaskClaim,
    ValueClaim,
)
from engine.cases.shapes import Reader
from engine.cases.yaml_source import Node

Claims = Iterator[tuple[Any, Any]]
"""What was written (JSON-ready) and what it means."""

NONE = "none"


def read_expectations(reader: Reader, node: Node | None, step: Step) -> Iterator[Expectation]:
    """Every claim of a step's `expect`."""
    for key, value in reader.mapping(node, "expect", READERS).items():
        if key in READERS:
            for written, about in READERS[key](reader, value, step):
                yield Expectation(key, as_json(written), about, value.line)


def as_json(value: Any) -> Any:
    """Written data as JSON can hold it: days as text, numbers with their digits."""
    if isinstance(value, Mapping):
        return {str(key): as_json(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(one) for one in value]
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


# --- acts ---------------------------------------------------------------------------------------------------------


def _refused(reader: Reader, node: Node, step: Step) -> Claims:
    if not (step.act or step.facts or step.amendments):
        reader.wrong(node, "nothing in this step can be refused", "Add do: … or facts: …")
    ids = reader.statements(node, "refused")
    yield list(ids), ids


def _about_actions(key: str) -> Callable[[Reader, Node, Step], Claims]:
    """Statement ids (for `unknown`: fact ids) by action; a plain list means the act of the step."""

    def read(reader: Reader, node: Node, step: Step) -> Claims:
        if not node.is_mapping:
            _needs_act(reader, node, step, key)
            ids = _ids(reader, node, key)
            yield list(ids), ActionClaim(None, ids)
        for name, value in node.items.items():
            ids = _ids(reader, value, key)
            action = reader.action(value, name, step.pathway)
            if action is not None:
                yield {name: list(ids)}, ActionClaim(_or_the_act(action, step, key), ids)

    return read


def _needs_act(reader: Reader, node: Node, step: Step, key: str) -> None:
    if key not in _OF_THE_ACT:
        reader.wrong(node, f"{key} must name actions", f"Write {key}: {{action: […]}}.")
    elif step.act is None:
        reader.wrong(
            node, f"a plain {key} means the act of the step, and there is none", f"Write {key}: {{action: …}}."
        )


def _ids(reader: Reader, node: Node, key: str) -> tuple[str, ...]:
    if key == "unknown":
        return tuple(reader.readable(one, reader.text(one, "a fact id")) for one in reader.list(node, key))
    return reader.statements(node, key)


_OF_THE_ACT = ("warned", "not_warned", "dose")


def _or_the_act(action: ActionRef, step: Step, key: str) -> ActionRef | None:
    """None (the act of the step) where a claim about an act names the very action done."""
    act = step.act
    if (
        act is None
        or key not in _OF_THE_ACT
        or act.name != action.action
        or act.enrolment not in (None, action.enrolment)
    ):
        return action
    own = act.enrolment or EnrolmentRef("")
    same = not own.pathway or own == action.enrolment
    asked = all(act.parameters.get(name) == value for name, value in action.parameters.items())
    return None if same and asked else action


def _dose(reader: Reader, node: Node, step: Step) -> Claims:
    if not node.is_mapping:
        _needs_act(reader, node, step, "dose")
        yield node.plain(), ActionClaim(None, dose=reader.text(node, "dose"))
    for name, value in node.items.items():
        action, dose = reader.action(value, name, step.pathway), reader.text(value, "a dose")
        if action is not None:
            yield {name: dose}, ActionClaim(_or_the_act(action, step, "dose"), dose=dose)


def _actions(reader: Reader, node: Node, step: Step) -> Claims:
    """A list of actions; each with parameters in either form. An empty list is one claim: none."""
    members = reader.list(node, "a list of actions")
    if not members:
        yield [], None
    for one in members:
        action = (
            _with_parameters(reader, one, step)
            if one.is_mapping
            else reader.action(one, reader.text(one, "an action"), step.pathway)
        )
        if action is not None:
            yield as_json(one.plain()), ActionClaim(action)


def _with_parameters(reader: Reader, node: Node, step: Step) -> ActionRef | None:
    items = reader.mapping(node, "an action with parameters", ("action", "with"))
    name = reader.required(items, "action", node, "an action with parameters")
    action = reader.action(items["action"], name, step.pathway) if name else None
    asked = reader.mapping(items.get("with"), "with")
    if action is None:
        return None
    reader.parameters(asked, action.enrolment.pathway, action.action)
    given = {key: one.plain() for key, one in asked.items()}
    return ActionRef(action.written, action.action, action.enrolment, {**action.parameters, **given})


# --- stages -------------------------------------------------------------------------------------------------------


def _stage(reader: Reader, node: Node, _step: Step) -> Claims:
    own, stage = reader.names.pathway, reader.text(node, "stage")
    if reader.known(node, f"stage of {own}", stage, reader.names.stages(own)):
        yield stage, StageClaim(EnrolmentRef(own), stage)


def _stages(reader: Reader, node: Node, _step: Step) -> Claims:
    for name, value in reader.mapping(node, "stages").items():
        enrolment, stage = reader.enrolment(value, name), reader.text(value, "a stage")
        if enrolment is None:
            continue
        known = (*reader.names.stages(enrolment.pathway), NONE)
        if reader.known(value, f"stage of {enrolment.pathway}", stage, known):
            yield {name: stage}, StageClaim(enrolment, stage)


def _ended(reader: Reader, node: Node, step: Step) -> Claims:
    """The closed enrolment is that of `pathway:` where that pathway has the stage, else the case's own."""
    stage, own = reader.text(node, "ended"), EnrolmentRef(reader.names.pathway)
    target = step.pathway if step.pathway and stage in reader.names.stages(step.pathway.pathway) else own
    spec = reader.names.spec(target.pathway)
    terminal = [one for one in reader.names.stages(target.pathway) if one in spec.stages and spec.stages[one].terminal]
    if reader.known(node, f"terminal stage of {target.pathway}", stage, terminal):
        yield stage, StageClaim(target, stage)


# --- tasks, holds, messages ---------------------------------------------------------------------------------------


def _due(reader: Reader, node: Node, _step: Step) -> Claims:
    members = [node] if node.is_mapping else reader.list(node, "due")
    if not members:
        yield [], None
    for one in members:
        items = (
            reader.mapping(one, "a due task", ("task", "date", "from", "until")) if one.is_mapping else {"task": one}
        )
        task = reader.required(items, "task", one, "a due task")
        when = {key: reader.day_or_moment(items[key], key) for key in ("date", "from", "until") if key in items}
        if task and reader.known(items["task"], "task", task, reader.names.tasks):
            yield as_json(one.plain()), TaskClaim(task, when.get("date"), when.get("from"), when.get("until"))


def _tasks(reader: Reader, node: Node, _step: Step) -> Claims:
    members = reader.list(node, "a list of tasks")
    if not members:
        yield [], None
    for one in members:
        task = reader.text(one, "a task")
        if reader.known(one, "task", task, reader.names.tasks):
            yield task, TaskClaim(task)


def _holds(reader: Reader, node: Node, step: Step) -> Claims:
    """Exactly these on `pathway:` (on the case's own, where that pathway has no such hold); `hbv.x` adds another's."""
    names = [(one, reader.text(one, "a hold")) for one in reader.list(node, "holds")]
    plain = [(one, name) for one, name in names if "." not in name]
    target = _holder(reader, [name for _, name in plain], step)
    for one, name in plain:
        reader.known(one, f"hold of {target.pathway}", name, reader.names.spec(target.pathway).holds)
    others = tuple(_hold_elsewhere(reader, one, name) for one, name in names if "." in name)
    yield [name for _, name in names], HoldsClaim(target, tuple(name for _, name in plain), others)


def _holder(reader: Reader, names: list[str], step: Step) -> EnrolmentRef:
    own = EnrolmentRef(reader.names.pathway)
    if step.pathway is None:
        return own
    here, there = reader.names.spec(step.pathway.pathway).holds, reader.names.spec(own.pathway).holds
    only_own = bool(names) and not set(names) <= set(here) and set(names) <= set(there)
    return own if only_own else step.pathway


def _hold_elsewhere(reader: Reader, node: Node, text: str) -> tuple[EnrolmentRef, str]:
    pathway, _, name = text.partition(".")
    enrolment = reader.enrolment(node, pathway)
    if enrolment is not None:
        reader.known(node, f"hold of {enrolment.pathway}", name, reader.names.spec(enrolment.pathway).holds)
    return enrolment or EnrolmentRef(pathway), name


def _notices(reader: Reader, node: Node, _step: Step) -> Claims:
    members = [node] if node.is_mapping else reader.list(node, "a list of notifications")
    if not members:
        yield [], None
    for one in members:
        items = (
            reader.mapping(one, "a notification", ("notification", "to")) if one.is_mapping else {"notification": one}
        )
        name = reader.required(items, "notification", one, "a notification")
        if name and reader.known(items["notification"], "notification", name, reader.names.notifications):
            yield as_json(one.plain()), NoticeClaim(name, reader.text(items.get("to"), "to"))


def _deviations(reader: Reader, node: Node, _step: Step) -> Claims:
    members = reader.list(node, "deviations")
    if not members:
        yield [], None
    for one in members:
        name = reader.text(one, "a deviation")
        if reader.known(one, "deviation", name, reader.names.deviations):
            yield name, name


# --- values -------------------------------------------------------------------------------------------------------


def _computed(reader: Reader, node: Node, step: Step) -> Claims:
    for name, value in reader.mapping(node, "computed").items():
        if value.is_mapping:
            reader.wrong(value, "a computed value is one value", "Write name: value.")
        target, local = _valued(reader, name, step)
        known = (
            reader.names.has_value(target.pathway, local.partition(".")[0])
            or local.partition(".")[0] in reader.names.values
        )
        if known or reader.known(value, "value", name, reader.names.values):
            yield {name: as_json(value.plain())}, ValueClaim(local, target, value.plain())


def _valued(reader: Reader, name: str, step: Step) -> tuple[EnrolmentRef, str]:
    """The enrolment that knows a value: named as `hbv.x`, else that of `pathway:`, the own one, or the first that has it."""
    head, _, rest = name.partition(".")
    if rest and head.partition("#")[0] in reader.names.all_pathways and head not in reader.names.values:
        pathway, _, ordinal = head.partition("#")
        return EnrolmentRef(pathway, int(ordinal) if ordinal.isdigit() else None), rest
    near = [step.pathway] if step.pathway else []
    refs = [*near, *(EnrolmentRef(pathway) for pathway in reader.names.pathways)]
    return next((ref for ref in refs if reader.names.has_value(ref.pathway, head)), refs[0]), name


READERS: Mapping[str, Callable[[Reader, Node, Step], Claims]] = {
    "refused": _refused,
    "warned": _about_actions("warned"),
    "not_warned": _about_actions("not_warned"),
    "blocked": _about_actions("blocked"),
    "unknown": _about_actions("unknown"),
    "dose": _dose,
    "can": _actions,
    "proposed": _actions,
    "stage": _stage,
    "stages": _stages,
    "ended": _ended,
    "due": _due,
    "overdue": _tasks,
    "not_overdue": _tasks,
    "not_due": _tasks,
    "holds": _holds,
    "notified": _notices,
    "not_notified": _notices,
    "deviations": _deviations,
    "computed": _computed,
}
"""The keys of `expect`."""
