"""The due pass: finds the timers that are due and lets the engine handle them, the oldest first.

Timers are claimed in batches, by state, with a lease; a batch of patients is decided and saved in one transaction. Where
a batch fails it is done again patient by patient, so that one patient with a fault delays nobody else: he is reported,
and his claims end with their lease, after which he is tried again. Whatever fell due while nobody looked fires now, late,
and its audit entry says when it was due; reminders whose date has passed are left out by the engine. The cost depends on
what is due, never on what is pending.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from engine.errors import CarewayError
from engine.ports import Claim, CommitUnknown, LeaseLost, StoreBusy
from service.wiring import Careway

DUE = "due"
"""Name of the chore in its heartbeat."""

log = structlog.get_logger("careway.due")


@dataclass(frozen=True, slots=True)
class Failure:
    """A patient whose timers could not be handled, and why (the kind of error, never its text)."""

    patient: str
    code: str
    oldest: datetime
    """When the first of these timers was due."""


@dataclass(slots=True)
class PassResult:
    """What one pass did."""

    at: datetime
    fired: int = 0
    patients: int = 0
    latest: timedelta = timedelta(0)
    """How late the latest of the timers was."""
    failures: list[Failure] = field(default_factory=list)
    taken_over: int = 0
    """Claims that another worker had taken over meanwhile."""
    more: bool = False
    """The pass ended at its limit: there is more to do at once."""

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, for logs and for the terminal."""
        return {
            "at": self.at.isoformat(), "fired": self.fired, "patients": self.patients, "late_seconds": self.latest.total_seconds(),
            "failed": [{"patient": one.patient, "code": one.code, "due": one.oldest.isoformat()} for one in self.failures],
            "taken_over": self.taken_over, "more": self.more,
        }  # fmt: skip


def due_pass(careway: Careway) -> PassResult:
    """Handle what is due, up to the pass's limit, and record the heartbeat. Raises `StoreBusy` and `CommitUnknown`."""
    settings = careway.settings
    result = PassResult(careway.clock.now())
    claimed = 0
    while claimed < settings.pass_limit:
        claims = _claim(careway, min(settings.pass_batch, settings.pass_limit - claimed))
        if not claims:
            break
        claimed += len(claims)
        _handle(careway, claims, result)
    result.more = claimed >= settings.pass_limit
    careway.store.beat(DUE, careway.clock.now(), f"{result.fired} fired, {len(result.failures)} failed")
    return result


def _claim(careway: Careway, limit: int) -> list[Claim]:
    settings = careway.settings
    lease = timedelta(seconds=settings.lease_seconds)
    return careway.store.claim_due(careway.clock.now(), limit, settings.worker, lease)


def _handle(careway: Careway, claims: Sequence[Claim], result: PassResult) -> None:
    """One batch, in one transaction if all goes well."""
    by_patient: dict[str, list[Claim]] = {}
    for claim in claims:
        by_patient.setdefault(claim.patient, []).append(claim)
    try:
        _fire(careway, by_patient, result)
    except (StoreBusy, CommitUnknown):
        raise
    except Exception:  # noqa: BLE001 - whatever one patient raised is found out, and reported, one by one
        for patient, own in by_patient.items():
            _alone(careway, patient, own, result)


def _fire(careway: Careway, by_patient: dict[str, list[Claim]], result: PassResult) -> None:
    now = careway.clock.now()
    claims = [claim for own in by_patient.values() for claim in own]
    result.fired += careway.engine.fire_many(by_patient, now, claims)
    result.patients += len(by_patient)
    result.latest = max(result.latest, now - min(claim.due for claim in claims))


def _alone(careway: Careway, patient: str, claims: list[Claim], result: PassResult) -> None:
    """One patient in a transaction of his own; his fault is reported and keeps nobody waiting."""
    try:
        _fire(careway, {patient: claims}, result)
    except (StoreBusy, CommitUnknown):
        raise
    except LeaseLost:
        result.taken_over += len(claims)
    except Exception as error:
        code = error.code if isinstance(error, CarewayError) else type(error).__name__
        result.failures.append(Failure(patient, code, min(claim.due for claim in claims)))
        log.exception("timers of a patient failed", patient=patient, code=code)
