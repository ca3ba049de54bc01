"""The delivery pass: sends what is to be sent now, the most urgent first, and says what became of each letter.

A letter is claimed by state with a lease. Right before it goes out it is looked at again: if its cause is gone it is
suppressed, with an audit entry. Then it is marked as being sent, sent without a transaction open, and marked with the
result; a worker that dies in between leaves one letter that may arrive twice, under the same Message-ID. While the due
pass catches up after downtime only critical messages go out; the rest waits and becomes one summary for each reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import structlog

from engine.calendar import zone_info
from engine.clock import Clock
from engine.outbox import Claimed, Waiting, Wanted
from engine.store import SqlStore, worklist
from notifications.channels import Channel, ChannelDown, Outgoing, Refused, TryAgain
from service.messages import settling
from service.messages.breaker import Breaker, backoff
from service.messages.eligible import why_not
from service.messages.summaries import LAYOUT, Summaries
from service.settings import Settings

DELIVERY = "delivery"
"""Name of the chore in its heartbeat."""
CATCHING_UP, MANY = timedelta(minutes=1), 20
"""A due pass is catching up while so many timers have waited so long."""
HELD_BACK = timedelta(minutes=15)
"""Letters wait no longer than this for it."""
SENDING = timedelta(minutes=3)
"""How long one letter may take; longer than a channel waits for answers."""
POSTPONED = timedelta(minutes=15)
"""A letter beyond the reader's budget is looked at again after this; by then it is part of a summary."""
MOST_CRITICAL = 20
"""Critical letters to one reader that go out one by one; more than these are told by a summary, too."""
MOST_BUNDLED = 5_000

log = structlog.get_logger("careway.messages")


