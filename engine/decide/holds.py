"""Holds: open in alarm mode, released as guards are, never closed because a fact went away.

After a release a hold opens again only when its condition was not met in between, or by a fact recorded since.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from engine.audit import Event
from engine.decide.working import Working
from engine.definition.rules import HoldRule
from engine.evaluation.context import Context, CriterionFunction
from engine.evaluation.results import State, Verdict
from engine.evaluation.tracking import own_cell
from engine.model import FactStatus, Hold

MOST_READINGS = 16
"""Most combinations of conflicting readings that an alarm tries; beyond that people are asked."""


def settle_hold(w: Working, enrolment_id: str, rule: HoldRule) -> bool:
    """Open or release one hold as the facts say; True when it did."""
    if not w.enrolment(enrolment_id).open:
        return False
    w.world.tracker.read(own_cell("hold", enrolment_id, rule.id))
    standing = in_force(w, enrolment_id, rule.id)
    if standing is not None:
        return _release_by_facts(w, standing, rule)
    alarm = judged_in_alarm(w.context(enrolment_id), rule.opens)
    was_met = w.enrolment(enrolment_id).flags.get(f"hold:{rule.id}", False)
    w.flag(enrolment_id, f"hold:{rule.id}", alarm.met)
    if not alarm.met or (was_met and not _newer(w, enrolment_id, rule.id, alarm)):
        return False
    open_hold(w, enrolment_id, rule.id, alarm.facts)
    return True


def in_force(w: Working, enrolment_id: str, code: str) -> Hold | None:
    """The hold of that code that is open in the enrolment."""
    return next((one for one in w.world.owned("holds", enrolment_id, code) if one.released is None), None)


def _newer(w: Working, enrolment_id: str, code: str, alarm: Verdict) -> bool:
    """Whether a fact recorded since the last release speaks for the hold."""
    releases = [one.released for one in w.world.owned("holds", enrolment_id, code) if one.released]
    if not releases:
        return True
    last = max(releases)
    return any(w.chart.facts[fact].recorded > last for fact in alarm.facts if fact in w.chart.facts)


def open_hold(w: Working, enrolment_id: str, code: str, causes: tuple[str, ...]) -> None:
    """Put a hold in force."""
    hold_id, _ = w.next_id()
    hold = Hold(hold_id, enrolment_id, code, w.now, causes)
    w.put("holds", hold)
    w.say(Event.HOLD_OPENED, enrolment_id, hold=code, facts=list(causes))
    w.feel(f"hold:{code}", enrolment_id, hold)


def _release_by_facts(w: Working, hold: Hold, rule: HoldRule) -> bool:
    if rule.released is None or rule.spec.permanent:
        return False
    context = w.context(hold.enrolment)
    if not rule.released(context.briefly()).met:
        return False
    verdict = rule.released(context)
    if not verdict.met or (_cause_voided(w, hold) and not _told_since(w, hold, verdict)):
        return False
    release(w, hold, "facts")
    return True


def _cause_voided(w: Working, hold: Hold) -> bool:
    """Whether a fact that opened the hold was entered in error: that alone releases nothing, people do."""
    records = w.world.records
    for cause in hold.causes:
        newest = cause
        while newest in records.replaced:
            newest = records.replaced[newest]
        if newest in records.by_id and records.by_id[newest].status is FactStatus.ENTERED_IN_ERROR:
            return True
    return False


def _told_since(w: Working, hold: Hold, verdict: Verdict) -> bool:
    """Whether what speaks for the release was recorded after the hold opened."""
    return any(w.chart.facts[fact].recorded > hold.opened for fact in verdict.facts if fact in w.chart.facts)


def release(w: Working, hold: Hold, by: str) -> None:
    """Take a hold out of force."""
    w.put("holds", replace(hold, released=w.now, released_by=by))
    w.flag(hold.enrolment, f"hold:{hold.code}", True)
    w.say(Event.HOLD_RELEASED, hold.enrolment, hold=hold.code, by=by)
    w.feel(f"released:{hold.code}", hold.enrolment, hold)


def judged_in_alarm(context: Context, judge: CriterionFunction) -> Verdict:
    """The verdict in alarm mode: preliminary facts count, and one reading of the conflicts that meets the whole criterion is enough."""
    glance = context.briefly().alarmed({})
    seen = judge(glance)
    if not seen.met and not glance.conflicts:
        return seen
    first = context.alarmed({})
    verdict = judge(first)
    if verdict.state is State.MET or not first.conflicts:
        return verdict
    keys = list(first.conflicts)
    counts = [first.conflicts[key] for key in keys]
    for number, combination in enumerate(product(*(range(count) for count in counts))):
        if number >= MOST_READINGS:
            break
        other = judge(context.alarmed(dict(zip(keys, combination, strict=True))))
        if other.state is State.MET:
            return other
    return verdict
