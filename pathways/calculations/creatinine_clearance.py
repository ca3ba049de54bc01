"""Creatinine clearance by Cockcroft and Gault, the method that `car-t.md` §3.2 names for the recorded clearance.

The recorded fact `creatinine_clearance` is what guards read. This estimate bears another name on purpose: a function of the
same name would stand in for a result that is missing or stale, and a missing result must not open a gate.
"""

from __future__ import annotations

from decimal import Decimal

from engine.functions import NotKnown, Reader, function
from pathways.calculations.reading import NOT_COMPARABLE

UMOL_PER_MG = Decimal("88.4")
"""µmol/L in 1 mg/dL of creatinine."""
FEMALE = Decimal("0.85")
SEXES = {"female": FEMALE, "male": Decimal(1)}


@function(
    "creatinine_clearance_estimated", en="Creatinine clearance (Cockcroft-Gault)", zh="肌酐清除率（Cockcroft-Gault）", kind="quantity", unit="mL/min",
    statements=["car-t.md §3.2"],
)  # fmt: skip
def creatinine_clearance_estimated(read: Reader) -> Decimal:
    """(140 − age) × weight kg ÷ (72 × creatinine mg/dL), × 0.85 for women, in mL/min and unrounded."""
    factor = SEXES.get(read.value("sex"))
    if factor is None:
        raise NotKnown(NOT_COMPARABLE, "sex")
    creatinine = read.value("creatinine") / UMOL_PER_MG
    return Decimal((140 - read.value("age")) * read.value("weight") * factor / (72 * creatinine))
