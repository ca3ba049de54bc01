"""Two small good definitions, and what the checks say of them after an edit."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from engine.catalogue import Catalogue
from engine.definition.checking import check
from engine.definition.reading import Problem, Source
from engine.functions import REGISTRY
from pathways.registry import load_catalogue, load_functions

FOLDER = Path("tests/data/definitions/checked")
NAMES = ("course", "screen")


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The catalogue that ships, with the functions registered."""
    load_functions()
    return load_catalogue()


def text(name: str) -> str:
    """The text of one of the good definitions."""
    return (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


def edited(name: str, old: str, new: str) -> str:
    """The text with its only occurrence of `old` replaced."""
    whole = text(name)
    assert whole.count(old) == 1, f"{old!r} stands {whole.count(old)} times in {name}"
    return whole.replace(old, new)


def problems(name: str = "", new_text: str = "") -> list[Problem]:
    """All findings, with one definition replaced by another text."""
    sources = [Source(f"{one}.yaml", new_text if one == name else text(one)) for one in NAMES]
    return check(sources, catalogue(), REGISTRY)
