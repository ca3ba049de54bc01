"""Everything that the pages are made from: definitions, their labels, and what became of each statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.definition.compiled import compile_definition
from engine.definition.reading import Source, read_definition
from engine.definition.registry import Registry
from engine.definition.schema import DefinitionSpec
from engine.definition.traceability import Trace
from engine.functions import REGISTRY
from pathways.registry import HERE, definition_files, load_catalogue, load_functions
from pathways.statements import trace_all


@dataclass(frozen=True)
class Book:
    """The definitions that ship, with what the pages say about them."""

    registry: Registry
    specs: Mapping[str, DefinitionSpec]
    traces: tuple[Trace, ...]
    reasons: Mapping[str, str]
    """The page of clinical reasons of each pathway, without its heading."""


def load_book() -> Book:
    """Read everything. A sentence with a mistake is shown as it is written: `careway check` is the place that complains."""
    load_functions()
    specs = {spec.pathway: spec for spec in (read_definition(Source.of(path)) for path in definition_files())}
    registry = Registry(load_catalogue(), REGISTRY)
    for spec in specs.values():
        registry.add(compile_definition(spec, spec.pathway, registry.catalogue, REGISTRY, specs, []))
    return Book(registry, specs, tuple(trace_all(specs)), {name: _reasons(name) for name in specs})


def _reasons(pathway: str) -> str:
    """The text of `reasons.md` with its headings one level down, to stand inside a page."""
    path = HERE / pathway / "reasons.md"
    if not path.is_file():
        return ""
    lines = path.read_text(encoding="utf-8").strip().splitlines()
    kept = lines[1:] if lines and lines[0].startswith("# ") else lines
    return "\n".join(f"#{line}" if line.startswith("#") else line for line in kept).strip()
