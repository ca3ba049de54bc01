"""Reads plain YAML quickly: the events of libyaml, some thirty times as fast as those of `ruamel.yaml`.

Plain is what our files are made of: mappings, lists and scalars in one document, printable characters, spaces and line
feeds. There the two readers agree, which a test holds on arbitrary texts. Everything else (tags, anchors, directives,
tabs, foreign line ends, mistakes) is left to `ruamel.yaml`, whose words and places a finding keeps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from ruamel.yaml import YAML, events
from yaml.cyaml import CParser

Event = Any
"""An event with `start_mark.line` and `start_mark.column`, both from 0."""

SCALAR = (yaml.ScalarEvent, events.ScalarEvent)
MAPPING = (yaml.MappingStartEvent, events.MappingStartEvent)
MAPPING_END = (yaml.MappingEndEvent, events.MappingEndEvent)
SEQUENCE = (yaml.SequenceStartEvent, events.SequenceStartEvent)
SEQUENCE_END = (yaml.SequenceEndEvent, events.SequenceEndEvent)
DOCUMENT = (yaml.DocumentStartEvent, events.DocumentStartEvent)
ALIAS = (yaml.AliasEvent, events.AliasEvent)

_NOT_PLAIN = re.compile(
    "[^\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"  # line ends and marks of one version only
    r"|[\"']:(?=\S)"  # a quoted key with its value close behind
    r"|[|>][-+0-9]*#"  # a comment close behind the sign of a block
    r"|^\.\.\.|^ +$",  # the end of a document; a line of spaces alone
    re.MULTILINE,
)
"""Where the two readers would differ; it may match more than that (inside quotes, say), at the price of time alone."""


def events_of(text: str) -> Iterator[Event]:
    """The events of a text, whichever reader they come from. Raises ruamel's `YAMLError`, perhaps while it is read."""
    found = plain_events(text)
    return iter(found) if found is not None else iter(YAML(typ="safe", pure=True).parse(text))


def plain_events(text: str) -> list[Event] | None:
    """The events of a plain document; None for a text that is for the exact reader."""
    if _NOT_PLAIN.search(text):
        return None
    parser = CParser(text)
    try:
        found = list(iter(parser.get_event, None))
    except yaml.YAMLError:
        return None
    finally:
        parser.dispose()
    return found if _is_plain(found) else None


def _is_plain(found: list[Event]) -> bool:
    """One document that holds a mapping or a list, and nothing special."""
    documents = sum(isinstance(event, yaml.DocumentStartEvent) for event in found)
    return documents == 1 and not isinstance(found[2], SCALAR) and not any(map(_is_special, found))


def _is_special(event: Event) -> bool:
    """What carries meaning beyond its text, and a value that is left out: the readers disagree about its place."""
    if isinstance(event, yaml.ScalarEvent) and event.implicit[0] and not event.value:
        return True
    return any(getattr(event, one, None) for one in ("anchor", "tag", "version", "tags"))
