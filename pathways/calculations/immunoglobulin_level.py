"""IgG as a level to trust: confounded by infused immunoglobulin or plasma exchange, and adequate several times in a row."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from engine.calendar import days_between
from engine.functions import NotKnown, Reader, function
from engine.model import ExposureEvent, Fact
from engine.units import Duration
from pathways.calculations.reading import CONFOUNDED, days, number, setting

AFTER_IVIG = Duration(days=28)
AFTER_EXCHANGE = Duration(days=7)
REVIEW = Decimal(5)
"""Review threshold in g/L where the pathway has no setting of its own."""


@function(
    "igg_confounded", en="IgG confounded by IVIG or exchange", zh="IgG受影响", kind="boolean", statements=["AE-LD-34", "IGM-1"],
    settings=["confounded_after_ivig", "confounded_after_plasma_exchange"],
)  # fmt: skip
def igg_confounded(read: Reader) -> bool:
    """Whether the latest IgG was collected ≤ 28 d after immunoglobulin or ≤ 7 d after plasma exchange (both inclusive)."""
    igg = read.entry("igg")
    infused = days(setting(read, "confounded_after_ivig", AFTER_IVIG))
    exchanged = days(setting(read, "confounded_after_plasma_exchange", AFTER_EXCHANGE))
    return _within(read, "immunoglobulin", igg, infused) or _within(read, "plasma_exchange", igg, exchanged)


@function(
    "baseline_igg", en="IgG that may serve as baseline", zh="可作基线的IgG", kind="quantity", unit="g/L", statements=["IGM-1"],
    settings=["confounded_after_ivig", "confounded_after_plasma_exchange"],
)  # fmt: skip
def baseline_igg(read: Reader) -> Decimal:
    """The latest IgG in g/L. Raises `NotKnown` where it is confounded: such a value is no baseline (`decisions.md`, Immunoglobulins)."""
    if igg_confounded(read):
        raise NotKnown(CONFOUNDED, "igg")
    return number(read.entry("igg").value)


def _within(read: Reader, code: str, sample: Fact, limit: int) -> bool:
    doses = [fact for fact in read.entries(code) if _before(fact, sample)]
    running = {fact.code: fact for fact in doses if fact.event in (ExposureEvent.STARTED, ExposureEvent.STOPPED)}
    if any(fact.event is ExposureEvent.STARTED for fact in running.values()):
        return True
    return any(days_between(day, sample.effective_day) <= limit for day in _days(doses))


def _before(fact: Fact, sample: Fact) -> bool:
    """Whether a dose may have come before the sample; of two entries of one day without times it may."""
    if fact.effective_day != sample.effective_day or (fact.timed and sample.timed):
        return fact.effective <= sample.effective
    return True


def _days(doses: list[Fact]) -> list[date]:
    return [fact.effective_day for fact in doses]


@function(
    "consecutive_adequate_igg", en="Consecutive IgG values at or above the threshold", zh="连续达标IgG次数", kind="quantity", statements=["IGM-2"],
    settings=["review_threshold"],
)  # fmt: skip
def consecutive_adequate_igg(read: Reader) -> int:
    """How many of the latest IgG values in a row reach the review threshold (`shared-subpathways.md` §5.4, S3 → S1).

    Raises `NotKnown` where the latest IgG is not usable.
    """
    read.entry("igg")
    threshold = number(setting(read, "review_threshold", REVIEW))
    count = 0
    for fact in reversed(read.entries("igg")):
        if fact.comparator.startswith("<") or number(fact.value) < threshold:
            break
        count += 1
    return count
