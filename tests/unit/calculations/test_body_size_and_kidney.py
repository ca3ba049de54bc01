"""Body size, creatinine clearance and EASIX: the examples of the specifications, and each input missing once."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from engine.functions import REGISTRY, Answer, NotKnown, Reader
from pathways.calculations.body_size import bmi, bsa
from pathways.calculations.creatinine_clearance import creatinine_clearance_estimated
from pathways.calculations.easix import easix, m_easix_crp
from tests.unit.calculations.fakes import FakeReader, fact

Compute = Callable[[Reader], Answer]


def of(**values: Any) -> FakeReader:
    """A reader that knows these values."""
    return FakeReader(values={name: Decimal(one) if one[:1].isdigit() else one for name, one in values.items()})


def shown(answer: Answer, digits: str) -> str:
    """A number rounded as the specification prints it."""
    assert isinstance(answer, Decimal)
    return str(answer.quantize(Decimal(digits)))


def test_bsa_is_mosteller_and_unrounded() -> None:
    """170 cm, 68 kg: 1.79196 m2, shown as 1.79 (car-t.md §8.9)."""
    assert shown(bsa(of(height="170", weight="68")), "0.00001") == "1.79196"


def test_bmi_is_weight_over_height_squared() -> None:
    assert shown(bmi(of(height="170", weight="68")), "0.1") == "23.5"


def test_a_recorded_bmi_stands_in_where_height_or_weight_is_missing() -> None:
    assert shown(bmi(of(weight="68", bmi="30")), "0.1") == "30.0"


def test_easix_of_the_specification() -> None:
    """LDH 420, creatinine 1.2 mg/dL (106.1 umol/L), CRP 85 mg/L, platelets 70: 7.2 and 51.0 (icans.md §8, ICANS-P4, ICANS-P5)."""
    read = of(ldh="420", creatinine="106.1", crp="85", platelet_count="70")
    assert shown(easix(read), "0.1") == "7.2"
    assert shown(m_easix_crp(read), "0.1") == "51.0"


def test_corrected_platelets_halve_easix() -> None:
    read = of(ldh="420", creatinine="106.1", crp="85", platelet_count="140")
    assert shown(easix(read), "0.1") == "3.6"
    assert shown(m_easix_crp(read), "0.1") == "25.5"


@pytest.mark.parametrize("compute", [easix, m_easix_crp])
def test_no_platelets_give_no_easix(compute: Compute) -> None:
    with pytest.raises(NotKnown) as gap:
        compute(of(ldh="420", creatinine="106.1", crp="85", platelet_count="0"))
    assert (gap.value.reason, gap.value.code) == ("not_comparable", "platelet_count")


def test_cockcroft_gault() -> None:
    """(140 − 40) × 72 ÷ (72 × 1 mg/dL) = 100 mL/min; a woman has 0.85 of it."""
    values = {"age": "40", "weight": "72", "creatinine": "88.4"}
    assert creatinine_clearance_estimated(of(sex="male", **values)) == 100
    assert creatinine_clearance_estimated(of(sex="female", **values)) == 85


def test_cockcroft_gault_needs_a_sex_it_was_made_for() -> None:
    with pytest.raises(NotKnown):
        creatinine_clearance_estimated(of(sex="unknown", age="40", weight="72", creatinine="88.4"))


INPUTS = {
    bsa: ("height", "weight"),
    bmi: ("height", "weight"),
    easix: ("ldh", "creatinine", "platelet_count"),
    m_easix_crp: ("ldh", "crp", "platelet_count"),
    creatinine_clearance_estimated: ("sex", "age", "weight", "creatinine"),
}


@pytest.mark.parametrize(("compute", "missing"), [(one, name) for one, names in INPUTS.items() for name in names])
def test_each_missing_input_makes_the_value_unknown(compute: Compute, missing: str) -> None:
    known = {name: "female" if name == "sex" else "70" for name in INPUTS[compute] if name != missing}
    with pytest.raises(NotKnown) as gap:
        compute(of(**known))
    assert gap.value.code == missing


def test_a_stale_input_keeps_its_reason() -> None:
    read = FakeReader(fact("height", "2026-06-01", "170"), unusable={"weight": "stale"})
    with pytest.raises(NotKnown) as gap:
        bsa(read)
    assert (gap.value.reason, gap.value.code) == ("stale", "weight")


def test_the_estimate_does_not_stand_in_for_the_recorded_clearance() -> None:
    """A missing or stale laboratory clearance must not be replaced silently."""
    assert "creatinine_clearance" not in REGISTRY
