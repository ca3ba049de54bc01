"""A run tells machines and people the same: what failed, where, why; and its exit code says whose fault it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cases import Report, case_files, run_files
from engine.commands import Command, Outcome
from tests.unit.cases.fake_engine import HEAD, FakeEngine, demo_registry

GOOD = (
    HEAD.replace("id: T", "id: GOOD") + "steps:\n- {at: 2026-01-05 09:00, expect: {stage: start}}\n- {at: 2026-01-06}\n"
)
WRONG = (
    HEAD.replace("id: T", "id: WRONG")
    + "steps:\n- {at: 2026-01-05 09:00, expect: {stage: next, computed: {bsa: 1.90}}}\n"
)
BROKEN = HEAD.replace("id: T", "id: BROKEN") + "steps:\n- {at: 2026-01-05 09:00, expect: {stage: strat}}\n"


def run(folder: Path, **files: str) -> Report:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return run_files([folder], FakeEngine, demo_registry())


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"a": GOOD}, 0),
        ({"a": GOOD, "b": WRONG}, 1),
        ({"a": BROKEN, "b": GOOD}, 2),
        ({"a": BROKEN, "b": WRONG}, 2),
        ({"a": GOOD, "b": GOOD}, 2),
        ({}, 0),
    ],
)
def test_the_exit_code_says_whose_fault_it_is(tmp_path: Path, files: dict[str, str], code: int) -> None:
    """0 all hold, 1 an expectation failed, 2 a bad file (or an id used twice)."""
    assert run(tmp_path, **files).exit_code == code


def test_a_bad_file_does_not_keep_the_others_from_running(tmp_path: Path) -> None:
    report = run(tmp_path, a=BROKEN, b=GOOD, c=WRONG)
    assert [(one.case, one.passed) for one in report.results] == [("BROKEN", False), ("GOOD", True), ("WRONG", False)]


def test_the_json_is_that_of_the_contract(tmp_path: Path) -> None:
    found = json.loads(run(tmp_path, a=BROKEN, b=GOOD, c=WRONG).as_json())
    assert all(list(one) == ["case", "file", "passed", "steps", "failures", "error"] for one in found)
    broken, good, wrong = found
    assert good == {
        "case": "GOOD",
        "file": str(tmp_path / "b.yaml"),
        "passed": True,
        "steps": 2,
        "failures": [],
        "error": None,
    }
    assert broken["error"] == f"{tmp_path / 'a.yaml'}:6:35: unknown stage of demo 'strat' Did you mean start?"
    assert wrong["failures"][1] == {
        "at": "2026-01-05 09:00", "key": "computed", "expected": {"bsa": 1.9}, "found": {"bsa": None}, "explanation": "computed for demo in start",
    }  # fmt: skip


def test_the_text_names_case_time_expected_found_and_reason(tmp_path: Path) -> None:
    text = run(tmp_path, b=GOOD, c=WRONG).as_text()
    assert "ok    GOOD (2 steps)" in text
    for part in (
        "FAIL  WRONG",
        "2026-01-05 09:00",
        "expected stage: next",
        "found    stage: start",
        "because  reached start",
        "c.yaml:6",
        "1 of 2 cases passed",
    ):
        assert part in text, text


def test_an_engine_that_breaks_ends_that_case_only(tmp_path: Path) -> None:
    class Broken(FakeEngine):
        def execute(self, command: Command) -> Outcome:
            raise ZeroDivisionError("of all things")

    (tmp_path / "a.yaml").write_text(GOOD, encoding="utf-8")
    report = run_files([tmp_path / "a.yaml"], Broken, demo_registry())
    assert report.exit_code == 1
    assert "ZeroDivisionError: of all things" in (report.results[0].error or "")
    assert "ERROR GOOD" in report.as_text()


def test_each_case_gets_a_fresh_engine(tmp_path: Path) -> None:
    made: list[FakeEngine] = []

    def fresh() -> FakeEngine:
        made.append(FakeEngine())
        return made[-1]

    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(GOOD.replace("GOOD", name), encoding="utf-8")
    assert run_files([tmp_path], fresh, demo_registry()).exit_code == 0
    assert len(made) == 2


def test_a_file_named_twice_runs_once_and_a_folder_stands_for_its_files(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("b.yaml", "deep/a.yaml", "note.txt"):
        (tmp_path / name).write_text("", encoding="utf-8")
    assert [one.name for one in case_files([tmp_path / "b.yaml", tmp_path])] == ["b.yaml", "a.yaml"]


def test_a_missing_file_is_bad_input(tmp_path: Path) -> None:
    report = run_files([tmp_path / "none.yaml"], FakeEngine, demo_registry())
    assert (report.exit_code, report.results[0].case) == (2, "none")


def test_a_pathway_s_folder_means_its_cases_and_not_its_definition(tmp_path: Path) -> None:
    (tmp_path / "demo" / "cases").mkdir(parents=True)
    for name in ("demo/pathway.yaml", "demo/cases/a.yaml"):
        (tmp_path / name).write_text("", encoding="utf-8")
    assert [one.name for one in case_files([tmp_path])] == ["a.yaml"]


def test_an_engine_that_can_be_closed_is_closed(tmp_path: Path) -> None:
    closed: list[bool] = []

    class Closing(FakeEngine):
        def close(self) -> None:
            closed.append(True)

    for name, text in (("a", GOOD), ("b", WRONG)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    run_files([tmp_path], Closing, demo_registry())
    assert closed == [True, True]
