"""Why a message was requested, and whether that still stands: one whose cause is gone is neither sent nor escalated.

The cause is kept with the message (`variables["cause"]`): a task that was opened or is overdue, a hold, a stage, a
condition, a fact or its correction. Whatever else happened (an action, a refusal, a move that the engine made) cannot
unhappen, and its message stands until somebody acknowledges it or the enrolment ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.codec import instant_text
from engine.decide.working import Edge
from engine.evaluation.records import Records
from engine.model import Chart, Enrolment, Fact, FactStatus, Hold, Message, StageEntry, Task, TaskStatus

Cause = Mapping[str, Any]
"""JSON-ready: `kind`, the `id` or `count` that it is about, and the `edge` that was felt."""

DEATH = "death"
"""The fact after which nothing that was asked before is asked of anybody any more."""

EVENT = "event"
"""The kind of what cannot unhappen."""


def of_edge(edge: Edge) -> Cause:
    """The cause that an edge is."""
    kind, _, name = edge.name.partition(":")
    entry = edge.entry
    if isinstance(entry, Task):
        pending = name.endswith((".opened", ".overdue"))
        return {"kind": "task" if pending else EVENT, "id": entry.id, "edge": edge.name}
    if isinstance(entry, Hold) and kind == "hold":
        return {"kind": "hold", "id": entry.id, "edge": edge.name}
    if isinstance(entry, Fact):
        return {"kind": "correction" if kind == "corrected" else "fact", "id": entry.id, "edge": edge.name}
    if isinstance(entry, StageEntry) and kind == "stage":
        return {"kind": "stage", "count": entry.seq, "edge": edge.name}
    identity = getattr(entry, "id", "")
    return {"kind": EVENT, "edge": edge.name, **({"id": identity} if identity else {})}


def of_task(task: Task, step: str) -> Cause:
    """The cause of a reminder or of a step past a task's window."""
    return {"kind": "task", "id": task.id, "edge": f"task:{task.code}.{step.rstrip('0123456789')}"}


def of_condition(count: int) -> Cause:
    """The cause of a message whose condition became met; `count` is the edge memory then."""
    return {"kind": "condition", "count": count}


def cause_of(message: Message) -> Cause:
    """Why a message was requested; one that does not say so is about an event."""
    cause: Cause = message.variables.get("cause", {})
    return cause or {"kind": EVENT}


def first_requested(message: Message) -> datetime:
    """When the message at the foot of the ladder was requested (UTC)."""
    first = cause_of(message).get("first")
    return datetime.fromisoformat(first) if first else message.requested


def escalated(message: Message, step: int) -> dict[str, Any]:
    """The variables of the same message one step up its ladder."""
    foot = {"first": instant_text(first_requested(message)), "base": base_of(message), "root": _root(message)}
    return {**message.variables, "cause": {**cause_of(message), **foot, "step": step}}


def _root(message: Message) -> str:
    """The id of the message at the foot of the ladder."""
    return str(cause_of(message).get("root", message.id))


def _number(message: Message) -> int:
    """The place of the message at the foot of the ladder in the order of recording, as facts and stages have it."""
    return int(_root(message).rpartition(".")[2])


def step_of(message: Message) -> int:
    """How far up the ladder the message stands; 0 is the foot."""
    return int(cause_of(message).get("step", 0))


def base_of(message: Message) -> str:
    """The occurrence at the foot of the ladder."""
    return str(cause_of(message).get("base", message.occurrence))


def gone(chart: Chart, records: Records, message: Message) -> str:
    """Why a message is no longer true, in one word; empty while it stands.

    `ended`, `died`, `done`, `cancelled`, `omitted`, `missed`, `released`, `passed` (stage or condition), `superseded`.
    """
    enrolment, number = chart.enrolments[message.enrolment], _number(message)
    if any(_ends(fact, message, enrolment) for fact in records.current(DEATH)):
        return "died"
    if enrolment.closed is not None and enrolment.history[-1].seq > number:
        return "ended"
    cause = cause_of(message)
    judge = _JUDGES.get(str(cause["kind"]))
    return judge(chart, records, message, cause) if judge is not None else ""


def _ends(death: Fact, message: Message, enrolment: Enrolment) -> bool:
    """Whether it was asked before the death was known, or afterwards by an enrolment that runs on all the same."""
    return death.seq > _number(message) or (enrolment.open and death.recorded < first_requested(message))


def _task(chart: Chart, _: Records, __: Message, cause: Cause) -> str:
    task = chart.tasks.get(str(cause["id"]))
    return task.status.value if task is not None and task.status is not TaskStatus.OPEN else ""


def _hold(chart: Chart, _: Records, __: Message, cause: Cause) -> str:
    hold = chart.holds.get(str(cause["id"]))
    return "released" if hold is not None and hold.released is not None else ""


def _stage(chart: Chart, _: Records, message: Message, cause: Cause) -> str:
    history = chart.enrolments[message.enrolment].history
    return "passed" if history and history[-1].seq != cause["count"] else ""


def _condition(chart: Chart, _: Records, message: Message, cause: Cause) -> str:
    flags = chart.enrolments[message.enrolment].flags
    return "passed" if flags.get(condition_flag(message.code), 0) != cause["count"] else ""


def condition_flag(code: str) -> str:
    """The name of the edge memory of a message's condition."""
    return f"message:{code}"


def _fact(_: Chart, records: Records, __: Message, cause: Cause) -> str:
    """A fact that was entered in error never happened; one that was corrected still needs its reader."""
    newest = str(cause["id"])
    while newest in records.replaced:
        newest = records.replaced[newest]
    fact = records.by_id.get(newest)
    voided = fact is not None and newest != cause["id"] and fact.status is FactStatus.ENTERED_IN_ERROR
    return "superseded" if voided else ""


def _correction(_: Chart, records: Records, __: Message, cause: Cause) -> str:
    """A further correction brings a message of its own."""
    return "superseded" if cause["id"] in records.replaced else ""


_JUDGES = {
    "task": _task, "hold": _hold, "stage": _stage, "condition": _condition, "fact": _fact, "correction": _correction,
}  # fmt: skip
