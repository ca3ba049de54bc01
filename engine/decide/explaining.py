"""Why: findings turned into reasons that people, pages and the audit read alike, in English and Chinese, with the evidence tree."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from engine.commands import Reason
from engine.definition.guards import Finding
from engine.evaluation.results import Range, Verdict
from engine.language import syntax as s
from engine.language.printing import Labels, canonical, chinese, english
from engine.units import Duration

MISSING = {
    "never_recorded": {"en": "never recorded", "zh": "未记录"},
    "stale": {"en": "too old", "zh": "已过期"},
    "conflict": {"en": "results contradict each other", "zh": "结果互相矛盾"},
    "confounded": {"en": "not valid after treatment", "zh": "受治疗影响"},
    "preliminary_only": {"en": "preliminary only", "zh": "仅有初步结果"},
    "recorded_as_unknown": {"en": "recorded as not known", "zh": "记录为未知"},
    "no_unit_limit_or_time": {"en": "without unit, limit or time", "zh": "缺少单位、参考限或时间"},
    "not_comparable": {"en": "cannot be compared", "zh": "无法比较"},
    "imprecise": {"en": "too imprecise", "zh": "不够精确"},
    "has_not_happened_yet": {"en": "has not happened yet", "zh": "尚未发生"},
    "not_enrolled": {"en": "not enrolled", "zh": "未入组"},
    "history_not_stated": {"en": "history not stated", "zh": "病史未说明"},
}
"""The closed list of reasons of unknown, in words."""


def reason_of(finding: Finding, labels: Labels, *, overridden: bool = False) -> Reason:
    """A finding as a reason."""
    verdict = finding.verdict
    return Reason(
        finding.requirement, "overridden" if overridden else finding.level, finding.statements, verdict.state.value, text(finding, labels),
        tuple(dict.fromkeys((gap.code, gap.why.value) for gap in verdict.gaps)), verdict.facts, verdict.until, LazyTree(verdict),
        finding.pathway,
    )  # fmt: skip


def simple_reason(level: str, en: str, zh: str) -> Reason:
    """A reason without a medical requirement behind it: role, stage, signature."""
    return Reason(level, level, (), "not_met", {"en": en, "zh": zh})


class Sentences(Mapping[str, str]):
    """The sentence of a finding in both languages, made when somebody reads it."""

    def __init__(self, finding: Finding, labels: Labels) -> None:
        self._finding = finding
        self._labels = labels

    def __getitem__(self, language: str) -> str:
        if language not in ("en", "zh"):
            raise KeyError(language)
        label = self._finding.spec.label if self._finding.spec else None
        node = self._finding.verdict.node
        required = getattr(label, language) if label else ""
        if not required and node is not None:
            required = (english if language == "en" else chinese)(node, self._labels)
        return _sentence(self._finding.verdict, required or self._finding.requirement, language, self._labels)

    def __iter__(self) -> Any:
        return iter(("en", "zh"))

    def __len__(self) -> int:
        return 2


def text(finding: Finding, labels: Labels) -> Mapping[str, str]:
    """What a finding says."""
    return Sentences(finding, labels)


def _sentence(verdict: Verdict, required: str, language: str, labels: Labels) -> str:
    zh = language == "zh"
    parts = [f"要求：{required}" if zh else f"Required: {required}"]
    value = shown(verdict.left, verdict.unit)
    if value and isinstance(verdict.node, s.Compare | s.Is | s.Lasting):
        parts.append(f"现值：{value}" if zh else f"found: {value}")
    gaps = [
        f"{labels.of('value', gap.code, language) if gap.code else ''}{'：' if zh else ': '}{MISSING[gap.why.value][language]}"
        for gap in verdict.gaps
    ]
    if gaps:
        listed = dict.fromkeys(gap.strip("：: ") for gap in gaps)
        parts.append(f"缺少：{'、'.join(listed)}" if zh else f"missing: {', '.join(listed)}")
    return ("；" if zh else "; ").join(parts) + ("。" if zh else ".")


def shown(value: Any, unit: str = "") -> str:
    """A value for people: numbers without trailing zeros, with their unit; ranges with their open end."""
    if value is None:
        return ""
    if isinstance(value, Range):
        low, high = shown(value.low), shown(value.high)
        body = f"{low}–{high}" if low and high else f"≥ {low}" if low else f"≤ {high}"
        return f"{body} {unit}".strip()
    if isinstance(value, Decimal):
        return f"{value.normalize():f} {unit}".strip()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(shown(one) for one in value)
    return (
        value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, str | Duration | int) else ""
    )


# --- the tree -------------------------------------------------------------------------------------------------------


class LazyTree(Mapping[str, Any]):
    """The evaluation tree of a verdict, JSON-ready, built when it is first read."""

    def __init__(self, verdict: Verdict) -> None:
        self._verdict = verdict
        self._tree: dict[str, Any] | None = None

    def _built(self) -> dict[str, Any]:
        if self._tree is None:
            self._tree = tree(self._verdict)
        return self._tree

    def __getitem__(self, key: str) -> Any:
        return self._built()[key]

    def __iter__(self) -> Any:
        return iter(self._built())

    def __len__(self) -> int:
        return len(self._built())


def tree(verdict: Verdict) -> dict[str, Any]:
    """The evaluation tree: sentence, verdict, value, limit, what is missing, facts read, next turning point, parts."""
    found: dict[str, Any] = {"state": verdict.state.value}
    if verdict.node is not None:
        found["says"] = canonical(verdict.node)
    if verdict.left is not None and (value := shown(verdict.left, verdict.unit)):
        found["value"] = value
    if verdict.right is not None and (limit := shown(verdict.right, verdict.unit)):
        found["limit"] = limit
    if verdict.gaps:
        found["missing"] = [{"fact": gap.code, "why": gap.why.value} for gap in verdict.gaps]
    if verdict.facts:
        found["facts"] = list(verdict.facts)
    if verdict.until is not None:
        found["until"] = verdict.until.isoformat()
    if verdict.parts:
        found["parts"] = [tree(part) for part in verdict.parts]
    return found
