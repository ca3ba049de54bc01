"""The shape of the source: imports run one way, some libraries have one home, one module asks for the time.

Each rule is a function from one file to its findings; the rules are tried on small wrong files too, since a rule that
finds nothing anywhere could be broken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.source_tree import PRODUCT, ROOT, Source, sources, within

GROUND = tuple(
    f"engine.{name}"
    for name in ("model", "facts", "units", "calendar", "catalogue", "errors", "clock", "ports", "outbox", "functions")
)
"""The nouns, date rules, refusals and time of the engine: they stand on nothing but one another."""

HOMES = {
    "sqlalchemy": ("engine.store",),
    "alembic": ("engine.store",),
    "psycopg": ("engine.store",),
    "psycopg_pool": ("engine.store",),
    "sqlite3": ("engine.store",),
    "apscheduler": ("service.scheduler",),
    "transitions": ("engine.definition.graph",),
    "fastapi": ("service",),
    "starlette": ("service",),
    "uvicorn": ("service",),
    "typer": ("service",),
    "rich": ("service",),
    "prometheus_client": ("service",),
    "fhir": ("service",),
    "jinja2": ("notifications", "service"),
    "pydantic_settings": ("service",),
}
"""Libraries that may be imported only here; a decision that needs one elsewhere stands in the wrong place."""

CLOCK_READS = frozenset(
    {
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
        "datetime.datetime.today",
        "datetime.date.today",
        "time.time",
        "time.time_ns",
        "time.localtime",
        "time.gmtime",
        "time.strftime",
        "time.ctime",
        "sqlalchemy.func.now",
        "sqlalchemy.func.current_timestamp",
        "uuid.uuid1",
        "uuid.uuid4",
    }
)
"""What differs from run to run. Durations (`time.monotonic`, `time.perf_counter`) tell no date and are free."""

SLEEPS = frozenset({"time.sleep", "asyncio.sleep", "anyio.sleep"})

LINES = 400
MEASURED = (*PRODUCT, "tests", "benchmarks")

Finding = tuple[int, str]
Rule = Callable[[Source], Iterator[Finding]]


def foreign_imports(source: Source) -> Iterator[Finding]:
    """Who may import whom."""
    for line, name in source.imports():
        if within(name, PRODUCT) and not _may_import(source.module, name):
            yield line, f"{source.module} may not import {name}"


def libraries_away_from_home(source: Source) -> Iterator[Finding]:
    """Libraries with one home."""
    for line, name in source.imports():
        homes = HOMES.get(name.partition(".")[0])
        if homes and not within(source.module, homes):
            yield line, f"only {' and '.join(homes)} may import {name}"


def clock_reads(source: Source) -> Iterator[Finding]:
    """Time, and whatever else differs from run to run, is handed in."""
    if source.module == "engine.clock":
        return
    for line, name in source.names_used():
        if name in CLOCK_READS or _is_unseeded(name):
            yield line, f"{name}: take the time from a Clock, chance from a seeded generator, ids from the record"


def missing_docstrings(source: Source) -> Iterator[Finding]:
    """Everything public in the engine is documented."""
    if within(source.module, ["engine"]):
        yield from ((line, f"{name} has no docstring") for line, name in source.undocumented())


def overlong_files(source: Source) -> Iterator[Finding]:
    """One idea in each file."""
    length = source.text.count("\n")
    if length > LINES:
        yield length, f"{length} lines; at most {LINES}, one idea in each file"


def _may_import(importer: str, name: str) -> bool:
    """Whether the layers let one of our modules import another."""
    match importer.split("."):
        case ["service", *_]:
            return True
        case ["pathways", *folder]:
            return _pathway_may_import(folder, name)
        case ["notifications", *_]:
            return within(name, ["notifications"])
        case _ if within(importer, GROUND):
            return within(name, GROUND)
        case _ if within(importer, ["engine.store"]):
            return within(name, ["engine"])
        case _:
            return within(name, ["engine"]) and not within(name, ["engine.store"])


def _pathway_may_import(folder: list[str], name: str) -> bool:
    """A pathway uses the ground, definitions, the registry and `shared`, never another pathway; the registry sees all."""
    if within(name, [*GROUND, "engine.definition"]):
        return True
    own = ["pathways"] if not folder or _is_registry(folder[0]) else [f"pathways.{folder[0]}", "pathways.shared"]
    return within(name, own) or (within(name, ["pathways"]) and _is_registry(name.split(".")[1]))


def _is_registry(name: str) -> bool:
    """Whether a module stands beside the pathways' folders rather than in one."""
    return (ROOT / "pathways" / f"{name}.py").is_file()


