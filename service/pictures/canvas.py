"""Collects shapes and texts and gives them as SVG that a strict page may hold: classes instead of styles, everything escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from markupsafe import Markup

from service.docs.svg import text_width

Point = tuple[float, float]


@dataclass
class Canvas:
    """A drawing of a width and height in units of its own; on a screen one unit is one pixel where there is room."""

    width: float
    height: float
    title: str
    about: str = ""
    name: str = "picture"
    """Class and first part of the ids; unique within a page."""
    left: float = 0.0
    top: float = 0.0
    _parts: list[str] = field(default_factory=list)

    def rect(
        self, x: float, y: float, width: float, height: float, kind: str, *, round_: float = 3, tip: str = ""
    ) -> None:
        """A box; `tip` is shown when the pointer rests on it."""
        size = f'x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.5):.1f}" height="{height:.1f}" rx="{round_:g}"'
        self._shape("rect", size, kind, tip)

    def line(self, one: Point, other: Point, kind: str, tip: str = "") -> None:
        """A straight line."""
        ends = f'x1="{one[0]:.1f}" y1="{one[1]:.1f}" x2="{other[0]:.1f}" y2="{other[1]:.1f}"'
        self._shape("line", ends, kind, tip)

    def way(self, points: Sequence[Point], kind: str, *, closed: bool = False, tip: str = "", more: str = "") -> None:
        """A line through points; `closed` makes it an area. `more` is a trusted attribute."""
        steps = " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        self._shape("path", f'd="M{steps}{"z" if closed else ""}"{more}', kind, tip)

    def circle(self, at: Point, radius: float, kind: str, tip: str = "") -> None:
        """A dot."""
        self._shape("circle", f'cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{radius:g}"', kind, tip)

    def text(
        self, at: Point, text: str, *, size: float = 12, kind: str = "", anchor: str = "start", room: float = 0
    ) -> None:
        """A line of text on its base line; what does not fit into `room` ends in `…`."""
        shown = shortened(text, size, room) if room else text
        named = f" class={quoteattr(kind)}" if kind else ""
        whole = f"<title>{escape(text)}</title>" if shown != text else ""
        self._parts.append(
            f'<text{named} x="{at[0]:.1f}" y="{at[1]:.1f}" font-size="{size:g}" text-anchor="{anchor}">{escape(shown)}{whole}</text>'
        )

    def open_link(self, address: str, label: str) -> None:
        """What follows until `close_link` leads to an address of ours."""
        self._parts.append(f"<a href={quoteattr(address)} aria-label={quoteattr(label)}>")

    def close_link(self) -> None:
        """End what `open_link` began."""
        self._parts.append("</a>")

    def _shape(self, element: str, attributes: str, kind: str, tip: str) -> None:
        inner = f"<title>{escape(tip)}</title></{element}>" if tip else ""
        end = ">" if tip else "/>"
        self._parts.append(f"<{element} class={quoteattr(kind)} {attributes}{end}{inner}")

    def inner(self) -> Markup:
        """What was drawn, without its frame."""
        return Markup("\n".join(self._parts))  # noqa: S704 - every text above is escaped, every number formatted

    def svg(self, kind: str = "", *, linked: bool = False) -> Markup:
        """The drawing with its name for those who do not see it; one with links is a group, whose links are reached one by one."""
        frame = f"{self.left:.0f} {self.top:.0f} {self.width:.0f} {self.height:.0f}"
        role = "group" if linked else "img"
        about = f'<desc id="{self.name}-about">{escape(self.about)}</desc>' if self.about else ""
        described = f' aria-describedby="{self.name}-about"' if self.about else ""
        return Markup(  # noqa: S704 - as above
            f'<svg xmlns="http://www.w3.org/2000/svg" class="picture {kind}" viewBox="{frame}" width="{self.width:.0f}" '
            f'height="{self.height:.0f}" role="{role}" aria-labelledby="{self.name}-title"{described}>'
            f'<title id="{self.name}-title">{escape(self.title)}</title>{about}<g id="{self.name}-all" class="picture {kind}">{self.inner()}</g></svg>'
        )


def shortened(text: str, size: float, room: float) -> str:
    """The text, or as much of it as fits with an ellipsis."""
    if text_width(text, size) <= room:
        return text
    kept = text
    while kept and text_width(f"{kept}…", size) > room:
        kept = kept[:-1]
    return f"{kept.rstrip()}…" if kept else ""
