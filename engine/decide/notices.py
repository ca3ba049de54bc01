"""Messages requested and deviations recorded: on edges, and when a condition becomes met. Each once for each occurrence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.audit import Event
from engine.decide.causes import Cause, condition_flag, of_condition, of_edge
from engine.decide.working import Edge, Working
from engine.definition.rules import NoticeRule
from engine.definition.schema import Notification
from engine.evaluation.results import State
from engine.model import Act, Deviation, Message


def request(
    w: Working,
    enrolment_id: str,
    code: str,
    occurrence: str,
    to: Iterable[str] = (),
    variables: Mapping[str, Any] | None = None,
    cause: Cause | None = None,
) -> None:
    """Request a message to each of its roles (or those of `to`); a second request for the same occurrence is none.

    `cause` is kept with it: when that is gone, the message is neither sent nor escalated.
    """
    spec = w.definition(w.enrolment(enrolment_id)).spec.notifications[code]
    urgency = _urgency(w, enrolment_id, spec, code)
    told = {**(variables or {}), **({"cause": dict(cause)} if cause else {})}
    for role in to or spec.to:
        if _requested(w, enrolment_id, code, occurrence, role):
            continue
        message_id, _ = w.next_id()
        w.put(
            "messages",
            Message(message_id, enrolment_id, code, occurrence, role, urgency, w.now, told),
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
    _, notices = w.definition(w.enrolment(enrolment_id)).rules.hearing(edge.name)
    for rule in notices:
        if rule.when is None or rule.when(w.context(enrolment_id, entry=edge.entry).briefly()).met:
            _give(w, enrolment_id, rule, _occurrence(w, edge), of_edge(edge), _told(rule, edge.entry))


SECOND_SIGNATORY = "second_signatory"
"""Stands for the role that signed second in the act that set the message off."""


def _told(rule: NoticeRule, entry: Any) -> tuple[str, ...]:
    """The roles of a message; nobody stands for a second signatory where nobody signed second."""
    named = rule.spec.to if isinstance(rule.spec, Notification) else []
    second = entry.second_person.role if isinstance(entry, Act) and entry.second_person else ""
    return tuple(dict.fromkeys(role for one in named if (role := second if one == SECOND_SIGNATORY else one)))


def _occurrence(w: Working, edge: Edge) -> str:
    entry_id = getattr(edge.entry, "id", None) or getattr(edge.entry, "seq", None)
    return f"{edge.name}/{entry_id}" if entry_id else f"{edge.name}/{w.now.isoformat()}"


def _give(
    w: Working, enrolment_id: str, rule: NoticeRule, occurrence: str, cause: Cause, to: Iterable[str] = ()
) -> None:
    if isinstance(rule.spec, Notification):
        request(w, enrolment_id, rule.id, occurrence, to, cause=cause)
    else:
        record_deviation(w, enrolment_id, rule.id, occurrence)


def settle_condition(w: Working, enrolment_id: str, rule: NoticeRule) -> bool:
    """A message or deviation whose condition has become met since the last look; True when it was given."""
    assert rule.when is not None
    name = condition_flag(rule.id) if isinstance(rule.spec, Notification) else f"deviation:{rule.id}"
    verdict = rule.when(w.context(enrolment_id).briefly())
    count = w.enrolment(enrolment_id).flags.get(name, 0)
    met_before = count % 2 == 1
    if verdict.met and not met_before:
        w.flag(enrolment_id, name, count + 1)
        _give(w, enrolment_id, rule, f"when/{count + 1}", of_condition(count + 1))
        return True
    if verdict.state is State.NOT_MET and met_before:
        w.flag(enrolment_id, name, count + 1)
    return False
