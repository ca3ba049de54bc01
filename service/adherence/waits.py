"""The sections on time between stages: a line for each pair of stages that somebody went through, and one curve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.adherence.courses import Course, Wait, moves, wait
from engine.adherence.survival import kaplan_meier
from service.adherence.sections import Section, Stairs

if TYPE_CHECKING:
    from service.adherence.report import Builder

MOST_PAIRS = 40
"""Most pairs of stages in the table, the most frequent first."""


def wait_sections(builder: Builder, courses: Sequence[Course]) -> list[Section]:
    """The table of waits, and the curve of the pair that is asked for, else of the most frequent one."""
    pairs = Counter((move.before, move.after) for course in courses for move in moves(course))
    now = builder.wanted.now
    waits = [wait(courses, begin, end, now) for (begin, end), _ in pairs.most_common(MOST_PAIRS)]
    chosen = _chosen(builder, waits, courses)
    table = _table(builder, waits)
    return [table] if chosen is None else [table, _curve(builder, chosen)]


def _chosen(builder: Builder, waits: Sequence[Wait], courses: Sequence[Course]) -> Wait | None:
    asked = builder.wanted.asked
    if asked.start and asked.goal:
        return wait(courses, asked.start, asked.goal, builder.wanted.now)
    # What always happens on the same day has nothing to show.
    lasting = [one for one in waits if any(spell.event and spell.length > 0 for spell in one.spells)]
    return next(iter((*lasting, *waits)), None)


def _table(builder: Builder, waits: Sequence[Wait]) -> Section:
    columns = [
        builder.column("from"), builder.column("to"), builder.column("total", "count"), builder.column("reached", "count"),
        builder.column("open", "count"), builder.column("lost", "count"), builder.column("quartile", "days"), builder.column("median", "days"),
    ]  # fmt: skip
    return builder.section("waits", columns, [_row(builder, one) for one in waits])


def _row(builder: Builder, one: Wait) -> dict[str, Any]:
    curve, pathway = kaplan_meier(one.spells), builder.wanted.scope.pathway
    return {
        "from": builder.label("stage", pathway, one.begin), "to": builder.label("stage", pathway, one.end), "total": one.total,
        "reached": one.reached, "open": one.open, "lost": one.lost, "quartile": curve.quantile(0.25), "median": curve.median,
        "_curve": {"start": one.begin, "goal": one.end},
    }  # fmt: skip


def _curve(builder: Builder, one: Wait) -> Section:
    pathway = builder.wanted.scope.pathway
    columns = (
        builder.column("day", "days"), builder.column("at_risk", "count"), builder.column("events", "count"),
        builder.column("censored", "count"), builder.column("waiting", "share"), builder.column("low", "share"), builder.column("high", "share"),
    )  # fmt: skip
    rows = tuple(
        {
            "day": step.length, "at_risk": step.at_risk, "events": step.events, "censored": step.censored, "waiting": step.waiting,
            "low": step.low, "high": step.high,
        }
        for step in kaplan_meier(one.spells).steps
    )  # fmt: skip
    names = f"{builder.label('stage', pathway, one.begin)} → {builder.label('stage', pathway, one.end)}"
    title = f"{builder.word('curve')}: {names}"
    return Section("curve", title, builder.word("curve_note"), columns, rows, Stairs("day", "waiting", "low", "high"))
