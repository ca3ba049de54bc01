"""What a layout declares in its `message.toml`: purpose, audience, urgency, acknowledgement, variables with samples."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from notifications.faults import Fault

LANGUAGES = ("en", "zh")
FILE = "message.toml"
_TEXTS = ("purpose", "audience", "urgency", "acknowledgement")
_TABLES = ("headline", "outside", "inside", "words", "sample")


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is declared of one layout. Outside variables may leave the house; inside ones may not."""

    name: str
    purpose: str = ""
    audience: str = ""
    urgency: str = ""
    acknowledgement: str = ""
    valid_hours: int = 0
    """So long after the request the message is worth sending; 0: for ever."""
    headline: Mapping[str, str] = field(default_factory=dict)
    outside: Mapping[str, str] = field(default_factory=dict)
    """Meaning of each variable."""
    inside: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Words of the frame by language; in templates their names begin with `w_`."""
    sample: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """A value of each variable by language, for previews and tests."""


def read(folder: Path) -> tuple[Declaration, list[Fault]]:
    """The declaration in a folder, and what is wrong with it."""
    place = f"{folder.name}/{FILE}"
    try:
        content = tomllib.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return Declaration(folder.name), [Fault(place, f"It cannot be read: {error}.")]
    known = {key: content[key] for key in (*_TEXTS, "valid_hours", *_TABLES) if key in content}
    declaration = Declaration(folder.name, **known)
    return declaration, [*_unknown(place, content), *_incomplete(place, declaration)]


def _unknown(place: str, content: Mapping[str, Any]) -> Iterator[Fault]:
    for key in content:
        if key not in (*_TEXTS, "valid_hours", *_TABLES):
            yield Fault(place, f"There is no entry {key}.")


def _incomplete(place: str, one: Declaration) -> Iterator[Fault]:
    base = one.name.startswith("_")
    for key in _TEXTS:
        if not base and not getattr(one, key):
            yield Fault(place, f"{key} is not said.")
    for language in LANGUAGES:
        if not base and not one.headline.get(language):
            yield Fault(place, f"There is no headline in {language}.")
        samples = one.sample.get(language, {})
        for name in (*one.outside, *one.inside):
            if name not in samples:
                yield Fault(place, f"There is no sample of {name} in {language}.")
