"""CRS grade by the published signs: fever, blood pressure and vasopressors, oxygen (ASTCT 2019; `icans.md` §2.3).

The gravest sign decides. Once an antipyretic, an anticytokine drug or a steroid was given since the infusion, fever is no
longer asked for. Low blood pressure or oxygen without fever and without such a drug is suspected, but not graded (`icans.md` IA12).
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.functions import Answer, AtLeast, NotKnown, Reader, function
from pathways.calculations.reading import NEVER_RECORDED, number

FEVER = Decimal("38.0")
LOW_PRESSURE, LOW_SATURATION, LOW_FLOW = Decimal(90), Decimal(90), Decimal(6)
BY_VASOPRESSOR = {"none": 0, "one": 3, "one_with_vasopressin": 3, "multiple": 4}
BY_OXYGEN = {"none": 0, "low_flow": 2, "high_flow": 3, "positive_pressure": 4}
MASKING = ("antipyretic", "anti_cytokine_therapy", "systemic_corticosteroid")
"""Classes of drugs that take fever away."""


@function(
    "crs_grade_proposed", en="CRS grade proposed", zh="CRS分级（建议）", kind="quantity", unit="{grade}",
    statements=["ICANS-5.1", "ICANS-P1", "CART-10.3.1"],
)  # fmt: skip
def crs_grade_proposed(read: Reader) -> Answer:
    """Grade 0 to 4, or at least that grade where a sign is not known. Death is recorded, not computed."""
    signs = [_pressure(read), _oxygen(read)]
    gravest = max((grade for grade in signs if grade is not None), default=0)
    whole = None not in signs or gravest == max(BY_OXYGEN.values())
    if not _masked(read):
        feverish = read.value("body_temperature") >= FEVER
        if not feverish and gravest:
            raise NotKnown(NEVER_RECORDED, "antipyretic")
        if not feverish:
            return 0 if whole else _unknown(signs)
        gravest = max(gravest, 1)
    return gravest if whole else AtLeast(gravest) if gravest else _unknown(signs)


def _unknown(signs: list[int | None]) -> Answer:
    raise NotKnown(NEVER_RECORDED, "systolic_blood_pressure" if signs[0] is None else "spo2")


def _masked(read: Reader) -> bool:
    """Whether a drug that takes fever away was given or started since the infusion."""
    since = infused_at(read)
    entries = [fact for name in MASKING for fact in read.entries(name)]
    return any(fact.event != "stopped" and since is not None and fact.effective >= since for fact in entries)


def infused_at(read: Reader) -> datetime | None:
    """The moment of the latest infusion of CAR-T cells; None where none is on record."""
    infusions = read.entries("car_t_infusion", "given")
    return infusions[-1].effective if infusions else None


def known(read: Reader, code: str) -> Any:
    """The latest usable value of a fact, or None."""
    try:
        return read.value(code)
    except NotKnown:
        return None


def _pressure(read: Reader) -> int | None:
    """0, 2 (low, no vasopressor) to 4; a pressure without a word on vasopressors is one without them."""
    by_drug = BY_VASOPRESSOR.get(str(known(read, "vasopressor") or "none"), 0)
    measured = known(read, "systolic_blood_pressure")
    if by_drug or measured is None:
        return by_drug or None
    return 2 if measured < LOW_PRESSURE else 0


def _oxygen(read: Reader) -> int | None:
    support = known(read, "oxygen_support")
    by_support = BY_OXYGEN.get(str(support or "none"), 2)
    if support == "low_flow":
        flow = read.attribute(read.entry("oxygen_support"), "flow_l_min")
        by_support = 3 if flow is not None and number(flow) > LOW_FLOW else 2
    saturation = known(read, "spo2")
    if by_support or saturation is None:
        return by_support or (0 if support == "none" else None)
    return 2 if saturation < LOW_SATURATION else 0
