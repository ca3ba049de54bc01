"""Charts in memory, so that a command need not load thousands of records to change seven.

A chart is used only when the version read under the patient's lock is the one it was kept with, so it is never stale,
however many replicas write.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from engine.model import Chart
from engine.ports import ChainHead


@dataclass(frozen=True, slots=True)
class Loaded:
    """A chart as stored, with the state of its audit chains. Nobody may change it: work on `chart.copy()`."""

    chart: Chart
    audited: int
    heads: dict[str, ChainHead]
    agenda: str = ""
    """The agenda that was saved with this version of the chart."""


class ChartCache:
    """The charts used last, by patient. Safe for threads."""

    def __init__(self, size: int) -> None:
        """Keep at most `size` charts; 0 keeps none."""
        self._size = size
        self._charts: OrderedDict[str, Loaded] = OrderedDict()
        self._lock = Lock()

    def get(self, patient: str, version: int, audited: int) -> Loaded | None:
        """The chart of exactly this version, if it is here."""
        with self._lock:
            found = self._charts.get(patient)
            if found is None or (found.chart.patient.version, found.audited) != (version, audited):
                return None
            self._charts.move_to_end(patient)
            return found

    def put(self, loaded: Loaded) -> None:
        """Keep a chart, dropping the one unused for longest."""
        with self._lock:
            self._charts[loaded.chart.patient.id] = loaded
            self._charts.move_to_end(loaded.chart.patient.id)
            while len(self._charts) > self._size:
                self._charts.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._charts.clear()
