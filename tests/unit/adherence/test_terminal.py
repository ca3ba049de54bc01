"""`careway report`: files with their manifest, a log on stdout, the entry in the audit, and refusals for bad input."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from engine.store import open_store, upgrade
from service.cli.running import run
from tests.source_tree import ROOT

Say = Callable[..., tuple[int, str, str]]
DRILL = ROOT / "tests" / "data" / "drill"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'careway.db'}"


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, url: str, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs a command line on a database with a patient on the drill: exit code, stdout, stderr."""
    monkeypatch.setenv("CAREWAY_DATABASE_URL", url)
    monkeypatch.setenv("CAREWAY_PATHWAY_FOLDERS", str(DRILL))
    upgrade(url)

    def said(*arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    assert said("enrol", "p1", "drill", "--born", "1980-03-01", "--sex", "female")[0] == 0
    return said


def recorded(url: str) -> list[dict[str, object]]:
    with open_store(url) as store:
        return [json.loads(one.content) for one in store.entries("") if one.event == "export:written"]


@pytest.mark.parametrize("form", ["html", "pdf", "csv", "xlsx", "json", "xes", "ocel"])
def test_a_file_its_manifest_and_the_audit_say_the_same(say: Say, url: str, tmp_path: Path, form: str) -> None:
    file = tmp_path / f"report.{form}"
    code, _, err = say("report", "adherence", "--format", form, "--pathway", "drill", "--out", str(file))
    assert code == 0, err
    manifest = json.loads(Path(f"{file}.manifest.json").read_text(encoding="utf-8"))
    digest = sha256(file.read_bytes()).hexdigest()
    assert (manifest["sha256"], manifest["bytes"], manifest["complete"]) == (digest, file.stat().st_size, True)
    assert digest in err
    (told,) = recorded(url)
    assert {key: told[key] for key in manifest} == manifest


def test_without_a_file_it_goes_to_stdout(say: Say) -> None:
    code, out, _ = say("report", "adherence", "--format", "json")
    assert code == 0
    assert json.loads(out)["title"] == "Adherence to the protocol"


@pytest.mark.parametrize(
    "arguments",
    [("--format", "word"), ("--from", "soon"), ("--from", "2026-02-01", "--to", "2026-01-01"), ("--pathway", "none")],
)
def test_what_cannot_be_asked_is_refused_and_leaves_no_entry(say: Say, url: str, arguments: tuple[str, ...]) -> None:
    code, _, err = say("report", "adherence", *arguments)
    assert code == 2
    assert err.startswith("careway: ")
    assert recorded(url) == []


def test_the_model_is_a_net_whose_arcs_lead_somewhere(say: Say) -> None:
    """PNML: each arc joins a place and a transition; one place is marked."""
    code, out, _ = say("report", "model", "inebilizumab")
    assert code == 0
    space = "{http://www.pnml.org/version-2009/grammar/pnml}"
    net = ET.fromstring(out)
    places = {one.get("id") for one in net.iter(f"{space}place")} - {None}
    moves = {one.get("id") for one in net.iter(f"{space}transition")}
    arcs = [(one.get("source"), one.get("target")) for one in net.iter(f"{space}arc")]
    assert all((a in places and b in moves) or (a in moves and b in places) for a, b in arcs)
    assert len(list(net.iter(f"{space}initialMarking"))) == 1
