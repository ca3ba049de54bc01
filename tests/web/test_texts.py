"""The words of the pages: everything that a page says is translated, and nothing translated is unused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from engine.audit.events import Event
from engine.definition.registry import Registry
from engine.definition.roles import ROLES
from pathways.registry import load_registry
from service.api.language import of_header
from service.worklist import texts
from service.worklist.rendering import TEMPLATES
from service.worklist.texts import FOLDER, NAMED, named, shown_when, words


def said() -> Iterator[str]:
    """The English texts of the templates, and of the ids that pages put into words."""
    for _, _, message, _, _ in extract_from_dir(TEMPLATES, method_map=[("**.html", "jinja2.ext:babel_extract")]):
        yield message[0] if isinstance(message, tuple) else message
    yield from map(words, NAMED.split())
    yield from (words(event.value) for event in Event)


def read(locale: str) -> Catalog:
    with (FOLDER / locale / "LC_MESSAGES" / "pages.po").open("rb") as file:
        return read_po(file, locale=locale)


def test_nothing_is_untranslated_or_left_over() -> None:
    chinese = {
        message.id[0] if isinstance(message.id, tuple) else message.id: message
        for message in read("zh_CN")
        if message.id
    }
    assert set(chinese) == set(said())
    empty = [key for key, message in chinese.items() if not message.string or message.string == ("",) or message.fuzzy]
    assert empty == []


def test_translations_keep_their_placeholders() -> None:
    wrong = [message.id for message in read("zh_CN") for _ in message.check(read("zh_CN"))]
    assert wrong == []


def test_english_is_the_source() -> None:
    assert [message.id for message in read("en") if message.id] == []


@pytest.fixture(scope="module")
def shipped() -> Registry:
    return load_registry()


def test_every_role_of_the_shipped_pathways_has_a_name(shipped: Registry) -> None:
    roles: set[str] = set()
    for pathway in shipped.ids():
        spec = shipped.latest(pathway).spec
        roles |= {role for one in spec.actions.values() for role in one.by} | {one.role for one in spec.tasks.values()}
        roles |= {role for one in spec.notifications.values() for role in one.to}
    assert [role for role in sorted(roles) if role not in NAMED.split() and role not in ROLES] == []
    assert named("anaesthetist", "zh") == ROLES["anaesthetist"]["zh"]


@pytest.mark.parametrize(
    ("when", "language", "text"),
    [
        ("2026-07-05", "en", "5 Jul 2026"),
        ("2026-07-05", "zh", "2026年7月5日"),
        ("2026-01-05T01:00:00Z", "en", "5 Jan 2026, 09:00"),
        ("2026-01-05T01:00:00Z", "zh", "2026年1月5日 09:00"),
        (None, "en", ""),
    ],
)
def test_dates_are_those_of_the_site(when: str | None, language: str, text: str) -> None:
    assert shown_when(when, "Asia/Shanghai", language) == text


def test_ids_in_words() -> None:
    assert named("care_coordinator", "zh") == "诊疗协调员"
    assert named("stage:changed", "en") == "Stage changed"
    assert named("", "en") == ""


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"), ("zh", "zh"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en-GB,zh;q=0.2", "en"), ("fr, zh;q=0.3", "zh"),
        ("fr", "en"), ("zh;q=0", "en"), ("zh;q=x", "en"), (";;;", "en"),
    ],
)  # fmt: skip
def test_the_best_of_our_languages(header: str, language: str) -> None:
    assert of_header(header) == language


def test_catalogues_are_found_where_the_package_is() -> None:
    assert Path(texts.__file__).parent in FOLDER.parents
