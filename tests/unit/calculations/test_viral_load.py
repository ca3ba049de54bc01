"""Positive or negative viral load: the laboratory's word first, then the number against the lower limit (§3.3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.functions import NotKnown
from pathways.calculations.viral_load import (
    cmv_dna_result,
    ebv_dna_result,
    hbv_dna_positive_on_record,
    hbv_dna_result,
    hcv_rna_result,
    viraemia_result,
)
from tests.unit.calculations.fakes import FakeReader, fact


@pytest.mark.parametrize("word", ["detected", "detected_below_quantification"])
def test_detected_at_any_level_is_positive(word: str) -> None:
    assert hbv_dna_result(FakeReader(fact("hbv_dna", "2026-06-01", "0", detection=word))) == "positive"


def test_only_not_detected_is_negative() -> None:
    assert hbv_dna_result(FakeReader(fact("hbv_dna", "2026-06-01", "0", detection="not_detected"))) == "negative"


@pytest.mark.parametrize(
    ("value", "limit", "answer"), [("20", None, "positive"), ("35", "35", "positive"), ("36", "35", "positive")]
)
def test_a_bare_number_is_positive_from_the_lower_limit_on(value: str, limit: str | None, answer: str) -> None:
    """Fallback 20 IU/mL; the laboratory's own limit goes before."""
    stated = {} if limit is None else {"lower_limit": limit}
    assert hbv_dna_result(FakeReader(fact("hbv_dna", "2026-06-01", value, **stated))) == answer


@pytest.mark.parametrize(
    ("value", "comparator", "limit"), [("19", "", None), ("0", "", None), ("34", "", "35"), ("20", "<", "20")]
)
def test_a_bare_number_below_the_limit_is_unknown(value: str, comparator: str, limit: str | None) -> None:
    stated = {} if limit is None else {"lower_limit": limit}
    with pytest.raises(NotKnown) as gap:
        hbv_dna_result(FakeReader(fact("hbv_dna", "2026-06-01", value, comparator=comparator, **stated)))
    assert gap.value.reason == "imprecise"


def test_a_positive_result_stands_until_it_is_withdrawn() -> None:
    """A later negative sample does not take it away; an open result is none."""
    found = fact("hbv_dna", "2026-05-01", "0", detection="detected")
    later = fact("hbv_dna", "2026-06-01", "0", detection="not_detected")
    assert hbv_dna_positive_on_record(FakeReader(found, later)) is True
    assert hbv_dna_positive_on_record(FakeReader(fact("hbv_dna", "2026-05-01", "19"), later)) is False


def test_a_setting_replaces_the_fallback() -> None:
    read = FakeReader(fact("hbv_dna", "2026-06-01", "15"), settings={"dna_lower_limit_fallback": 10})
    assert hbv_dna_result(read) == "positive"


def test_copies_without_a_stated_limit_are_unknown() -> None:
    """IU and copies are not converted into each other, so the fallback in IU does not apply."""
    with pytest.raises(NotKnown) as gap:
        cmv_dna_result(FakeReader(fact("cmv_dna", "2026-06-01", "500", unit="{copies}/mL")))
    assert gap.value.reason == "no_unit_limit_or_time"


@pytest.mark.parametrize(
    ("compute", "code"),
    [
        (hbv_dna_result, "hbv_dna"),
        (hcv_rna_result, "hcv_rna"),
        (cmv_dna_result, "cmv_dna"),
        (ebv_dna_result, "ebv_dna"),
    ],
)
@pytest.mark.parametrize("reason", ["never_recorded", "stale", "conflict"])
def test_an_unusable_result_keeps_its_reason(compute: object, code: str, reason: str) -> None:
    assert callable(compute)
    with pytest.raises(NotKnown) as gap:
        compute(FakeReader(unusable={code: reason}))
    assert (gap.value.reason, gap.value.code) == (reason, code)


@given(st.integers(min_value=0, max_value=10**9))
def test_a_number_alone_is_never_negative(value: int) -> None:
    """Only the laboratory's word “not detected” clears a patient."""
    read = FakeReader(fact("hbv_dna", "2026-06-01", str(value)))
    try:
        assert hbv_dna_result(read) == "positive"
    except NotKnown:
        assert value < 20


CMV_POSITIVE = fact("cmv_dna", "2026-06-01", "500", detection="detected")
CMV_NEGATIVE = fact("cmv_dna", "2026-06-10", "0", detection="not_detected")
EBV_NEGATIVE = fact("ebv_dna", "2026-06-10", "0", detection="not_detected")


def test_one_virus_detected_is_viraemia_whatever_the_others() -> None:
    assert viraemia_result(FakeReader(CMV_POSITIVE, unusable={"hbv_dna": "conflict"})) == "positive"


def test_viraemia_is_over_when_every_virus_looked_for_is_gone() -> None:
    assert viraemia_result(FakeReader(CMV_POSITIVE, CMV_NEGATIVE, EBV_NEGATIVE)) == "negative"


def test_the_latest_stated_viraemia_counts_like_a_result() -> None:
    stated = fact("viraemia", "2026-06-11", "hsv")
    assert viraemia_result(FakeReader(CMV_NEGATIVE, stated)) == "positive"
    assert viraemia_result(FakeReader(stated, fact("viraemia", "2026-06-12", "none"))) == "negative"


@pytest.mark.parametrize("reason", ["stale", "conflict", "imprecise"])
def test_a_virus_left_open_leaves_viraemia_open(reason: str) -> None:
    with pytest.raises(NotKnown) as gap:
        viraemia_result(FakeReader(EBV_NEGATIVE, unusable={"cmv_dna": reason}))
    assert (gap.value.reason, gap.value.code) == (reason, "cmv_dna")


def test_nothing_looked_for_is_not_negative() -> None:
    with pytest.raises(NotKnown):
        viraemia_result(FakeReader())
