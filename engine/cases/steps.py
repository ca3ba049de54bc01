"""Reads the steps of a case: when, which facts and amendments, which act, what must hold afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from engine.calendar import instant, zone_info
from engine.cases.expecting import read_expectations
from engine.cases.records import Act, ActKind, Amendment, Approval, EnrolmentRef, Step
from engine.cases.shapes import Reader
from engine.cases.yaml_source import Node
from engine.commands import Entry
from engine.errors import UnknownName

_KEYS = (
    "at", "enrol", "facts", "correct", "retract", "do", "complete", "acknowledge", "pathway", "by", "with", "second_person", "override", "expect",
)  # fmt: skip
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


def read_steps(reader: Reader, root: Node, node: Node | None) -> tuple[Step, ...]:
    """All steps in order; a step earlier than the one before is a finding."""
    if node is None or not node.is_list or not node.members:
        reader.wrong(node or root, "a case needs a list of steps", "Add steps: with at least one `at`.")
        return ()
    steps: list[Step] = []
    for one in node.members:
        step = _step(reader, one)
        if steps and step.at < steps[-1].at and step.at != _NEVER:
            reader.wrong(
                one,
                f"the step at {step.written_at} comes after {steps[-1].written_at}",
                "Put the steps in order of time.",
            )
        steps.append(step)
    return tuple(steps)


def _step(reader: Reader, node: Node) -> Step:
    items = reader.mapping(node, "a step", _KEYS)
    at = _moment(reader, node, items.get("at"))
    pathway = reader.enrolment(items["pathway"], items["pathway"].text) if "pathway" in items else None
    act = _act(reader, node, items, pathway)
    step = Step(
        at=at,
        written_at=at.astimezone(zone_info(reader.zone)).strftime("%Y-%m-%d %H:%M") if at != _NEVER else "",
        line=node.line,
        pathway=pathway,
        enrol=_enrol(reader, items.get("enrol")),
        amendments=tuple(_amendments(reader, items)),
        facts=tuple(_facts(reader, items.get("facts"))),
        act=act,
        by=reader.text(items.get("by"), "by"),
    )
    return replace(step, expect=tuple(read_expectations(reader, items.get("expect"), step)))


def _enrol(reader: Reader, node: Node | None) -> str:
    """A further pathway that the patient is put on at this step."""
    name = reader.text(node, "enrol")
    if node is not None and name:
        reader.known(node, "pathway", name, reader.names.all_pathways)
    return name


def _moment(reader: Reader, node: Node, at: Node | None) -> datetime:
    """A local time in UTC; a day means its first moment."""
    if at is None:
        if node.is_mapping:
            reader.wrong(node, "a step lacks 'at'", "Add at: 2026-01-05 09:00.")
        return _NEVER
    when = reader.day_or_moment(at, "at")
    return _NEVER if when is None else instant(when, reader.zone)


# --- facts --------------------------------------------------------------------------------------------------------


def _facts(reader: Reader, node: Node | None) -> Iterator[Entry]:
    """Entries in the order of the file; several values of one fact stand in a list."""
    for name, value in reader.mapping(node, "facts").items():
        _fact_name(reader, value, name)
        if value.is_list and not value.members:
            reader.wrong(value, f"{name} has no value", "Leave the fact out or give a value.")
        yield from (Entry(name, one.plain()) for one in (value.members if value.is_list else [value]))


def _fact_name(reader: Reader, node: Node, name: str) -> None:
    catalogue = reader.names.catalogue
    try:
        catalogue.find(name, reader.names.pathway)
    except UnknownName as error:
        if error.details.get("nearest") or not error.message.startswith("unknown"):
            reader.wrong(node, error.message, error.remedy)
            last = reader.findings.pop()
            reader.findings.append(replace(last, nearest=str(error.details.get("nearest", ""))))
        else:
            reader.known(node, "fact", name, catalogue.names)


def _amendments(reader: Reader, items: Mapping[str, Node]) -> Iterator[Amendment]:
    """Corrections and retractions in the order of the file."""
    for key, node in items.items():
        if key in ("correct", "retract"):
            for one in node.members if node.is_list else [node]:
                found = _amendment(reader, key, one)
                if found:
                    yield found


def _amendment(reader: Reader, key: str, node: Node) -> Amendment | None:
    keys = ("fact", "effective", "was", "reason")
    items = reader.mapping(node, key, keys if key == "retract" else ())
    if not items:
        return None
    changes = {name: one.plain() for name, one in items.items() if name not in keys}
    if key == "correct" and not changes:
        reader.wrong(node, "the correction names no new value", "Add value: ….")
    fact = reader.required(items, "fact", node, key)
    if fact:
        _fact_name(reader, items["fact"], fact)
    effective = _effective(reader, node, items, key)
    was = items["was"].plain() if "was" in items else None
    return Amendment(key, fact, effective, reader.required(items, "reason", node, key), was, changes)


def _effective(reader: Reader, node: Node, items: Mapping[str, Node], key: str) -> str | date:
    if "effective" not in items:
        reader.wrong(node, f"{key} lacks 'effective'", "Name the effective time of the fact as it was recorded.")
        return ""
    when = items["effective"]
    reader.day_or_moment(when, "effective")
    return when.value if isinstance(when.value, str | date) else ""


# --- acts ---------------------------------------------------------------------------------------------------------


def _act(reader: Reader, node: Node, items: Mapping[str, Node], pathway: EnrolmentRef | None) -> Act | None:
    kinds = [kind for kind in ActKind if kind.value in items]
    if len(kinds) > 1:
        reader.wrong(items[kinds[1].value], "a step has one act", "Write a second step at the same time.")
    if not kinds:
        for key in ("with", "override", "second_person"):
            if key in items:
                reader.wrong(items[key], f"{key!r} belongs to an act", "Add do: ….")
        return None
    reader.required(items, "by", node, f"a step with {kinds[0].value!r}")
    return _named_act(reader, kinds[0], items, pathway)


def _named_act(reader: Reader, kind: ActKind, items: Mapping[str, Node], pathway: EnrolmentRef | None) -> Act | None:
    node = items[kind.value]
    name, enrolment, parameters = reader.text(node, kind.value), pathway, _with(reader, items.get("with"))
    if kind is ActKind.DO:
        action = reader.action(node, name, pathway, strict=True) if name else None
        if action is None:
            return None
        reader.parameters(items["with"].items if "with" in items else {}, action.enrolment.pathway, action.action)
        name, enrolment, parameters = action.action, action.enrolment, {**action.parameters, **parameters}
    elif name:
        what, ids = (
            ("task", reader.names.tasks) if kind is ActKind.COMPLETE else ("notification", reader.names.notifications)
        )
        reader.known(node, what, name, ids)
    second = str(parameters.pop("second_person", "")) or reader.text(items.get("second_person"), "second_person")
    return Act(kind, name, enrolment, parameters, second, _override(reader, items.get("override")))


def _with(reader: Reader, node: Node | None) -> dict[str, Any]:
    return {name: one.plain() for name, one in reader.mapping(node, "with").items()}


def _override(reader: Reader, node: Node | None) -> Approval | None:
    if node is None:
        return None
    items = reader.mapping(node, "override", ("reason", "approved_by"))
    return Approval(
        reader.required(items, "reason", node, "override"), reader.required(items, "approved_by", node, "override")
    )
