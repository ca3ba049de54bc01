"""The state graph as Mermaid text, which code hosts draw and version control compares."""

from __future__ import annotations

from engine.definition.graph import StateGraph
from engine.definition.schema import DefinitionSpec


def mermaid(spec: DefinitionSpec, graph: StateGraph) -> str:
    """A `stateDiagram-v2`; moves between the same two stages share an arrow. Automatic ones bear a `*`."""
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{_plain(stage.label.en)}" as {name}' for name, stage in spec.stages.items()]
    lines.append(f"    [*] --> {spec.initial}")
    pairs: dict[tuple[str, str], list[str]] = {}
    for move in graph.moves:
        if move.source != move.target:
            pairs.setdefault((move.source, move.target), []).append(f"{move.trigger}{'*' if move.automatic else ''}")
    lines += [f"    {one} --> {other} : {', '.join(dict.fromkeys(names))}" for (one, other), names in pairs.items()]
    lines += [f"    {name} --> [*]" for name, stage in spec.stages.items() if stage.terminal]
    return "\n".join([*lines, "```"])


def _plain(text: str) -> str:
    return text.replace('"', "'").replace("\n", " ")
