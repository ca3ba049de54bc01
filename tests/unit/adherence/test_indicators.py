"""Indicators of one patient: who belongs to the denominator, and that unknown is never met."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.adherence.indicators import DENOMINATOR, Standing, stands
from engine.definition.registry import Registry
from engine.functions import REGISTRY
from engine.model import Chart, Enrolment, ExposureEvent, Fact, Patient, StageEntry
from pathways.registry import load_catalogue, load_functions

TOY = Path(__file__).parents[2] / "data" / "definitions" / "toy.yaml"
FIRST_DOSE = date(2026, 1, 5)


@pytest.fixture(scope="module")
def toy() -> Registry:
    load_functions()
    return Registry.load([TOY], load_catalogue(), REGISTRY)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 1, tzinfo=UTC)


def chart(toy: Registry, *facts: Fact, closed: date | None = None) -> Chart:
    opened = at(FIRST_DOSE)
    one = Enrolment(
        "e1", "toy", toy.latest("toy").hash, 1, "done" if closed else "treated", opened, closed=at(closed) if closed else None,
        history=(StageEntry("waiting", opened, 1, "opened"),),
    )  # fmt: skip
    return Chart(Patient("p1", date(1980, 3, 1), "female"), {one.id: one for one in facts}, {"e1": one})


def dose() -> Fact:
    moment = at(FIRST_DOSE)
    return Fact("dose", "inebilizumab", moment, FIRST_DOSE, False, moment, 1, event=ExposureEvent.GIVEN, attributes={})


def count(day: date) -> Fact:
    return Fact("count", "cd20_b_cell_count", at(day), day, False, at(day), 2, value=Decimal(3))


def standing(toy: Registry, when: date, *facts: Fact, name: str = "counted_by_month_6", **more: Any) -> Standing:
    return next(one.standing for one in stands(chart(toy, *facts, **more), toy, at(when)) if one.indicator == name)


@pytest.mark.parametrize(
    ("when", "counted", "closed", "expected"),
    [
        (date(2026, 3, 1), None, None, Standing.OPEN),
        (date(2026, 7, 5), None, None, Standing.OPEN),
        (date(2026, 7, 6), None, None, Standing.NOT_MET),
        (date(2026, 7, 6), date(2026, 7, 5), None, Standing.MET),
        (date(2026, 7, 6), date(2026, 7, 6), None, Standing.NOT_MET),
        (date(2026, 9, 1), None, date(2026, 3, 1), Standing.LOST),
        (date(2026, 9, 1), date(2026, 2, 1), date(2026, 3, 1), Standing.MET),
        (date(2026, 9, 1), None, date(2026, 8, 1), Standing.NOT_MET),
    ],
)
def test_the_class_follows_from_what_was_done_by_when(
    toy: Registry, when: date, counted: date | None, closed: date | None, expected: Standing
) -> None:
    """The last day counts in full; who left before it is lost, not met only where it was met."""
    facts = [dose(), *([count(counted)] if counted else [])]
    assert standing(toy, when, *facts, closed=closed) is expected


def test_who_had_no_dose_is_outside_the_denominator(toy: Registry) -> None:
    assert standing(toy, date(2026, 9, 1)) is Standing.NOT_APPLICABLE
    assert Standing.NOT_APPLICABLE not in DENOMINATOR


def test_an_unknown_datum_is_unknown_and_stays_in_the_denominator(toy: Registry) -> None:
    """IgG was never measured: neither met nor not met."""
    assert standing(toy, date(2026, 2, 1), dose(), name="igg_low") is Standing.UNKNOWN
    assert Standing.UNKNOWN in DENOMINATOR


def test_it_says_when_time_alone_could_change_it(toy: Registry) -> None:
    """So that a class that was found may be kept until then, and no longer."""
    now = at(date(2026, 3, 1))
    (found,) = (one for one in stands(chart(toy, dose()), toy, now) if one.indicator == "counted_by_month_6")
    assert found.turns is not None
    assert now < found.turns <= at(date(2026, 7, 6))
    before = found.turns - timedelta(seconds=1)
    (again,) = (one for one in stands(chart(toy, dose()), toy, before) if one.indicator == "counted_by_month_6")
    assert again.standing is found.standing
