"""The words around an explanation, in English and Chinese; what the definitions say comes from them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from engine.definition.registry import Registry
from engine.language import readable
from engine.language.syntax import Period
from engine.model import Fact
from engine.units import Duration

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "refused": "{action} is not possible now.", "accepted": "{action} is possible.",
        "accepted_with_warnings": "{action} is possible, with warnings.",
        "dose": " Dose: {dose}.", "missing": "Missing: {0}.", "bracket": " ({0})", "earliest": "Earliest possible: {0}.",
        "waiting": "Waiting alone does not make it possible.",
        "earliest_known": "Earliest possible: {0}, once what is missing is known and suits.",
        "once_known": "Possible once what is missing is known and suits.",
        "found": " {label} {value} of {day}, {age} days old{limit}.", "limit": " (limit {0})",
        "by": "Blocked by {0}: ", "hard": "Blocked by {0} (no override): ", "warn": "Warning {0}: ", "info": "Note {0}: ",
        "overridden": "Overridden {0}: ", "formal": "Not allowed: ", "comma": ", ",
    },
    "zh": {
        "refused": "目前不能执行“{action}”。", "accepted": "可以执行“{action}”。",
        "accepted_with_warnings": "可以执行“{action}”，但有警告。",
        "dose": "剂量：{dose}。", "missing": "缺少：{0}。", "bracket": "（{0}）", "earliest": "最早可行：{0}。",
        "waiting": "仅靠等待不能满足条件。",
        "earliest_known": "最早可行：{0}，且须补齐缺少的数据并符合要求。",
        "once_known": "补齐缺少的数据并符合要求后即可执行。",
        "found": "{label} {value}（{day}，距今 {age} 天{limit}）。", "limit": "，时限 {0}",
        "by": "被 {0} 阻止：", "hard": "被 {0} 阻止（不可越过）：", "warn": "警告 {0}：", "info": "提示 {0}：",
        "overridden": "已越过 {0}：", "formal": "不允许：", "comma": "、",
    },
}  # fmt: skip
_LEVELS = {
    "block": "by",
    "ask_only": "by",
    "block_hard": "hard",
    "warn": "warn",
    "info": "info",
    "overridden": "overridden",
}
_EVENTS = {
    "given": {"en": "given", "zh": "给药"}, "started": {"en": "started", "zh": "开始"},
    "stopped": {"en": "stopped", "zh": "停用"}, "occurred": {"en": "occurred", "zh": "发生"},
}  # fmt: skip
_YES = {True: {"en": "yes", "zh": "是"}, False: {"en": "no", "zh": "否"}}


def heading(level: str, statements: Iterable[str], language: str) -> str:
    """How strict a reason is and which statements it stands on; without a statement nothing is named."""
    words = WORDS[language]
    cited = joined(statements, language)
    text = words[_LEVELS.get(level, "formal")]
    return text.format(cited) if cited else text.format("").replace(" by :", ":").replace("被  阻止", "被阻止")


def joined(parts: Iterable[str], language: str) -> str:
    """A list in words."""
    return WORDS[language]["comma"].join(parts)


def day_text(day: date) -> str:
    """A day, the same in both languages."""
    return day.isoformat()


def limit_text(limit: Duration, language: str) -> str:
    """How old something may be: `30 days`, `30 天`."""
    parts = readable.period_parts(Period(limit.months, limit.days, limit.seconds // 60))
    said = readable.chinese_period if language == "zh" else readable.english_period
    return (" " if language == "en" else "").join(said(number, name) for number, name in parts)


def fact_text(registry: Registry, fact: Fact, language: str) -> str:
    """A recorded value: `4.8 g/L`, `< 10 IU/mL`, `positive`, `given 300 mg`."""
    if fact.event is not None:
        dose = fact.attributes.get("dose")
        unit = str(fact.attributes.get("dose_unit", ""))
        amount = f" {dose:f} {readable.unit(unit)}" if isinstance(dose, Decimal) else ""
        return f"{_EVENTS[fact.event.value][language]}{amount}".strip()
    if isinstance(fact.value, bool):
        return _YES[fact.value][language]
    if isinstance(fact.value, Decimal):
        unit = registry.catalogue.facts[fact.code].unit
        return f"{fact.comparator} {fact.value.normalize():f} {readable.unit(unit)}".strip()
    if isinstance(fact.value, str):
        return registry.labels.of("code", f"{fact.code}.{fact.value}", language)
    return fact.value.isoformat() if fact.value is not None else ""
