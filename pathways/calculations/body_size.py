"""Body surface area and body mass index, from height in cm and weight in kg."""

from __future__ import annotations

from decimal import Decimal

from engine.functions import NotKnown, Reader, function

MOSTELLER = 3600
CM_PER_M = 100


@function(
    "bsa", en="Body surface area (Mosteller)", zh="体表面积", kind="quantity", unit="m2", statements=["car-t.md §8.9"]
)
def bsa(read: Reader) -> Decimal:
    """Square root of height × weight ÷ 3600, in m2 and unrounded; a caller that rounds says so in its own sentence."""
    height, weight = read.value("height"), read.value("weight")
    return Decimal((height * weight / MOSTELLER).sqrt())


@function("bmi", en="Body mass index", zh="体重指数", kind="quantity", unit="kg/m2", statements=["ICANS-1.3"])
def bmi(read: Reader) -> Decimal:
    """Weight ÷ height², in kg/m2 and unrounded; else the recorded index. Raises `NotKnown` without either."""
    try:
        height, weight = read.value("height") / CM_PER_M, read.value("weight")
    except NotKnown as gap:
        return _recorded(read, gap)
    return Decimal(weight / (height * height))


def _recorded(read: Reader, gap: NotKnown) -> Decimal:
    try:
        return Decimal(read.value("bmi"))
    except NotKnown:
        raise gap from None
