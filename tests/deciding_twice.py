"""The engine, deciding every few commands again on a fresh index and on the stored agenda: all must lead to the same chart.

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
    """Decides commands also looking at everything anew, and as a process that has only the stored agenda would."""

    def _decide(self, chart: Chart, command: Command, agenda: str) -> Decision:
        kept = super()._decide(chart, command, agenda)
        if chart.patient.version % EVERY == 0:
            for index in (Index.of(chart), Index.stored(chart, agenda, self.registry)):
                again = decide(self.registry, chart, index, command)
                assert shown(kept.chart) == shown(again.chart), command
        return kept
