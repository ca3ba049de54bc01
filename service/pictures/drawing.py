"""Draws lanes over a period: once wide, with names at the left, and once narrow, with names above, so that a phone need not shrink it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date
from markupsafe import Markup

from engine.model import When
from service.docs.svg import text_width
from service.pictures.canvas import Canvas
from service.pictures.lanes import Lane, Limit, Mark
from service.pictures.period import Period
from service.pictures.words import word
from service.worklist.texts import shown_when

ROW, TALL, FLAT, AXIS, HEAD = 24.0, 76.0, 40.0, 22.0, 20.0
PAD = 8.0
FONT = 12.0
"""Smallest letters of a timeline, in its own units: 12 pixels on a screen, 6.8 points on a printed A4 page in portrait."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How wide a picture is, and where the names of its lanes stand."""

    kind: str
    width: float
    names: float
    """Room for names at the left; 0: each name has a line of its own above its lane."""


WIDE = Shape("wide", 1220, 262)
NARROW = Shape("narrow", 358, 0)


def drawn(lanes: Sequence[Lane], period: Period, now: datetime, language: str, title: str, *, name: str, known: datetime | None = None, chosen: Sequence[tuple[datetime, str]] = ()) -> tuple[Markup, Markup]:  # fmt: skip
    """The picture wide and narrow; `known` is the moment up to which things are known, where that is not now."""
    wide = _Drawing(lanes, period, now, language, WIDE, known, chosen).made(title, f"{name}-wide")
    narrow = _Drawing(lanes, period, now, language, NARROW, known, chosen).made(title, f"{name}-narrow")
    return wide, narrow


