"""Rates of the CAR-T infusion (`car-t.md` §8.10), exposure to a high-efficacy DMT (CART-2.3.2), multiples of the upper limit (CART-3.3.2)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from engine.functions import NotKnown
from pathways.calculations.dmt_exposure import high_efficacy_dmt_since
from pathways.calculations.infusion_rate import infusion_rates_within_limits
from pathways.calculations.liver_multiples import alt_times_uln, ast_times_uln
from tests.unit.calculations import fakes
from tests.unit.calculations.fakes import FakeReader, fact


def infused(*log: str) -> FakeReader:
    return FakeReader(fact("car_t_infusion", "2026-06-01", event="given", rate_log=list(log)))


@pytest.mark.parametrize(
    ("log", "within"),
    [
        (("0-15 min 3 mL/min", "15-20 min 10 mL/min"), True),
        (("0-15 min 2 mL/min", "15-27 min 5 mL/min"), True),
        (("0-15 min 3.5 mL/min", "15-20 min 10 mL/min"), False),
        (("0-15 min 3 mL/min", "15-20 min 11 mL/min"), False),
        (("0-10 min 3 mL/min", "10-20 min 6 mL/min"), False),
    ],
)
def test_slow_for_fifteen_minutes_then_faster(log: tuple[str, ...], within: bool) -> None:
    assert infusion_rates_within_limits(infused(*log)) is within


@pytest.mark.parametrize("log", [(), ("as usual",)])
def test_without_a_readable_log_nothing_is_known(log: tuple[str, ...]) -> None:
    with pytest.raises(NotKnown):
        infusion_rates_within_limits(infused(*log))
    with pytest.raises(NotKnown):
        infusion_rates_within_limits(FakeReader())


@pytest.fixture(autouse=True)
def _classes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(fakes.CLASSES, "high_efficacy_dmt", {"natalizumab", "cladribine", "ocrelizumab"})


def test_a_course_of_six_calendar_months_counts_from_its_start() -> None:
    course = (
        fact("natalizumab", "2025-08-31", event="started", dose="300"),
        fact("natalizumab", "2026-02-28", event="stopped"),
    )
    assert high_efficacy_dmt_since(FakeReader(*course)) == date(2025, 8, 31)
    with pytest.raises(NotKnown):
        high_efficacy_dmt_since(FakeReader(course[0], fact("natalizumab", "2026-02-27", event="stopped")))


def test_a_running_course_reaches_to_the_day_judged() -> None:
    running = fact("natalizumab", "2025-12-15", event="started", dose="300")
    assert high_efficacy_dmt_since(FakeReader(running, today="2026-06-15")) == date(2025, 12, 15)
    with pytest.raises(NotKnown):
        high_efficacy_dmt_since(FakeReader(running, today="2026-06-14"))


def test_single_doses_reach_from_the_first_to_the_last() -> None:
    doses = [fact("ocrelizumab", day, event="given", dose="600") for day in ("2025-06-01", "2025-12-01")]
    assert high_efficacy_dmt_since(FakeReader(*doses)) == date(2025, 6, 1)
    with pytest.raises(NotKnown):
        high_efficacy_dmt_since(FakeReader(doses[0]))


def test_multiples_of_the_laboratorys_own_limit() -> None:
    read = FakeReader(
        fact("alt", "2026-06-15", "119", uln=Decimal(40)), fact("ast", "2026-06-15", "22"), today="2026-06-15"
    )
    assert alt_times_uln(read) == Decimal("2.975")
    with pytest.raises(NotKnown):
        ast_times_uln(read)
