"""Every case of every pathway, run for real: the engine that people use, a store in memory, a clock that is set.

One test for each file, named by its case: a failing one prints the text that `careway simulate` prints. Every few commands the
engine decides twice, by its agenda and looking at everything anew, and must come to the same chart.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from engine.cases import Engine, run_files
from engine.definition.registry import Registry
from engine.store import open_store
from pathways.registry import load_registry
from tests.deciding_twice import TwiceDeciding
from tests.source_tree import ROOT

CASES = sorted((ROOT / "pathways").glob("*/cases/*.yaml"))


def case_id(path: Path) -> str:
    """The id that the case gives itself; the file's name where it has none."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((line.removeprefix("id:").strip() for line in lines if line.startswith("id:")), path.stem)


@cache
def product() -> tuple[Registry, Callable[[], Engine]]:
    """The registry of all pathways and what makes a fresh engine on a store in memory."""
    registry = load_registry()
    return registry, lambda: TwiceDeciding(open_store("sqlite://"), registry)


@pytest.mark.parametrize("path", CASES, ids=case_id)
def test_the_case_holds(path: Path) -> None:
    registry, fresh = product()
    report = run_files([path], fresh, registry)
    assert report.exit_code == 0, f"\n{report.as_text()}"


def test_ids_are_unique_over_all_pathways() -> None:
    ids = [case_id(path) for path in CASES]
    assert len(ids) == len(set(ids))