class _Drawing:
    def __init__(
        self, lanes: Sequence[Lane], period: Period, now: datetime, language: str, shape: Shape, known: datetime | None,
        chosen: Sequence[tuple[datetime, str]],
    ) -> None:  # fmt: skip
        self._lanes = [_seen(lane, period) for lane in lanes]
        self._period, self._now, self._language, self._shape, self._known = period, now, language, shape, known
        self._chosen = chosen

    def made(self, title: str, name: str) -> Markup:
        """The whole picture."""
        height = AXIS + sum(self._height(lane) for lane in self._lanes) + self._heads() + AXIS
        self._canvas = Canvas(self._shape.width, height, title, self._about(), name)
        self._grid(height)
        y, group = AXIS, ""
        for lane in self._lanes:
            if lane.group != group:
                y = self._head(lane.group, y)
                group = lane.group
            self._lane(lane, y)
            y += self._height(lane)
        self._today(height)
        return self._canvas.svg(f"timeline {self._shape.kind}")

    # --- frame ---

    @property
    def _room(self) -> float:
        return self._shape.width - self._shape.names - PAD

    def _x(self, part: float) -> float:
        return self._shape.names + min(1.0, max(0.0, part)) * self._room

    def _heads(self) -> float:
        return HEAD * len(dict.fromkeys(lane.group for lane in self._lanes))

    def _height(self, lane: Lane) -> float:
        named = 0.0 if self._shape.names else 15.0
        return _inner(lane) + named

    def _about(self) -> str:
        names = word("comma", self._language).join(
            dict.fromkeys(word(lane.group, self._language) for lane in self._lanes)
        )
        return f"{self._day(self._period.first)} – {self._day(self._period.last)}. {names}"

    def _grid(self, height: float) -> None:
        last = -100.0
        for tick in self._period.ticks():
            x = self._x(self._period.start(tick))
            self._canvas.line((x, AXIS - 4), (x, height - AXIS + 2), "grid")
            text = self._tick(tick)
            if x - last > text_width(text, 11) + 8 and x + text_width(text, 11) < self._shape.width:
                for y in (AXIS - 8, height - 6):
                    self._canvas.text((x + 2, y), text, size=11, kind="quiet")
                last = x

    def _tick(self, day: date) -> str:
        zh = self._language == "zh"
        if self._period.days <= 45:
            pattern = "M月d日" if zh else "d MMM"
        elif day.month == 1 or self._period.days > 1200:
            pattern = "y年" if zh and day.month == 1 else "y年M月" if zh else "MMM y"
        else:
            pattern = "M月" if zh else "MMM"
        return str(format_date(day, pattern, locale="zh_CN" if zh else "en_GB"))

    def _head(self, group: str, y: float) -> float:
        self._canvas.rect(0, y + 2, self._shape.width, HEAD - 4, "head", round_=0)
        self._canvas.text((4, y + 14), word(group, self._language), size=12, kind="headtext")
        return y + HEAD

    def _today(self, height: float) -> None:
        for moment, kind, text in self._moments():
            if self._period.shows(moment):
                x = self._x(self._period.part(moment))
                self._canvas.line((x, AXIS - 4), (x, height - AXIS + 2), kind)
                width = text_width(text, 11) + 8
                left = min(max(x - width / 2, self._shape.names), self._shape.width - width)
                self._canvas.rect(left, AXIS - 20, width, 16, f"{kind}box")
                self._canvas.text((left + 4, AXIS - 8), text, size=11, kind=f"{kind}text")

    def _moments(self) -> list[tuple[datetime, str, str]]:
        found = [(self._now, "today", word("today", self._language))]
        if self._known is not None:
            found.append((self._known, "known", word("known_at", self._language, self._day(self._known))))
        return [*found, *((moment, "known", text) for moment, text in self._chosen)]

    # --- lanes ---

    def _lane(self, lane: Lane, y: float) -> None:
        named = 0.0 if self._shape.names else 15.0
        title = f"{lane.title} ({lane.unit})" if lane.unit else lane.title
        room = self._shape.names - 44 if self._shape.names else self._shape.width - 10
        self._canvas.text((6, y + 15 if self._shape.names else y + 12), title, size=FONT, kind="name", room=room)
        top = y + named
        self._canvas.line(
            (self._shape.names, y + self._height(lane)), (self._shape.width - PAD, y + self._height(lane)), "row"
        )
        draw: Callable[[Lane, float], None] = self._values if lane.group == "values" else self._row
        draw(lane, top)

    def _row(self, lane: Lane, top: float) -> None:
        middle = top + ROW / 2
        for mark in lane.marks:
            if mark.sign == "bar":
                self._bar(mark, top)
            elif mark.until is not None and lane.group == "tasks":
                self._task(mark, middle)
            else:
                self._sign(mark, self._x(self._period.part(mark.at)), middle)

    def _bar(self, mark: Mark, top: float) -> None:
        left = self._x(self._period.start(mark.at))
        right = self._x(1.0 if mark.open or mark.until is None else self._period.end(mark.until))
        if mark.open:
            right = max(left + 3, self._x(self._period.part(self._known or self._now)))
        width = max(right - left, 3)
        self._canvas.rect(left, top + 4, width, ROW - 8, f"bar {mark.tone}{_marked(mark)}", tip=self._tip(mark))
        if width > 26:
            self._canvas.text((left + 5, top + 16), mark.label, size=FONT, kind=f"on {mark.tone}", room=width - 9)

    def _task(self, mark: Mark, y: float) -> None:
        assert mark.until is not None
        left, right = self._x(self._period.start(mark.at)), self._x(self._period.end(mark.until))
        self._canvas.rect(left, y - 4, max(right - left, 2), 8, f"window {mark.tone}", tip=self._tip(mark))
        if mark.due is not None and self._period.shows(mark.due):
            self._sign(mark, self._x(self._period.part(mark.due)), y)

    def _sign(self, mark: Mark, x: float, y: float) -> None:
        """Each sign has a shape of its own, so that no meaning hangs on a colour."""
        kind, tip = f"sign {mark.tone}{_marked(mark)}", self._tip(mark)
        if mark.sign in ("missed", "omitted", "cancelled"):
            self._cross(x, y, kind, tip, whole=mark.sign == "missed")
        elif mark.sign in _SHAPES:
            self._canvas.way([(x + dx, y + dy) for dx, dy in _SHAPES[mark.sign]], kind, closed=True, tip=tip)
        else:
            self._canvas.circle((x, y), 5, f"{kind}{' hollow' if mark.sign == 'due' else ''}", tip)

    def _cross(self, x: float, y: float, kind: str, tip: str, *, whole: bool) -> None:
        self._canvas.way([(x - 5, y + 5), (x + 5, y - 5)], f"{kind} stroke", tip=tip)
        if whole:
            self._canvas.way([(x - 5, y - 5), (x + 5, y + 5)], f"{kind} stroke", tip=tip)

    # --- values ---

    def _values(self, lane: Lane, top: float) -> None:
        scale = _Scale(lane, top + 12, top + _inner(lane) - 8)
        shown = [mark for mark in lane.marks if mark.value is not None]
        self._limits(lane.limits, scale)
        for text, value in scale.ends() if self._shape.names else ():
            at = (self._shape.names - 6, scale.y(value) + 4)
            self._canvas.text(at, text, size=10, kind="quiet", anchor="end")
        points = [
            (self._x(self._period.part(one.at)), scale.y(one.value))
            for one in shown
            if one.value is not None and not one.ghost
        ]
        if len(points) > 1:
            self._canvas.way(points, "curve")
        for mark in shown:
            assert mark.value is not None
            at_y = scale.y(mark.value)
            self._canvas.circle(
                (self._x(self._period.part(mark.at)), at_y), 4, f"point{_marked(mark)}", self._tip(mark)
            )
        self._last(shown, scale)

    def _last(self, shown: Sequence[Mark], scale: _Scale) -> None:
        """The newest value in words beside its point."""
        if not shown:
            return
        mark = shown[-1]
        assert mark.value is not None
        x, width = self._x(self._period.part(mark.at)), text_width(mark.label, 11)
        left = x + 8 if x + 8 + width < self._shape.width - PAD else x - 8 - width
        self._canvas.text((left, scale.y(mark.value) - 6), mark.label, size=11, kind="value")

    def _limits(self, limits: Iterable[Limit], scale: _Scale) -> None:
        taken: list[float] = []
        for limit in limits:
            if not scale.holds(limit.value):
                continue
            y = scale.y(limit.value)
            self._canvas.line(
                (self._shape.names, y), (self._shape.width - PAD, y), f"limit {limit.kind}", "\n".join(limit.sources)
            )
            if all(abs(y - other) > 11 for other in taken):
                at = (self._shape.width - PAD - 4, y - 3)
                text = word("comma", self._language).join((limit.text, word(limit.kind, self._language)))
                self._canvas.text(at, text, size=10, kind=f"limittext {limit.kind}", anchor="end")
                taken.append(y)

    # --- words ---

    def _tip(self, mark: Mark) -> str:
        when = self._day(mark.due or mark.at)
        parts = [mark.label, when, mark.detail, mark.state, mark.changed]
        return " · ".join(part for part in parts if part)

    def _day(self, when: When) -> str:
        return shown_when(when.isoformat(), self._period.zone, self._language)


