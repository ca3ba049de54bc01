"""Checks of what the engine answers to an act: refused, blocked, warned, its dose, what is unknown to it.

A claim without an action is about the act of the step itself; every other one asks the engine what would happen now.
"""

from __future__ import annotations

from engine.cases.comparing import same_dose
from engine.cases.failing import Verdict, failed
from engine.cases.records import ActionClaim, Expectation
from engine.cases.viewing import Answer, View, cites, statements

ACCEPTED = "accepted"


def check_refused(view: View, expectation: Expectation) -> Verdict | None:
    """The act (or the entry) was refused, with these statements among the reasons."""
    answer = view.answer or Answer()
    if answer.error is None and (answer.outcome is None or answer.accepted):
        return failed(ACCEPTED, answer.explained())
    return _lacking(answer, expectation.about)


def check_blocked(view: View, expectation: Expectation) -> Verdict | None:
    """The action would be refused, with these statements among the reasons."""
    claim: ActionClaim = expectation.about
    answer, name = _asked(view, claim)
    if answer.accepted:
        return failed({name: ACCEPTED}, answer.explained())
    verdict = _lacking(answer, claim.ids)
    return failed({name: verdict.found}, verdict.explanation) if verdict else None


def _lacking(answer: Answer, expected: tuple[str, ...]) -> Verdict | None:
    cited = statements(answer.refusals)
    if all(any(cites(one, it) for it in cited) for one in expected):
        return None
    return failed(cited, answer.explained())


def check_can(view: View, expectation: Expectation) -> Verdict | None:
    """The action would be accepted; warnings are allowed."""
    if expectation.about is None:
        return None
    answer, _ = _asked(view, expectation.about)
    return None if answer.accepted else failed(statements(answer.refusals) or "refused", answer.explained())


def check_warned(view: View, expectation: Expectation) -> Verdict | None:
    """Accepted with at least these warnings."""
    claim: ActionClaim = expectation.about
    answer, name = _asked(view, claim)
    cited = statements(answer.warnings)
    if answer.accepted and all(any(cites(one, it) for it in cited) for one in claim.ids) and (claim.ids or cited):
        return None
    return failed(_named(claim, name, cited if answer.accepted else "refused"), answer.explained())


def check_not_warned(view: View, expectation: Expectation) -> Verdict | None:
    """Accepted without these warnings; an empty list means without any."""
    claim: ActionClaim = expectation.about
    answer, name = _asked(view, claim)
    cited = statements(answer.warnings)
    warned = [it for it in cited if not claim.ids or any(cites(one, it) for one in claim.ids)]
    if answer.accepted and not warned:
        return None
    return failed(_named(claim, name, warned if answer.accepted else "refused"), answer.explained())


def check_unknown(view: View, expectation: Expectation) -> Verdict | None:
    """At least these facts are reported missing, stale or in conflict; an empty list means none is."""
    claim: ActionClaim = expectation.about
    answer, name = _asked(view, claim)
    found = answer.unknown
    read = {view.names.catalogue.canonical(one, view.case.pathway) or one for one in found}
    if set(claim.ids) <= read and (claim.ids or not read):
        return None
    return failed({name: list(found)}, answer.explained())


def check_dose(view: View, expectation: Expectation) -> Verdict | None:
    """The dose that the engine computes for the act, compared exactly and in any unit."""
    claim: ActionClaim = expectation.about
    answer, name = _asked(view, claim)
    found = answer.outcome.dose if answer.outcome else None
    if found is not None and same_dose(claim.dose, found, view.names.catalogue):
        return None
    return failed(_named(claim, name, found), answer.explained())


def _asked(view: View, claim: ActionClaim) -> tuple[Answer, str]:
    """The answer that a claim is about, and the action's name as written."""
    if claim.action is None:
        return view.answer or Answer(), view.step.act.name if view.step.act else ""
    return view.consider(claim.action), claim.action.written


def _named(claim: ActionClaim, name: str, found: object) -> object:
    """What was found, by action where the claim named one."""
    return found if claim.action is None else {name: found}
