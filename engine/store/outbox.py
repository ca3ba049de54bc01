"""Letters in the database: claimed by state with a lease and an epoch, marked by whoever still holds the claim.

The cost of a pass depends on what is to be sent: the partial index begins at the letter whose time came first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Engine,
    Update,
    and_,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from engine.codec import fields_of
from engine.outbox import Claimed, Letter, Mark, Record, Waiting, Wanted
from engine.store.accounts.reach import within
from engine.store.outbox_schema import outbox
from engine.store.session import answered
from engine.store.types import Instant

FIELDS = tuple(item.name for item in fields_of(Letter))
_LETTER = tuple(outbox.c[name] for name in FIELDS)
# A literal, not a parameter: only then do both databases see that the partial index applies.
_OPEN = text("outbox.state IN ('pending', 'sending')")
_DEAD = text("outbox.state = 'dead'")


def _due(wanted: Wanted) -> ColumnElement[bool]:
    now = bindparam("now", type_=Instant)
    free = or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= now)
    parts = [outbox.c.at <= now, free, outbox.c.rank <= wanted.rank, outbox.c.channel.in_(wanted.channels)]
    if wanted.recipient:
        parts += [outbox.c.recipient == wanted.recipient, outbox.c.channel == wanted.channel]
    return and_(_OPEN, *parts)


def _chosen(wanted: Wanted, limit: int) -> CTE:
    query = select(outbox.c.id).where(_due(wanted)).order_by(outbox.c.rank, outbox.c.created, outbox.c.id)
    return query.limit(limit).with_for_update(skip_locked=True).cte("chosen")


def _claim(wanted: Wanted, limit: int) -> Update:
    chosen = _chosen(wanted, limit)
    return (
        update(outbox)
        .where(outbox.c.id.in_(select(chosen.c.id)))
        .values(
            lease_until=bindparam("until", type_=Instant),
            lease_by=bindparam("worker"),
            lease_epoch=outbox.c.lease_epoch + 1,
        )
        .returning(*_LETTER, outbox.c.lease_epoch, outbox.c.tries, outbox.c.state)
    )


_MARK = (
    update(outbox)
    .where(outbox.c.id == bindparam("letter"), outbox.c.lease_epoch == bindparam("epoch"), _OPEN)
    .values(
        state=bindparam("new_state"),
        at=bindparam("moment", type_=Instant),
        reason=bindparam("why"),
        tries=bindparam("count"),
        carried_by=bindparam("carrier"),
        lease_until=bindparam("until", type_=Instant),
    )
)


def mark_values(mark: Mark) -> dict[str, Any]:
    """The parameters of a mark."""
    return {
        "letter": mark.letter, "epoch": mark.epoch, "new_state": mark.state, "moment": mark.at, "why": mark.reason,
        "count": mark.tries, "carrier": mark.carried_by, "until": mark.lease_until,
    }  # fmt: skip


def letter_values(letter: Letter) -> dict[str, Any]:
    """The columns of a new letter; one for the inbox has arrived."""
    values = {name: getattr(letter, name) for name in FIELDS}
    return {**values, "state": "sent" if letter.channel == "inbox" else "pending", "at": letter.not_before}


def write(connection: Connection, letters: Sequence[Letter], marks: Sequence[Mark]) -> int:
    """Add letters and write marks within a transaction that has begun; how many marks still held their claim."""
    if letters:
        connection.execute(insert(outbox), [letter_values(one) for one in letters])
    return sum(connection.execute(_MARK, mark_values(one)).rowcount for one in marks)


class SqlOutbox:
    """See `engine.outbox.Outbox`."""

    def __init__(self, writer: Engine, alone: Any, read: Callable[[Callable[[Engine], Any]], Any]) -> None:
        """`alone` refuses a transaction inside another one; `read` reads, and again where a connection was dead."""
        self._writer, self._alone, self._read = writer, alone, read

    def waiting(self, now: datetime, channels: Sequence[str]) -> list[Waiting]:
        """Recipients with letters to be sent now, the most first."""
        count = func.count().label("waiting")
        critical = func.sum(case((outbox.c.rank == 0, 1), else_=0))
        query = select(outbox.c.recipient, outbox.c.channel, count, critical).where(_due(Wanted(tuple(channels))))
        query = query.group_by(outbox.c.recipient, outbox.c.channel).order_by(count.desc(), outbox.c.recipient)
        return [Waiting(*row) for row in self._rows(query, {"now": now})]

    def claim(self, now: datetime, wanted: Wanted, limit: int, worker: str, lease: timedelta) -> list[Claimed]:
        """Take letters that are to be sent, the most urgent and then the oldest first."""
        values = {"now": now, "until": now + lease, "worker": worker}
        with self._alone, answered(), self._writer.begin() as connection:
            rows = connection.execute(_claim(wanted, limit), values).all()
        taken = [_claimed(row) for row in rows]
        return sorted(taken, key=lambda one: (one.letter.rank, one.letter.created, one.letter.id))

    def mark(self, marks: Sequence[Mark], letters: Sequence[Letter] = ()) -> int:
        """Write marks, and new letters with them, in one transaction."""
        with self._alone, answered(), self._writer.begin() as connection:
            return write(connection, letters, marks)

    def sent_since(self, recipient: str, channel: str, since: datetime) -> int:
        """How many letters a recipient was sent over a channel since a moment."""
        query = select(func.count()).where(
            outbox.c.recipient == recipient, outbox.c.channel == channel, outbox.c.state == "sent", outbox.c.at >= since
        )
        return int(self._rows(query)[0][0])

    def records(
        self, *, state: str = "", patient: str = "", role: str = "", channel: str = "",
        sites: frozenset[str] | None = None, limit: int = 50,
    ) -> list[Record]:  # fmt: skip
        """Letters, the newest first."""
        asked = {"state": state, "patient": patient, "role": role, "channel": channel}
        query = select(*_LETTER, outbox.c.state, outbox.c.at, outbox.c.reason, outbox.c.tries, outbox.c.carried_by)
        query = query.where(*(outbox.c[name] == value for name, value in asked.items() if value))
        query = query.where(within(outbox.c.patient, sites))
        rows = self._rows(query.order_by(outbox.c.created.desc(), outbox.c.id).limit(limit))
        return [Record(_letter(row), *row[len(FIELDS) :]) for row in rows]

    def counts(self) -> Mapping[str, int]:
        """How many letters are pending, sending and dead."""
        still_open = select(outbox.c.state, func.count()).where(_OPEN).group_by(outbox.c.state)
        dead = select(func.count()).select_from(outbox).where(_DEAD)
        found = {"pending": 0, "sending": 0, "dead": int(self._rows(dead)[0][0])}
        return {**found, **{row[0]: row[1] for row in self._rows(still_open)}}

    def _rows(self, query: Any, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
        def work(engine: Engine) -> Sequence[Any]:
            with engine.connect() as connection:
                return connection.execute(query, dict(values or {})).all()

        found: Sequence[Any] = self._read(work)
        return found


def _letter(row: Sequence[Any]) -> Letter:
    return Letter(*row[: len(FIELDS)])


def _claimed(row: Sequence[Any]) -> Claimed:
    epoch, tries, state = row[len(FIELDS) :]
    return Claimed(_letter(row), epoch, tries, state == "sending")
