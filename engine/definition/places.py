"""Where each part of a definition stands in its text. It is asked only for findings, and is then as quick as reading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from engine.catalogue.plain_yaml import MAPPING, MAPPING_END, SCALAR, SEQUENCE, SEQUENCE_END, Event, events_of

Place = tuple[int, int]
"""Line and column, from 1."""


@dataclass(slots=True)
class _Part:
    """A mapping or list with the place of each entry, or a scalar as it is written."""

    entries: dict[str, tuple[Place, _Part]] = field(default_factory=dict)
    members: list[tuple[Place, _Part]] = field(default_factory=list)
    text: str = ""

    @property
    def name(self) -> str | None:
        """The id of a requirement, or the value of a row of a gate."""
        named = self.entries.get("id", self.entries.get("value"))
        return named[1].text if named is not None else None


def place_of(text: str, path: str) -> Place:
    """Line and column of a dotted path, or of its nearest existing part."""
    part, found = _parts(text), (1, 1)
    for key in path.split("."):
        step = _step(part, key)
        if step is None:
            break
        found, part = step
    return found


@lru_cache(maxsize=1)
def _parts(text: str) -> _Part:
    """The text of a definition that was read before: it has a document, without aliases."""
    events = events_of(text)
    return next(_part(event, events) for event in events if isinstance(event, (*MAPPING, *SEQUENCE, *SCALAR)))


def _part(event: Event, events: Iterator[Event]) -> _Part:
    if isinstance(event, MAPPING):
        return _Part(entries=_entries(events))
    if isinstance(event, SEQUENCE):
        return _Part(members=_members(events))
    return _Part(text=event.value)


def _entries(events: Iterator[Event]) -> dict[str, tuple[Place, _Part]]:
    found = {}
    for event in events:
        if isinstance(event, MAPPING_END):
            break
        key, value = _part(event, events), next(events)
        found[key.text] = (_place(event), _part(value, events))
    return found


def _members(events: Iterator[Event]) -> list[tuple[Place, _Part]]:
    found = []
    for event in events:
        if isinstance(event, SEQUENCE_END):
            break
        found.append((_place(event), _part(event, events)))
    return found


def _place(event: Event) -> Place:
    return event.start_mark.line + 1, event.start_mark.column + 1


_THROUGH = ("require", "passes", "first_of", "record", "open", "given", "anchor", "caller", "attributes")
"""Keys that a path may leave out: `guards.dose.igg_adequate` is `guards.dose.require.igg_adequate`."""

_Step = tuple[Place, _Part]


def _step(part: _Part, key: str) -> _Step | None:
    """The place of one part of a mapping or list, also behind a key that the path leaves out."""
    if part.members:
        return _of_list(part.members, key)
    if key in part.entries:
        return part.entries[key]
    inner = (_step(part.entries[name][1], key) for name in _THROUGH if name in part.entries)
    return next((found for found in inner if found is not None), None)


def _of_list(members: list[_Step], key: str) -> _Step | None:
    """An item by its number, or a requirement by its id, or a row of a gate by its value."""
    if key.isdigit():
        return members[int(key)] if int(key) < len(members) else None
    return next((one for one in members if one[1].name == key), None)
