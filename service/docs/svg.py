"""Draws boxes, arrows, numbers and a legend as SVG text. Widths are estimated, since no font is at hand where pages are made."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from xml.sax.saxutils import escape

_NARROW, _WIDE = 0.56, 1.02
MARGIN = 24.0
LINE = 19.0
LEAST_WIDTH = 720.0


@dataclass(frozen=True)
class Box:
    """A box with its lines of text."""

    lines: tuple[str, ...]
    width: float
    height: float


def text_width(text: str, size: float) -> float:
    """Estimated width of a text: Chinese characters are as wide as high, Latin ones about half."""
    return size * sum(_WIDE if unicodedata.east_asian_width(one) in "WF" else _NARROW for one in text)


def ring_width(text: str) -> float:
    """Width of the ring around the numbers of an arrow."""
    return max(24.0, text_width(text, 12) + 14)


Spot = tuple[float, float]


def on_path(at: Mapping[str, float], points: Sequence[Mapping[str, float]], width: float, taken: list[Spot]) -> Spot:
    """The place of a number on its arrow: as near as possible to where it was planned, and not upon another number."""
    spots = sorted(_along(points), key=lambda spot: (spot[0] - at["x"]) ** 2 + (spot[1] - at["y"]) ** 2)
    free = (spot for spot in spots if all(abs(spot[0] - x) > width or abs(spot[1] - y) > 19 for x, y in taken))
    chosen = next(free, spots[0])
    taken.append(chosen)
    return chosen


def _along(points: Sequence[Mapping[str, float]]) -> Iterator[Spot]:
    """Points of a line of segments, some pixels apart."""
    for one, other in pairwise(points):
        dx, dy = other["x"] - one["x"], other["y"] - one["y"]
        steps = max(1, int((abs(dx) + abs(dy)) / 4))
        yield from ((one["x"] + dx * n / steps, one["y"] + dy * n / steps) for n in range(steps + 1))


@dataclass
class Canvas:
    """Collects what is drawn and gives it a frame that fits."""

    bounds: Mapping[str, Any]
    style: str
    title: str
    _parts: list[str] = field(default_factory=list)
    _below: float = 0.0
    _legend_width: float = 0.0

    def box(self, center: Mapping[str, float], box: Box, name: str) -> None:
        """A box around its centre, the first line larger."""
        left, top = center["x"] - box.width / 2, center["y"] - box.height / 2
        self._parts.append(
            f'<rect class="{name}" x="{left:.1f}" y="{top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="8"/>'
        )
        for number, line in enumerate(box.lines):
            size, kind = (14, "") if number == 0 else (12, ' class="zh"')
            y = top + 20 + 19 * number
            self._parts.append(
                f'<text{kind} x="{center["x"]:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="middle">{escape(line)}</text>'
            )

    def arrow(self, points: Sequence[Mapping[str, float]], name: str) -> None:
        """A line through points with an arrowhead at its end."""
        way = " L".join(f"{one['x']:.1f} {one['y']:.1f}" for one in points)
        head = "url(#auto)" if "auto" in name else "url(#move)"
        self._parts.append(f'<path class="{name}" d="M{way}" marker-end="{head}"/>')

    def number(self, spot: Spot, text: str, name: str) -> None:
        """The numbers of an arrow in a ring."""
        (x, y), width = spot, ring_width(text)
        self._parts.append(
            f'<rect class="{name}" x="{x - width / 2:.1f}" y="{y - 9:.1f}" width="{width:.1f}" height="18" rx="9"/>'
        )
        self._parts.append(
            f'<text class="no" x="{x:.1f}" y="{y + 4:.1f}" font-size="12" text-anchor="middle">{text}</text>'
        )

    def legend(self, items: list[str], notes: Iterable[str]) -> None:
        """What the numbers mean, in two columns where they fit, then the notes over the whole width."""
        left, top = self.bounds["min"]["x"], self.bounds["max"]["y"] + 34
        width = max(LEAST_WIDTH, self.bounds["max"]["x"] - self.bounds["min"]["x"])
        widest = max((text_width(one, 13) for one in items), default=0.0)
        columns = max(1, min(3, int(width // (widest + 24))))
        height = -(-len(items) // columns)
        for number, item in enumerate(items):
            x = left + (number // height) * (width / columns)
            self._text(x, top + LINE * (number % height), item)
        y = top + LINE * height
        for note in notes:
            for line in _wrapped(note, width):
                self._text(left, y, line)
                y += LINE
        self._text(left, y + 6, "Solid: a person acts. Dashed: the engine moves by itself. Thick frame: the end.")
        self._below, self._legend_width = y + 12, width

    def _text(self, x: float, y: float, text: str) -> None:
        self._parts.append(f'<text x="{x:.1f}" y="{y:.1f}" font-size="13">{escape(text)}</text>')

    def svg(self) -> str:
        """The whole drawing."""
        left, top = self.bounds["min"]["x"] - MARGIN, self.bounds["min"]["y"] - MARGIN
        width = max(self.bounds["max"]["x"] - self.bounds["min"]["x"], self._legend_width) + 2 * MARGIN
        height = max(self.bounds["max"]["y"], self._below) - self.bounds["min"]["y"] + 2 * MARGIN
        frame = f"{left:.0f} {top:.0f} {width:.0f} {height:.0f}"
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{frame}" width="{width:.0f}" height="{height:.0f}" role="img">',
            f"<title>{escape(self.title)}</title>", f"<style>{self.style.strip()}</style>", _HEADS,
            f'<rect x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
            *self._parts, "</svg>", "",
        ])  # fmt: skip


_HEADS = (
    "<defs>"
    + "".join(
        f'<marker id="{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0 1 L10 5 L0 9 z" fill="{colour}"/></marker>'
        for name, colour in (("move", "#33475c"), ("auto", "#8a4b08"))
    )
    + "</defs>"
)


def _wrapped(text: str, width: float) -> list[str]:
    """A text in lines that fit."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and text_width(f"{lines[-1]} {word}", 13) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word if not lines else f"    {word}")
    return lines
