"""Reads coded values: the code itself, its aliases, its Chinese label, and what laboratories print."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from engine.catalogue.definition import FactDefinition
from engine.catalogue.names import nearest
from engine.catalogue.refusal import refused
from engine.units import plain

_SHOWN = 12

_POSITIVE, _NEGATIVE = ("positive", "detected"), ("negative", "not_detected")
_OPEN = ("indeterminate",)
REPORTED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "阳性": _POSITIVE, "阳": _POSITIVE, "+": _POSITIVE, "(+)": _POSITIVE, "pos": _POSITIVE, "反应性": _POSITIVE, "有反应": _POSITIVE, "reactive": _POSITIVE,
        "阴性": _NEGATIVE, "阴": _NEGATIVE, "-": _NEGATIVE, "(-)": _NEGATIVE, "neg": _NEGATIVE, "非反应性": _NEGATIVE, "无反应": _NEGATIVE, "non-reactive": _NEGATIVE,
        "检出": _POSITIVE[::-1], "未检出": _NEGATIVE[::-1], "detected": _POSITIVE[::-1], "not detected": _NEGATIVE[::-1], "target not detected": _NEGATIVE[::-1],
        "不确定": _OPEN, "可疑": _OPEN, "灰区": _OPEN, "无法判定": _OPEN, "equivocal": _OPEN, "borderline": _OPEN, "±": _OPEN, "(±)": _OPEN,
        "待回报": ("pending",), "待查": ("pending",), "未知": ("unknown",), "不详": ("unknown",), "无": ("none",), "正常": ("normal",),
    }
)  # fmt: skip
"""Codes that a laboratory spelling may mean, the likelier first; a fact takes the first one that it knows."""

BOOLEANS: Mapping[str, bool] = MappingProxyType(
    {"yes": True, "true": True, "是": True, "有": True, "no": False, "false": False, "否": False, "无": False}
)


def read_code(definition: FactDefinition, raw: Any) -> str:
    """The canonical code of a coded fact; raises `InvalidFact` with the nearest known one."""
    for text in _spellings(raw):
        if (code := _known(definition, text)) is not None:
            return code
    found = nearest(_text(raw), (*definition.values, *definition.value_aliases, *definition.values.values()))
    raise refused(
        "unknown_code",
        f"{_text(raw)!r} is not a value of {definition.id}",
        _remedy(found, definition.values),
        nearest=found,
    )


def read_choice(raw: Any, allowed: Collection[str], aliases: Mapping[str, str] = MappingProxyType({})) -> str:
    """One of the allowed values of an attribute."""
    text = _text(raw)
    for candidate in (text, text.lower(), aliases.get(text, ""), text.lower().replace(" ", "_").replace("-", "_")):
        if candidate in allowed:
            return candidate
    found = nearest(text, allowed)
    raise refused("unknown_code", f"{text!r} is not one of the allowed values", _remedy(found, allowed), nearest=found)


def read_boolean(raw: Any, aliases: Mapping[str, str] = MappingProxyType({})) -> bool:
    """yes, no, true or false, in English or Chinese."""
    if isinstance(raw, bool):
        return raw
    text = _text(raw).lower()
    if text in BOOLEANS or aliases.get(text) in BOOLEANS:
        return BOOLEANS[text if text in BOOLEANS else aliases[text]]
    raise refused("unknown_code", f"{_text(raw)!r} is neither yes nor no", "Write yes or no (true or false).")


def _text(raw: Any) -> str:
    return plain(("false", "true")[raw] if isinstance(raw, bool) else str(raw))


def _spellings(raw: Any) -> list[str]:
    """The text, without a sign in brackets after it (`阳性(+)`), and for yes and no the other word too."""
    text = _text(raw)
    without_sign = text.removesuffix("(+)").removesuffix("(-)").strip()
    other_word = {"true": "yes", "yes": "true", "false": "no", "no": "false"}.get(text.lower(), "")
    return [one for one in (text, without_sign, other_word) if one]


def _known(definition: FactDefinition, text: str) -> str | None:
    for candidate in (text, *_by_label(definition, text), *REPORTED.get(text.lower(), ())):
        for spelling in (candidate, candidate.lower()):
            if spelling in definition.values:
                return spelling
            if spelling in definition.value_aliases:
                return definition.value_aliases[spelling]
    return {code.lower(): code for code in definition.values}.get(text.lower())


def _by_label(definition: FactDefinition, text: str) -> list[str]:
    return [code for code, label in definition.values.items() if plain(label) == text]


def _remedy(found: str, allowed: Collection[str]) -> str:
    listed = ", ".join(list(allowed)[:_SHOWN])
    return f"Did you mean {found}? Known: {listed}." if found else f"Use one of: {listed}."