@dataclass(slots=True)
class DeliveryResult:
    """What one pass did, by what became of the letters."""

    at: datetime
    counts: dict[str, int] = field(default_factory=dict)
    down: list[str] = field(default_factory=list)
    """Channels that do not work now."""
    more: bool = False
    """The pass ended at its limit: there is more to do at once."""

    def count(self, state: str, number: int = 1) -> None:
        """Note what became of letters."""
        self.counts[state] = self.counts.get(state, 0) + number

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, for logs and for the terminal."""
        return {"at": self.at.isoformat(), **self.counts, "down": self.down, "more": self.more}


@dataclass(frozen=True)
class Delivery:
    """Delivers over the channels of this process. The breakers remember between passes."""

    store: SqlStore
    clock: Clock
    settings: Settings
    channels: Mapping[str, Channel]
    summaries: Summaries
    breakers: dict[str, Breaker] = field(default_factory=dict)
    held: dict[str, datetime] = field(default_factory=dict)
    """Since when letters are held back while the due pass catches up."""

    def run(self) -> DeliveryResult:
        """One pass. Raises `StoreBusy` and `CommitUnknown`."""
        result = DeliveryResult(self.clock.now())
        rank = 0 if self._catching_up(result.at) else 2
        for name in self.channels:
            self._over(name, rank, result)
        result.down = [name for name in self.channels if self._breaker(name).open]
        told = ", ".join(f"{number} {state}" for state, number in sorted(result.counts.items()))
        self.store.beat(DELIVERY, self.clock.now(), told or "nothing to do")
        return result

    def _catching_up(self, now: datetime) -> bool:
        """Whether many timers are overdue. Timers that cannot be handled must not hold letters back for long."""
        late = worklist.due_timers(self.store.reader, now - CATCHING_UP, most=MANY)
        if late < MANY:
            self.held.clear()
            return False
        return now - self.held.setdefault("since", now) <= HELD_BACK

    def _breaker(self, name: str) -> Breaker:
        return self.breakers.setdefault(name, Breaker())

    def _over(self, name: str, rank: int, result: DeliveryResult) -> None:
        """One channel: first what becomes a summary, then letter by letter while the channel works."""
        room = self._breaker(name).room(result.at, self.settings.pass_batch)
        if not room:
            return
        if rank and room > 1:
            for one in self.store.outbox.waiting(result.at, [name]):
                if one.count - one.critical > self.settings.message_bundle or one.critical > MOST_CRITICAL:
                    self._bundle(one, result)
        claims = self._claim(Wanted((name,), rank), room)
        for number, claim in enumerate(claims):
            if not self._breaker(name).room(self.clock.now(), 1) or self._long_enough(result):
                self._release(claims[number:])
                break
            result.count(self._one(claim))
        result.more = result.more or (len(claims) == room > 1 and not self._breaker(name).open)

    def _long_enough(self, result: DeliveryResult) -> bool:
        """Whether the pass should end and report before the watchdog takes it for dead."""
        lasted = self.clock.now() - result.at
        result.more = result.more or lasted > timedelta(seconds=self.settings.watchdog_seconds / 3)
        return result.more

    def _claim(self, wanted: Wanted, limit: int) -> list[Claimed]:
        lease = timedelta(seconds=self.settings.lease_seconds) + SENDING
        return self.store.outbox.claim(self.clock.now(), wanted, limit, self.settings.worker, lease)

    def _release(self, claims: list[Claimed]) -> None:
        for claim in claims:
            settling.wait(self.store, claim, self.clock.now(), "", claim.tries)

    # --- summaries ---

    def _bundle(self, waiting: Waiting, result: DeliveryResult) -> None:
        """Tell by a summary what is not critical, and what is critical beyond the first few."""
        wanted = Wanted((waiting.channel,), 2, waiting.recipient, waiting.channel)
        claims = self._claim(wanted, MOST_BUNDLED)
        alone = [one for one in claims if one.letter.rank == 0 or one.letter.code == LAYOUT or one.repeated]
        self._release(alone[:MOST_CRITICAL])
        kept = {one.letter.id for one in alone[:MOST_CRITICAL]}
        rest = [one for one in claims if one.letter.id not in kept]
        standing = [one for one in rest if not self._suppressed(one, result)]
        if len(standing) <= self.settings.message_bundle:
            self._release(standing)
            return
        letter, marks = self.summaries.of(standing, self.clock.now())
        self.store.outbox.mark(marks, [letter])
        result.count("carried", len(standing))

    # --- one letter ---

    def _suppressed(self, claim: Claimed, result: DeliveryResult) -> bool:
        reason = why_not(self.store, claim.letter, self.clock.now())
        if reason:
            settling.settle(self.store, claim, "suppressed", self.clock.now(), reason)
            result.count("suppressed")
        return bool(reason)

    def _one(self, claim: Claimed) -> str:
        """Send one letter; what became of it."""
        now = self.clock.now()
        reason = why_not(self.store, claim.letter, now)
        if reason:
            settling.settle(self.store, claim, "suppressed", now, reason)
            return "suppressed"
        if self._beyond_budget(claim, now):
            settling.wait(self.store, claim, now + POSTPONED, "budget", claim.tries)
            return "postponed"
        if not settling.begin(self.store, claim, now, SENDING):
            return "taken_over"
        return self._send(claim)

    def _beyond_budget(self, claim: Claimed, now: datetime) -> bool:
        letter = claim.letter
        if letter.rank == 0 or letter.code == LAYOUT or claim.repeated:
            return False
        sent = self.store.outbox.sent_since(letter.recipient, letter.channel, now - timedelta(hours=1))
        return sent >= self.settings.message_budget

    def _send(self, claim: Claimed) -> str:
        letter, breaker = claim.letter, self._breaker(claim.letter.channel)
        try:
            self.channels[letter.channel].send(self._outgoing(claim))
        except Refused as error:
            breaker.worked()
            return self._dead(claim, str(error))
        except TryAgain as error:
            breaker.worked()
            return self._again(claim, str(error), claim.tries + 1)
        except ChannelDown as error:
            breaker.broke(letter.id, self.clock.now())
            return self._again(claim, str(error), claim.tries + int(error.midway), unknown=error.midway)
        except Exception as error:
            log.exception("a channel failed", channel=letter.channel)
            return self._again(claim, type(error).__name__, claim.tries + 1, unknown=True)
        breaker.worked()
        return "sent" if settling.settle(self.store, claim, "sent", self.clock.now()) else "taken_over"

    def _again(self, claim: Claimed, reason: str, tries: int, *, unknown: bool = False) -> str:
        if tries >= self.settings.message_tries:
            return self._dead(claim, reason)
        log.warning("a letter waits", letter=claim.letter.id, channel=claim.letter.channel, code=reason)
        later = self.clock.now() + backoff(claim.letter.id, tries)
        settling.wait(self.store, claim, later, reason, tries, unknown=unknown)
        return "waiting"

    def _dead(self, claim: Claimed, reason: str) -> str:
        log.error("a letter was given up", letter=claim.letter.id, channel=claim.letter.channel, code=reason)
        settling.settle(self.store, claim, "dead", self.clock.now(), reason)
        return "dead"

    def _outgoing(self, claim: Claimed) -> Outgoing:
        letter = claim.letter
        local = self.clock.now().astimezone(zone_info(self.settings.timezone))
        return Outgoing(
            id=letter.id, address=letter.address, language=letter.language, subject=letter.subject, body=letter.body,
            html=letter.html, short=letter.short, link=letter.link, urgency=letter.urgency, thread=letter.thread,
            sent=format_datetime(local), repeated=claim.repeated,
        )  # fmt: skip
