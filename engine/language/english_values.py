"""The readable English sentence, first half: the dispatch, values and selectors. See `printing` for the whole."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch

from engine.language import readable
from engine.language import syntax as s
from engine.language.labels import PLAIN, Labels, inside, name_label, plural
from engine.language.levels import ATOM, JOINED, SINGLE, TIGHT, readable_level

_ATTRIBUTES = {"date": "the date", "time": "the time", "uln": "ULN", "lln": "LLN"}
_NOUNS = {"given": "administration", "started": "start", "stopped": "stop"}


@singledispatch
def english(node: s.Node, labels: Labels = PLAIN) -> str:  # noqa: ARG001 - of the registered functions
    """What a clinician reads in English: labels for ids, typographic signs and units, plurals where something is counted."""
    raise TypeError(f"{type(node).__name__} is no part of a sentence")


def at(node: s.Node, needed: int, labels: Labels) -> str:
    """The text of a node for a place that asks for a level, in brackets where it binds more loosely."""
    text = english(node, labels)
    return text if readable_level(node) >= needed else f"({text})"


def listed(items: Iterable[s.Node], labels: Labels) -> str:
    """Items between semicolons."""
    return "; ".join(english(item, labels) for item in items)


def alternatives(words: Iterable[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    *rest, last = words
    return f"{', '.join(rest)} or {last}" if rest else last


def quoted(kind: str, name: str, labels: Labels) -> str:
    """A label in quotation marks, for names that are titles rather than nouns."""
    return f"“{labels.of(kind, name, 'en')}”"


def name_of(name: str, labels: Labels) -> str:
    """The label of a name read as a value, as it stands inside a sentence."""
    words = inside(name_label(name, labels, "en"))
    return f"{words} of the caller" if name.startswith("caller.") else words


# --- values ---------------------------------------------------------------------------------------------------------


@english.register(s.Number)
def _number(node: s.Number, labels: Labels = PLAIN) -> str:  # noqa: ARG001 - one signature for all nodes
    return readable.english_number(node)


@english.register(s.Period)
def _period(node: s.Period, labels: Labels = PLAIN) -> str:  # noqa: ARG001 - one signature for all nodes
    return " and ".join(readable.english_period(*part) for part in readable.period_parts(node))


@english.register(s.Day)
def _day(node: s.Day, labels: Labels = PLAIN) -> str:  # noqa: ARG001 - one signature for all nodes
    return readable.english_day(node.day)


@english.register(s.Word)
def _word(node: s.Word, labels: Labels = PLAIN) -> str:  # noqa: ARG001 - one signature for all nodes
    return f"“{node.text}”"


@english.register(s.Truth)
def _truth(node: s.Truth, labels: Labels = PLAIN) -> str:  # noqa: ARG001 - one signature for all nodes
    return "yes" if node.yes else "no"


@english.register(s.Name)
def _name(node: s.Name, labels: Labels = PLAIN) -> str:
    return node.name if node.name in ("today", "now") else name_of(node.name, labels)


@english.register(s.Pick)
def _pick(node: s.Pick, labels: Labels = PLAIN) -> str:
    return f"the {node.which} {english(node.selector, labels)}"


@english.register(s.Attribute)
def _attribute(node: s.Attribute, labels: Labels = PLAIN) -> str:
    word = _ATTRIBUTES.get(node.name) or f"the {inside(labels.of('attribute', node.name, 'en'))}"
    return f"{word} of {at(node.of, SINGLE, labels)}"


@english.register(s.Sum)
def _sum(node: s.Sum, labels: Labels = PLAIN) -> str:
    sign = "−" if node.operator == "-" else "+"
    return f"{at(node.left, JOINED, labels)} {sign} {at(node.right, TIGHT, labels)}"


@english.register(s.Product)
def _product(node: s.Product, labels: Labels = PLAIN) -> str:
    return f"{at(node.left, TIGHT, labels)} × {at(node.right, SINGLE, labels)}"


@english.register(s.Bounded)
def _bounded(node: s.Bounded, labels: Labels = PLAIN) -> str:
    return f"{english(node.value, labels)}, {node.bound} {at(node.limit, JOINED, labels)}"


@english.register(s.Rounded)
def _rounded(node: s.Rounded, labels: Labels = PLAIN) -> str:
    manner = {"to": "to the nearest", "up to": "up to a multiple of", "down to": "down to a multiple of"}[node.mode]
    return f"{english(node.value, labels)}, rounded {manner} {at(node.step, JOINED, labels)}"


@english.register(s.Choice)
def _choice(node: s.Choice, labels: Labels = PLAIN) -> str:
    return f"the {node.which} of ({listed(node.items, labels)})"


@english.register(s.OverCallers)
def _over_callers(node: s.OverCallers, labels: Labels = PLAIN) -> str:
    return f"the {node.which} {at(node.value, SINGLE, labels)} over all callers"


@english.register(s.Count)
def _count(node: s.Count, labels: Labels = PLAIN) -> str:
    return f"the number of {counted(node.selector, 2, labels)}"


@english.register(s.CountDistinct)
def _count_distinct(node: s.CountDistinct, labels: Labels = PLAIN) -> str:
    attribute = plural(inside(labels.of("attribute", node.attribute, "en")), 2)
    return f"the number of different {attribute} among {counted(node.selector, 2, labels)}"


@english.register(s.CountMet)
def _count_met(node: s.CountMet, labels: Labels = PLAIN) -> str:
    return f"the number met of ({listed(node.items, labels)})"


@english.register(s.NextOnGrid)
def _next_on_grid(node: s.NextOnGrid, labels: Labels = PLAIN) -> str:
    grid = f"every {at(node.every, SINGLE, labels)} from {at(node.anchor, SINGLE, labels)}"
    return f"the first date after {at(node.after, SINGLE, labels)} on the grid of {grid}"


@english.register(s.Lookup)
def _lookup(node: s.Lookup, labels: Labels = PLAIN) -> str:
    column = inside(labels.of("attribute", node.column, "en"))
    return f"the {column} in table {quoted('table', node.table, labels)} for ({listed(node.keys, labels)})"


# --- selectors ------------------------------------------------------------------------------------------------------


@english.register(s.Selector)
def _selector(node: s.Selector, labels: Labels = PLAIN) -> str:
    return counted(node, 1, labels)


def counted(node: s.Selector, count: int, labels: Labels) -> str:
    """The entries as a noun phrase, in the plural unless one is meant."""
    having = f"(where {english(node.having, labels)})" if node.having is not None else ""
    return " ".join(part for part in (_noun(node, count, labels), having, when(node.windows, labels)) if part)


def _noun(node: s.Selector, count: int, labels: Labels) -> str:
    if node.source == "fact":
        label = inside(labels.of("fact", node.name, "en"))
        return f"{plural(_NOUNS[node.verb], count)} of {label}" if node.verb else plural(label, count)
    title = quoted(node.source, node.name, labels)
    noun = {
        "action": "“” action", "stage": "arrival at stage “”", "hold": "opening of hold “”", "task": "task “”",
    }[node.source]  # fmt: skip
    verb = f" {node.verb}" if node.verb else ""
    return _plural_title(noun, count).replace("“”", title) + verb


def _plural_title(noun: str, count: int) -> str:
    before, title, after = noun.partition(" “”")
    return plural(before, count) + title + after if title else plural(noun, count)


def when(windows: tuple[s.Window, ...], labels: Labels) -> str:
    """The windows, in their order."""
    return " ".join(english(window, labels) for window in windows)


@english.register(s.Window)
def _window(node: s.Window, labels: Labels = PLAIN) -> str:
    period = at(node.period, ATOM, labels) if node.period is not None else ""
    day = at(node.date, SINGLE, labels) if node.date is not None else ""
    match node.kind:
        case "within":
            return f"within {period} {node.side} {day}" if node.side else f"within the last {period}"
        case "at_least":
            return f"at least {period} {node.side} {day}".rstrip()
        case "between":
            upper = at(node.upper, ATOM, labels) if node.upper is not None else ""
            return f"between {period} and {upper} {node.side} {day}"
        case "rolling":
            return f"in any {period}"
        case _:
            return f"{node.kind} {day}"
