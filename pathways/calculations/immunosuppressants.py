"""How many immunosuppressants a patient takes (`shared-subpathways.md` §6.3 d)."""

from __future__ import annotations

from engine.functions import Reader, function
from engine.model import ExposureEvent, Fact
from pathways.calculations.reading import setting

CALLING_THERAPY, PULSE = "b_cell_depleting", "corticosteroid_pulse"


@function(
    "immunosuppressant_count", en="Immunosuppressants in use", zh="在用免疫抑制剂数", kind="quantity", statements=["PCP-1"],
    settings=["calling_b_cell_therapy_counted", "steroid_pulses_counted"],
)  # fmt: skip
def immunosuppressant_count(read: Reader) -> int:
    """Different immunosuppressants running now, and one more if any systemic corticosteroid runs.

    A corticosteroid pulse is left out where `steroid_pulses_counted` says so. The calling B-cell therapy is not counted unless `calling_b_cell_therapy_counted` says so; then any dose of it counts.
    """
    drugs = _running(read.entries("immunosuppressant"))
    b_cell = {fact.code for fact in read.entries(CALLING_THERAPY)}
    pulses = setting(read, "steroid_pulses_counted", True)
    steroids = _running(
        [fact for fact in read.entries("systemic_corticosteroid") if pulses or not read.member_of(fact, PULSE)]
    )
    counted = drugs | b_cell if setting(read, "calling_b_cell_therapy_counted", False) else drugs - b_cell
    return len(counted - steroids) + bool(steroids)


def _running(entries: list[Fact]) -> set[str]:
    """Drugs whose last course was started and not stopped; a single dose is no course."""
    last = {fact.code: fact for fact in entries if fact.event in (ExposureEvent.STARTED, ExposureEvent.STOPPED)}
    return {code for code, fact in last.items() if fact.event is ExposureEvent.STARTED}
