"""Reads YAML as data should be read: 1.2 scalars, no duplicate keys, no aliases, bounded size.

`NO` and `12:30` stay text. Plain documents are read by `plain_yaml` in a thirtieth of the time; the exact reader has the
last word on everything else, and finds every mistake. What a scalar means is asked of the exact reader in both cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import ScalarNode

from engine.catalogue.plain_yaml import MAPPING, MAPPING_END, SCALAR, SEQUENCE_END, Event, plain_events
from engine.errors import AuthorError

_LARGEST = 512 * 1024


class _NoAliases(Composer):
    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.parser.check_event(AliasEvent):
            event = self.parser.peek_event()
            raise AuthorError(
                "aliases are not allowed", place=f"line {event.start_mark.line + 1}", remedy="Write the value out."
            )
        return super().compose_node(parent, index)


def load_yaml(text: str, *, name: str = "catalogue") -> Any:
    """Plain Python data of one YAML document; raises `AuthorError` with the line of the mistake."""
    if len(text.encode()) > _LARGEST:
        raise AuthorError(f"larger than {_LARGEST // 1024} KB", place=name, remedy="Split the file.")
    found = plain_events(text)
    if found is None:
        return load_exactly(text, name=name)
    try:
        return _document(found)
    except (_NotPlain, YAMLError, ValueError, RecursionError):
        return load_exactly(text, name=name)


def load_exactly(text: str, *, name: str = "catalogue") -> Any:
    """The same by the exact reader alone, for what is not plain."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = _NoAliases
    try:
        return yaml.load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        raise AuthorError(
            str(getattr(error, "problem", None) or error), place=place, remedy="Correct the YAML."
        ) from None


class _NotPlain(Exception):
    """A key that is no text, occurs twice or merges: for the exact reader."""


def _document(events: list[Event]) -> Any:
    """The data of a plain document; its events begin with those of the stream and of the document."""
    remaining = islice(events, 2, None)
    return _data(next(remaining), remaining)


def _data(event: Event, events: Iterator[Event]) -> Any:
    if isinstance(event, SCALAR):
        return _meaning(event.value) if event.implicit[0] else event.value
    return _mapping(events) if isinstance(event, MAPPING) else _sequence(events)


def _mapping(events: Iterator[Event]) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for event in events:
        if isinstance(event, MAPPING_END):
            break
        if not isinstance(event, SCALAR) or event.value == "<<":
            raise _NotPlain
        key = _data(event, events)
        if key in found:
            raise _NotPlain
        found[key] = _data(next(events), events)
    return found


def _sequence(events: Iterator[Event]) -> list[Any]:
    found = []
    for event in events:
        if isinstance(event, SEQUENCE_END):
            break
        found.append(_data(event, events))
    return found


_EXACT = YAML(typ="safe", pure=True)
_TELLING = frozenset("tTfFnN~<=-+.0123456789")
"""How an unquoted scalar begins that may be something else than text; an empty one is."""


def _meaning(text: str) -> Any:
    """What an unquoted scalar means."""
    return _exact_meaning(text) if text[:1] in _TELLING or not text else text


@lru_cache(maxsize=4096)
def _exact_meaning(text: str) -> Any:
    tag = _EXACT.resolver.resolve(ScalarNode, text, (True, False))
    return _EXACT.constructor.construct_non_recursive_object(ScalarNode(tag, text))
