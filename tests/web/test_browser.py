"""The browser of the tests is a real one: it lays out a page, Chinese included."""

from __future__ import annotations

from playwright.sync_api import Browser


def test_a_page_is_laid_out(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<h1>治疗路径</h1>")
    box = page.get_by_role("heading", name="治疗路径").bounding_box()
    assert box is not None
    assert box["height"] > 0
    page.close()
