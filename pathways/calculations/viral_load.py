"""Whether a viral load is positive (`shared-subpathways.md` §3.3, the rule for HBV DNA, used for the other viruses too).

The laboratory's word decides first: detected at any level, also below quantification, is positive; only “not detected” is
negative. A bare number is positive from the laboratory's lower limit on; below it nobody knows.
"""

from __future__ import annotations

from decimal import Decimal

from engine.functions import Answer, NotKnown, Reader, function
from engine.model import Fact
from pathways.calculations.reading import IMPRECISE, NEVER_RECORDED, NO_UNIT_OR_LIMIT, number, setting

POSITIVE, NEGATIVE = "positive", "negative"
BY_WORD = {"detected": POSITIVE, "detected_below_quantification": POSITIVE, "not_detected": NEGATIVE}
INTERNATIONAL = "[IU]/mL"
LOADS = ("hbv_dna", "hcv_rna", "cmv_dna", "ebv_dna")
FALLBACK = Decimal(20)
"""Lower limit in IU/mL where the report names none (LOCAL DEFAULT)."""


def viral_result(read: Reader, code: str) -> str:
    """`positive` or `negative` for the latest usable result of a virus. Raises `NotKnown`."""
    fact = read.entry(code)
    stated = read.attribute(fact, "detection")
    return BY_WORD[stated] if stated in BY_WORD else _by_number(read, fact)


def _by_number(read: Reader, fact: Fact) -> str:
    if not isinstance(fact.value, Decimal):
        raise NotKnown(NO_UNIT_OR_LIMIT, fact.code)
    if not fact.comparator.startswith("<") and fact.value >= _lower_limit(read, fact):
        return POSITIVE
    raise NotKnown(IMPRECISE, fact.code)


def _lower_limit(read: Reader, fact: Fact) -> Decimal:
    limit = read.attribute(fact, "lower_limit")
    if limit is not None:
        return number(limit)
    if read.attribute(fact, "unit", INTERNATIONAL) != INTERNATIONAL:
        raise NotKnown(NO_UNIT_OR_LIMIT, fact.code)
    return number(setting(read, "dna_lower_limit_fallback", FALLBACK))


@function(
    "hbv_dna_result", en="HBV DNA positive or negative", zh="HBV-DNA结果", kind="coded", statements=["HBV-2"],
    settings=["dna_lower_limit_fallback"],
)  # fmt: skip
def hbv_dna_result(read: Reader) -> Answer:
    """Hepatitis B virus DNA."""
    return viral_result(read, "hbv_dna")


@function(
    "hbv_dna_positive_on_record", en="A positive HBV DNA result stands", zh="存在有效的HBV-DNA阳性结果", kind="boolean",
    statements=["HBV-3"], settings=["dna_lower_limit_fallback"],
)  # fmt: skip
def hbv_dna_positive_on_record(read: Reader) -> Answer:
    """Whether any result that still stands was positive. A retracted or amended one does not; one that leaves it open does not."""
    return any(_reads_positive(read, fact) for fact in read.entries("hbv_dna"))


def _reads_positive(read: Reader, fact: Fact) -> bool:
    stated = read.attribute(fact, "detection")
    try:
        return (BY_WORD[stated] if stated in BY_WORD else _by_number(read, fact)) == POSITIVE
    except NotKnown:
        return False


@function("hcv_rna_result", en="HCV RNA positive or negative", zh="HCV-RNA结果", kind="coded", statements=["INF-2"])
def hcv_rna_result(read: Reader) -> Answer:
    """Hepatitis C virus RNA."""
    return viral_result(read, "hcv_rna")


@function("cmv_dna_result", en="CMV DNA positive or negative", zh="CMV-DNA结果", kind="coded", statements=["INF-4"])
def cmv_dna_result(read: Reader) -> Answer:
    """Cytomegalovirus DNA; copies/mL without a stated limit stay unknown."""
    return viral_result(read, "cmv_dna")


@function("ebv_dna_result", en="EBV DNA positive or negative", zh="EBV-DNA结果", kind="coded", statements=["INF-4"])
def ebv_dna_result(read: Reader) -> Answer:
    """Epstein-Barr virus DNA; copies/mL without a stated limit stay unknown."""
    return viral_result(read, "ebv_dna")


@function("viraemia_result", en="Any viraemia", zh="病毒血症", kind="coded", statements=["INF-4", "CART-4.7"])
def viraemia_result(read: Reader) -> Answer:
    """Over HBV, HCV, CMV and EBV loads and the stated `viraemia`: `positive` if any latest result is; `negative` if all that
    were ever done are. A virus never looked for says nothing. Raises `NotKnown` where none was done, or one leaves it open.
    """
    results, gaps = _all_results(read)
    if POSITIVE in results:
        return POSITIVE
    if gaps:
        raise gaps[0]
    if not results:
        raise NotKnown(NEVER_RECORDED, "viraemia")
    return NEGATIVE


def _all_results(read: Reader) -> tuple[list[str], list[NotKnown]]:
    results, gaps = _stated(read), []
    for code in LOADS:
        try:
            results.append(viral_result(read, code))
        except NotKnown as gap:
            gaps += [gap] if gap.reason != NEVER_RECORDED else []
    return results, gaps


def _stated(read: Reader) -> list[str]:
    entries = read.entries("viraemia")
    return [NEGATIVE if entries[-1].value == "none" else POSITIVE] if entries else []
