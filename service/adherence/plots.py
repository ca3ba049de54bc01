"""Pictures of sections as SVG, drawn on the server: colours and sizes come from the style sheet, words from the section.

A picture never stands alone: the table of the same section says every number of it. Texts are escaped here, because SVG
goes into pages unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from service.adherence.sections import Bars, Section, Stairs

WIDTH, LABEL, BAR, GAP = 860, 300, 18, 8
MOST_BARS = 30
"""Most rows that are drawn, those with the most in them first; the table has all."""
HEIGHT = 300


def plot(section: Section) -> str:
    """The picture of a section; empty where it has none or nothing to show."""
    if not section.rows or section.picture is None:
        return ""
    return _bars(section, section.picture) if isinstance(section.picture, Bars) else _stairs(section, section.picture)


def legend(section: Section) -> list[tuple[str, str]]:
    """The parts of the bars that occur, with their labels, for the line below the picture."""
    if not isinstance(section.picture, Bars) or len(section.picture.parts) < 2:
        return []
    labels = {one.id: one.label for one in section.columns}
    used = [part for part in section.picture.parts if any(row.get(part) for row in section.rows)]
    return [(part, labels[part]) for part in used]


def _svg(section: Section, height: float, content: str) -> str:
    name = f"plot-{section.id}"
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-labelledby="{name}-title" '
        f'xmlns="http://www.w3.org/2000/svg"><title id="{name}-title">{escape(section.title)}</title>{content}</svg>'
    )


# --- bars -----------------------------------------------------------------------------------------------------------


def _bars(section: Section, picture: Bars) -> str:
    drawn = [row for row in section.rows if _total(row, picture)]
    drawn = sorted(drawn, key=lambda row: -_total(row, picture))[:MOST_BARS]
    if not drawn:
        return ""
    shared = len(picture.parts) == 1
    most = max(_total(row, picture) for row in drawn)
    parts = [_bar(number, row, picture, most if shared else _total(row, picture)) for number, row in enumerate(drawn)]
    return _svg(section, len(drawn) * (BAR + GAP) + GAP, "".join(parts))


def _total(row: Mapping[str, Any], picture: Bars) -> int:
    return sum(int(row.get(part) or 0) for part in picture.parts)


def _bar(number: int, row: Mapping[str, Any], picture: Bars, full: int) -> str:
    top = GAP + number * (BAR + GAP)
    room, left = WIDTH - LABEL - 70, float(LABEL)
    drawn = [
        f'<text class="label" x="{LABEL - 8}" y="{top + 14}">{escape(_short(str(row.get(picture.label) or "")))}</text>'
    ]
    for part in picture.parts:
        count = int(row.get(part) or 0)
        if count:
            width = room * count / full
            drawn.append(_segment(part, left, top, width, count))
            left += width
    drawn.append(f'<text class="total" x="{left + 6:.1f}" y="{top + 14}">{_total(row, picture)}</text>')
    return "".join(drawn)


def _segment(part: str, left: float, top: float, width: float, count: int) -> str:
    box = f'<rect class="part k-{part}" x="{left:.1f}" y="{top}" width="{max(width, 1):.1f}" height="{BAR}"><title>{count}</title></rect>'
    wide = width >= 9 * len(str(count)) + 8
    return box + (
        f'<text class="inside k-{part}" x="{left + width / 2:.1f}" y="{top + 13}">{count}</text>' if wide else ""
    )


def _short(text: str, most: int = 44) -> str:
    """A label that fits; Chinese characters count double."""
    room = most
    for place, char in enumerate(text):
        room -= 2 if "\u2e80" <= char <= "\uffef" else 1
        if room < 0:
            return f"{text[:place]}…"
    return text


# --- the curve --------------------------------------------------------------------------------------------------------


def _stairs(section: Section, picture: Stairs) -> str:
    left, right, top, bottom = 56, WIDTH - 24, 12, HEIGHT - 40
    longest = max(float(row[picture.x]) for row in section.rows) or 1.0

    def x(value: float) -> float:
        return left + (right - left) * value / longest

    def y(value: float) -> float:
        return bottom - (bottom - top) * value

    points = _corners(section.rows, picture)
    band = [(x(a), y(high)) for a, _, _, high in points] + [(x(a), y(low)) for a, _, low, _ in reversed(points)]
    label = next(one.label for one in section.columns if one.id == picture.x)
    drawn = [
        *_axes(left, right, top, bottom, longest, label),
        f'<polygon class="band" points={quoteattr(_path(band))}/>',
        f'<polyline class="curve" points={quoteattr(_path([(x(a), y(b)) for a, b, _, _ in points]))}/>',
        *(
            f'<line class="tick" x1="{x(row[picture.x]):.1f}" x2="{x(row[picture.x]):.1f}" y1="{y(row[picture.y]) - 5:.1f}" '
            f'y2="{y(row[picture.y]) + 5:.1f}"/>'
            for row in section.rows
            if row.get("censored")
        ),
    ]
    return _svg(section, HEIGHT, "".join(drawn))


def _corners(rows: Sequence[Mapping[str, Any]], picture: Stairs) -> list[tuple[float, float, float, float]]:
    """The line with its limits: level until something happens, then straight down."""
    points = [(0.0, 1.0, 1.0, 1.0)]
    for row in rows:
        at = float(row[picture.x])
        points.append((at, *points[-1][1:]))
        points.append((at, float(row[picture.y]), float(row[picture.low]), float(row[picture.high])))
    return points


def _axes(left: float, right: float, top: float, bottom: float, longest: float, label: str) -> Iterator[str]:
    for share in (0, 0.25, 0.5, 0.75, 1):
        height = bottom - (bottom - top) * share
        yield f'<line class="grid" x1="{left}" x2="{right}" y1="{height:.1f}" y2="{height:.1f}"/>'
        yield f'<text class="label" x="{left - 8}" y="{height + 4:.1f}">{share:.0%}</text>'
    for quarter in range(5):
        place = left + (right - left) * quarter / 4
        yield f'<text class="middle" x="{place:.1f}" y="{bottom + 18}">{longest * quarter / 4:.0f}</text>'
    yield f'<text class="middle" x="{(left + right) / 2:.1f}" y="{bottom + 34}">{escape(label)}</text>'


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
