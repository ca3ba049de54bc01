"""Figures of adherence over many enrolments: each statement of a report, and the whole page, with the indicators judged before."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.course import course
from benchmarks.measuring import Figure
from benchmarks.population import copied, played
from engine.clock import VirtualClock
from engine.store import upgrade
from engine.store.adherence import cohort, figures, register
from engine.store.adherence.register import Wanted
from pathways.registry import load_registry
from service.adherence.filters import Asked, filtered
from service.settings import Settings
from service.wiring import build

ENROLMENTS = 100_000
PARTS = ("enrolments", "facts", "acts", "tasks", "deviations")


def measure(enrolments: int = ENROLMENTS) -> list[Figure]:
    """Seconds for a year of one pathway, and for all years of all pathways."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder)}/adherence.db"
        upgrade(url)
        clock = VirtualClock(datetime(2026, 1, 1, tzinfo=UTC))
        with build(Settings(database_url=url), clock=clock, registry=load_registry()) as careway:
            chart = played(careway.store, careway.registry, course(1), "A1")
            clock.set(max(fact.recorded for fact in chart.facts.values()) + timedelta(days=1))
            copied(careway.store, "case-A1", "many", enrolments // len(chart.enrolments), maps=PARTS)
            narrow = filtered(careway, Asked("inebilizumab"), None)
            wide = filtered(careway, Asked(begin="2020-01-01"), None)
            return [
                figure
                for name, wanted in (("one pathway, a year", narrow), ("everything", wide))
                for figure in _figures(
                    careway, wanted, name, len(chart.enrolments) * (enrolments // len(chart.enrolments))
                )
            ]


def _figures(careway: Any, wanted: Any, name: str, total: int) -> list[Figure]:
    reader, scope, now = careway.store.reader, wanted.scope, wanted.now
    works: dict[str, Callable[[], Any]] = {
        "tasks by class": lambda: figures.task_counts(reader, scope, now),
        "acts by guard": lambda: figures.act_counts(reader, scope),
        "courses": lambda: len(list(figures.courses(reader, scope))),
        "acts with a window": lambda: len(figures.timed_acts(reader, scope, now)),
        "members": lambda: len(cohort.members(reader, scope)),
        "a page of the register": lambda: register.page(reader, Wanted(scope)),
    }
    found = []
    for work, run in works.items():
        begun = perf_counter()
        run()
        found.append(Figure("A1", f"{work}, {name}, {total} enrolments", perf_counter() - begun, "s", "", None))
    return found
