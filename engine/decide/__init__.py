"""Deciding: pure functions from a chart and a command to a new chart, an answer, and what to write down.

`decide` is the entrance. `working` is the copy that a decision works on; `acting`, `recording` and `enrolling` carry out the
commands; `settling` then brings holds, stages, tasks, messages and timers in line with what is now true.
"""

from engine.decide.decision import Decision, decide

__all__ = ["Decision", "decide"]
