"""Numbers, units, lengths of time and days as clinicians write them, in English and Chinese."""

from __future__ import annotations

import re
from datetime import date

from engine.language import syntax as s

OPERATORS = {">=": "≥", "<=": "≤", "!=": "≠", ">": ">", "<": "<", "=": "="}

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_CHINESE_SPANS = {"year": "年", "month": "个月", "day": "天", "hour": "小时", "minute": "分钟"}
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_POWER = re.compile(r"10\*(\d+)\.?")
_MICRO = re.compile(r"(?<![A-Za-z])u(?=[A-Za-z])")
_AREA = re.compile(r"(?<=m)([23])(?![0-9])")
_SPECIAL = {
    "{Log_IU}/mL": "log₁₀ IU/mL", "mL/min/{1.73_m2}": "mL/min/1.73 m²", "cm[H2O]": "cmH₂O", "Cel": "°C", "[degF]": "°F",
    "{INR}": "", "1": "",
}  # fmt: skip
_ENGLISH = {"{score}": "points", "a": "years", "10*6.[IU]": "million IU"}
_CHINESE = {
    "{score}": "分",
    "a": "岁",
    "10*6.[IU]": "百万IU",
    "{copies}/mL": "拷贝/mL",
    "{copies}/ug": "拷贝/µg",
    "mg/wk": "mg/周",
}
_ENGLISH_ONE = {"points": "point", "years": "year"}
_CLOSE = ("%", "/")


def unit(code: str) -> str:
    """A UCUM unit as it is written in a clinic: `10*9/L` → `×10⁹/L`, `[IU]/mL` → `IU/mL`, `ug/kg` → `µg/kg`."""
    if code in _SPECIAL:
        return _SPECIAL[code]
    text = _POWER.sub(lambda power: "×10" + power.group(1).translate(_RAISED), code)
    text = _AREA.sub(lambda area: area.group(1).translate(_RAISED), text)
    return _MICRO.sub("µ", re.sub(r"[\[\]{}]", "", text)).replace("_", " ")


def english_number(node: s.Number) -> str:
    """`5 g/L`, `1%`, `4/µL`, `grade 3`, `1:10`, `1 point`."""
    number = f"{node.value:f}"
    if node.unit in ("{grade}", "{titer}"):
        return f"grade {number}" if node.unit == "{grade}" else f"1:{number}"
    text = _ENGLISH.get(node.unit) or unit(node.unit)
    return _joined(number, _ENGLISH_ONE.get(text, text) if node.value == 1 else text)


def chinese_number(node: s.Number) -> str:
    """`5 g/L`, `1%`, `4/µL`, `3级`, `1:10`, `2分`."""
    number = f"{node.value:f}"
    if node.unit in ("{grade}", "{titer}"):
        return f"{number}级" if node.unit == "{grade}" else f"1:{number}"
    text = _CHINESE.get(node.unit) or unit(node.unit)
    return f"{number}{text}" if text in ("分", "岁", "百万IU") else _joined(number, text)


def _joined(number: str, text: str) -> str:
    return f"{number}{text}" if text.startswith(_CLOSE) else f"{number} {text}".rstrip()


def period_parts(node: s.Period) -> list[tuple[int, str]]:
    """The period in the units a clinician would say: `24 months` but `65 years`, `60 minutes` but `48 hours`."""
    years = node.months > 24 and node.months % 12 == 0
    hours = node.minutes > 60 and node.minutes % 60 == 0
    parts = [
        (node.months // 12, "year") if years else (node.months, "month"),
        (node.days, "day"),
        (node.minutes // 60, "hour") if hours else (node.minutes, "minute"),
    ]
    return [part for part in parts if part[0]] or [(0, "day")]


def english_period(number: int, name: str) -> str:
    """`1 day`, `6 months`."""
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


def chinese_period(number: int, name: str) -> str:
    """`30分钟`, `7天`, `6个月`."""
    return f"{number}{_CHINESE_SPANS[name]}"


def english_day(day: date) -> str:
    """`2 March 2026`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def chinese_day(day: date) -> str:
    """`2026年3月2日`."""
    return f"{day.year}年{day.month}月{day.day}日"
