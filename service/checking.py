"""All findings on definitions: what keeps one from being loaded, and what a closer look finds on those that load."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.definition.reading import Problem
from service.loading import Loaded


def check_pathways(loaded: Loaded, pathways: Iterable[str]) -> list[Problem]:
    """Findings on the pathways named, in the order of their files and lines."""
    found = [one for name in pathways for one in (*loaded.of(name), *_closer(loaded, name))]
    return sorted(dict.fromkeys(found), key=lambda one: (one.file, one.line, one.column))


def _closer(loaded: Loaded, pathway: str) -> list[Problem]:
    """A sound definition looked at closely; one that does not load has its findings already."""
    return []


def traced(loaded: Loaded, pathways: Iterable[str]) -> list[dict[str, Any]]:
    """Each statement with the elements of the definitions that express it."""
    return []
