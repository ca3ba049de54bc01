"""Which timers are due, and who handles them: rows claimed by state, with a lease and an epoch.

The cost depends on what is due, not on what is pending: the partial index begins at the oldest due one. A dead worker's
claims are open again when their lease ends; if it was only asleep, the epoch keeps it from saving.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import CTE, Engine, Update, bindparam, select, text, tuple_, update

from engine.ports import Claim
from engine.store.schema import timer
from engine.store.types import Instant

# A literal, not a parameter: only then do both databases see that the partial index applies.
PENDING = text("timer.state = 'pending'")


def _due() -> CTE:
    now = bindparam("now", type_=Instant)
    free = timer.c.lease_until.is_(None) | (timer.c.lease_until <= now)
    due = select(timer.c.patient, timer.c.id).where(PENDING, timer.c.due <= now, free).order_by(timer.c.due)
    return due.limit(bindparam("limit")).with_for_update(skip_locked=True).cte("due")


def _claim() -> Update:
    due = _due()
    return (
        update(timer)
        .where(tuple_(timer.c.patient, timer.c.id).in_(select(due.c.patient, due.c.id)))
        .values(
            lease_until=bindparam("until", type_=Instant),
            lease_by=bindparam("worker"),
            lease_epoch=timer.c.lease_epoch + 1,
        )
        .returning(timer.c.patient, timer.c.id, timer.c.due, timer.c.lease_epoch)
    )


CLAIM = _claim()
RELEASE = (
    update(timer)
    .where(
        timer.c.patient == bindparam("of_patient"),
        timer.c.id == bindparam("timer"),
        timer.c.lease_epoch == bindparam("epoch"),
    )
    .values(lease_until=None)
)
OLDEST = select(timer.c.due).where(PENDING).order_by(timer.c.due).limit(1)
NEXT = select(timer.c.due).where(PENDING, timer.c.lease_until.is_(None)).order_by(timer.c.due).limit(1)


def claim_due(engine: Engine, now: datetime, limit: int, worker: str, lease: timedelta) -> list[Claim]:
    """Take up to `limit` due timers, the oldest first, until `now + lease`."""
    values = {"now": now, "limit": limit, "until": now + lease, "worker": worker}
    with engine.begin() as connection:
        rows = connection.execute(CLAIM, values).all()
    return sorted((Claim(*row) for row in rows), key=lambda claim: (claim.due, claim.patient, claim.timer))


def release(engine: Engine, claims: Sequence[Claim]) -> None:
    """Give claims back; those that were taken over since are left alone."""
    if not claims:
        return
    with engine.begin() as connection:
        connection.execute(
            RELEASE, [{"of_patient": item.patient, "timer": item.timer, "epoch": item.epoch} for item in claims]
        )


def next_due(engine: Engine) -> datetime | None:
    """When the next unclaimed timer is due."""
    with engine.connect() as connection:
        return connection.execute(NEXT).scalar()


def oldest_due(engine: Engine) -> datetime | None:
    """Due time of the oldest pending timer."""
    with engine.connect() as connection:
        return connection.execute(OLDEST).scalar()
