"""The catalogue for a definition that was read with an older one: what the older one says holds, and it learns what is new.

Records are entered with today's catalogue. A version that runs on keeps its own word on every fact that it knows (ages,
classes, constants of drugs). A drug or fact that was added since is taken as today's catalogue has it: an exposure that
is recorded today must not be overlooked because the version is older than the drug's entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.catalogue.catalogue import Catalogue
from engine.catalogue.definition import FactDefinition


def overlay(older: Catalogue, today: Catalogue) -> Catalogue:
    """Both catalogues in one; on what both know the older one has the word."""
    if older.content_hash == today.content_hash:
        return today
    facts = {code: _joined(one, today.facts.get(code)) for code, one in older.facts.items()}
    return Catalogue(
        {**today.facts, **facts}, {**today.classes, **older.classes}, {**today.derived, **older.derived},
        _extras(older.extras, today.extras), older.content_hash,
    )  # fmt: skip


def _joined(older: FactDefinition, today: FactDefinition | None) -> FactDefinition:
    """The older definition of a fact, which also knows the values that were added since."""
    if today is None:
        return older
    return replace(
        older,
        values={**today.values, **older.values},
        value_aliases={**today.value_aliases, **older.value_aliases},
        broader={**today.broader, **older.broader},
    )


def _extras(older: Mapping[str, Any], today: Mapping[str, Any]) -> dict[str, Any]:
    found = {**today, **older}
    for key, value in older.items():
        if isinstance(value, Mapping) and isinstance(today.get(key), Mapping):
            found[key] = {**today[key], **value}
    return found


def incompatible(older: Catalogue, today: Catalogue) -> Iterator[str]:
    """What was taken away or means something else now, so that records of today would be misread by the older version."""
    for code, was in older.facts.items():
        now = today.facts.get(code)
        if now is None:
            yield f"the fact {code} is gone"
        else:
            yield from _changes(was, now)
    for name, group in older.classes.items():
        known = today.classes.get(name)
        if group.by_indication and (known is None or not known.by_indication):
            yield f"the class {name} no longer goes by indication"


def _changes(was: FactDefinition, now: FactDefinition) -> Iterator[str]:
    for name in ("kind", "unit", "multiple"):
        before, after = getattr(was, name), getattr(now, name)
        if before != after:
            yield f"{name} of {was.id} was {before} and is {after}"
    lost = [code for code in was.values if code not in now.values]
    if lost:
        yield f"{was.id} lost the value {lost[0]}"
