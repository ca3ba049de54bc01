"""Circuit breakers: a channel that failed several messages in a row is left alone for a while, then tried with one message.

So an outage costs few attempts and no message, and what waits goes out as soon as the channel works again. Only failures
of different messages count, so that one message on which a server chokes holds up no others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

FAILURES = 3
FIRST, LONGEST = timedelta(seconds=15), timedelta(minutes=2)


@dataclass(slots=True)
class Breaker:
    """The state of one channel in this process."""

    failed: set[str] = field(default_factory=set)
    """Letters that failed since the last success."""
    pauses: int = 0
    until: datetime | None = None

    def room(self, now: datetime, limit: int) -> int:
        """How many messages may be tried now: none during a pause, one after it, else all."""
        if self.until is None:
            return limit
        return 1 if now >= self.until else 0

    @property
    def open(self) -> bool:
        """Whether the channel counts as down."""
        return self.until is not None

    def worked(self) -> None:
        """A message was taken, or answered by the server: the channel works."""
        self.failed.clear()
        self.pauses, self.until = 0, None

    def broke(self, letter: str, now: datetime) -> None:
        """A message could not be handed over."""
        self.failed.add(letter)
        if self.until is not None or len(self.failed) >= FAILURES:
            self.until = now + min(FIRST * 2**self.pauses, LONGEST)
            self.pauses = min(self.pauses + 1, 10)


def backoff(letter: str, tries: int) -> timedelta:
    """How long to wait before the next attempt: twice as long each time, never ten minutes, and no two letters alike.

    What would be chance elsewhere comes from the letter's id, so that a repeated run is the same.
    """
    whole = min(30.0 * 2 ** min(tries, 10), 450.0)
    share = int(letter[:4], 16) / 0xFFFF
    return timedelta(seconds=whole * (0.75 + 0.5 * share))
