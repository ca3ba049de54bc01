"""Ladders: a message that nobody acknowledged in time goes to the next role, and in the end to whoever answers for the pathway.

A ladder is climbed from the moment at which the message was first requested, so that a late look changes no date. It
stops when one of those told has acknowledged, and when the cause of the message is gone. The moments are turning points
of the enrolment's agenda like all others: one timer waits for the earliest.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from engine.audit import Event
from engine.calendar import add, instant
from engine.decide.causes import DEATH, base_of, cause_of, escalated, first_requested, gone, step_of
from engine.decide.notices import request
from engine.decide.working import Working
from engine.definition.rules import NoticeRule
from engine.evaluation.tracking import fact_cell, own_cell
from engine.model import Message
from engine.units import Duration

ALL = "*"
"""The ladders of an enrolment are looked at together, under this name."""


def settle_ladders(w: Working, enrolment_id: str) -> bool:
    """Climb every ladder of an enrolment whose time has come; True when somebody was told."""
    if not w.enrolment(enrolment_id).open:
        return False
    w.world.tracker.read(own_cell("message", enrolment_id, ALL))
    climbed = [
        _climb(w, rule, message)
        for rule in w.definition(w.enrolment(enrolment_id)).rules.notifications
        if rule.ladder
        for message in list(_unanswered(w, enrolment_id, rule))
    ]
    return any(climbed)


def _unanswered(w: Working, enrolment_id: str, rule: NoticeRule) -> Iterator[Message]:
    """For each occurrence that nobody acknowledged, the message that stands highest on the ladder."""
    highest: dict[str, Message] = {}
    answered: set[str] = set()
    for message in w.world.owned("messages", enrolment_id, rule.id):
        base = base_of(message)
        if message.acknowledged is not None:
            answered.add(base)
        elif base not in highest or step_of(message) > step_of(highest[base]):
            highest[base] = message
    return (message for base, message in highest.items() if base not in answered)


def _climb(w: Working, rule: NoticeRule, message: Message) -> bool:
    step = step_of(message)
    if step >= len(rule.ladder) or _gone(w, message):
        return False
    moment = _moment(w, rule, message, step)
    if moment is None:
        return False
    if w.now < moment:
        w.world.tracker.turns(moment)
        return False
    _tell(w, rule, message, step + 1)
    return True


def _gone(w: Working, message: Message) -> str:
    """Whether the cause is gone; whatever tells so has the ladder looked at again when it changes."""
    cause, tracker = cause_of(message), w.world.tracker
    tracker.read(fact_cell(DEATH))
    tracker.read(own_cell("flags", message.enrolment, ALL))
    fact = w.chart.facts.get(str(cause.get("id", "")))
    if fact is not None:
        tracker.read(fact_cell(fact.code))
    for kind, records in (("task", w.chart.tasks), ("hold", w.chart.holds)):
        record = records.get(str(cause.get("id", "")))
        if cause["kind"] == kind and record is not None:
            tracker.read(own_cell(kind, record.enrolment, record.code))
    return gone(w.chart, w.world.records, message)


def _moment(w: Working, rule: NoticeRule, message: Message, step: int) -> datetime | None:
    """When the next step is due, counted from the first request; None where a setting says no length of time."""
    moment, context = first_requested(message), w.context(message.enrolment)
    for rung in rule.ladder[: step + 1]:
        period = rung.period(context).value
        if not isinstance(period, Duration):
            return None
        moment = instant(add(moment, period, w.zone), w.zone)
    return moment


def _tell(w: Working, rule: NoticeRule, message: Message, step: int) -> None:
    base, to = base_of(message), rule.ladder[step - 1].to
    told = escalated(message, step)
    w.say(Event.MESSAGE_ESCALATED, message.enrolment, message=rule.id, occurrence=base, step=step, to=list(to))
    request(w, message.enrolment, rule.id, f"{base}/step{step}", to, told, told["cause"])
