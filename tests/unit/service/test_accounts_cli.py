"""`careway accounts …`: passwords are never arguments, a token is shown once, what was changed and by whom stands in the audit."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from engine.store.accounts import AccountStore
from service.accounts.keys import hashed
from service.cli.running import run
from service.settings import Settings
from service.wiring import build, prepare_database

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database on disk."""
    found = f"sqlite:///{tmp_path / 'careway.db'}"
    monkeypatch.setenv("CAREWAY_DATABASE_URL", found)
    prepare_database(Settings(database_url=found))
    return found


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The password comes through a pipe."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """What a command prints as JSON."""
    capsys.readouterr()
    assert run(["accounts", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_first_administrator(capsys: pytest.CaptureFixture[str], piped: None, url: str) -> None:
    made = answer(capsys, "add", "root", "--name", "Tao Ran", "--administrator", "--password-stdin")
    assert made == {"login": "root", "person": "root", "roles": ["administrator@main"]}
    listed = answer(capsys, "list")
    assert [(one["login"], one["name"], one["roles"], one["state"]) for one in listed] == [
        ("root", "Tao Ran", ["administrator@main"], "open")
    ]
    assert PASSWORD not in str(listed)


def test_nobody_is_asked_where_nobody_can_type(capsys: pytest.CaptureFixture[str], piped: None) -> None:
    assert run(["accounts", "add", "root"]) == 2
    assert "--password-stdin" in capsys.readouterr().err


def test_a_short_password_is_refused(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert run(["accounts", "add", "root", "--password-stdin"]) == 2
    assert "12 to 128" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--role", "neurolgist"], "neurologist"), (["--role", "nurse@north"], "no site north"),
        (["--person", "nobody"], "no person nobody"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(capsys: pytest.CaptureFixture[str], arguments: list[str], told: str) -> None:
    assert run(["accounts", "add", "lin", "--no-password", *arguments]) == 2
    assert told in capsys.readouterr().err
    assert answer(capsys, "list") == []


def test_roles_at_sites_are_given_and_taken(capsys: pytest.CaptureFixture[str]) -> None:
    answer(capsys, "site", "north", "North hospital")
    answer(capsys, "add", "zhou", "--no-password", "--role", "neurologist", "--role", "physician@north")
    changed = answer(capsys, "roles", "zhou", "--give", "auditor@north", "--take", "neurologist")
    assert changed["roles"] == ["auditor@north", "physician@north"]


def test_a_token_is_shown_once_and_kept_as_a_hash(capsys: pytest.CaptureFixture[str], url: str) -> None:
    answer(capsys, "add", "feed", "--no-password", "--role", "integration")
    made = answer(capsys, "token", "feed", "--name", "laboratory", "--scope", "fact:write", "--days", "30")
    assert made["secret"].startswith("cw_")
    assert made["secret"] not in str(answer(capsys, "list"))
    with build(Settings(database_url=url), read_only=True) as careway:
        kept = AccountStore(careway.store.database).token(hashed(made["secret"]))
    assert kept is not None
    assert kept.scopes == ("fact:write",)
    answer(capsys, "token", "feed", "--revoke", made["token"])
    assert answer(capsys, "list")[0]["tokens"][0]["revoked"] is True


def test_a_token_has_known_scopes(capsys: pytest.CaptureFixture[str]) -> None:
    answer(capsys, "add", "feed", "--no-password")
    for scopes in ([], ["--scope", "everything"]):
        assert run(["accounts", "token", "feed", *scopes]) == 2
        assert "fact:write" in capsys.readouterr().err


def test_an_account_is_closed_and_opened(capsys: pytest.CaptureFixture[str]) -> None:
    answer(capsys, "add", "lin", "--no-password")
    answer(capsys, "disable", "lin")
    assert answer(capsys, "list")[0]["state"] == "closed"
    answer(capsys, "disable", "lin", "--undo")
    assert answer(capsys, "list")[0]["state"] == "open"


def test_the_audit_names_the_user_of_the_operating_system(capsys: pytest.CaptureFixture[str], url: str) -> None:
    answer(capsys, "add", "lin", "--no-password", "--role", "nurse")
    with build(Settings(database_url=url), read_only=True) as careway:
        entries = [one for one in careway.store.entries("") if one.event == "account:changed"]
        assert careway.store.verify().problem is None
    assert [json.loads(one.content)["what"] for one in entries] == ["account made", "role given"]
    assert all(json.loads(one.actor)["name"].startswith("os:") for one in entries)