def _is_unseeded(name: str) -> bool:
    """`random.random`, `random.choice`, …: the shared generator. `random.Random(seed)` is one's own."""
    return name.startswith("random.") and name != "random.Random"


RULES: tuple[Rule, ...] = (foreign_imports, libraries_away_from_home, clock_reads, missing_docstrings)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_product_keeps(rule: Rule) -> None:
    assert _findings(rule, sources(*PRODUCT)) == []


def test_files_hold_one_idea() -> None:
    assert _findings(overlong_files, sources(*MEASURED)) == []


def test_tests_never_sleep() -> None:
    """They wait for a signal or set the clock."""
    found = [
        (str(source.path), line) for source in sources("tests") for line, name in source.names_used() if name in SLEEPS
    ]
    assert found == []


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (foreign_imports, "engine/decide/core.py", "import service.wiring"),
        (foreign_imports, "engine/decide/core.py", "from engine import store"),
        (foreign_imports, "engine/decide/core.py", "def late():\n    from ..store import tables"),
        (foreign_imports, "engine/model.py", "from engine.decide import decide"),
        (foreign_imports, "engine/catalogue/load.py", "from engine.language import syntax"),
        (foreign_imports, "pathways/hbv/doses.py", "from engine.decide import decide"),
        (foreign_imports, "pathways/hbv/doses.py", "from pathways.tb import rules"),
        (foreign_imports, "notifications/render.py", "from engine.model import Patient"),
        (libraries_away_from_home, "engine/decide/core.py", "import sqlalchemy as sa"),
        (
            libraries_away_from_home,
            "service/chores.py",
            "from apscheduler.schedulers.background import BackgroundScheduler",
        ),
        (libraries_away_from_home, "engine/definition/check.py", "from transitions import Machine"),
        (libraries_away_from_home, "engine/schedule.py", "from fastapi import FastAPI"),
        (clock_reads, "engine/decide/core.py", "from datetime import datetime\nnow = datetime.now()"),
        (clock_reads, "service/chores.py", "import datetime as dt\nfactory = dt.date.today"),
        (clock_reads, "service/chores.py", "from time import time as seconds\nseconds()"),
        (clock_reads, "engine/store/tables.py", "from sqlalchemy import func\ndefault = func.now()"),
        (clock_reads, "engine/store/ids.py", "import uuid\nuuid.uuid4()"),
        (clock_reads, "service/demo.py", "import random\nrandom.choice([1, 2])"),
        (missing_docstrings, "engine/rules.py", '"""Why."""\ndef public(): ...'),
        (
            missing_docstrings,
            "engine/rules.py",
            '"""Why."""\nclass Public:\n    """What."""\n    def method(self): ...',
        ),
        (missing_docstrings, "engine/rules.py", "x = 1"),
        (overlong_files, "service/api/app.py", "\n" * 401),
    ],
)
def test_a_breach_is_found(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source(Path(path), text)))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "engine/decide/core.py",
            '"""Why."""\nfrom engine.model import Fact\nfrom ..ports import Store\nfrom . import other',
        ),
        ("engine/store/unit_of_work.py", '"""Why."""\nimport sqlalchemy\nfrom engine.audit import entry'),
        ("engine/definition/graph.py", '"""Why."""\nfrom transitions.extensions import HierarchicalMachine'),
        ("engine/clock.py", '"""Why."""\nfrom datetime import datetime\ndatetime.now()'),
        ("engine/rules.py", '"""Why."""\ndef _private(): ...\nclass _Hidden:\n    def method(self): ...'),
        ("pathways/inebilizumab/doses.py", "from engine.units import convert\nfrom pathways.shared.hbv import gate"),
        (
            "service/scheduler.py",
            "from apscheduler.schedulers.background import BackgroundScheduler\nimport engine.store",
        ),
        ("service/chores.py", "import time, random\ntime.monotonic()\nrandom.Random(7).choice('ab')"),
        ("service/api/app.py", "\n" * 400),
    ],
)
def test_what_is_allowed_is_not_found(path: str, text: str) -> None:
    source = Source(Path(path), text)
    assert [finding for rule in (*RULES, overlong_files) for finding in rule(source)] == []


def _findings(rule: Rule, files: list[Source]) -> list[str]:
    return [f"{source.path}:{line}: {finding}" for source in files for line, finding in rule(source)]
