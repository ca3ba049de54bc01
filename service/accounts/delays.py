"""Guessing passwords gets slower with every failure, for the guesser alone.

Failures are counted for an account *together with* the address they come from, and for an address over all accounts.
Nobody can keep somebody else out by failing on purpose from elsewhere. Nothing waits inside the service: an attempt that
comes too early is refused at once, with the time after which to try again. Counts live in the memory of the process and follow the machine's clock, as the library
does.
"""

from __future__ import annotations

from math import ceil

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from engine.clock import SystemClock

PAIR = tuple(map(parse, ("3 per 10 second", "6 per 2 minute", "12 per 15 minute", "30 per 6 hour")))
"""Failures of one account from one address: each window longer than the one before."""
ADDRESS = tuple(map(parse, ("30 per 2 minute", "120 per hour")))
"""Failures of one address over all accounts. Many people may share it."""


class Delays:
    """Counts failures and says how long to wait."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def seconds_to_wait(self, login: str, address: str) -> int:
        """How long this account must not be tried from this address; 0 when it may be tried now."""
        spent = [
            self._limiter.get_window_stats(item, *keys).reset_time
            for item, keys in _counted(login, address)
            if not self._limiter.test(item, *keys)
        ]
        return max(1, ceil(max(spent) - SystemClock().now().timestamp())) if spent else 0

    def failed(self, login: str, address: str) -> None:
        """Count a failure."""
        for item, keys in _counted(login, address):
            self._limiter.hit(item, *keys)

    def succeeded(self, login: str, address: str) -> None:
        """The owner has come: earlier failures from this address are forgiven."""
        for item, keys in _counted(login, address):
            if item in PAIR:
                self._limiter.clear(item, *keys)


def _counted(login: str, address: str) -> list[tuple[RateLimitItem, tuple[str, ...]]]:
    pair = [(item, ("pair", login.lower(), address)) for item in PAIR]
    return [*pair, *((item, ("address", address)) for item in ADDRESS)]
