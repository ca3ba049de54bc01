"""A case file is read strictly: what it says is kept exactly, and every mistake is named with line and nearest id."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cases import Case, CaseError, Library, read_case, read_file
from engine.cases.yaml_source import LARGEST, load, scalar
from engine.commands import Entry
from tests.source_tree import ROOT
from tests.unit.cases.fake_engine import HEAD, demo_registry
from tests.unit.cases.permissive import listed_registry

_FOLDERS = sorted((ROOT / "pathways").glob("*/cases"))
_CONTRACT = ("INE-V", "SV", "INF-A", "INF-B", "PV", "AE-V", "v", "i")
"""How the cases of the contract are named; the others may use values that only a definition knows."""

SHIPPED = sorted(path for folder in _FOLDERS for path in folder.glob("*.yaml") if path.name.startswith(_CONTRACT))


def read(steps: str, head: str = HEAD) -> Case:
    return read_case(f"{head}steps:\n{steps}", "t.yaml", Library(demo_registry()))


def findings(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(CaseError) as caught:
        read_case(text, "t.yaml", Library(demo_registry()))
    return [(one.line, one.message, one.nearest) for one in caught.value.findings]


@pytest.fixture(scope="module")
def library() -> Library:
    return Library(listed_registry())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_case_is_read(path: Path, library: Library) -> None:
    """With nothing but the lists of ids: a case of the contract needs no definition to be understood."""
    case = read_file(path, library)
    assert case.steps
    assert case.id


def test_times_are_local_to_the_zone_of_the_case() -> None:
    """09:00 in Shanghai is 01:00 UTC; a day stands for its first moment."""
    case = read("  - at: 2026-01-05 09:00\n  - at: 2026-01-06\n  - at: '2026-01-06 00:00'\n")
    assert [step.at for step in case.steps] == [
        datetime(2026, 1, 5, 1, tzinfo=UTC), datetime(2026, 1, 5, 16, tzinfo=UTC), datetime(2026, 1, 5, 16, tzinfo=UTC),
    ]  # fmt: skip
    assert case.steps[0].written_at == "2026-01-05 09:00"


def test_another_zone_moves_every_time() -> None:
    case = read("  - at: 2026-07-05 09:00\n", HEAD + "timezone: Europe/Berlin\n")
    assert case.steps[0].at == datetime(2026, 7, 5, 7, tzinfo=UTC)


def test_facts_keep_their_order_their_name_and_what_was_written() -> None:
    """Aliases are left to the engine: a name may imply qualifiers. A list gives several entries."""
    case = read(
        "  - at: 2026-01-05 09:00\n    facts: {igg: [4.20 g/L, {value: 510 mg/dL, effective: 2026-01-01}], edss: 3.0, plt: 90 10*9/L}\n"
    )
    assert case.steps[0].facts == (
        Entry("igg", "4.20 g/L"), Entry("igg", {"value": "510 mg/dL", "effective": date(2026, 1, 1)}),
        Entry("edss", Decimal("3.0")), Entry("plt", "90 10*9/L"),
    )  # fmt: skip


def test_an_action_of_the_case_s_own_pathway_may_stand_beside_another_pathway() -> None:
    """Where the step has `pathway:`, plain names mean that enrolment; a name that only the own pathway has means the own."""
    case = read(
        "  - at: 2026-01-05 09:00\n    pathway: visit\n    expect: {can: [go, start_infusion], holds: [infection]}\n"
    )
    claims = [one.about for one in case.steps[0].expect]
    assert [claim.action.enrolment.pathway for claim in claims[:2]] == ["demo", "visit"]
    assert claims[2].enrolment.pathway == "demo"


def test_parameters_are_read_in_both_forms() -> None:
    case = read(
        "  - at: 2026-01-05 09:00\n    expect:\n      can: [{action: dose, with: {planned_start: 2026-01-12 09:30}}]\n"
        "      blocked: {'dose(planned_start=2026-01-12)': []}\n"
    )
    asked = [one.about.action.parameters for one in case.steps[0].expect]
    assert asked == [{"planned_start": "2026-01-12 09:30"}, {"planned_start": date(2026, 1, 12)}]


def test_the_second_signer_may_stand_in_with_or_beside_it() -> None:
    for form in ("with: {second_person: consultant}", "second_person: consultant"):
        act = read(f"  - at: 2026-01-05 09:00\n    do: go\n    by: neurologist\n    {form}\n").steps[0].act
        assert act is not None
        assert (act.second_person, act.parameters) == ("consultant", {})


BROKEN = [
    ("id: T\npathway: dmeo\npatient: {}\nsteps: [{at: 2026-01-05}]", 2, "unknown pathway 'dmeo'", "demo"),
    ("id: T\npatient: {}\nsteps: [{at: 2026-01-05}]", 1, "the case lacks 'pathway'", ""),
    ("pathway: demo\npatient: {}\nsteps: [{at: 2026-01-05}]", 1, "the case lacks 'id'", ""),
    ("id: T\npathway: demo\nsteps: [{at: 2026-01-05}]", 1, "the case lacks 'patient'", ""),
    (HEAD, 1, "a case needs a list of steps", ""),
    (HEAD + "steps: []", 5, "a case needs a list of steps", ""),
    (HEAD + "setings: {}\nsteps: [{at: 2026-01-05}]", 5, "unknown key of the case 'setings'", "settings"),
    (HEAD + "settings: {late_dose_windw_days: 3}\nsteps: [{at: 2026-01-05}]", 5, "unknown setting 'late_dose_windw_days'", "late_dose_window_days"),
    (HEAD + "timezone: Asia/Shanghia\nsteps: [{at: 2026-01-05}]", 5, "unknown time zone 'Asia/Shanghia'", ""),
    (HEAD + "title: again\nsteps: [{at: 2026-01-05}]", 5, "the key 'title' occurs twice", ""),
    (HEAD + "steps: [{at: 2026-01-05, facts: &a {edss: 3}}, {at: 2026-01-06, facts: *a}]", 5, "aliases are not allowed", ""),
    (HEAD + "steps: [{at: !!python/none x}]", 5, "the tag tag:yaml.org,2002:python/none is not allowed", ""),
    (HEAD + "steps: [{at: 2026-01-05}\n", 6, "expected ',' or ']'", ""),
    (HEAD + "steps:\n- {at: 2026-01-05}\n---\nid: U", 8, "a second document in the file", ""),
    (HEAD + "steps: [{at: tomorrow}]", 5, "at must be a date or a local time", ""),
    (HEAD + "steps: [{facts: {edss: 3}}]", 5, "a step lacks 'at'", ""),
    (HEAD + "steps:\n- {at: 2026-01-06}\n- {at: 2026-01-05}", 7, "the step at 2026-01-05 00:00 comes after 2026-01-06 00:00", ""),
    (HEAD + "steps: [{at: 2026-01-05, expcet: {}}]", 5, "unknown key of a step 'expcet'", "expect"),
    (HEAD + "steps: [{at: 2026-01-05, facts: {hbsga: negative}}]", 5, "unknown fact 'hbsga'", "hbsag"),
    (HEAD + "steps: [{at: 2026-01-05, facts: {edss: []}}]", 5, "edss has no value", ""),
    (HEAD + "steps: [{at: 2026-01-05, correct: {fact: edss, effective: 2026-01-01, reason: r}}]", 5, "the correction names no new value", ""),
    (HEAD + "steps: [{at: 2026-01-05, retract: {fact: edss, reason: r}}]", 5, "retract lacks 'effective'", ""),
    (HEAD + "steps: [{at: 2026-01-05, retract: {fact: edss, effective: 2026-01-01, reason: r, value: 3}}]", 5, "unknown key of retract 'value'", ""),
    (HEAD + "steps: [{at: 2026-01-05, do: goo, by: neurologist}]", 5, "unknown action of demo 'goo'", "go"),
    (HEAD + "steps: [{at: 2026-01-05, do: go}]", 5, "a step with 'do' lacks 'by'", ""),
    (HEAD + "steps: [{at: 2026-01-05, do: go, complete: check, by: x}]", 5, "a step has one act", ""),
    (HEAD + "steps: [{at: 2026-01-05, with: {a: 1}}]", 5, "'with' belongs to an act", ""),
    (HEAD + "steps: [{at: 2026-01-05, do: dose, by: x, with: {planed_start: 2026-01-06}}]", 5, "unknown parameter of dose 'planed_start'", "planned_start"),
    (HEAD + "steps: [{at: 2026-01-05, do: go, by: x, pathway: visit}]", 5, "unknown action of visit 'go'", ""),
    (HEAD + "steps: [{at: 2026-01-05, do: go, by: x, pathway: vist}]", 5, "unknown pathway 'vist'", "visit"),
    (HEAD + "steps: [{at: 2026-01-05, do: go, by: x, override: {reason: r}}]", 5, "override lacks 'approved_by'", ""),
    (HEAD + "steps: [{at: 2026-01-05, complete: chekc, by: x}]", 5, "unknown task 'chekc'", "check"),
    (HEAD + "steps: [{at: 2026-01-05, acknowledge: dose_du, by: x}]", 5, "unknown notification 'dose_du'", "dose_due"),
    (HEAD + "steps: [{at: 2026-01-05, expect: {stge: start}}]", 5, "unknown key of expect 'stge'", "stage"),
    (HEAD + "steps: [{at: 2026-01-05, expect: {stage: strat}}]", 5, "unknown stage of demo 'strat'", "start"),
    (HEAD + "steps: [{at: 2026-01-05, expect: {stages: {visit: schedule}}}]", 5, "unknown stage of visit 'schedule'", "scheduled"),
    (HEAD + "steps: [{at: 2026-01-05, expect: {stage: active.csr}}]", 5, "unknown stage of demo 'active.csr'", "active.crs"),
    (HEAD + "steps: [{at: 2026-01-05, expect: {ended: start}}]", 5, "unknown terminal stage of demo 'start'", ""),
    (HEAD + "steps: [{at: 2026-01-05, expect: {can: [visit.start_infusoin]}}]", 5, "unknown action of visit 'start_infusoin'", "start_infusion"),
    (HEAD + "steps: [{at: 2026-01-05, expect: {can: [{action: dose, with: {amuont: 3}}]}}]", 5, "unknown parameter of dose 'amuont'", "amount"),
    (HEAD + "steps: [{at: 2026-01-05, expect: {unknown: {go: [hbv_dan]}}}]", 5, "unknown fact 'hbv_dan'", "hbv_dna"),
    (HEAD + "steps: [{at: 2026-01-05, expect: {warned: [INE-R08]}}]", 5, "a plain warned means the act of the step, and there is none", ""),
    (HEAD + "steps: [{at: 2026-01-05, expect: {blocked: [INE-R08]}}]", 5, "blocked must name actions", ""),
    (HEAD + "steps: [{at: 2026-01-05, expect: {refused: []}}]", 5, "nothing in this step can be refused", ""),
    (HEAD + "steps: [{at: 2026-01-05, expect: {due: [{task: gird}]}}]", 5, "unknown task 'gird'", "grid"),
    (HEAD + "steps: [{at: 2026-01-05, expect: {due: [{task: grid, dte: 2026-01-05}]}}]", 5, "unknown key of a due task 'dte'", "date"),
    (HEAD + "steps: [{at: 2026-01-05, expect: {holds: [infecton]}}]", 5, "unknown hold of demo 'infecton'", "infection"),
    (HEAD + "steps: [{at: 2026-01-05, expect: {holds: [visit.rom]}}]", 5, "unknown hold of visit 'rom'", "room"),
    (HEAD + "steps: [{at: 2026-01-05, expect: {notified: [{notification: dose_dew}]}}]", 5, "unknown notification 'dose_dew'", "dose_due"),
    (HEAD + "steps: [{at: 2026-01-05, expect: {deviations: [late_does]}}]", 5, "unknown deviation 'late_does'", "late_dose"),
    (HEAD + "steps: [{at: 2026-01-05, expect: {computed: {paln: x}}}]", 5, "unknown value 'paln'", "plan"),
    ("- a\n- b", 1, "a case is a mapping with id, pathway, patient and steps", ""),
    ("", 0, "a case is a mapping with id, pathway, patient and steps", ""),
    ("[" * 60, 1, "nested deeper than 16 levels", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "message", "near"), BROKEN, ids=[one[2] for one in BROKEN])
def test_a_broken_case_is_named_with_line_and_nearest_id(text: str, line: int, message: str, near: str) -> None:
    found = findings(text)
    assert [(at, nearest) for at, said, nearest in found if said.startswith(message)] == [(line, near)], found


def test_all_findings_of_a_file_come_together() -> None:
    """Nobody mends a case one mistake at a time."""
    text = (
        HEAD
        + "colour: red\nsteps:\n- {at: 2026-01-05, do: goo, by: x}\n- {at: 2026-01-06, expect: {stage: strat, holds: [infecton]}}\n"
    )
    assert [line for line, _, _ in findings(text)] == [5, 7, 8, 8]


def test_the_error_names_file_line_and_nearest_id() -> None:
    with pytest.raises(CaseError) as caught:
        read_case(HEAD + "steps:\n- {at: 2026-01-05, expect: {stage: strat}}", "cases/t.yaml", Library(demo_registry()))
    assert str(caught.value) == "cases/t.yaml:6:29: unknown stage of demo 'strat' Did you mean start?"
    assert caught.value.case == "T"


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_text("#" * (LARGEST + 1), encoding="utf-8")
    with pytest.raises(CaseError, match="larger than 512 KB"):
        read_file(path, Library(demo_registry()))


@pytest.mark.parametrize("name", ["missing.yaml", ""])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CaseError):
        read_file(tmp_path / name, Library(demo_registry()))


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"id: \xe9\n")
    with pytest.raises(CaseError, match="not UTF-8"):
        read_file(path, Library(demo_registry()))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"), ("12:30", "12:30"), ("0012", "0012"), ("true", True), ("null", None), ("3.60", Decimal("3.60")), ("-2", -2),
        ("1e3", Decimal("1e3")), ("2026-02-28", date(2026, 2, 28)), ("2026-02-30", "2026-02-30"), ("3-4", "3-4"), (".inf", ".inf"),
        ("2026-01-05 09:00", "2026-01-05 09:00"), ("4.2 g/L", "4.2 g/L"), ("0x10", "0x10"), ("1_000", "1_000"),
    ],
)  # fmt: skip
def test_scalars_mean_what_they_seem_to_mean(text: str, value: object) -> None:
    assert scalar(text) == value
    assert isinstance(scalar(text), type(value))


@given(st.text(max_size=200))
def test_whatever_stands_in_a_file_is_read_or_refused(text: str) -> None:
    """Never another error than `CaseError`."""
    try:
        root, _ = load(text, "t.yaml")
    except CaseError as error:
        found = bool(error.findings)
    else:
        found = root.is_mapping
    assert found


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-1000, max_value=1000, places=3))
def test_numbers_keep_their_digits(number: Decimal) -> None:
    """An expected value is compared to the digits written."""
    assert str(scalar(f"{number:f}")) == f"{number:f}"
