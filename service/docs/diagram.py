"""The state graph as SVG: boxes by graphlay, arrows numbered, the numbers explained below. Readable on a screen and on A4.

A move that is possible from many stages would hide the others, so it is written below its target instead of drawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import graphlay

from engine.definition.graph import Move, StateGraph
from engine.definition.schema import DefinitionSpec
from service.docs.svg import Box, Canvas, Spot, on_path, ring_width, text_width

MANY = 4
"""A trigger that leads from at least so many stages to one is not drawn as arrows."""

_STYLE = """
text{font-family:system-ui,"Noto Sans CJK SC","Noto Sans SC","PingFang SC","Microsoft YaHei","WenQuanYi Zen Hei",sans-serif;fill:#16202c}
.zh{fill:#4a5766} .box{fill:#f4f7fb;stroke:#33475c;stroke-width:1.4} .first{fill:#e3f0e6;stroke:#2c6e3f} .last{fill:#ececee;stroke:#5b5b66;stroke-width:3}
.move{fill:none;stroke:#33475c;stroke-width:1.4} .auto{stroke-dasharray:6 4;stroke:#8a4b08} .no{font-weight:600}
.ring{fill:#fff;stroke:#33475c} .autoring{fill:#fff;stroke:#8a4b08}
"""


@dataclass(frozen=True)
class Arrow:
    """All moves of one kind between two stages, drawn as one arrow that bears the numbers of its triggers."""

    source: str
    target: str
    triggers: tuple[str, ...]
    automatic: bool


@dataclass(frozen=True)
class Plan:
    """What is drawn, and what is written below instead."""

    arrows: tuple[Arrow, ...]
    numbers: dict[str, int]
    """Of triggers that are drawn."""
    wide: dict[str, list[Move]]
    """Moves from many stages, by trigger."""
    back: dict[str, list[Move]]
    """Moves to the previous stage, by trigger."""

    def letter(self, trigger: str) -> str:
        """The letter of a trigger that is not drawn."""
        return chr(ord("a") + [*self.wide, *self.back].index(trigger))


def state_diagram(spec: DefinitionSpec, graph: StateGraph) -> str:
    """The diagram as a standalone SVG."""
    plan = plan_of(graph)
    boxes = {name: _box(spec, name, plan) for name in spec.stages}
    layout = laid_out(boxes, plan, spec.initial)
    canvas = Canvas(layout.bounds, _STYLE, spec.title.en)
    taken: list[Spot] = []
    for arrow, edge in zip(plan.arrows, layout.edges, strict=True):
        canvas.arrow(edge["points"], "move auto" if arrow.automatic else "move")
    for node, (name, box) in zip(layout.nodes, boxes.items(), strict=True):
        canvas.box(node["center"], box, _class(spec, name))
    for arrow, edge in zip(plan.arrows, layout.edges, strict=True):
        text = numbers(plan, arrow)
        spot = on_path(edge["label_anchor"], edge["points"], ring_width(text) / 2 + 14, taken)
        canvas.number(spot, text, "autoring" if arrow.automatic else "ring")
    canvas.legend([f"{number}  {_label_of(spec, name)}" for name, number in plan.numbers.items()], _notes(spec, plan))
    return canvas.svg()


def plan_of(graph: StateGraph) -> Plan:
    """What is drawn as an arrow, and what is told in words."""
    moves = [move for move in graph.moves if move.source != move.target]
    by_end: dict[tuple[str, str], list[Move]] = {}
    for move in moves:
        by_end.setdefault((move.target, move.trigger), []).append(move)
    many = {move.trigger for found in by_end.values() if len(found) >= MANY for move in found if not move.back}
    wide: dict[str, list[Move]] = {}
    back: dict[str, list[Move]] = {}
    drawn: dict[tuple[str, str, bool], list[str]] = {}
    for move in moves:
        if move.back or move.trigger in many:
            (back if move.back else wide).setdefault(move.trigger, []).append(move)
        else:
            drawn.setdefault((move.source, move.target, move.automatic), []).append(move.trigger)
    arrows = tuple(Arrow(one, other, tuple(dict.fromkeys(names)), auto) for (one, other, auto), names in drawn.items())
    triggers = dict.fromkeys(name for arrow in arrows for name in arrow.triggers)
    return Plan(arrows, {name: number for number, name in enumerate(triggers, start=1)}, wide, back)


def numbers(plan: Plan, arrow: Arrow) -> str:
    """The numbers that stand on an arrow."""
    return " ".join(str(plan.numbers[name]) for name in arrow.triggers)


def _box(spec: DefinitionSpec, name: str, plan: Plan) -> Box:
    label = spec.stages[name].label
    arriving = [plan.letter(key) for key, moves in plan.wide.items() if any(move.target == name for move in moves)]
    leaving = [plan.letter(key) for key, moves in plan.back.items() if any(move.source == name for move in moves)]
    letters = "   ".join(f"{sign} {' '.join(found)}" for sign, found in (("⇠", arriving), ("↩", leaving)) if found)
    lines = [label.en, label.zh] + ([letters] if letters else [])
    width = max(text_width(line, 14 if n == 0 else 12) for n, line in enumerate(lines)) + 26
    return Box(tuple(lines), max(96.0, width), 20.0 * len(lines) + 8)


def _class(spec: DefinitionSpec, name: str) -> str:
    if name == spec.initial:
        return "box first"
    return "box last" if spec.stages[name].terminal else "box"


def laid_out(boxes: dict[str, Box], plan: Plan, initial: str) -> graphlay.Layout:
    """Where boxes and arrows go."""
    drawing = graphlay.Graph()
    for name, box in boxes.items():
        drawing.node(name, width=box.width, height=box.height, rank="first" if name == initial else "free")
    for arrow in plan.arrows:
        size = {"width": ring_width(numbers(plan, arrow)) + 4, "height": 22.0}
        drawing.edge(arrow.source, arrow.target, weight=0.4 if arrow.automatic else 1.0, label_size=size)
    return graphlay.layout(drawing, options={"direction": "topbottom"})


def _label_of(spec: DefinitionSpec, trigger: str) -> str:
    element = spec.actions.get(trigger) or spec.automatic.get(trigger)
    label = element.label if element else None
    return label.en if label else trigger.replace("_", " ")


def _notes(spec: DefinitionSpec, plan: Plan) -> list[str]:
    """What is not drawn: from many stages, and back to the previous one."""
    notes = []
    for trigger, moves in plan.wide.items():
        to = _labels(spec, dict.fromkeys(move.target for move in moves))
        sources = dict.fromkeys(move.source for move in moves)
        left = {name for name, stage in spec.stages.items() if not stage.terminal}
        where = "every open stage" if left <= set(sources) | {move.target for move in moves} else _labels(spec, sources)
        notes.append(f"{plan.letter(trigger)}  {_label_of(spec, trigger)} → {to}; from {where}")
    for trigger, moves in plan.back.items():
        where = _labels(spec, dict.fromkeys(move.source for move in moves))
        notes.append(f"{plan.letter(trigger)}  {_label_of(spec, trigger)} → the stage before; from {where}")
    return notes


def _labels(spec: DefinitionSpec, names: Iterable[str]) -> str:
    return ", ".join(spec.stages[name].label.en for name in names)
