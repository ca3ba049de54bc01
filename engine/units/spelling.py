"""How laboratories write: full-width digits, superscripts, Chinese units. One place turns it into plain text.

Nothing is guessed: a spelling is either listed here or in the catalogue's `unit_spellings`, or the unit is unknown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from engine.units.table import UnitError, parse_unit

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_SIGNS = str.maketrans(
    {"≤": "<=", "≥": ">=", "µ": "u", "μ": "u", "−": "-", "–": "-", "—": "-", "～": "~", "、": ",", "×": "x"}
)
_SUPERSCRIPT_RUN = re.compile(r"(?<=10)[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_POWER = re.compile(r"^[x*]?10(?:\^|\*)(\d{1,2})(?=/|\.|$)")

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "IU": "[IU]", "mIU": "m[IU]", "kIU": "k[IU]", "MIU": "10*6.[IU]", "°C": "Cel", "C": "Cel", "摄氏度": "Cel", "°F": "[degF]",
        "mmHg": "mm[Hg]", "毫米汞柱": "mm[Hg]", "lb": "[lb_av]", "in": "[in_i]", "cells": "1", "个": "1", "次": "1", "points": "{score}",
        "copies": "{copies}", "拷贝": "{copies}", "mcg": "ug", "l": "L", "dl": "dL", "ml": "mL", "ul": "uL", "升": "L", "分升": "dL", "毫升": "mL",
        "微升": "uL", "克": "g", "毫克": "mg", "微克": "ug", "纳克": "ng", "皮克": "pg", "千克": "kg", "公斤": "kg", "毫摩尔": "mmol", "微摩尔": "umol",
        "厘米": "cm", "米": "m", "毫米": "mm", "日": "d", "天": "d", "day": "d", "days": "d", "小时": "h", "hour": "h", "hours": "h", "分钟": "min",
        "minute": "min", "minutes": "min", "秒": "s", "周": "wk", "week": "wk", "weeks": "wk", "月": "mo", "个月": "mo", "month": "mo", "months": "mo",
        "年": "a", "岁": "a", "year": "a", "years": "a", "1.73m2": "{1.73_m2}", "{1.73m2}": "{1.73_m2}", "千帕": "kPa", "级": "{grade}",
    }
)  # fmt: skip
_WHOLE: Mapping[str, str] = MappingProxyType(
    {
        "次/分": "/min",
        "次/min": "/min",
        "bpm": "/min",
        "分": "{score}",
        "log10 IU/mL": "{Log_IU}/mL",
        "log IU/mL": "{Log_IU}/mL",
        "lgIU/mL": "{Log_IU}/mL",
    }
)


def plain(text: str) -> str:
    """Full-width and typographic signs as plain ones, single blanks (`＜１０` → `<10`, `10⁹` → `10^9`)."""
    text = _SUPERSCRIPT_RUN.sub(lambda run: "^" + run.group().translate(_SUPERSCRIPTS), text)
    text = unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS)
    return " ".join(text.split())


def canonical_unit(text: str, spellings: Mapping[str, str] = MappingProxyType({})) -> str:
    """The UCUM code of a written unit; raises `UnitError` when nobody has said what it means."""
    written = plain(text)
    for table in (spellings, _plain_keys(spellings), _WHOLE):
        if written in table:
            return table[written]
    code = _POWER.sub(r"10*\1", written.replace(" ", ""))
    code = "/".join(".".join(_WORDS.get(word, word) for word in _split(part)) for part in code.split("/"))
    code = code.removeprefix("1") if code.startswith("1/") else code
    try:
        parse_unit(code)
    except UnitError:
        message = f"unknown unit {text.strip()!r}"
        raise UnitError(message, remedy="Write a UCUM unit such as g/L, 10*9/L, mg/kg or [IU]/mL.") from None
    return code


def _split(part: str) -> list[str]:
    return [part] if part in _WORDS or part.startswith("{") else part.split(".")


def _plain_keys(spellings: Mapping[str, str]) -> dict[str, str]:
    return {plain(key): value for key, value in spellings.items()}
