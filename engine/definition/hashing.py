"""What the hash of a version covers: the text, the catalogue, the functions' versions, and settings of other pathways that it reads.

The hash stands for what a version decides. The engine is no part of it: a release may judge a sentence more exactly, which
its changelog tells, and the audit keeps the evidence of every decision as it was made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from engine.codec import canonical
from engine.definition.schema import DefinitionSpec, Setting
from engine.functions import Function

_FOREIGN = re.compile(r"\bsetting\.([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)")
Borrowed = Mapping[str, Setting]
"""By `pathway.setting`."""


def content_hash(text: str, catalogue: str, functions: Mapping[str, str], settings: Mapping[str, Any]) -> str:
    """The hash; `catalogue` is that of the catalogue, `functions` are versions by name, `settings` are `borrowed_json`."""
    versions = ",".join(f"{name}:{version}" for name, version in sorted(functions.items()))
    parts = [sha256(text.encode()).hexdigest(), catalogue, versions]
    parts += [canonical(settings).decode()] if settings else []
    return sha256("|".join(parts).encode()).hexdigest()[:16]


def versions_of(functions: Mapping[str, Function]) -> dict[str, str]:
    """The version of every function by its name."""
    return {name: one.version for name, one in functions.items()}


def borrowed_settings(text: str, own: str, specs: Mapping[str, DefinitionSpec]) -> dict[str, Setting]:
    """The settings of other pathways that a definition's text names, as they are in `specs`."""
    found = {}
    for pathway, name in sorted(set(_FOREIGN.findall(text))):
        spec = specs.get(pathway)
        if pathway != own and spec is not None and name in spec.settings:
            found[f"{pathway}.{name}"] = spec.settings[name]
    return found


def borrowed_json(borrowed: Borrowed) -> dict[str, Any]:
    """What of them decides, JSON-ready."""
    return {name: {"value": one.value, "unit": one.unit} for name, one in borrowed.items()}


def borrowed_of(settings: Mapping[str, Any]) -> dict[str, Setting]:
    """The inverse of `borrowed_json`."""
    return {name: Setting(value=one["value"], unit=one["unit"], reason="archived") for name, one in settings.items()}
