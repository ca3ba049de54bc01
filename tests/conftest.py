"""What holds for every test: closed network, bounded properties, and no silent gap in what was run.

Two things may be missing on a machine: a PostgreSQL that can be started, and Chromium. Tests marked `postgres` and
`browser` are then skipped and the run ends with a loud list of what was not run; with `CI=true` a skip fails the run.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.chromium import NoChromium, chromium_path, launched_browser
from tests.closed_network import close_network
from tests.databases import (  # noqa: F401 - fixtures of every test that needs a database
    database_url,
    postgres_admin,
    postgres_database_url,
    postgres_schema,
    postgres_store_url,
    postgres_template,
    store,
    store_url,
    worker_name,
)
from tests.postgres_server import NoPostgres, running_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}

close_network()

settings.register_profile("dev", max_examples=40, deadline=None)
settings.register_profile("ci", max_examples=60, deadline=None, derandomize=True, database=None, print_blob=True)
settings.register_profile("deep", max_examples=2000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if IN_CI else "dev"))

_skipped: Counter[str] = Counter()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """SQLAlchemy URL of the maintenance database of a PostgreSQL: the one named in the environment, else a fresh one.

    The account of `CAREWAY_TEST_DATABASE_URL` must be allowed to create databases.
    """
    if given := os.environ.get("CAREWAY_TEST_DATABASE_URL"):
        yield given
        return
    try:
        server = running_server()
        url = server.__enter__()
    except NoPostgres as reason:
        pytest.skip(f"no PostgreSQL: {reason}")
    try:
        yield url
    finally:
        server.__exit__(None, None, None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium, driven through Playwright."""
    try:
        path = chromium_path()
    except NoChromium as reason:
        pytest.skip(f"no browser: {reason}")
    with launched_browser(path) as running:
        yield running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that uses the browser or PostgreSQL bears the mark, so that it can be selected: `-m "not browser"`."""
    for item in items:
        used = getattr(item, "fixturenames", ())
        if "browser" in used:
            item.add_marker("browser")
        if "postgres_url" in used:
            item.add_marker("postgres")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count what is skipped, by reason; an expected failure is not a skip."""
    if report.skipped and not hasattr(report, "wasxfail"):
        _skipped[_reason(report)] += 1


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """A module that skips itself is a gap too."""
    if report.skipped:
        _skipped[_reason(report)] += 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With `CI=true` a run with gaps has failed. Of several processes, the one that started the others says so."""
    if hasattr(session.config, "workerinput"):
        return
    if IN_CI and _skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was not run, and why."""
    if not _skipped:
        return
    terminalreporter.section("NOT RUN ON THIS MACHINE", sep="!", red=True, bold=True)
    for reason, count in _skipped.most_common():
        terminalreporter.line(f"{count} x {reason}", red=True)
    if IN_CI:
        terminalreporter.line("CI=true: nothing may be skipped, so this run has failed.", red=True, bold=True)


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """The words of a skip, without the place where it was said."""
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")
