"""Versions that cannot be revived are named with their remedy, by every way of asking, and stop nobody else."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from starlette.testclient import TestClient

from engine.clock import VirtualClock
from engine.definition.registry import Registry
from engine.store import upgrade
from engine.store.definitions_schema import definition
from service.accounts.rights import SCOPES
from service.api.app import create_app
from service.chores import due_pass
from service.cli.running import run
from service.doctor import examine
from service.ids import CountedIds
from service.process import running
from service.settings import Settings
from service.versions import versions
from service.wiring import Careway, build
from tests.unit.service.conftest import DRILL, registry_of
from tests.unit.service.doing import enrolled, record
from tests.web.people import access_for, bearer, person

Say = Callable[..., tuple[int, str, str]]


def later(folder: Path, old: str = "value: 30, unit: days", new: str = "value: 90, unit: days") -> Path:
    """The drill of the next release, in a folder of pathways of its own."""
    file = folder / "later" / "drill" / "pathway.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(DRILL.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return file


@pytest.fixture
def broken(careway: Careway, drill: Registry, clock: VirtualClock, tmp_path: Path) -> Careway:
    """A service whose archive holds a version in use that is not what was archived."""
    older = build(careway.settings, clock=clock, registry=registry_of(later(tmp_path)), ids=CountedIds())
    (source,) = older.registry.sources()
    older.close()
    with careway.store.database.writer.begin() as connection:
        row = {
            "hash": source.hash, "pathway": "drill", "number": 2, "text": source.text + "# forged", "functions": dict(source.functions),
            "catalogue": drill.catalogue.content_hash, "settings": {}, "pathways": list(source.pathways), "archived": clock.now(),
            "release": "0.0.9",
        }  # fmt: skip
        connection.execute(insert(definition), row)
    registry = careway.registry
    registry.add(registry_of(later(tmp_path)).latest("drill"))
    enrolled(careway, "stuck")
    del registry._versions[source.hash]
    registry.add(drill.latest("drill"))
    return careway


def test_it_is_reported_at_the_start_and_the_others_go_on(broken: Careway, log: io.StringIO) -> None:
    with running(broken):
        enrolled(broken, "well")
        record(broken, "well", igg="6 g/L")
    told = [json.loads(line) for line in log.getvalue().splitlines() if "stand still" in line]
    assert [(one["pathway"], one["count"], one["code"]) for one in told] == [("drill", 1, "version_not_revivable")]
    text = told[0]["exception"][0]["text"]
    assert "The archived text is not the one that was archived. Restore" in text


def test_readiness_names_it_and_stays_ready(broken: Careway) -> None:
    """A 503 would stop those who are well."""
    due_pass(broken)
    client = TestClient(create_app(broken))
    assert client.get("/readyz").json()["checks"]["definitions"] == "ok"
    with running(broken):
        answer = client.get("/readyz")
    assert answer.status_code == 200
    said = answer.json()["checks"]["definitions"]
    assert said.startswith("drill ")
    assert "backup" in said


@pytest.mark.parametrize(("language", "said"), [("en", "tell whoever runs the service"), ("zh", "请联系系统管理员")])
def test_who_acts_for_such_a_patient_is_told(broken: Careway, language: str, said: str) -> None:
    access = access_for(broken)
    headers = {**bearer(access, person(access, "n1", "neurologist"), *SCOPES), "accept-language": language}
    client = TestClient(create_app(broken, access), headers=headers)
    facts = {"facts": [{"code": "igg", "value": "6 g/L"}]}
    answer = client.post("/api/v1/patients/stuck/facts", json=facts, headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (500, "version_not_revivable")
    assert said in answer.json()["title"]
    assert "backup" in answer.json()["remedy"]


def test_the_doctor_names_it(broken: Careway) -> None:
    (found,) = [one for one in examine(broken) if one.what == "definitions in use run"]
    assert not found.ok
    assert "(1 open): The archived text is not the one that was archived. Restore" in found.found


def test_the_list_says_what_is_in_force_and_what_stands_still(broken: Careway) -> None:
    found = [(one.pathway, one.number, one.in_force, one.open, bool(one.problem)) for one in versions(broken)]
    assert found == [("drill", 1, True, 0, False), ("drill", 2, False, 1, True)]


# --- from a terminal --------------------------------------------------------------------------------------------------


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs a command line on a database of its own, on which a patient is enrolled under the first version."""
    url = f"sqlite:///{tmp_path / 'careway.db'}"
    monkeypatch.setenv("CAREWAY_DATABASE_URL", url)
    upgrade(url)
    monkeypatch.setenv("CAREWAY_PATHWAY_FOLDERS", str(DRILL.parents[1]))
    assert run(["enrol", "p1", "drill"]) == 0
    assert run(["fact", "p1", "igg=4 g/L", "--effective", "2020-01-01"]) == 0
    text = ("setting.igg_max_age}", "setting.igg_max_age, unless: age >= 0 years}")
    monkeypatch.setenv("CAREWAY_PATHWAY_FOLDERS", str(later(tmp_path, *text).parents[1]))
    capsys.readouterr()

    def said(*arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return said


def data(answer: tuple[int, str, str]) -> Any:
    """The JSON that a command printed."""
    return json.loads(answer[1])


def test_questions_are_answered_under_the_archived_version_without_writing(say: Say, tmp_path: Path) -> None:
    """Beside a service that holds the file; what is new on disk is not archived by asking."""
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'careway.db'}", pathway_folders=(DRILL.parents[1],))
    with build(settings) as service:
        reasons = data(say("explain", "p1", "start", "--json"))["reasons"]
        assert any("30" in one["sentence"] or one["missing"] for one in reasons)
        assert say("worklist")[0] == 0
        rows = {(one["in_force"], one["number"], one["open"]) for one in data(say("pathways", "drill", "--json"))}
        assert rows == {(True, None, 0), (False, 1, 1)}
        assert len([one for one in service.store.entries("") if one.chain == "definitions"]) == 1


def test_the_list_in_words(say: Say) -> None:
    assert say("fact", "p1", "igg=6 g/L")[0] == 0
    code, out, err = say("pathways", "drill")
    assert (code, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert lines[0] == ["pathway", "version", "definition", "state", "open", "since", "release"]
    assert [(line[1], line[-4], line[-3]) for line in lines[1:]] == [("2", "force", "0"), ("1", "older", "1")]
    assert say("pathways", "dril")[0] == 2


def test_an_action_that_only_the_older_version_has_can_be_done(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = later(tmp_path, "  finish:", "  conclude:")
    monkeypatch.setenv("CAREWAY_PATHWAY_FOLDERS", str(file.parents[1]))
    assert data(say("act", "p1", "finish", "--by", "neurologist", "--json"))["stage"] == "done"


def test_checking_and_simulating_need_no_database(say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREWAY_DATABASE_URL", f"sqlite:///{tmp_path / 'nothing.db'}")
    assert say("check", "drill")[0] == 0
    assert not (tmp_path / "nothing.db").exists()


def test_the_doctor_is_content_with_an_older_version_that_runs(say: Say) -> None:
    found = {one["what"]: one for one in data(say("db", "doctor", "--json"))}
    assert found["definitions in use run"] == {
        "what": "definitions in use run",
        "ok": True,
        "found": "1, of which 1 older",
    }
