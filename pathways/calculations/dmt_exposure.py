"""Since when a patient with MS has had a high-efficacy disease-modifying drug for at least six months (CART-2.3.2, `car-t.md` A39).

A drug may be recorded as courses or as single doses, and several drugs may follow one another: only a walk along the series of
each drug tells how long it was taken. The months are calendar months from the start.
"""

from __future__ import annotations

from datetime import date

from engine.calendar import add_months
from engine.functions import NotKnown, Reader, function
from engine.model import ExposureEvent, Fact
from pathways.calculations.reading import NOT_YET

MONTHS = 6


@function(
    "high_efficacy_dmt_since",
    en="Start of a high-efficacy DMT taken for six months",
    zh="高效DMT（满6个月）起始日",
    kind="date",
    statements=["CART-2.3.2"],
)
def high_efficacy_dmt_since(read: Reader) -> date:
    """The earliest start of a high-efficacy DMT that was taken for at least six months. Raises `NotKnown` where there is none yet."""
    by_drug: dict[str, list[Fact]] = {}
    for fact in read.entries("high_efficacy_dmt"):
        by_drug.setdefault(fact.code, []).append(fact)
    starts = [entries[0].effective_day for entries in by_drug.values() if _long(read, entries)]
    if not starts:
        raise NotKnown(NOT_YET, "high_efficacy_dmt")
    return min(starts)


def _long(read: Reader, entries: list[Fact]) -> bool:
    """Whether the drug reached from its first entry over six months; a running course reaches to the day judged."""
    last = entries[-1]
    running = last.event is ExposureEvent.STARTED
    planned = read.attribute(last, "planned_next")
    end = (
        read.today
        if running
        else max(last.effective_day, min(planned, read.today))
        if isinstance(planned, date)
        else last.effective_day
    )
    return add_months(entries[0].effective_day, MONTHS) <= end
