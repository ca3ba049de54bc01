"""The indicators that ship, on cases that ship: AE-02.1, AE-17, AE-19.2, INE-R15.2, INE-R06.3, CART-10.1."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from engine.actions import Engine
from engine.adherence.indicators import stands
from engine.cases import Library, read_case, run_case
from engine.definition.registry import Registry
from engine.store import open_store
from engine.store.schema import patient
from pathways.registry import load_registry
from tests.source_tree import ROOT


@pytest.fixture(scope="module")
def shipped() -> Registry:
    return load_registry()


def ended(registry: Registry, file: Path, pathway: str) -> dict[str, str]:
    """How the patient of a case stands when the case ends."""
    library = Library(registry)
    with open_store("sqlite://") as store:
        case = read_case(file.read_text(encoding="utf-8"), file.name, library)
        assert list(run_case(case, Engine(store, registry), library.names(case.pathway))) == []
        with store.reader.connect() as connection:
            someone = connection.execute(select(patient.c.id)).scalar_one()
        chart = store.read(someone)
        now = max(one.recorded for one in chart.facts.values())
        return {one.indicator: one.standing.value for one in stands(chart, registry, now, pathway)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pathway", "case", "expected"),
    [
        ("ae_escalation", "AE-L11-inadequate-course", {"first_immunotherapy_on_time": "met"}),
        (
            "ae_escalation",
            "AE-C13-high-titre",
            {
                "first_immunotherapy_on_time": "not_met",
                "tocilizumab_within_one_month": "not_met",
                "tocilizumab_within_one_month_of_onset": "not_met",
            },
        ),
        (
            "ae_escalation",
            "AE-D08-a-tocilizumab-dose-given-early-and-a",
            {"tocilizumab_within_one_month": "met"},
        ),
        (
            "inebilizumab",
            "INE-R46-cd20-plan-on",
            {"cd20_in_months_4_to_6": "met", "hbv_antiviral_before_first_dose": "not_applicable"},
        ),
        ("inebilizumab", "INE-R58-stop-tails-and-close", {"cd20_in_months_4_to_6": "not_met"}),
        ("car_t", "CART-V8B-reinfusion-exactly-one-year", {"kinetics_days_7_10_14": "met"}),
    ],
)
def test_a_case_ends_as_it_should(shipped: Registry, pathway: str, case: str, expected: dict[str, str]) -> None:
    found = ended(shipped, ROOT / "pathways" / pathway / "cases" / f"{case}.yaml", pathway)
    assert {name: found[name] for name in expected} == expected
