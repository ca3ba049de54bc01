"""Settings: each with name, default and sentence; nothing misspelt is passed over; nothing secret is shown."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from service.reading_settings import load_settings
from service.settings import InvalidSetting, Settings, masked
from tests.source_tree import ROOT


def test_the_environment_goes_before_the_file_and_the_file_before_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "careway.toml"
    file.write_text('port = 9000\nlog_level = "warning"\npathway_folders = ["ours"]\n')
    monkeypatch.setenv("CAREWAY_CONFIG", str(file))
    monkeypatch.setenv("CAREWAY_PORT", "9001")
    found = load_settings()
    assert (found.port, found.log_level, found.host, found.pathway_folders) == (
        9001,
        "warning",
        "127.0.0.1",
        (Path("ours"),),
    )
    assert load_settings(port=1).port == 1, "an option of the command line goes before all"


def test_settings_made_in_a_test_read_nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREWAY_PORT", "9001")
    assert Settings().port == 8000


def test_a_list_is_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREWAY_PATHWAY_FOLDERS", "/a, /b")
    assert load_settings().pathway_folders == (Path("/a"), Path("/b"))


def test_a_misspelt_variable_is_an_error_that_names_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREWAY_DATABSE_URL", "sqlite://")
    with pytest.raises(InvalidSetting, match="CAREWAY_DATABASE_URL") as refused:
        load_settings()
    assert refused.value.place == "CAREWAY_DATABSE_URL"


def test_a_misspelt_entry_of_the_file_is_one_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "careway.toml"
    file.write_text("prot = 1\n")
    monkeypatch.setenv("CAREWAY_CONFIG", str(file))
    with pytest.raises(InvalidSetting, match="Did you mean port"):
        load_settings()


@pytest.mark.parametrize("content", ["port = ", None], ids=["malformed", "absent"])
def test_a_file_that_cannot_be_read_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "careway.toml"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv("CAREWAY_CONFIG", str(file))
    with pytest.raises(InvalidSetting) as refused:
        load_settings()
    assert refused.value.place == str(file)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CAREWAY_PORT", "eighty"), ("CAREWAY_TIMEZONE", "Mars/Olympus"), ("CAREWAY_LEASE_SECONDS", "0"),
        ("CAREWAY_LOG_LEVEL", "loud"), ("CAREWAY_DUE_PASS", "perhaps"), ("CAREWAY_LANGUAGE", "fr"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_used_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSetting) as refused:
        load_settings()
    assert refused.value.place == name


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        Settings().port = 1  # type: ignore[misc]


def test_passwords_are_neither_printed_nor_shown() -> None:
    settings = Settings(database_url="postgresql://care:secret@db.example:5432/careway?sslmode=require")
    assert "secret" not in repr(settings)
    assert settings.shown()["database_url"] == "postgresql://care:***@db.example:5432/careway?sslmode=require"
    assert masked("sqlite:///var/careway.db") == "sqlite:///var/careway.db"


def test_every_setting_has_its_sentence() -> None:
    assert [name for name, one in Settings.model_fields.items() if not (one.description or "").endswith(".")] == []


def test_the_example_file_holds_every_setting_with_its_default_and_its_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who adds a setting explains it there too."""
    path = ROOT / "deploy" / "careway.toml"
    text = path.read_text(encoding="utf-8")
    monkeypatch.setenv("CAREWAY_CONFIG", str(path))
    assert load_settings() == Settings()
    unset = {name for name, one in Settings.model_fields.items() if one.default is None}
    assert set(tomllib.loads(text)) == set(Settings.model_fields) - unset
    assert [name for name in unset if f"# {name} = " not in text] == []
    said = " ".join(line.removeprefix("# ") for line in text.splitlines())
    assert [name for name, one in Settings.model_fields.items() if str(one.description) not in said] == []
