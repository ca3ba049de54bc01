"""The closed vocabulary of the audit: nothing is recorded under a name that is not here.

Grammar: `noun:verb` or `noun:aspect:verb`, lower-case words joined by underscores; the noun is the record concerned, the
verb says in the past tense what happened to it. An entry has one event (the kind of the command) and lists in
`content["events"]` all that happened, each as a name or as an object whose `event` is the name.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from engine.errors import AuthorError


class UnknownEvent(AuthorError):
    """An audit entry bears a name outside the vocabulary."""

    code = "unknown_event"


class Event(StrEnum):
    """Everything that the audit can say."""

    PATIENT_REGISTERED = "patient:registered"
    PATIENT_CHANGED = "patient:changed"
    PATIENT_READ = "patient:read"
    """Somebody looked at a patient's data."""

    FACT_RECORDED = "fact:recorded"
    FACT_CORRECTED = "fact:corrected"
    FACT_RETRACTED = "fact:retracted"
    FACT_REFUSED = "fact:refused"
    """A fact was refused at entry; nothing was recorded."""

    ENROLMENT_OPENED = "enrolment:opened"
    ENROLMENT_CLOSED = "enrolment:closed"
    ENROLMENT_REFUSED = "enrolment:refused"
    ENROLMENT_MIGRATED = "enrolment:migrated"
    """It now runs under another version of its definition."""
    ENROLMENT_REEVALUATED = "enrolment:reevaluated"
    """Facts or time changed; the engine looked again."""
    SETTING_CHANGED = "setting:changed"
    ANCHOR_SET = "anchor:set"
    ANCHOR_MOVED = "anchor:moved"
    """A date on which others hang moved, with the list of what moved with it."""

    CALLER_REGISTERED = "caller:registered"
    CALLER_CHANGED = "caller:changed"
    CALLER_ENDED = "caller:ended"

    ACTION_ACCEPTED = "action:accepted"
    ACTION_REFUSED = "action:refused"
    ACTION_PROPOSED = "action:proposed"
    ACTION_SIGNED = "action:signed"
    AUTHORISATION_WITHDRAWN = "authorisation:withdrawn"
    WARNING_ACKNOWLEDGED = "warning:acknowledged"
    OVERRIDE_RECORDED = "override:recorded"
    STAGE_CHANGED = "stage:changed"
    DECISION_QUESTIONED = "decision:questioned"
    """A past decision rests on a fact that was corrected or retracted since."""

    HOLD_OPENED = "hold:opened"
    HOLD_RELEASED = "hold:released"
    HOLD_REFUSED = "hold:refused"
    """The release of a hold was refused."""

    TASK_OPENED = "task:opened"
    TASK_MOVED = "task:moved"
    TASK_DONE = "task:done"
    TASK_CANCELLED = "task:cancelled"
    TASK_OMITTED = "task:omitted"
    TASK_MISSED = "task:missed"
    TASK_OVERDUE = "task:overdue"
    TASK_REFUSED = "task:refused"
    TASK_FROZEN = "task:frozen"
    TASK_THAWED = "task:thawed"

    TIMER_SET = "timer:set"
    TIMER_MOVED = "timer:moved"
    TIMER_FIRED = "timer:fired"
    TIMER_CANCELLED = "timer:cancelled"
    TIMER_SKIPPED = "timer:skipped"
    """It came due while the service was down and its policy is to skip and say so."""

    MESSAGE_REQUESTED = "message:requested"
    MESSAGE_ACKNOWLEDGED = "message:acknowledged"
    MESSAGE_ESCALATED = "message:escalated"
    """Nobody acknowledged it in time; it went to the next role of its ladder."""
    MESSAGE_REFUSED = "message:refused"
    """An acknowledgement was refused."""
    MESSAGE_SENT = "message:sent"
    MESSAGE_FAILED = "message:failed"
    MESSAGE_SUPPRESSED = "message:suppressed"

    DEVIATION_RECORDED = "deviation:recorded"
    DEVIATION_ASSESSED = "deviation:assessed"
    """Somebody classified it and said what was or will be done; the entry holds what stood before."""
    DEVIATION_SIGNED = "deviation:signed"
    """Another person signed the assessment off."""

    DEFINITION_ACTIVATED = "definition:activated"
    DEFINITION_RETIRED = "definition:retired"
    IMPORT_COMPLETED = "import:completed"
    EXPORT_WRITTEN = "export:written"
    REPORT_READ = "report:read"
    """Somebody looked at the patients behind a figure."""
    AUDIT_READ = "audit:read"
    AUDIT_VERIFIED = "audit:verified"
    CHECKPOINT_EXPORTED = "checkpoint:exported"
    ACCESS_GRANTED = "access:granted"
    ACCESS_DENIED = "access:denied"
    ACCESS_BREAK_GLASS_OPENED = "access:break_glass:opened"
    SESSION_OPENED = "session:opened"
    SESSION_REFUSED = "session:refused"
    SESSION_CLOSED = "session:closed"
    ACCOUNT_CHANGED = "account:changed"
    SERVICE_STARTED = "service:started"
    SERVICE_STOPPED = "service:stopped"
    CLOCK_JUMPED = "clock:jumped"
    SCHEMA_UPGRADED = "schema:upgraded"


_KNOWN = frozenset(event.value for event in Event)


def event_name(item: str | Mapping[str, Any]) -> str:
    """The name in an item of `content["events"]`."""
    return item if isinstance(item, str) else str(item.get("event", ""))


def check_vocabulary(event: str, content: Mapping[str, Any]) -> None:
    """Refuse names outside the vocabulary. Raises UnknownEvent."""
    for name in (event, *map(event_name, content.get("events", ()))):
        if name not in _KNOWN:
            raise UnknownEvent(
                f"{str(name)!r} is no audit event.",
                place="audit",
                remedy="Add it to engine.audit.events.Event, with its reason.",
            )
