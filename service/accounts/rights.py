"""What can be allowed, one name each, and how a route says which of them it needs. What says nothing is refused."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
_MARK = "__careway_right__"


class Right(StrEnum):
    """Everything that a route can need."""

    PUBLIC = "public"
    """Nothing: the page for signing in, the answer to a supervisor."""
    SIGNED_IN = "signed_in"
    """Somebody who signed in, whatever the role: the own account, the description of the API."""
    SEE_WORKLIST = "worklist:read"
    READ_PATIENT = "patient:read"
    READ_AUDIT = "audit:read"
    REGISTER_PATIENT = "patient:write"
    ENROL = "enrolment:write"
    RECORD_FACTS = "fact:write"
    CORRECT_FACTS = "fact:correct"
    ACT = "action:write"
    """Do an action; which actions, the definition of the pathway says."""
    CLOSE_TASKS = "task:write"
    ACKNOWLEDGE = "message:write"
    READ_PATHWAYS = "pathway:read"
    READ_METRICS = "metrics:read"
    READ_ADHERENCE = "adherence:read"
    """Figures of planned against actual, and the register of deviations."""
    EXPORT_ADHERENCE = "adherence:export"
    ASSESS_DEVIATIONS = "deviation:assess"
    SIGN_DEVIATIONS = "deviation:sign"
    """Sign an assessment off; never one's own."""
    REVIEW_EMERGENCIES = "emergency:review"
    MANAGE_ACCOUNTS = "account:write"
    GRANT_ROLES = "role:write"


EVERYBODY = frozenset({Right.PUBLIC, Right.SIGNED_IN})
SCOPES = tuple(one.value for one in Right if one not in EVERYBODY)
"""What a token may be limited to."""


def needs(right: Right) -> Callable[[F], F]:
    """Declare the right that a route needs: stands between the route's decorator and its function."""

    def declare(function: F) -> F:
        setattr(function, _MARK, right)
        return function

    return declare


def needed_by(endpoint: Any) -> Right | None:
    """The right that a route declared; None where it declared none."""
    found: Right | None = getattr(endpoint, _MARK, None)
    return found
