"""An action explained in one paragraph and in its parts, in the reader's language."""

from __future__ import annotations

from datetime import datetime

from engine.calendar import zone_info
from engine.codec import instant_text
from engine.commands import Verdict
from engine.model import Enrolment
from service.api import schemas as s
from service.api.answers import check, gaps
from service.api.looking import Prospect

_SAYS = {
    Verdict.ACCEPTED: ("{label} is possible now.", "目前可以执行「{label}」。"),
    Verdict.WARNED: (
        "{label} is possible now, with {number} warning(s).",
        "目前可以执行「{label}」，有 {number} 项警示。",
    ),
    Verdict.REFUSED: ("{label} is blocked: {reasons}", "「{label}」受阻：{reasons}"),
}
_MISSING = (" Missing: {listed}.", "缺少：{listed}。")
_EARLIEST = (" Time alone could change this from {moment}.", "仅凭时间推移，最早可能改变的时间：{moment}。")


def explanation(one: Enrolment, found: Prospect, language: str, zone: str) -> s.Explanation:
    """Why an action is or is not possible; `zone` is that of the patient's site."""
    blocking = [item for item in found.checks if item.refuses]
    warnings = [item for item in found.checks if item.level == "warn"]
    met = [item for item in found.checks if item.level == "pass"]
    return s.Explanation(
        enrolment=one.id, action=found.action, label=found.label, language=language, verdict=found.verdict.value, dose=found.dose,
        summary=_summary(found, language, zone), blocked_by=[check(item) for item in blocking],
        warnings=[check(item) for item in warnings], met=[check(item) for item in met], missing=gaps(found.missing),
        earliest=instant_text(found.earliest) if found.earliest else None,
    )  # fmt: skip


def _summary(found: Prospect, language: str, zone: str) -> str:
    zh = language == "zh"
    reasons = [_cited(item.text, item.statements, zh=zh) for item in found.checks if item.refuses]
    number = sum(item.level == "warn" for item in found.checks)
    text = _SAYS[found.verdict][zh].format(label=found.label, number=number, reasons=("" if zh else " ").join(reasons))
    if found.missing:
        listed = ("、" if zh else ", ").join(dict.fromkeys(label or code for code, label, _ in found.missing))
        text += _MISSING[zh].format(listed=listed)
    if found.earliest:
        text += _EARLIEST[zh].format(moment=_local(found.earliest, zone))
    return text


def _cited(text: str, statements: tuple[str, ...], *, zh: bool) -> str:
    listed = ", ".join(statements)
    return text if not listed else f"{text}（{listed}）" if zh else f"{text} ({listed})"


def _local(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(zone_info(zone)):%Y-%m-%d %H:%M}"
