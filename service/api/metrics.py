"""Numbers for the operator: how many commands ended how and how long they took, what is due, how old the last pass is.

Labels are routes and verdicts, never a patient or an enrolment.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from engine.commands import Command, Outcome
from engine.errors import CarewayError
from engine.store import worklist
from service.chores.due import DUE
from service.wiring import Careway

MOST_COUNTED = 10_000
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The metrics of one service, apart from those of any other in the process; commands of the API pass through here."""

    def __init__(self, careway: Careway) -> None:
        self._engine = careway.engine
        self._registry = CollectorRegistry()
        self.commands = Counter(
            "careway_commands", "Commands by kind and verdict.", ["command", "verdict"], registry=self._registry
        )
        self.seconds = Histogram(
            "careway_command_seconds", "Time to carry out a command.", ["command"], registry=self._registry
        )
        self._registry.register(_Progress(careway))

    def execute(self, command: Command) -> Outcome:
        """Carry out a command, and count it by its kind and verdict. Raises what the engine raises."""
        kind, verdict, began = type(command).__name__, "error", perf_counter()
        try:
            outcome = self._engine.execute(command)
            verdict = outcome.verdict.value
        except CarewayError as error:
            verdict = error.code
            raise
        else:
            return outcome
        finally:
            self.commands.labels(kind, verdict).inc()
            self.seconds.labels(kind).observe(perf_counter() - began)

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self._registry)


class _Progress(Collector):
    """Read from the database when asked."""

    def __init__(self, careway: Careway) -> None:
        self._careway = careway

    def describe(self) -> Iterator[Metric]:
        """Nothing beforehand: registering must not read the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The lag of the oldest due timer, the timers due (counted up to a limit), the age of the last completed pass."""
        store, now = self._careway.store, self._careway.clock.now()
        oldest, beat = store.oldest_due(), store.heartbeat(DUE)
        lag = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
        due = worklist.due_timers(store.reader, now, most=MOST_COUNTED)
        yield GaugeMetricFamily("careway_oldest_due_timer_lag_seconds", "Age of the oldest due timer.", value=lag)
        yield GaugeMetricFamily("careway_due_timers", f"Timers that are due, counted up to {MOST_COUNTED}.", value=due)
        letters = GaugeMetricFamily(
            "careway_letters", "Letters by state, where somebody still waits.", labels=["state"]
        )
        for state, number in sorted(store.outbox.counts().items()):
            letters.add_metric([state], number)
        yield letters
        if beat is not None:
            age = (now - beat.at).total_seconds()
            yield GaugeMetricFamily("careway_due_pass_age_seconds", "Age of the last completed due pass.", value=age)
