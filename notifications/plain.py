"""Plain text for a terminal: wrapped at 60 columns, where a Chinese character takes two and may end a line anywhere."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

COLUMNS = 60
_CLOSING = "，。；：、！？）》”』】"
"""Does not begin a line."""


def width(text: str) -> int:
    """Columns that a text takes."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def wrapped(text: str, columns: int = COLUMNS) -> str:
    """The text with lines of at most `columns`; what cannot be broken (an address) stays whole."""
    return "\n".join(line for paragraph in text.split("\n") for line in _lines(paragraph, columns))


def _lines(paragraph: str, columns: int) -> Iterator[str]:
    if not paragraph.strip():
        yield paragraph
        return
    line: list[str] = []
    for piece in _pieces(paragraph):
        if line and width("".join((*line, piece)).rstrip()) > columns:
            kept = [line.pop()] if piece[0] in _CLOSING and len(line) > 1 else []
            yield "".join(line).rstrip()
            line = [*kept, piece] if kept else [piece.lstrip()]
        else:
            line.append(piece)
    text = "".join(line)
    yield text if text == "-- " else text.rstrip()


def _pieces(paragraph: str) -> Iterator[str]:
    """What must stay together: a word with the space behind it, or one wide character."""
    piece = ""
    for char in paragraph:
        if width(char) == 2:
            if piece:
                yield piece
                piece = ""
            yield char
        else:
            piece += char
            if char == " ":
                yield piece
                piece = ""
    if piece:
        yield piece


def one_line(text: str, longest: int) -> str:
    """The text in one line without control characters, at most so many characters: a subject, a short message."""
    clean = "".join(char if char.isprintable() else " " for char in text)
    joined = " ".join(clean.split())
    return joined if len(joined) <= longest else joined[: longest - 1] + "…"
