"""What plausible lives are made of: the facts and parameters that the cases of all pathways record, with their dates loosened.

A random value of the catalogue would hardly ever let a treatment begin; the cases hold what clinicians do record.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from engine.catalogue.strict_yaml import load_yaml
from tests.source_tree import ROOT

ZONE = "Asia/Shanghai"
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?$")
_AHEAD = ("planned", "next", "expiry", "valid", "last_day", "start_date", "apheresis_date")
"""Parts of names whose dates lie in the future."""


@dataclass
class Material:
    """Values by fact, facts by pathway, parameters and signing roles by action."""

    values: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    facts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    parameters: dict[tuple[str, str], list[Mapping[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    usual: dict[str, Any] = field(default_factory=dict)
    """The value that is recorded most often."""


@cache
def material() -> Material:
    """Everything that the cases beside the pathways say."""
    found = Material()
    for path in sorted((ROOT / "pathways").glob("*/cases/*.yaml")):
        case = load_yaml(path.read_text(encoding="utf-8"), name=path.name)
        pathway = str(case.get("pathway", path.parts[-3]))
        for step in _steps(case):
            _read(found, pathway, step)
    for code, raws in found.values.items():
        found.usual[code] = max(raws, key=raws.count)
    return found


def _steps(case: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield {"facts": case.get("facts") or {}}
    yield from case.get("steps") or ()


def _read(found: Material, pathway: str, step: Mapping[str, Any]) -> None:
    for code, raw in (step.get("facts") or {}).items():
        for one in raw if isinstance(raw, list) else [raw]:
            found.values[code].append(one)
            found.facts[pathway].add(code)
    if "do" in step:
        found.parameters[str(step.get("pathway", pathway)), str(step["do"])].append(step.get("with") or {})


def loosened(raw: Any, now: datetime, chance: Random, name: str = "") -> Any:
    """The same value with every date in it moved near `now`: what lies ahead ahead, everything else behind."""
    if isinstance(raw, Mapping):
        return {key: loosened(value, now, chance, str(key)) for key, value in raw.items()}
    if isinstance(raw, list):
        return [loosened(one, now, chance, name) for one in raw]
    text = str(raw)
    if not _DAY.match(text):
        return raw
    ahead = any(part in name for part in _AHEAD)
    moved = (
        now + timedelta(days=chance.randint(1, 40)) if ahead else now - timedelta(minutes=chance.randint(0, 4 * 1440))
    )
    local = moved.astimezone(ZoneInfo(ZONE))
    return local.strftime("%Y-%m-%d %H:%M" if " " in text else "%Y-%m-%d")
