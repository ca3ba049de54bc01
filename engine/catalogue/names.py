"""Finds the nearest known name, so that every refusal of a name can say what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

from engine.errors import UnknownName


def nearest(name: object, known: Iterable[str]) -> str:
    """The known name most like `name`, or an empty text when none is close."""
    candidates = sorted(set(known))
    close = get_close_matches(str(name).lower(), candidates, n=3, cutoff=0.6)
    parts = [other for other in candidates if _share_words(str(name).lower(), other)]
    ranked = sorted({*close, *parts}, key=lambda other: (-SequenceMatcher(None, str(name), other).ratio(), other))
    return ranked[0] if ranked else ""


def _share_words(name: str, other: str) -> bool:
    """Whether one is made of the words of the other (`b_cells` is none, `igg_level` holds `igg`)."""
    one, two = set(name.replace("-", "_").split("_")), set(other.lower().split("_"))
    return bool(name) and (one <= two or two <= one)


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """A remedy sentence with the nearest known name, or an empty text."""
    found = nearest(name, known)
    return f"Did you mean {found}?" if found else ""


def unknown_name(what: str, name: object, known: Iterable[str], *, place: str = "") -> UnknownName:
    """The error for a name that does not exist; `details["nearest"]` holds the closest known one."""
    found = nearest(name, known)
    remedy = f"Did you mean {found}?" if found else f"Use a {what} of the catalogue."
    return UnknownName(f"unknown {what} {str(name)!r}", place=place, remedy=remedy, nearest=found, name=str(name))
