"""Every case of every pathway, run for real: the engine that people use, a store in memory, a clock that is set.

One test for each file, named by its case: a failing one prints the text that `careway simulate` prints. Every few commands the
engine decides twice, by its agenda and looking at everything anew, and must come to the same chart. Afterwards the decisions of one
case in four (with the deep profile: of all) are made again from the audit alone, and must come out word for word.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from engine.audit.replay import Replay
from engine.cases import run_files
from engine.definition.registry import Registry
from engine.store import SqlStore, open_store
from pathways.registry import load_registry
from tests.deciding_twice import TwiceDeciding
from tests.source_tree import ROOT

REPLAYED = 1 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 4
"""Of so many cases one is decided again from its audit."""
CASES = sorted((ROOT / "pathways").glob("*/cases/*.yaml"))


def case_id(path: Path) -> str:
    """The id that the case gives itself; the file's name where it has none."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((line.removeprefix("id:").strip() for line in lines if line.startswith("id:")), path.stem)


@cache
def product() -> Registry:
    """All pathways."""
    return load_registry()


@pytest.mark.parametrize("path", CASES, ids=case_id)
def test_the_case_holds(path: Path) -> None:
    registry = product()
    store = open_store("sqlite://")
    engine = TwiceDeciding(store, registry)
    report = run_files([path], lambda: engine, registry)
    assert report.exit_code == 0, f"\n{report.as_text()}"
    if CASES.index(path) % REPLAYED == 0:
        assert differences(store, registry) == []


def differences(store: SqlStore, registry: Registry) -> list[str]:
    """What comes out otherwise when the patients' decisions are made again."""
    audits = [store.entries(patient) for patient in store.patients("", 9)]
    return [one.difference for entries in audits for one in Replay(registry, []).of(entries) if not one.same]


def test_ids_are_unique_over_all_pathways() -> None:
    ids = [case_id(path) for path in CASES]
    assert len(ids) == len(set(ids))
