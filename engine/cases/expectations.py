"""Judges a step: one check for each key of `expect`, and a failure that carries the engine's own explanation.

At least these: `can`, `blocked`, `warned`, `unknown`, `proposed`, `due`, `overdue`, `notified`, `deviations`; an empty list of
`proposed`, `due`, `overdue`, `notified`, `deviations` means none. Exactly these: `holds`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.cases.acts import (
    check_blocked,
    check_can,
    check_dose,
    check_not_warned,
    check_refused,
    check_unknown,
    check_warned,
)
from engine.cases.comparing import same_value, same_when, shown
from engine.cases.failing import Failure, Verdict, failed
from engine.cases.records import EnrolmentRef, Expectation, HoldsClaim, NoticeClaim, StageClaim, TaskClaim, ValueClaim
from engine.cases.viewing import View
from engine.decide.causes import step_of
from engine.errors import CallerError
from engine.model import Enrolment, Task

NONE = "none"


def check(view: View) -> Iterator[Failure]:
    """The failures of a step."""
    for expectation in view.step.expect:
        verdict = CHECKS[expectation.key](view, expectation)
        if verdict is not None:
            yield Failure(
                view.step.written_at,
                expectation.key,
                expectation.written,
                verdict.found,
                verdict.explanation,
                expectation.line,
            )


# --- stages -------------------------------------------------------------------------------------------------------


def _stage(view: View, expectation: Expectation) -> Verdict | None:
    claim: StageClaim = expectation.about
    enrolment = view.newest(claim.enrolment)
    found = view.stage(enrolment) if enrolment else NONE
    if found == claim.stage or found.startswith(f"{claim.stage}."):
        return None
    return failed(found if expectation.key == "stage" else {str(claim.enrolment): found}, _history(view, enrolment))


def _history(view: View, enrolment: Enrolment | None) -> str:
    """How the stage came about, and what the engine said to the act."""
    said = f"the act: {view.answer.explained()}" if view.answer else ""
    if enrolment is None:
        return said or "the patient has no such enrolment"
    arrived = [f"{entry.stage} at {shown(entry.at, view.case.zone)} by {entry.via}" for entry in enrolment.history[-2:]]
    return "; ".join(filter(None, ["reached " + ", then ".join(arrived) if arrived else "", said]))


def _ended(view: View, expectation: Expectation) -> Verdict | None:
    claim: StageClaim = expectation.about
    enrolment = view.newest(claim.enrolment)
    if enrolment and not enrolment.open and view.stage(enrolment) == claim.stage:
        return None
    state = f"{'open' if enrolment.open else 'closed'} in {view.stage(enrolment)}" if enrolment else NONE
    return failed(state, _history(view, enrolment))


# --- tasks --------------------------------------------------------------------------------------------------------


def _due(view: View, expectation: Expectation) -> Verdict | None:
    claim: TaskClaim | None = expectation.about
    if claim is None:
        return _none_of(view, [task for code in _codes(view) for task in view.open_tasks(code)])
    tasks = list(view.open_tasks(claim.task))
    if any(_in_window(view, claim, task) for task in tasks):
        return None
    return failed([_task(view, task) for task in tasks] or "no open task of that id", _closed(view, claim.task))


def _in_window(view: View, claim: TaskClaim, task: Task) -> bool:
    pairs = ((claim.due, task.due), (claim.opens, task.opens), (claim.until, task.until))
    return all(expected is None or same_when(expected, found, view.case.zone) for expected, found in pairs)


def _codes(view: View) -> list[str]:
    return sorted({task.code for task in view.chart.tasks.values()})


def _none_of(view: View, tasks: list[Task]) -> Verdict | None:
    return failed([_task(view, task) for task in tasks], "none was expected") if tasks else None


def _task(view: View, task: Task) -> dict[str, Any]:
    """A task as a case would write it."""
    when = {"date": task.due, "from": task.opens, "until": task.until}
    state = {"overdue": True} if task.overdue_since else {}
    return {"task": task.code, **{key: shown(one, view.case.zone) for key, one in when.items() if one}, **state}


def _closed(view: View, code: str) -> str:
    """What became of the closed tasks of an id."""
    closed = [task for task in view.chart.tasks.values() if task.code == code and task.closed]
    said = [
        f"{shown(one.due, view.case.zone) or one.occurrence} {one.status.value} at {shown(one.closed, view.case.zone)} by {one.closed_by}"
        for one in closed
    ]
    return f"closed: {', '.join(said[-3:])}" if said else ""


def _overdue(view: View, expectation: Expectation) -> Verdict | None:
    claim: TaskClaim | None = expectation.about
    if claim is None:
        return _none_of(view, [task for code in _codes(view) for task in view.open_tasks(code) if _is_overdue(task)])
    tasks = list(view.open_tasks(claim.task))
    if any(_is_overdue(task) for task in tasks):
        return None
    return failed([_task(view, task) for task in tasks] or "no open task of that id", _closed(view, claim.task))


def _is_overdue(task: Task) -> bool:
    return task.overdue_since is not None and not task.frozen


def _not_overdue(view: View, expectation: Expectation) -> Verdict | None:
    claim: TaskClaim | None = expectation.about
    return _none_of(view, [task for task in view.open_tasks(claim.task) if _is_overdue(task)]) if claim else None


def _not_due(view: View, expectation: Expectation) -> Verdict | None:
    claim: TaskClaim | None = expectation.about
    return _none_of(view, list(view.open_tasks(claim.task))) if claim else None


# --- holds, messages, deviations ----------------------------------------------------------------------------------


def _holds(view: View, expectation: Expectation) -> Verdict | None:
    claim: HoldsClaim = expectation.about
    enrolment = view.enrolment(claim.enrolment)
    own = _in_force(view, enrolment)
    others = [f"{ref}.{code}" for ref, code in claim.others if code in _in_force(view, view.enrolment(ref))]
    if own == set(claim.codes) and len(others) == len(claim.others):
        return None
    released = [
        one for one in view.chart.holds.values() if one.released and enrolment and one.enrolment == enrolment.id
    ]
    said = [f"{one.code} released at {shown(one.released, view.case.zone)} by {one.released_by}" for one in released]
    return failed(sorted(own) + others, f"on {claim.enrolment}" + (f"; {', '.join(said[-3:])}" if said else ""))


def _in_force(view: View, enrolment: Enrolment | None) -> set[str]:
    if enrolment is None:
        return set()
    return {hold.code for hold in view.chart.holds.values() if hold.enrolment == enrolment.id and hold.released is None}


def _notified(view: View, expectation: Expectation) -> Verdict | None:
    claim: NoticeClaim | None = expectation.about
    matching = _messages(view, claim)
    if claim is None:
        matching = [one for one in matching if not step_of(one)]
    if bool(matching) == (claim is not None):
        return None
    sent = sorted({(one.code, one.to) for one in view.messages})
    return failed([{"notification": code, "to": to} for code, to in sent], "requested since the previous step")


def _not_notified(view: View, expectation: Expectation) -> Verdict | None:
    claim: NoticeClaim | None = expectation.about
    found = [one for one in _messages(view, claim) if not step_of(one)] if claim else []
    if not found:
        return None
    shown_at = [f"{one.code} to {one.to} at {shown(one.requested, view.case.zone)}" for one in found]
    return failed([{"notification": one.code, "to": one.to} for one in found], "; ".join(shown_at))


def _messages(view: View, claim: NoticeClaim | None) -> list[Any]:
    """Messages requested since the previous step that a claim means; all where there is none."""
    return [
        one for one in view.messages if claim is None or (one.code == claim.notification and claim.to in ("", one.to))
    ]


def _deviations(view: View, expectation: Expectation) -> Verdict | None:
    found = sorted({one.code for one in view.deviations})
    wanted: str | None = expectation.about
    if (wanted is None and not found) or wanted in found:
        return None
    return failed(
        found,
        "; ".join(f"{one.code}: {one.detail}" for one in view.deviations if one.detail)
        or "recorded since the previous step",
    )


# --- values -------------------------------------------------------------------------------------------------------


def _computed(view: View, expectation: Expectation) -> Verdict | None:
    claim: ValueClaim = expectation.about
    enrolment = view.enrolment(claim.enrolment) or view.newest(_own(view))
    if enrolment is None:
        return failed({claim.name: None}, "the patient is not enrolled")
    try:
        found = view.value(enrolment, claim.name)
    except CallerError as error:
        return failed({claim.name: "refused"}, str(error))
    catalogue, head = view.names.catalogue, claim.name.partition(".")[0]
    unit = catalogue.find_derived(head).unit if catalogue.is_derived(head) else ""
    if same_value(claim.value, found, view.case.zone, catalogue, unit):
        return None
    return failed(
        {claim.name: shown(found, view.case.zone)}, f"computed for {enrolment.pathway} in {view.stage(enrolment)}"
    )


def _own(view: View) -> EnrolmentRef:
    return EnrolmentRef(view.case.pathway)


def _proposed(view: View, expectation: Expectation) -> Verdict | None:
    action = expectation.about.action if expectation.about else None
    enrolment = view.enrolment(action.enrolment if action else view.step.pathway or _own(view))
    found = view.engine.proposed(view.patient, enrolment.id, view.step.at) if enrolment else set()
    if (action is None and not found) or (action is not None and action.action in found):
        return None
    said = view.consider(action).explained() if action else ""
    return failed(sorted(found), said)


CHECKS: Mapping[str, Callable[[View, Expectation], Verdict | None]] = {
    "refused": check_refused,
    "warned": check_warned,
    "not_warned": check_not_warned,
    "blocked": check_blocked,
    "unknown": check_unknown,
    "dose": check_dose,
    "can": check_can,
    "proposed": _proposed,
    "stage": _stage,
    "stages": _stage,
    "ended": _ended,
    "due": _due,
    "overdue": _overdue,
    "not_overdue": _not_overdue,
    "not_due": _not_due,
    "holds": _holds,
    "notified": _notified,
    "not_notified": _not_notified,
    "deviations": _deviations,
    "computed": _computed,
}
"""The check of each key."""
