"""Made-up reports and traces for the tests of exports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from engine.store.adherence.happenings import Happening, Trace
from service.adherence.sections import Bars, Column, Report, Section, Stairs

START = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
NASTY = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1", "＝1", " =1", "=cmd|' /C calc'!A0")
"""Texts that a spreadsheet would take for a formula (ASVS 1.2.10)."""


def report(*texts: str) -> Report:
    """A report whose reasons are these texts."""
    columns = (Column("task", "Task"), Column("count", "Number", "count"), Column("share", "Share", "share"))
    rows = tuple({"task": text, "count": number, "share": number / 10} for number, text in enumerate(texts, 1))
    curve = tuple(
        {"day": float(n), "waiting": 1 - n / 4, "low": 0.0, "high": 1.0, "censored": n % 2} for n in range(1, 4)
    )
    days = tuple(Column(name, name.title(), "days") for name in ("day", "waiting", "low", "high", "censored"))
    return Report(
        "Adherence <of> “all”", [("Pathway", "所有 & all")],
        (
            Section("tasks", "Tasks <1>", "Note", columns, rows, Bars("task", ("count",))),
            Section("curve", "Curve", "Note", days, curve, Stairs("day", "waiting", "low", "high")),
            Section("none", "None", "Note", columns, ()),
        ),
    )  # fmt: skip


def traces(patients: int = 2) -> list[Trace]:
    """Two enrolments of each patient, with an event of every kind."""
    return [trace(f"p{number}", f"p{number}.{one}", one) for number in range(patients) for one in (1, 2)]


def trace(patient: str, enrolment: str, number: int) -> Trace:
    """One enrolment. The ids say who it is, so that a leak would show."""
    told = (
        Happening("move", "opened", START, "", f"{enrolment}/0", {"stage": "waiting"}),
        Happening("move", "give", START + timedelta(days=1), "", f"{enrolment}/1", {"stage": "treated"}),
        Happening(
            "act",
            "give",
            START + timedelta(days=1),
            "neurologist",
            f"{patient}.7{number}",
            {"overridden": "igg<known>"},
        ),
        Happening(
            "task",
            "check",
            START + timedelta(days=2),
            "nurse",
            f"{patient}.8{number}",
            {"status": "done", "timing": "late"},
        ),
        Happening("deviation", "late_check", START + timedelta(days=2), "", f"{patient}.9{number}"),
    )
    return Trace(
        patient, enrolment, "toy", "abcdef", "", START, None if number == 1 else START + timedelta(days=9), told
    )
