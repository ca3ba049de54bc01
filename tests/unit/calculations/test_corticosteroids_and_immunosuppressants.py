"""Prednisone equivalent of a day (SUB-STE, car-t.md §8.4) and the number of immunosuppressants in use (PCP-1)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.functions import NotKnown
from engine.model import Fact
from pathways.calculations.corticosteroid_dose import prednisone_equivalent_dose
from pathways.calculations.immunosuppressants import immunosuppressant_count
from tests.unit.calculations.fakes import FakeReader, fact

PCP = {"steroid_alternate_days_halved": True, "steroid_pulses_counted": False, "steroid_silence_is_none": True}


@pytest.mark.parametrize(
    ("drug", "dose", "equivalent"),
    [
        ("methylprednisolone", "16", "20"),
        ("methylprednisolone", "12", "15"),
        ("dexamethasone", "3", "20"),
        ("dexamethasone", "2.25", "15"),
        ("hydrocortisone", "20", "5"),
        ("prednisone", "15", "15"),
        ("methylprednisolone_pulse", "1000", "1250"),
    ],
)
def test_equivalents_of_the_specification(drug: str, dose: str, equivalent: str) -> None:
    read = FakeReader(fact(drug, "2026-06-15", event="given", dose=dose))
    assert prednisone_equivalent_dose(read) == Decimal(equivalent)


def test_the_course_that_runs_gives_the_dose_of_the_day() -> None:
    assert prednisone_equivalent_dose(FakeReader(fact("prednisone", "2026-01-10", event="started", dose="15"))) == 15


def test_a_new_start_while_a_course_runs_is_a_change_of_dose() -> None:
    taper = (
        fact("prednisone", "2026-01-10", event="started", dose="40"),
        fact("prednisone", "2026-05-01", event="started", dose="10"),
    )
    assert prednisone_equivalent_dose(FakeReader(*taper)) == 10
    assert prednisone_equivalent_dose(FakeReader(*taper, today="2026-04-30")) == 40


def test_an_entry_of_the_day_goes_before_the_running_course() -> None:
    """A skipped day is an entry of 0 mg."""
    course = fact("prednisone", "2026-01-10", event="started", dose="15")
    assert (
        prednisone_equivalent_dose(FakeReader(course, fact("prednisone", "2026-06-15", event="given", dose="0"))) == 0
    )


def test_the_day_of_the_stop_still_belongs_to_the_course() -> None:
    course = (
        fact("prednisone", "2026-01-10", event="started", dose="15"),
        fact("prednisone", "2026-06-14", event="stopped"),
    )
    assert prednisone_equivalent_dose(FakeReader(*course, today="2026-06-14")) == 15
    with pytest.raises(NotKnown):
        prednisone_equivalent_dose(FakeReader(*course))


def test_a_pathway_may_leave_the_day_of_the_stop_out() -> None:
    """SUB-PCP: a corticosteroid that was stopped is no longer in use."""
    course = (
        fact("prednisone", "2026-01-10", event="started", dose="15"),
        fact("prednisone", "2026-06-14", event="stopped"),
    )
    settings = {"steroid_stop_day_counts": False, "steroid_silence_is_none": True}
    assert prednisone_equivalent_dose(FakeReader(*course, today="2026-06-14", settings=settings)) == 0


def test_a_pathway_may_leave_pulses_out_of_the_immunosuppressants() -> None:
    pulse = fact("methylprednisolone_pulse", "2026-06-14", event="started", dose="1000")
    assert immunosuppressant_count(FakeReader(AZATHIOPRINE, pulse)) == 2
    assert immunosuppressant_count(FakeReader(AZATHIOPRINE, pulse, settings={"steroid_pulses_counted": False})) == 1


def test_different_drugs_add_up() -> None:
    both = (
        fact("prednisone", "2026-01-10", event="started", dose="10"),
        fact("dexamethasone", "2026-06-15", event="given", dose="1.5"),
    )
    assert prednisone_equivalent_dose(FakeReader(*both)) == 20


@pytest.mark.parametrize("route", ["intrathecal", "topical", "inhaled"])
def test_local_routes_are_not_counted(route: str) -> None:
    read = FakeReader(fact("dexamethasone", "2026-06-15", event="given", dose="10", route=route), settings=PCP)
    assert prednisone_equivalent_dose(read) == 0


def test_alternate_days_are_halved_only_where_the_pathway_says_so() -> None:
    course = fact("prednisone", "2026-01-10", event="started", dose="40", alternate_day=True)
    assert prednisone_equivalent_dose(FakeReader(course, settings=PCP)) == 20
    assert prednisone_equivalent_dose(FakeReader(course)) == 40


def test_pulses_are_left_out_only_where_the_pathway_says_so() -> None:
    pulse = fact("methylprednisolone_pulse", "2026-06-14", event="started", dose="1000")
    assert prednisone_equivalent_dose(FakeReader(pulse, settings=PCP)) == 0
    assert prednisone_equivalent_dose(FakeReader(pulse)) == 1250


def test_a_day_without_a_record_is_unknown_unless_silence_means_none() -> None:
    with pytest.raises(NotKnown) as gap:
        prednisone_equivalent_dose(FakeReader())
    assert gap.value.reason == "never_recorded"
    assert prednisone_equivalent_dose(FakeReader(settings=PCP)) == 0


def test_an_entry_without_a_dose_or_equivalence_is_unknown() -> None:
    with pytest.raises(NotKnown):
        prednisone_equivalent_dose(FakeReader(fact("prednisone", "2026-01-10", event="started")))


@given(st.integers(min_value=0, max_value=2000))
def test_making_an_entry_unknown_never_lowers_the_dose_silently(milligrams: int) -> None:
    """With the entry the dose is known; without it the strict reading has no answer at all."""
    assert (
        prednisone_equivalent_dose(FakeReader(fact("prednisone", "2026-06-15", event="given", dose=str(milligrams))))
        == milligrams
    )
    with pytest.raises(NotKnown):
        prednisone_equivalent_dose(FakeReader())


AZATHIOPRINE = fact("azathioprine", "2025-06-01", event="started", dose="100")
PREDNISONE = fact("prednisone", "2026-01-10", event="started", dose="15")


@pytest.mark.parametrize(
    ("facts", "count"),
    [
        ((AZATHIOPRINE, PREDNISONE), 2),
        ((PREDNISONE,), 1),
        ((), 0),
        ((AZATHIOPRINE, fact("azathioprine", "2026-03-09", event="stopped"), PREDNISONE), 1),
        ((PREDNISONE, fact("methylprednisolone_pulse", "2026-06-14", event="started", dose="1000")), 1),
        ((AZATHIOPRINE, fact("mycophenolate", "2026-02-01", event="started", dose="1000")), 2),
    ],
)
def test_running_immunosuppressants_with_corticosteroid_as_one(facts: tuple[Fact, ...], count: int) -> None:
    """SV4: azathioprine and prednisone are two; without azathioprine one."""
    assert immunosuppressant_count(FakeReader(*facts)) == count


def test_the_calling_b_cell_therapy_counts_only_where_a_hospital_wants_it() -> None:
    given_once = fact("inebilizumab", "2026-03-02", event="given", dose="300")
    assert immunosuppressant_count(FakeReader(AZATHIOPRINE, given_once)) == 1
    settings = {"calling_b_cell_therapy_counted": True}
    assert immunosuppressant_count(FakeReader(AZATHIOPRINE, given_once, settings=settings)) == 2
