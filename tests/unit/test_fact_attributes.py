"""What an entry says beside its value: attributes of exposures and events, qualifiers of results."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.model import ExposureEvent
from tests.unit.entering import enter

D = Decimal


@pytest.mark.parametrize(
    ("name", "raw", "event", "attributes"),
    [
        ("rituximab", "given", ExposureEvent.GIVEN, {}),
        ("rituximab", {"event": "given", "dose": "1 g"}, ExposureEvent.GIVEN, {"dose": D(1000), "dose_unit": "mg"}),
        (
            "rituximab",
            {"event": "given", "dose": "375 mg/m2"},
            ExposureEvent.GIVEN,
            {"dose": D(375), "dose_unit": "mg/m2"},
        ),
        (
            "mycophenolate",
            {"event": "started", "dose": "1 g/d"},
            ExposureEvent.STARTED,
            {"dose": D(1000), "dose_unit": "mg/d"},
        ),
        (
            "natalizumab",
            {"event": "started", "dose": "300 mg"},
            ExposureEvent.STARTED,
            {"dose": D(300), "dose_unit": "mg"},
        ),
        ("prednisone", {"event": "given", "dose": "0 mg"}, ExposureEvent.GIVEN, {"dose": D(0), "dose_unit": "mg"}),
        (
            "low_dose_il2",
            {"event": "given", "dose": "1 MIU"},
            ExposureEvent.GIVEN,
            {"dose": D(1), "dose_unit": "10*6.[IU]"},
        ),
        (
            "car_t_infusion",
            {"event": "given", "dose": "100 10*6"},
            ExposureEvent.GIVEN,
            {"dose": D(100), "dose_unit": "10*6"},
        ),
        (
            "vaccination",
            {"event": "given", "dose": 1, "type": "live"},
            ExposureEvent.GIVEN,
            {"dose": D(1), "dose_unit": "{dose}", "type": "live"},
        ),
        (
            "rituximab",
            {"event": "given", "route": "静脉", "planned_next": "2026-07-01"},
            ExposureEvent.GIVEN,
            {"route": "iv", "planned_next": date(2026, 7, 1)},
        ),
        (
            "seizure",
            {"duration_min": "5 min", "focal": "yes"},
            ExposureEvent.OCCURRED,
            {"duration_min": D(5), "duration_min_unit": "min", "focal": True},
        ),
        (
            "seizure",
            {"onset": "2026-01-05 08:00"},
            ExposureEvent.OCCURRED,
            {"onset": datetime(2026, 1, 5, 0, 0, tzinfo=UTC)},
        ),
        (
            "relapse",
            {"event": "occurred", "severity": "moderate", "onset": "2026-01-03"},
            ExposureEvent.OCCURRED,
            {"severity": "moderate", "onset": date(2026, 1, 3)},
        ),
        ("mg_exacerbation", {"mg_adl": 7}, ExposureEvent.OCCURRED, {"mg_adl": D(7), "mg_adl_unit": "{score}"}),
        ("infusion_reaction", {"drug": "mmf"}, ExposureEvent.OCCURRED, {"drug": "mycophenolate"}),
        ("therapy_trial", {"class": "b_cell_mab"}, ExposureEvent.OCCURRED, {"class": "b_cell_depleting"}),
        (
            "line_outcome",
            {"line": "first_line", "outcome": "good"},
            ExposureEvent.OCCURRED,
            {"line": "first_line", "outcome": "good"},
        ),
        ("line_outcome", {"line": "il_2"}, ExposureEvent.OCCURRED, {"line": "low_dose_il2"}),
        (
            "informed_consent",
            {"topics": ["off_label", "car_t"]},
            ExposureEvent.OCCURRED,
            {"topics": ("off_label", "car_t")},
        ),
        (
            "other_drug",
            {"event": "given", "drug": "x", "classes": ["jak_inhibitor"]},
            ExposureEvent.GIVEN,
            {"drug": "x", "classes": ("jak_inhibitor",)},
        ),
        (
            "lymphodepletion",
            {"event": "started", "dose_mg_m2": {"fludarabine": 30}},
            ExposureEvent.STARTED,
            {"dose_mg_m2": {"fludarabine": D(30)}},
        ),
        (
            "lymphodepletion",
            {"event": "started", "days": ["2026-01-03", "2026-01-04"]},
            ExposureEvent.STARTED,
            {"days": (date(2026, 1, 3), date(2026, 1, 4))},
        ),
        ("icu_admission", {"ward": "3"}, ExposureEvent.OCCURRED, {"ward": "3"}),
    ],
)
def test_exposures_and_events_are_canonical(
    name: str, raw: Any, event: ExposureEvent, attributes: dict[str, object]
) -> None:
    fact = enter(name, raw)
    assert (fact.event, fact.attributes, fact.value) == (event, attributes, None)


@pytest.mark.parametrize(
    ("name", "raw", "attributes"),
    [
        ("neural_antibody", {"value": "NMDAR", "specimen": "脑脊液"}, {"specimen": "csf"}),
        ("oxygen_support", {"value": "low_flow", "flow_l_min": 3}, {"flow_l_min": D(3), "flow_l_min_unit": "L/min"}),
        (
            "hbsag",
            {"value": "positive", "quantity_iu_ml": "120"},
            {"quantity_iu_ml": D(120), "quantity_iu_ml_unit": "[IU]/mL"},
        ),
        ("aqp4_igg", {"value": "positive", "titre": "1:100"}, {"titre": D(100)}),
        ("jcv_antibody", {"value": "positive", "index": "1.2"}, {"index": D("1.2")}),
        ("tb_igra", {"value": "negative", "kind": "t_spot", "author": "lab"}, {"kind": "t_spot", "author": "lab"}),
        ("hbsag", {"value": "positive", "uln": "0.05 IU/mL"}, {"uln": D("0.05"), "uln_unit": "[IU]/mL"}),
        ("ice_score", {"value": 7, "orientation": 3}, {"orientation": 3}),
        (
            "viraemia",
            {"value": "cmv", "viral_load": "500 copies/mL"},
            {"viral_load": D(500), "viral_load_unit": "{copies}/mL"},
        ),
        (
            "seizure_status",
            {"value": "controlled", "cessation_date": "2026-01-02"},
            {"cessation_date": date(2026, 1, 2)},
        ),
    ],
)
def test_qualifiers_of_a_result_are_canonical(name: str, raw: Any, attributes: dict[str, object]) -> None:
    assert enter(name, raw).attributes == attributes
