"""IgG that cannot be trusted, IgG adequate in a row, B cells normal again (shared-subpathways.md §5)."""

from __future__ import annotations

import pytest

from engine.functions import NotKnown
from engine.units import Duration
from pathways.calculations.b_cells import b_cells_normal
from pathways.calculations.immunoglobulin_level import baseline_igg, consecutive_adequate_igg, igg_confounded
from tests.unit.calculations.fakes import FakeReader, fact

IGG = fact("igg", "2026-06-01", "9.0", at="09:00")


@pytest.mark.parametrize(("day", "confounded"), [("2026-05-04", True), ("2026-05-03", False), ("2026-06-02", False)])
def test_igg_is_confounded_until_28_days_after_ivig(day: str, confounded: bool) -> None:
    """The 28th day still counts; immunoglobulin after the sample does not."""
    assert igg_confounded(FakeReader(IGG, fact("ivig", day, event="given", dose="25"))) is confounded


@pytest.mark.parametrize(("day", "confounded"), [("2026-05-25", True), ("2026-05-24", False)])
def test_igg_is_confounded_until_7_days_after_exchange(day: str, confounded: bool) -> None:
    assert igg_confounded(FakeReader(IGG, fact("plasma_exchange", day, event="given"))) is confounded


def test_a_confounded_igg_is_no_baseline() -> None:
    """It is unknown for want of an IgG that counts (`decisions.md`, Immunoglobulins)."""
    assert baseline_igg(FakeReader(IGG)) == 9
    with pytest.raises(NotKnown) as gap:
        baseline_igg(FakeReader(IGG, fact("ivig", "2026-05-20", event="given", dose="25")))
    assert (gap.value.reason, gap.value.code) == ("confounded", "igg")


def test_a_running_course_of_immunoglobulin_confounds_however_long_ago_it_began() -> None:
    assert igg_confounded(FakeReader(IGG, fact("scig", "2026-01-01", event="started", dose="10"))) is True


def test_a_stopped_course_counts_from_its_stop() -> None:
    stopped = (fact("scig", "2026-01-01", event="started"), fact("scig", "2026-04-01", event="stopped"))
    assert igg_confounded(FakeReader(IGG, *stopped)) is False


def test_of_two_entries_of_one_day_without_times_the_infusion_may_have_come_first() -> None:
    assert igg_confounded(FakeReader(fact("igg", "2026-06-01", "9"), fact("ivig", "2026-06-01", event="given"))) is True
    assert igg_confounded(FakeReader(IGG, fact("ivig", "2026-06-01", event="given", at="15:00"))) is False


def test_a_hospital_may_set_the_spans() -> None:
    settings = {"confounded_after_ivig": Duration(days=14)}
    assert igg_confounded(FakeReader(IGG, fact("ivig", "2026-05-04", event="given"), settings=settings)) is False


def test_without_igg_nothing_is_known_to_be_confounded() -> None:
    with pytest.raises(NotKnown):
        igg_confounded(FakeReader(fact("ivig", "2026-05-04", event="given")))


def test_adequate_values_are_counted_back_from_the_latest() -> None:
    values = [
        fact("igg", day, value)
        for day, value in (("2026-03-01", "7"), ("2026-04-01", "4.9"), ("2026-05-01", "5"), ("2026-06-01", "6"))
    ]
    assert consecutive_adequate_igg(FakeReader(*values)) == 2
    assert consecutive_adequate_igg(FakeReader(*values, fact("igg", "2026-06-10", "4.99"))) == 0


def test_adequate_values_need_a_usable_latest_igg() -> None:
    with pytest.raises(NotKnown):
        consecutive_adequate_igg(FakeReader(fact("igg", "2026-06-01", "6"), unusable={"igg": "conflict"}))


@pytest.mark.parametrize(("value", "normal"), [("100", True), ("99.9", False)])
def test_b_cells_are_normal_from_the_fallback_on(value: str, normal: bool) -> None:
    assert b_cells_normal(FakeReader(fact("cd19_b_cell_count", "2026-06-01", value))) is normal


def test_the_laboratory_limit_goes_before_the_fallback() -> None:
    assert b_cells_normal(FakeReader(fact("cd20_b_cell_count", "2026-06-01", "95", lln="90"))) is True


def test_the_newer_marker_decides_and_of_two_at_once_both_must_be_normal() -> None:
    old, new = fact("cd19_b_cell_count", "2026-05-01", "5"), fact("cd20_b_cell_count", "2026-06-01", "150")
    assert b_cells_normal(FakeReader(old, new)) is True
    assert b_cells_normal(FakeReader(new, fact("cd19_b_cell_count", "2026-06-01", "40"))) is False


def test_b_cells_below_a_limit_of_detection_are_not_normal() -> None:
    assert b_cells_normal(FakeReader(fact("cd19_b_cell_count", "2026-06-01", "100", comparator="<"))) is False


def test_without_any_count_b_cells_are_unknown() -> None:
    with pytest.raises(NotKnown) as gap:
        b_cells_normal(FakeReader())
    assert gap.value.code == "cd19_b_cell_count"
