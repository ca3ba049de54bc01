"""The quick reader of plain YAML and the exact one agree, on what a text says and where it says it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from engine.catalogue.plain_yaml import plain_events
from engine.catalogue.strict_yaml import load_exactly, load_yaml
from engine.errors import AuthorError
from tests.source_tree import ROOT

_TOKENS = (
    "a", "b: ", "k:\n", "- ", "? ", ": ", "\n", "\n  ", "\n    ", "\n\n", "\n   \n", "{", "}", "[", "]", ", ", "'", '"', "#", " # c",
    "|", "|-\n", ">\n", ">2-\n", "k: |\n  x\n", "k: >-\n  x\n   y\n\n  z", "1", "08", "-", "+", ".5", "1.5e3", "true", "null", "~",
    "2026-01-02", "2026-13-45", "12:30", "0x1f", "0o", "_", "<<: ", "=", "é", "中文：", "\\n", '"\\u4e2d"', "''", "\n---\n", "\n...\n",
    "@", "`", "%", "!", "!!str ", "&a ", "*a", "{a: 1}", "{a:1}", '{"a":1}', '["a":1]', "[a: b]", "{a}", "k: v\n", "\t", "\r\n", "\x85", "\u2028",
    "\ufeff", "x" * 1030, "k: {x: 1, y: z}\n",
)  # fmt: skip
_TEXTS = st.lists(st.sampled_from(_TOKENS), max_size=14).map("".join)
_SHIPPED = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "pathways").glob("*/*.yaml"))]


@st.composite
def _damaged(draw: st.DrawFn) -> str:
    """Some lines of a file that ships, with something put into them or in their place."""
    lines = draw(st.sampled_from(_SHIPPED)).splitlines(keepends=True)
    start = draw(st.integers(0, len(lines) - 1))
    text = "".join(lines[start : start + draw(st.integers(1, 6))])
    at = draw(st.integers(0, len(text)))
    return text[:at] + draw(st.sampled_from(_TOKENS)) + text[at + draw(st.integers(0, 2)) :]


def _read(reader: Any, text: str) -> object:
    """The data with the kinds of its scalars, or the refusal."""
    try:
        return _kinds(reader(text))
    except AuthorError as error:
        return error.message, error.place
    except (ValueError, TypeError, AssertionError) as error:
        return str(error)


def _kinds(data: Any) -> object:
    if isinstance(data, dict):
        return [(_kinds(key), _kinds(value)) for key, value in data.items()]
    return [_kinds(one) for one in data] if isinstance(data, list) else (type(data), repr(data))


def _told(event: Any) -> tuple[object, ...]:
    """What the readers of cases and of places take from an event."""
    mark = event.start_mark
    style = getattr(event, "style", None) or ""
    return (
        type(event).__name__,
        mark.line,
        mark.column,
        getattr(event, "value", None),
        style,
        getattr(event, "tag", None),
    )


def _marked(events: Any) -> list[tuple[object, ...]]:
    return [_told(event) for event in events if not type(event).__name__.startswith(("Stream", "Document"))
            and not type(event).__name__.endswith("EndEvent")]  # fmt: skip


@given(st.one_of(_TEXTS, _damaged()))
@example('["a":1]')
@example("|-\n#x")
@example("a: |# x\n  b")
@example("a: >-\n   \n     b\n  c")
@example("a\n...\n\n...\n")
@example("k: ")
@example("a: 1\na: 2")
@example("a: &x 1\nb: *x")
def test_a_text_says_the_same_to_both_readers(text: str) -> None:
    """Data, kinds of scalars, and the words and places of refusals."""
    assert _read(load_yaml, text) == _read(load_exactly, text)


@given(st.one_of(_TEXTS, _damaged()))
def test_everything_in_a_plain_text_stands_at_the_same_line_and_column(text: str) -> None:
    """A text that only one of them could read is not plain."""
    plain = plain_events(text)
    if plain is None:
        return
    try:
        exact = _marked(YAML(typ="safe", pure=True).parse(text))
    except YAMLError as error:
        pytest.fail(f"only the quick reader takes it: {error}")
    assert _marked(plain) == exact


@pytest.mark.parametrize("text", _SHIPPED, ids=range(len(_SHIPPED)))
def test_what_ships_is_plain(text: str) -> None:
    """Otherwise every start would wait for the exact reader."""
    assert plain_events(text) is not None
