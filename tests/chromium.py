"""Finds and starts the Chromium of the operating system; no test downloads a browser of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Nothing but the page under test is talked to; `--no-sandbox` because root has no user namespace to hide in.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


class NoChromium(Exception):
    """No Chromium on this machine."""


def chromium_path() -> str:
    """The program to start: `CAREWAY_TEST_CHROMIUM`, else the first one on the path. Raises `NoChromium`."""
    candidates = (os.environ.get("CAREWAY_TEST_CHROMIUM"), *map(shutil.which, NAMES))
    for path in filter(None, candidates):
        return path
    raise NoChromium("no chromium on the path; install it (Debian: apt-get install chromium)")


@contextmanager
def launched_browser(path: str) -> Iterator[Browser]:
    """Yield a running headless browser; close it at the end."""
    # Imported here: loading Playwright takes time that runs without browser tests need not spend.
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        try:
            yield browser
        finally:
            browser.close()
