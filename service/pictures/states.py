"""The state diagram of a pathway with how many patients are in each stage; each stage leads to its list.

On paper a diagram is never shrunk until it cannot be read: the smallest letters are at least `PRINTED` points, and what does
not fit on one page of A4 then goes on over several, each overlapping its neighbour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from engine.definition.compiled import Definition
from engine.definition.graph import Move
from engine.definition.schema import DefinitionSpec
from service.docs.diagram import Arrow, Plan, laid_out, numbers, plan_of
from service.docs.svg import Box, Spot, on_path, ring_width, text_width
from service.pictures.canvas import Canvas, Point
from service.pictures.words import word

PRINTED = 7.0
"""Smallest letters on paper, in points."""
SMALLEST = 12.0
"""Smallest letters of the diagram, in its own units."""
PAGE = (527.0, 720.0)
"""Printable width and height of A4 in points, with margins of 12 mm and a heading."""
OVERLAP = 140.0
"""How much of its neighbour each part shows, in units of the diagram."""
MARGIN = 16.0


@dataclass(frozen=True, slots=True)
class Part:
    """One page of a diagram that does not fit on one."""

    frame: str
    """The `viewBox`."""
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Told:
    """A move in words: its number or letter, its label, and from where to where."""

    sign: str
    label: str
    way: str
    automatic: bool


@dataclass(frozen=True, slots=True)
class Diagram:
    """The picture, its parts for paper, and the same in words."""

    svg: Markup
    parts: tuple[Part, ...]
    moves: tuple[Told, ...]


@dataclass(frozen=True)
class _Laid:
    plan: Plan
    boxes: Mapping[str, Box]
    layout: Any


class _Key:
    """A version and a language, as the key of a cache."""

    def __init__(self, definition: Definition, language: str) -> None:
        self.definition, self.language = definition, language

    def __hash__(self) -> int:
        return hash((self.definition.hash, self.language))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and (other.definition.hash, other.language) == (
            self.definition.hash,
            self.language,
        )


@lru_cache(maxsize=128)
def _laid(key: _Key) -> _Laid:
    """Where everything goes; worked out once for each version and language, since it takes longer than all the rest."""
    spec = key.definition.spec
    plan = plan_of(key.definition.graph)
    boxes = {name: _box(spec, name, plan, key.language) for name in spec.stages}
    return _Laid(plan, boxes, laid_out(boxes, plan, spec.initial))


def diagram(definition: Definition, counts: Mapping[str, int], language: str, *, linked: bool = True) -> Diagram:
    """The diagram with the number of patients in each stage."""
    laid, spec = _laid(_Key(definition, language)), definition.spec
    canvas = _canvas(spec, laid.layout.bounds, language)
    for arrow, edge in zip(laid.plan.arrows, laid.layout.edges, strict=True):
        points = [(one["x"], one["y"]) for one in edge["points"]]
        canvas.way(points, "move auto" if arrow.automatic else "move")
        _head(canvas, points, "arrow auto" if arrow.automatic else "arrow")
    for node, name in zip(laid.layout.nodes, laid.boxes, strict=True):
        _stage(canvas, spec, name, laid.boxes[name], node["center"], counts.get(name, 0), language, linked=linked)
    _rings(canvas, laid)
    return Diagram(canvas.svg("states", linked=linked), _parts(canvas), tuple(_told(spec, laid.plan, language)))


def _canvas(spec: DefinitionSpec, bounds: Mapping[str, Any], language: str) -> Canvas:
    low, high = bounds["min"], bounds["max"]
    width, height = high["x"] - low["x"] + 2 * MARGIN, high["y"] - low["y"] + 2 * MARGIN
    title = str(getattr(spec.title, language))
    return Canvas(width, height, title, name="states", left=low["x"] - MARGIN, top=low["y"] - MARGIN)


def _box(spec: DefinitionSpec, name: str, plan: Plan, language: str) -> Box:
    label = str(getattr(spec.stages[name].label, language))
    arriving = [plan.letter(key) for key, moves in plan.wide.items() if any(move.target == name for move in moves)]
    leaving = [plan.letter(key) for key, moves in plan.back.items() if any(move.source == name for move in moves)]
    letters = "   ".join(f"{sign} {' '.join(found)}" for sign, found in (("⇠", arriving), ("↩", leaving)) if found)
    lines = (label, word("patients", language, "000000"), *([letters] if letters else []))
    width = max(text_width(line, 15.5 if n == 0 else SMALLEST) for n, line in enumerate(lines)) + 26
    return Box(lines, max(110.0, width), 20.0 * len(lines) + 8)


def _stage(
    canvas: Canvas, spec: DefinitionSpec, name: str, box: Box, center: Mapping[str, float], count: int, language: str, *, linked: bool,
) -> None:  # fmt: skip
    stage = spec.stages[name]
    kind = "first" if name == spec.initial else "last" if stage.terminal else ""
    left, top = center["x"] - box.width / 2, center["y"] - box.height / 2
    said = word("patients", language, str(count))
    open_here = linked and not stage.terminal
    if open_here:
        canvas.open_link(
            f"/pathways/{quote(spec.pathway, safe='')}/stages/{quote(name, safe='')}", f"{box.lines[0]}: {said}"
        )
    canvas.rect(left, top, box.width, box.height, f"box {kind}{' some' if count else ''}", round_=8)
    lines = [box.lines[0], "" if stage.terminal else said, *box.lines[2:]]
    for number, line in enumerate(lines):
        style = "label" if number == 0 else "count" if number == 1 and count else "quiet"
        canvas.text(
            (center["x"], top + 20 + 19 * number),
            line,
            size=14 if number == 0 else SMALLEST,
            kind=style,
            anchor="middle",
        )
    if open_here:
        canvas.close_link()


def _head(canvas: Canvas, points: Sequence[Point], kind: str) -> None:
    """The head of an arrow along its last stretch."""
    (x0, y0), (x, y) = next((pair for pair in _back(points) if pair[0] != pair[1]), (points[-2], points[-1]))
    length = max(((x - x0) ** 2 + (y - y0) ** 2) ** 0.5, 0.01)
    ux, uy = (x - x0) / length, (y - y0) / length
    tips = [(x, y), (x - 9 * ux - 4.5 * uy, y - 9 * uy + 4.5 * ux), (x - 9 * ux + 4.5 * uy, y - 9 * uy - 4.5 * ux)]
    canvas.way(tips, kind, closed=True)


def _back(points: Sequence[Point]) -> list[tuple[Point, Point]]:
    return [(points[n - 1], points[n]) for n in range(len(points) - 1, 0, -1)]


def _rings(canvas: Canvas, laid: _Laid) -> None:
    taken: list[Spot] = []
    for arrow, edge in zip(laid.plan.arrows, laid.layout.edges, strict=True):
        text = numbers(laid.plan, arrow)
        x, y = on_path(edge["label_anchor"], edge["points"], ring_width(text) / 2 + 14, taken)
        canvas.rect(
            x - ring_width(text) / 2, y - 9, ring_width(text), 18, "ring auto" if arrow.automatic else "ring", round_=9
        )
        canvas.text((x, y + 4), text, size=SMALLEST, kind="no", anchor="middle")


# --- paper ----------------------------------------------------------------------------------------------------------


def _parts(canvas: Canvas) -> tuple[Part, ...]:
    """The pages of a diagram at the scale at which its smallest letters are just large enough; none where one page is enough."""
    most_wide, most_high = (side * SMALLEST / PRINTED for side in PAGE)
    columns, rows = _pieces(canvas.width, most_wide), _pieces(canvas.height, most_high)
    if columns * rows == 1:
        return ()
    width = (canvas.width + OVERLAP * (columns - 1)) / columns
    height = (canvas.height + OVERLAP * (rows - 1)) / rows
    return tuple(
        Part(
            f"{canvas.left + column * (width - OVERLAP):.0f} {canvas.top + row * (height - OVERLAP):.0f} {width:.0f} {height:.0f}",
            round(width * PRINTED / SMALLEST), round(height * PRINTED / SMALLEST),
        )
        for row in range(rows) for column in range(columns)
    )  # fmt: skip


def _pieces(length: float, most: float) -> int:
    return 1 if length <= most else ceil((length - OVERLAP) / (most - OVERLAP))


# --- words ----------------------------------------------------------------------------------------------------------


def _told(spec: DefinitionSpec, plan: Plan, language: str) -> list[Told]:
    """Every move in words, drawn or not."""
    found = []
    for name, number in plan.numbers.items():
        arrows = [one for one in plan.arrows if name in one.triggers]
        way = "; ".join(_way(spec, one, language) for one in arrows)
        found.append(Told(str(number), label_of(spec, name, language), way, any(one.automatic for one in arrows)))
    for name, moves in (*plan.wide.items(), *plan.back.items()):
        label = label_of(spec, name, language)
        found.append(Told(plan.letter(name), label, _wide(spec, moves, language), moves[0].automatic))
    return found


def _way(spec: DefinitionSpec, arrow: Arrow, language: str) -> str:
    return f"{_stage_label(spec, arrow.source, language)} → {_stage_label(spec, arrow.target, language)}"


def _wide(spec: DefinitionSpec, moves: Sequence[Move], language: str) -> str:
    sources = list(dict.fromkeys(move.source for move in moves))
    left = {name for name, stage in spec.stages.items() if not stage.terminal}
    where = (
        word("everywhere", language)
        if left <= {*sources, *(move.target for move in moves)}
        else _labels(spec, sources, language)
    )
    to = (
        word("before", language)
        if moves[0].back
        else _labels(spec, list(dict.fromkeys(move.target for move in moves)), language)
    )
    return f"{where} → {to}"


def _labels(spec: DefinitionSpec, names: Sequence[str], language: str) -> str:
    return word("comma", language).join(_stage_label(spec, name, language) for name in names)


def _stage_label(spec: DefinitionSpec, name: str, language: str) -> str:
    return str(getattr(spec.stages[name].label, language))


def label_of(spec: DefinitionSpec, trigger: str, language: str) -> str:
    """What an action or automatic transition is called."""
    element = spec.actions.get(trigger) or spec.automatic.get(trigger)
    label = element.label if element else None
    return str(getattr(label, language)) if label else trigger.replace("_", " ")
