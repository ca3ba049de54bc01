"""ICANS grade by the published domains: ICE score, consciousness, seizure, motor weakness, oedema (ASTCT 2019; `icans.md` §2.3).

The worst domain decides. The ICE score counts against the patient's own score before the infusion: at it or above it is no sign, and
below a baseline of 9 the raw score grades nothing; then the neurologist grades by the other domains. Tremor and myoclonus do not count.
"""

from __future__ import annotations

from decimal import Decimal

from engine.functions import Answer, AtLeast, NotKnown, Reader, function
from engine.model import Fact
from pathways.calculations.crs_grade import infused_at, known
from pathways.calculations.reading import NEVER_RECORDED, number, setting

WORST = 4
RAW_FROM = 9
"""Baseline from which the raw ICE score is graded (LOCAL DEFAULT)."""
BY_CONSCIOUSNESS = {"alert": 0, "voice": 2, "tactile": 3, "unarousable": 4}
BY_OEDEMA = {"none": 0, "focal": 3, "diffuse": 4}
PARESES = ("hemiparesis", "paraparesis")
LONG_SEIZURE = Decimal(5)
"""Minutes; a longer seizure threatens life."""


@function(
    "icans_grade_proposed", en="ICANS grade proposed", zh="ICANS分级（建议）", kind="quantity", unit="{grade}",
    statements=["ICANS-5.3", "ICANS-P2", "ICANS-P3"], settings=["raw_ice_grading_from_baseline"],
)  # fmt: skip
def icans_grade_proposed(read: Reader) -> Answer:
    """Grade 0 to 4, or at least that grade where a domain is not known. Death is recorded, not computed."""
    domains = [*_mind(read), _seizures(read), _weakness(read), _oedema(read)]
    gravest = max((grade for grade in domains if grade is not None), default=0)
    if None not in domains or gravest == WORST:
        return gravest
    if gravest == 0:
        raise NotKnown(NEVER_RECORDED, "consciousness_level" if domains[0] is not None else "ice_score")
    return AtLeast(gravest)


def _mind(read: Reader) -> tuple[int | None, int | None]:
    """ICE score and consciousness; whoever scores above 0 is awake enough, so his level need not be on record."""
    score, level = known(read, "ice_score"), known(read, "consciousness_level")
    consciousness = BY_CONSCIOUSNESS.get(str(level)) if level is not None else 0 if score else None
    if score is None:
        return (WORST if consciousness == WORST else None), consciousness
    return _by_score(read, int(score)), consciousness


def _by_score(read: Reader, score: int) -> int | None:
    """The grade of a score; None where the baseline forbids to read it raw."""
    baseline = known(read, "ice_baseline")
    if score == 10 or (baseline is not None and score >= baseline):
        return 0
    if baseline is None or baseline < number(setting(read, "raw_ice_grading_from_baseline", RAW_FROM)):
        return None
    return 1 if score >= 7 else 2 if score >= 3 else 3


def _seizures(read: Reader) -> int | None:
    """The gravest seizure since the infusion that no later, lower confirmed grade has left behind."""
    since = infused_at(read)
    confirmed = read.entries("icans_grade")
    grades = [
        _of_seizure(read, fact)
        for fact in read.entries("seizure")
        if (since is None or fact.effective >= since) and not _left_behind(read, fact, confirmed)
    ]
    return max(grades, default=0)


def _left_behind(read: Reader, seizure: Fact, confirmed: list[Fact]) -> bool:
    grade = _of_seizure(read, seizure)
    return any(one.effective > seizure.effective and number(one.value) < grade for one in confirmed)


def _of_seizure(read: Reader, seizure: Fact) -> int:
    """3 if it resolved rapidly, 4 if longer than five minutes or repeated without return to baseline."""
    minutes = read.attribute(seizure, "duration_min")
    if minutes is not None and number(minutes) > LONG_SEIZURE:
        return WORST
    repeated = (
        read.attribute(seizure, "repetitive") is True and read.attribute(seizure, "returned_to_baseline") is False
    )
    return WORST if repeated else 3


def _weakness(read: Reader) -> int:
    if known(read, "motor_deficit") not in PARESES:
        return 0
    return 0 if read.attribute(read.entry("motor_deficit"), "new_vs_baseline") is False else WORST


def _oedema(read: Reader) -> int:
    found = known(read, "icp_oedema")
    if found is None:
        return 0
    sign = read.attribute(read.entry("icp_oedema"), "sign")
    return WORST if sign not in (None, "none") else BY_OEDEMA.get(str(found), 0)
