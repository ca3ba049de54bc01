"""What surrounds the source keeps its promises: lock files, commands, and links between documents."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.source_tree import ROOT

LOCKS = ("requirements.lock", "requirements-test.lock")
PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^\s;\\]+)", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
DOCUMENTS = [path for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")) if path.is_file()]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_pins_and_hashes_everything(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", _read(lock).strip())
    assert len(entries) > 40
    assert [entry for entry in entries if not PIN.match(entry) or "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_names_no_host_and_no_folder(lock: str) -> None:
    assert re.findall(r".*(?:://|--index|--find-links|file:).*", _read(lock)) == []


def test_the_tests_run_on_the_versions_that_are_shipped() -> None:
    shipped, tested = (dict(PIN.findall(_read(lock))) for lock in LOCKS)
    assert shipped.items() <= tested.items()


def test_every_dependency_has_its_reason() -> None:
    block = re.search(r"^dependencies = \[\n(.*?)^\]", _read("pyproject.toml"), re.DOTALL | re.MULTILINE)
    assert block is not None
    assert [line for line in block[1].splitlines() if not re.search(r'",\s+# \S+', line)] == []


def test_every_locked_requirement_of_the_project_is_there() -> None:
    """A dependency that was added without `make lock` would be missing on a fresh machine."""
    wanted = tomllib.loads(_read("pyproject.toml"))["project"]["dependencies"]
    names = {re.split(r"[\[<>=~!; ]", line, maxsplit=1)[0].lower().replace(".", "-") for line in wanted}
    assert names <= dict(PIN.findall(_read("requirements.lock"))).keys()


def test_the_help_of_make_lists_every_target_for_people() -> None:
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("setup", "run", "test", "check", "bench", "docs"):
        assert re.search(rf"make {target}\s+\S", said), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    links = LINK.findall(document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")
