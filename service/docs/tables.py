"""Markdown: tables, cells in two languages, lists of ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; nothing for no rows."""
    lines = [f"| {' | '.join(cell(one) for one in row)} |" for row in rows]
    if not lines:
        return ""
    return "\n".join([f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *lines])


def cell(text: str) -> str:
    """A text that stays inside its cell."""
    return " ".join(text.replace("|", "\\|").split()) or "–"


def both(pair: tuple[str, str]) -> str:
    """English above Chinese."""
    english, chinese = pair
    return f"{english}<br>{chinese}" if chinese and chinese != english else english


def lines(*parts: str) -> str:
    """Several short texts in one cell, each on its line."""
    return "<br>".join(part for part in parts if part)


def code(name: str) -> str:
    """An id."""
    return f"`{name}`" if name else ""


def ids(names: Iterable[str]) -> str:
    """Statement ids or rows of the specification."""
    return ", ".join(names)


def section(title: str, *blocks: str) -> str:
    """A heading with what stands below it; nothing where nothing does."""
    body = "\n\n".join(block for block in blocks if block)
    return f"## {title}\n\n{body}" if body else ""
