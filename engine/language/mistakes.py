"""What is said when a sentence cannot be read: where, what was found, and what could stand there instead."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from lark import Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from engine.errors import AuthorError

_WORDS = {
    "NAME": "a name", "INT": "a whole number", "DECIMAL": "a number", "QUANTITY": "a number with its unit", "DATE": "a date",
    "STRING": "quoted text", "OPERATOR": "a comparison", "$END": "the end", "LPAR": "“(”", "RPAR": "“)”", "COMMA": "“,”",
    "SEMICOLON": "“;”", "__ANON_0": "“date”", "PLUS": "“+”", "MINUS": "“-”", "STAR": "“*”",
}  # fmt: skip
_NUMBER_BEFORE = re.compile(r"(?<![A-Za-z0-9_.\-])[0-9]+(\.[0-9]+)?\s*$")
_SHOWN = 8


class SentenceError(AuthorError):
    """A sentence of the criteria language cannot be read."""

    code = "sentence"


def explain(text: str, error: UnexpectedInput) -> SentenceError:
    """The refusal of a sentence, with line, column and what was expected; `details` holds `line` and `column`."""
    position = _position(text, error)
    line, column = text.count("\n", 0, position) + 1, position - (text.rfind("\n", 0, position) + 1) + 1
    place = f"line {line}, column {column}" if "\n" in text.strip() else f"column {column}"
    found = " ".join(text[position : position + 20].split()[:3])
    near = f"near “{found}”" if found else "at its end"
    remedy = _unit_hint(text, position, found) or _expectation(error)
    return SentenceError(f"Cannot read “{text}” at {place}, {near}.", remedy=remedy, line=line, column=column)


def _position(text: str, error: UnexpectedInput) -> int:
    match error:
        case UnexpectedCharacters(pos_in_stream=int(position)):
            return position
        case UnexpectedToken(token=Token(type=kind, start_pos=int(position))) if kind != "$END":
            return position
        case _:
            return len(text.rstrip())


def _unit_hint(text: str, position: int, found: str) -> str:
    """A number followed by something that is neither a unit nor a word of the language."""
    if not found or not _NUMBER_BEFORE.search(text[:position]):
        return ""
    return (
        f"After a number “{found.split(maxsplit=1)[0]}” is no known unit; write one blank and a UCUM unit, e.g. 5 g/L."
    )


def _expectation(error: UnexpectedInput) -> str:
    kinds: Iterable[Any] = getattr(error, "accepts", None) or getattr(error, "allowed", None) or ()
    words = sorted(_WORDS.get(str(kind), f"“{str(kind).lower()}”") for kind in kinds)
    if not words:
        return "Check the words and units before this place."
    return f"Expected here: {', '.join(words[:_SHOWN])}{'…' if len(words) > _SHOWN else ''}."


def deeper_than(limit: int, tree: Tree[Token]) -> bool:
    """Whether a parsed tree is nested deeper than the limit, found without recursion: the text may hold a thousand `not`."""
    layer: list[Tree[Token]] = [tree]
    for _ in range(limit):
        layer = [child for node in layer for child in node.children if isinstance(child, Tree)]
        if not layer:
            return False
    return True
