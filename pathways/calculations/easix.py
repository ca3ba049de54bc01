"""EASIX and its variant with CRP: LDH × creatinine (or CRP) ÷ platelets (`icans.md` §8.1, §8.2).

Platelets of zero give no value rather than an infinite one.
"""

from __future__ import annotations

from decimal import Decimal

from engine.functions import NotKnown, Reader, function
from pathways.calculations.creatinine_clearance import UMOL_PER_MG
from pathways.calculations.reading import NOT_COMPARABLE

MG_PER_L_PER_DL = 10


@function("easix", en="EASIX", zh="EASIX", kind="quantity", statements=["ICANS-2.3", "ICANS-P4"])
def easix(read: Reader) -> Decimal:
    """LDH U/L × creatinine mg/dL ÷ platelets 10*9/L, unrounded."""
    return Decimal(read.value("ldh") * (read.value("creatinine") / UMOL_PER_MG) / _platelets(read))


@function(
    "m_easix_crp", en="Modified EASIX (CRP)", zh="m-EASIX（CRP）", kind="quantity", statements=["ICANS-2.3", "ICANS-P5"]
)
def m_easix_crp(read: Reader) -> Decimal:
    """LDH U/L × CRP mg/dL ÷ platelets 10*9/L, unrounded."""
    return Decimal(read.value("ldh") * (read.value("crp") / MG_PER_L_PER_DL) / _platelets(read))


def _platelets(read: Reader) -> Decimal:
    count: Decimal = read.value("platelet_count")
    if count == 0:
        raise NotKnown(NOT_COMPARABLE, "platelet_count")
    return count
