"""Prednisone-equivalent dose of one day (SUB-STE, `shared-subpathways.md` §9; CART-14.1; `facts.yaml` derived).

Without settings it reads strictly, as the CAR-T windows do: what was taken on that very day counts, pulses included, and a
day without any entry or course is unknown. A pathway may halve alternate-day doses, leave pulses out and take silence for none.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from engine.functions import NotKnown, Reader, function
from engine.model import ExposureEvent, Fact
from pathways.calculations.reading import NEVER_RECORDED, NOT_COMPARABLE, dose, number, setting

STEROIDS, PULSE = "systemic_corticosteroid", "corticosteroid_pulse"
EQUIVALENT = "mg_equal_to_5_mg_prednisone"
LOCAL_ROUTES = frozenset({"topical", "inhaled", "intrathecal", "nasal", "intraarticular", "ophthalmic"})
PREDNISONE_MG = 5


@function(
    "prednisone_equivalent_dose", en="Daily prednisone-equivalent corticosteroid dose", zh="泼尼松等效日剂量", kind="quantity", unit="mg/d",
    statements=["PCP-1", "CART-14.1"], settings=["steroid_alternate_days_halved", "steroid_pulses_counted", "steroid_silence_is_none", "steroid_stop_day_counts"],
)  # fmt: skip
def prednisone_equivalent_dose(read: Reader) -> Decimal:
    """Sum over the corticosteroids of the day judged: dose mg × 5 ÷ the drug's mg equal to 5 mg prednisone, in mg/d.

    Raises `NotKnown` for a day without any record, for an entry without a dose, and for a drug without a known equivalence.
    """
    taken = [found for drug in _drugs(read) if (found := _of_the_day(read, drug))]
    if not taken and not setting(read, "steroid_silence_is_none", False):
        raise NotKnown(NEVER_RECORDED, "prednisone_equivalent_dose")
    return sum((_equivalent(read, fact) for entries in taken for fact in entries), Decimal(0))


def _drugs(read: Reader) -> list[list[Fact]]:
    """The systemic entries by drug, oldest first."""
    pulses = setting(read, "steroid_pulses_counted", True)
    found: dict[str, list[Fact]] = {}
    for fact in read.entries(STEROIDS):
        if read.attribute(fact, "route") not in LOCAL_ROUTES and (pulses or not read.member_of(fact, PULSE)):
            found.setdefault(fact.code, []).append(fact)
    return list(found.values())


def _of_the_day(read: Reader, entries: list[Fact]) -> list[Fact]:
    """What of a drug was taken on the day: its single doses, or else the course that ran."""
    single = [fact for fact in entries if fact.event is ExposureEvent.GIVEN and fact.effective_day == read.today]
    return single or _course(read, entries)


def _course(read: Reader, entries: list[Fact]) -> list[Fact]:
    """The start that gives the dose of the day; the day on which a course was stopped still belongs to it, unless the setting says not."""
    stop_day_counts = setting(read, "steroid_stop_day_counts", True)
    running: Fact | None = None
    for fact in entries:
        if fact.event is ExposureEvent.STARTED and fact.effective_day <= read.today:
            running = fact
        elif fact.event is ExposureEvent.STOPPED and _over(fact.effective_day, read.today, stop_day_counts):
            running = None
    return [running] if running is not None else []


def _over(stopped: date, today: date, stop_day_counts: bool) -> bool:
    return stopped < today or (stopped == today and not stop_day_counts)


def _equivalent(read: Reader, fact: Fact) -> Decimal:
    amount = dose(read, fact)
    if amount == 0:
        return Decimal(0)
    reference = read.attribute(fact, EQUIVALENT)
    if reference is None:
        raise NotKnown(NOT_COMPARABLE, fact.code)
    return amount * PREDNISONE_MG / number(reference) / _days_for_one_dose(read, fact)


def _days_for_one_dose(read: Reader, fact: Fact) -> int:
    alternate = fact.event is ExposureEvent.STARTED and read.attribute(fact, "alternate_day", False)
    return 2 if alternate and setting(read, "steroid_alternate_days_halved", False) else 1
