"""Messages requested and deviations recorded: on edges, and when a condition becomes met. Each once for each occurrence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.audit import Event
from engine.decide.working import Edge, Working
from engine.definition.rules import NoticeRule
from engine.definition.schema import Notification
from engine.evaluation.results import State
from engine.model import Deviation, Message


def request(
    w: Working,
    enrolment_id: str,
    code: str,
    occurrence: str,
    to: Iterable[str] = (),
    variables: Mapping[str, Any] | None = None,
) -> None:
    """Request a message to each of its roles (or those of `to`); a second request for the same occurrence is none."""
    spec = w.definition(w.enrolment(enrolment_id)).spec.notifications[code]
    urgency = _urgency(w, enrolment_id, spec, code)
    for role in to or spec.to:
        if _requested(w, enrolment_id, code, occurrence, role):
            continue
        message_id, _ = w.next_id()
        w.put(
            "messages",
            Message(message_id, enrolment_id, code, occurrence, role, urgency, w.now, dict(variables or {})),
        )
        w.say(Event.MESSAGE_REQUESTED, enrolment_id, message=code, to=role, occurrence=occurrence)


def _urgency(w: Working, enrolment_id: str, spec: Notification, code: str) -> str:
    """How urgent the message is now: as usual, or as its definition raises it."""
    if spec.raised is None:
        return spec.urgency
    rules = w.definition(w.enrolment(enrolment_id)).rules.notifications
    raised = next(rule.raised for rule in rules if rule.id == code)
    return spec.raised.to if raised is not None and raised(w.context(enrolment_id)).met else spec.urgency


def _requested(w: Working, enrolment_id: str, code: str, occurrence: str, role: str) -> bool:
    return any(one.occurrence == occurrence and one.to == role for one in w.world.owned("messages", enrolment_id, code))


def record_deviation(w: Working, enrolment_id: str, code: str, occurrence: str, detail: str = "") -> None:
    """Record a deviation; a second record of the same occurrence is none."""
    if any(one.occurrence == occurrence for one in w.world.owned("deviations", enrolment_id, code)):
        return
    deviation_id, _ = w.next_id()
    w.put("deviations", Deviation(deviation_id, enrolment_id, code, occurrence, w.now, detail))
    w.say(Event.DEVIATION_RECORDED, enrolment_id, deviation=code, occurrence=occurrence, detail=detail)


def feel_edge(w: Working, enrolment_id: str, edge: Edge) -> None:
    """Messages and deviations that hang on an edge."""
    rules = w.definition(w.enrolment(enrolment_id)).rules
    for rule in (*rules.notifications, *rules.deviations):
        if any(hears(name, edge.name) for name in rule.edges):
            verdict = rule.when(w.context(enrolment_id, entry=edge.entry)) if rule.when else None
            if verdict is None or verdict.met:
                _give(w, enrolment_id, rule, _occurrence(w, edge))


def hears(listening: str, happened: str) -> bool:
    """Whether a rule that listens to `hold:*` hears `hold:active_tb`."""
    return listening == happened or (listening.endswith(":*") and happened.startswith(listening[:-1]))


def _occurrence(w: Working, edge: Edge) -> str:
    entry_id = getattr(edge.entry, "id", None) or getattr(edge.entry, "seq", None)
    return f"{edge.name}/{entry_id}" if entry_id else f"{edge.name}/{w.now.isoformat()}"


def _give(w: Working, enrolment_id: str, rule: NoticeRule, occurrence: str) -> None:
    if isinstance(rule.spec, Notification):
        request(w, enrolment_id, rule.id, occurrence)
    else:
        record_deviation(w, enrolment_id, rule.id, occurrence)


def settle_condition(w: Working, enrolment_id: str, rule: NoticeRule) -> bool:
    """A message or deviation whose condition has become met since the last look; True when it was given."""
    assert rule.when is not None
    name = f"{'message' if isinstance(rule.spec, Notification) else 'deviation'}:{rule.id}"
    verdict = rule.when(w.context(enrolment_id))
    count = w.enrolment(enrolment_id).flags.get(name, 0)
    met_before = count % 2 == 1
    if verdict.met and not met_before:
        w.flag(enrolment_id, name, count + 1)
        _give(w, enrolment_id, rule, f"when/{count + 1}")
        return True
    if verdict.state is State.NOT_MET and met_before:
        w.flag(enrolment_id, name, count + 1)
    return False
