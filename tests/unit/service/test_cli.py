"""The terminal: names, `--json`, exit codes 0, 1, 2, and no traceback for bad input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.store import upgrade
from service.cli.app import app
from service.cli.running import run
from tests.source_tree import ROOT

Say = Callable[..., tuple[int, str, str]]
DRILL = ROOT / "tests" / "data" / "drill"
CASE = ROOT / "pathways" / "tb" / "cases" / "SV2a-latent-short-lead.yaml"


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs a command line on a database of its own, with the drill among the pathways: exit code, stdout, stderr."""
    monkeypatch.setenv("CAREWAY_DATABASE_URL", f"sqlite:///{tmp_path / 'careway.db'}")
    monkeypatch.setenv("CAREWAY_PATHWAY_FOLDERS", str(DRILL))

    def said(*arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return said


@pytest.fixture
def drilled(say: Say, tmp_path: Path) -> Say:
    """With a patient on the drill."""
    upgrade(f"sqlite:///{tmp_path / 'careway.db'}")
    assert say("enrol", "p1", "drill", "--born", "1980-03-01", "--sex", "female")[0] == 0
    return say


def data(answer: tuple[int, str, str]) -> Any:
    """The JSON that a command printed."""
    return json.loads(answer[1])


def test_the_commands_are_those_of_the_contract() -> None:
    own = {one.name or one.callback.__name__ for one in app.registered_commands if one.callback}
    groups = {f"{group.name} {one.callback.__name__}" for group in app.registered_groups if group.typer_instance
              for one in group.typer_instance.registered_commands if one.callback}  # fmt: skip
    assert {"serve", "worker", "demo", "check", "simulate", "enrol", "fact", "act", "explain", "worklist"} <= own
    assert {"settings", "schema"} <= own
    assert {"import fhir", "audit verify", "audit replay", "db upgrade", "db doctor"} <= groups


def test_a_coordinators_work_from_a_terminal(drilled: Say) -> None:
    code, out, _ = drilled("fact", "p1", "igg=4.8 g/L", "rituximab={event: given, dose: 1000 mg}")
    assert (code, out) == (0, "Recorded: igg, rituximab.\n")
    refused = drilled("act", "p1", "start", "--by", "neurologist:n1", "--json")
    assert refused[0] == 1
    answer = data(refused)
    assert (answer["verdict"], answer["reasons"][0]["statements"]) == ("refused", ["DRILL-1"])
    assert data(drilled("explain", "p1", "start", "--json"))["reasons"] == answer["reasons"]
    done = data(drilled("act", "p1", "finish", "--by", "neurologist", "--json"))
    assert (done["verdict"], done["stage"]) == ("accepted", "done")


def test_explaining_speaks_the_readers_language(drilled: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for by `--lang`, else that of the terminal."""
    assert drilled("explain", "p1", "start", "--lang", "zh")[1].startswith("目前不能执行“开始”")
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert drilled("explain", "p1", "start")[1].startswith("目前")
    assert drilled("explain", "p1", "start", "--lang", "en")[1].startswith("Start is not possible")
    assert drilled("explain", "p1", "start", "--lang", "fr")[0] == 2


def test_a_moment_may_be_given(drilled: Say) -> None:
    drilled("fact", "p1", "rituximab={event: given, dose: 1000 mg}")
    later = data(drilled("explain", "p1", "start", "--at", "2030-01-01 09:00", "--json"))
    assert [one["statements"] for one in later["reasons"]] == [["DRILL-2"]]


def test_a_fact_is_corrected_where_it_is_named_by_its_day(drilled: Say) -> None:
    drilled("fact", "p1", "igg=4.8 g/L", "--effective", "2026-01-05")
    assert drilled("fact", "p1", "igg=5.8 g/L", "--effective", "2026-01-05", "--correct", "amended")[0] == 0
    code, _, err = drilled("fact", "p1", "igg=5.9 g/L", "--correct", "amended")
    assert code == 2
    assert "Which of the recorded values?" in err


def test_the_worklist_lists_what_is_due(drilled: Say) -> None:
    assert drilled("worklist")[1] == "Nothing is due.\n"
    drilled("fact", "p1", "relapse={event: occurred, severity: mild}")
    (row,) = data(drilled("worklist", "--later", "--json"))
    assert (row["patient"], row["what"], row["role"]) == ("p1", "Look after the relapse", "care_coordinator")
    assert "处理复发" in drilled("worklist", "--later", "--lang", "zh")[1]


def test_the_same_key_is_done_once(drilled: Say) -> None:
    first = data(drilled("fact", "p1", "igg=4.8 g/L", "--effective", "2026-01-05", "--key", "k1", "--json"))
    assert first["created"]
    assert len(data(drilled("audit", "verify", "--json"))) == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("fact", "p1", "igg=4.8"), "Give the value with its unit"),
        (("fact", "p1", "ifg=4.8 g/L"), "Did you mean"),
        (("fact", "p1", "igg"), "Write name=value"),
        (("fact", "nobody", "igg=4.8 g/L"), "There is no patient"),
        (("enrol", "p2", "dril"), "Did you mean drill?"),
        (("act", "p1", "strat"), "Did you mean start?"),
        (("explain", "p1", "start", "--pathway", "tb"), "Enrolled on: drill."),
        (("explain", "p1", "start", "--at", "yesterday"), "is no time"),
        (("check", "dril"), "Did you mean drill?"),
        (("settings", "--pathway", "dril"), "Did you mean drill?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_bad_input_is_named_with_its_remedy_and_exit_code_2(
    drilled: Say, arguments: tuple[str, ...], said: str
) -> None:
    code, out, err = drilled(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_an_error_is_json_where_json_was_asked_for(drilled: Say) -> None:
    code, _, err = drilled("act", "p1", "strat", "--json")
    assert code == 2
    assert json.loads(err)["error"]["code"] == "unknown_name"


@pytest.mark.parametrize("arguments", [("nonsense",), ("explain",), ("explain", "p1", "start", "--nonsense")])
def test_a_command_line_that_cannot_be_read_is_exit_code_2(say: Say, arguments: tuple[str, ...]) -> None:
    assert say(*arguments)[0] == 2


def test_without_a_database_the_remedy_is_named_and_none_is_made(say: Say, tmp_path: Path) -> None:
    code, _, err = say("worklist")
    assert code == 2
    assert "careway db upgrade" in err
    assert list(tmp_path.iterdir()) == []


def test_looking_the_database_over(drilled: Say) -> None:
    drilled("fact", "p1", "relapse={event: occurred, severity: mild}")
    found = data(drilled("db", "doctor", "--json"))
    assert [one["what"] for one in found if not one["ok"]] == []
    code, out, _ = drilled("audit", "verify")
    assert code == 0
    assert out.endswith("chains hold.\n")


def test_settings_are_listed_with_their_meaning(say: Say) -> None:
    rows = {one["variable"]: one for one in data(say("settings", "--json"))}
    assert rows["CAREWAY_PATHWAY_FOLDERS"]["value"] == [str(DRILL)]
    assert rows["CAREWAY_PORT"]["meaning"]
    assert "drill.igg_max_age = 30 days\n    A month.\n" in say("settings", "--pathway", "drill")[1]


def test_a_definition_without_findings_is_exit_code_0(say: Say) -> None:
    code, out, _ = say("check", "drill", "--json")
    assert (code, json.loads(out)) == (0, [])
    assert {one["statement"] for one in data(say("check", "drill", "--traceability", "--json"))} == {
        "DRILL-1",
        "DRILL-2",
    }


def test_a_broken_definition_is_found_and_keeps_no_case_of_another_from_running(
    say: Say, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "ours" / "drill"
    folder.mkdir(parents=True)
    text = (DRILL / "drill" / "pathway.yaml").read_text(encoding="utf-8")
    (folder / "pathway.yaml").write_text(text.replace("igg >= 5 g/L", "igh >= 5 g/L"), encoding="utf-8")
    monkeypatch.setenv("CAREWAY_PATHWAY_FOLDERS", str(tmp_path / "ours"))
    code, out, _ = say("check", "drill", "--json")
    (finding, *_) = json.loads(out)
    assert code == 1
    assert finding["file"].endswith("ours/drill/pathway.yaml")
    assert finding["line"] > 1
    code, out, err = say("simulate", str(CASE))
    assert code == 0, out
    assert "left out" in err


def test_the_schema_for_editors_is_printed(say: Say) -> None:
    assert "pathway" in json.loads(say("schema")[1])["required"]


def test_simulating_gives_the_array_of_the_contract(say: Say) -> None:
    code, out, _ = say("simulate", "--json", str(CASE), "absent.yaml")
    assert code == 2, "a file that is not there is told after the others have run"
    results = json.loads(out)
    assert all({"case", "file", "passed", "steps", "failures", "error"} == set(one) for one in results)
    assert [one["passed"] for one in results] == [True, False]


def test_decisions_are_made_again_from_the_terminal(drilled: Say) -> None:
    drilled("fact", "p1", "igg=4.8 g/L")
    drilled("act", "p1", "start", "--by", "neurologist:n1")
    code, out, _ = drilled("audit", "replay")
    assert (code, out) == (0, "3 decisions made again, 0 came out otherwise.\n")
    one = drilled("audit", "replay", "p1", "--position", "2")
    assert one[0] == 0
    assert "enrol" in one[1]
    assert "the same" in one[1]
    assert data(drilled("audit", "replay", "--json")) == {"decisions": 3, "different": []}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("--position", "2"), "Name that patient"), (("p1", "--position", "99"), "holds no decision")],
)
def test_an_entry_without_a_decision_is_said_so(drilled: Say, arguments: tuple[str, ...], said: str) -> None:
    code, _, err = drilled("audit", "replay", *arguments)
    assert code == 2
    assert said in err
