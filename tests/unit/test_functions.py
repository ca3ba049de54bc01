"""Registered functions: one of each name is in force, older versions of it may be kept beside it."""

from __future__ import annotations

from typing import Any

import pytest

from engine import functions
from engine.errors import AuthorError
from engine.functions import Reader, function

WORDS: dict[str, Any] = {"en": "Score", "zh": "评分", "kind": "quantity"}


@pytest.fixture(autouse=True)
def _apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the test registers is forgotten afterwards."""
    monkeypatch.setattr(functions, "REGISTRY", {})
    monkeypatch.setattr(functions, "SUPERSEDED", {})


def one(_: Reader) -> int:
    return 1


def two(_: Reader) -> int:
    return 2


def test_a_name_is_taken_once() -> None:
    function("score", **WORDS)(one)
    function("score", **WORDS)(one)  # The same module, imported again.
    with pytest.raises(AuthorError, match="registered twice"):
        function("score", **WORDS)(two)


def test_an_older_version_stands_beside_the_one_in_force() -> None:
    function("score", **WORDS, version="2")(two)
    function("score", **WORDS, version="1", superseded=True)(one)
    assert functions.REGISTRY["score"].compute is two
    assert functions.SUPERSEDED["score", "1"].compute is one
    with pytest.raises(AuthorError, match="registered twice"):
        function("score", **WORDS, version="1", superseded=True)(two)
