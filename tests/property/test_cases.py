"""Every shipped case, decided by the agenda that is kept between commands and, every few commands, looking at everything anew.

What the agenda misses stays missed until its rule is looked at again, so that a look now and then finds it.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from engine.actions import Engine
from engine.cases import run_files
from engine.commands import Command
from engine.decide import Decision, decide
from engine.decide.working import Index
from engine.definition.registry import Registry
from engine.model import Chart
from engine.store import open_store
from pathways.registry import load_registry
from tests.living import shown
from tests.source_tree import ROOT

CASES = sorted((ROOT / "pathways").glob("*/cases/*.yaml"))
EVERY = 1 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 5
"""Of so many commands one is decided twice; all are with the deep profile."""


class TwiceDeciding(Engine):
    """Decides commands also on a fresh index and demands the same chart."""

    def _decide(self, chart: Chart, command: Command) -> Decision:
        kept = super()._decide(chart, command)
        if chart.patient.version % EVERY == 0:
            anew = decide(self.registry, chart, Index.of(chart), command)
            assert shown(kept.chart) == shown(anew.chart), command
        return kept


@cache
def registry() -> Registry:
    return load_registry()


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_a_case_settles_the_same_by_agenda_and_anew(path: Path) -> None:
    report = run_files([path], lambda: TwiceDeciding(open_store("sqlite://"), registry()), registry())
    assert all(result.error is None for result in report.results), report.as_text()