_SHAPES: dict[str, tuple[tuple[float, float], ...]] = {
    "given": ((0, -7), (6, 0), (0, 7), (-6, 0)),
    "event": ((-6, -5), (6, -5), (0, 6)),
    "late": ((-6, 5), (6, 5), (0, -6)),
    "overdue": ((-6, 5), (6, 5), (0, -6)),
    "message": ((-6, -4), (6, -4), (6, 4), (-6, 4)),
    "suspended": ((-5, -5), (5, -5), (5, 5), (-5, 5)),
}
"""Outlines around a place."""


def _inner(lane: Lane) -> float:
    """Height of a lane without the line of its name; a single value without limits needs little."""
    if lane.group != "values":
        return ROW
    return TALL if lane.limits or len(lane.marks) > 1 else FLAT


def _marked(mark: Mark) -> str:
    """Classes of what was not known then, or stands otherwise now."""
    return f"{' ghost' if mark.ghost else ''}{' changed' if mark.changed else ''}"


def _seen(lane: Lane, period: Period) -> Lane:
    """The lane with the marks that the period shows."""
    return lane.with_marks(tuple(mark for mark in lane.marks if within(mark, period)))


def within(mark: Mark, period: Period) -> bool:
    """Whether a period shows a mark: a span that reaches into it, a moment in it, a task whose day or window is in it."""
    if mark.open or mark.until is not None:
        return period.meets(mark.at, None if mark.open else mark.until) or (
            mark.due is not None and period.shows(mark.due)
        )
    return period.shows(mark.at)


class _Scale:
    """From values to heights: what was measured, and the limits that are not far from it."""

    def __init__(self, lane: Lane, top: float, bottom: float) -> None:
        values = [mark.value for mark in lane.marks if mark.value is not None] or [Decimal(0)]
        low, high = min(values), max(values)
        span = max(high - low, abs(high) / 2, Decimal("0.5"))
        near = [one.value for one in lane.limits if low - 2 * span <= one.value <= high + 2 * span]
        self._low, self._high = min([low, *near]), max([high, *near])
        if self._low == self._high:
            self._low, self._high = self._low - span / 2, self._high + span / 2
        self._top, self._bottom = top, bottom
        self._measured = (low, high)

    def holds(self, value: Decimal) -> bool:
        """Whether a value is within the scale."""
        return self._low <= value <= self._high

    def y(self, value: Decimal) -> float:
        """The height of a value."""
        part = float((value - self._low) / (self._high - self._low))
        return self._bottom - part * (self._bottom - self._top)

    def ends(self) -> list[tuple[str, Decimal]]:
        """The lowest and highest measured value as text."""
        low, high = self._measured
        return [(_plain(one), one) for one in dict.fromkeys((low, high))]


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
