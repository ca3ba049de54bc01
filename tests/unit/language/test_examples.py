"""The hardest sentences of the specifications can be read, and print canonically."""

from __future__ import annotations

import pytest

from engine.language import syntax as s
from engine.language.parsing import parse_criterion, parse_value
from engine.language.printing import canonical

CRITERIA = [
    "row.drugs stopped at least row.interval before apheresis_date",
    "on each of the 7 days before apheresis_date, prednisone_equivalent_dose < 20 mg/d",
    "mg_adl >= 6 for at least 6 months",
    "at least 2 mg_exacerbation with (mg_adl >= 6 and during_taper is yes) in any 12 months",
    "at least 2 different drug of therapy_trial with (adequate_dose_duration is yes)",
    "any relapse within 12 months since dmt_start or any mri_activity within 12 months since dmt_start",
    "no cerebrovascular_event within 6 months before enrolment_date",
    "no malignancy_diagnosis with (exempt_category is none) within 24 months",
    "gate of hbv is one of clear, clear_with_prophylaxis",
    "hbsag changed from negative to positive",
    "every result of task cd20_monitoring <= 4 /uL",
    "planned_start >= planned_next of latest b_cell_depleting or latest cd19_b_cell_percent within 28 days >= 1 %",
    "at least 2 of (aids is yes; age >= 65 years; diabetes is yes), unknown counts as no",
    "outcome in table drug_evidence for (tofacitinib; neural_antibody) is one of benefit, mixed",
    "today >= earliest_failure_day",
    "today <= rituximab_failure_date + 1 month",
    "icans_grade_proposed >= 3",
    "any premed_steroid given between 30 minutes and 60 minutes before infusion_start",
    "no ivig within 28 days before (date of latest igg)",
    "cytotoxic_chemotherapy never given",
    "crp > 10 mg/L and not fever is met",
    "ice_score fell by at least 2 from ice_baseline",
    "alt < 3 * uln of alt",
    "any hbv_clearance after (time of latest hold hbv_active)",
    "no hold tocilizumab within 3 days",
    "not hold active_tb of tb is open",
    "task hbv_carrier_monitoring of hbv is overdue",
    "stage of bridging is complete",
    "stage is one of loading, maintenance",
    "guard first_dose passes",
    "enrolled on car_t",
    "every caller has (caller.planned_start is known)",
    "igg is known unless neutrophil_count < 0.5 10*9/L",
    "prednisone is running for at least 3 months and igg is missing",
]

VALUES = [
    "date of first line_outcome with (line is rituximab and outcome is one of stable, worse)",
    "earliest of (last_check + carrier_monitor_interval) over callers",
    "latest of (exposure_end + antiviral_tail) over callers",
    "8 mg/kg * weight, at most 800 mg, rounded to 1 mg",
    "dose, rounded up to 2.5 g",
    "next of every 6 months from t0 after last_infusion",
    "number met of (aids is yes; age >= 65 years)",
    "first known of (setting.start; time of latest action start_loading)",
]


@pytest.mark.parametrize("text", CRITERIA)
def test_a_canonical_criterion_is_printed_as_it_was_written(text: str) -> None:
    assert canonical(parse_criterion(text)) == text


@pytest.mark.parametrize("text", VALUES)
def test_a_canonical_value_is_printed_as_it_was_written(text: str) -> None:
    assert canonical(parse_value(text)) == text


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("any of (a is b; c is d)", "a is b or c is d"),
        ("all of (a is b; any of (c is d; e is f;))", "a is b and (c is d or e is f)"),
        ("((a is b))", "a is b"),
        ("a  is\n b", "a is b"),
        ("a is one of b", "a is b"),
        ("a is one of known", "a is one of known"),
        ("age >= 780 months", "age >= 65 years"),
        ("any x at least 2 weeks ago", "any x at least 14 days ago"),
        ("(date of latest x) + (1 month) > (today)", "date of latest x + 1 month > today"),
        (
            "on each of the n days before d, (a is b), unknown counts as no",
            "on each of the n days before d, (a is b), unknown counts as no",
        ),
    ],
)
def test_different_spellings_of_one_tree_print_alike(written: str, printed: str) -> None:
    assert canonical(parse_criterion(written)) == printed


def test_two_windows_side_by_side_both_count() -> None:
    tree = parse_criterion("any relapse within 12 months since dmt_start")
    assert isinstance(tree, s.Exists)
    assert [window.kind for window in tree.selector.windows] == ["within", "since"]


def test_a_window_before_a_date_is_one_window() -> None:
    tree = parse_criterion("no ivig within 28 days before (date of latest igg) after t0")
    assert isinstance(tree, s.Exists)
    assert [(window.kind, window.side) for window in tree.selector.windows] == [("within", "before"), ("after", "")]


def test_a_class_word_does_not_swallow_the_choice_of_values() -> None:
    """`latest of (…)` chooses among values, `latest x` picks an entry."""
    assert isinstance(parse_value("latest of (a; b)"), s.Choice)
    assert isinstance(parse_value("latest a"), s.Pick)
    assert isinstance(parse_value("first known of (a; b)"), s.Choice)
