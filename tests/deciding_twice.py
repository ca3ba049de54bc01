"""The engine, deciding every few commands a second time on a fresh index: settling by agenda must lead to the same chart.

What the agenda misses stays missed until its rule is looked at again, so that a look now and then finds it.
"""

from __future__ import annotations

import os

from engine.actions import Engine
from engine.commands import Command
from engine.decide import Decision, decide
from engine.decide.working import Index
from engine.model import Chart
from tests.living import shown

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
