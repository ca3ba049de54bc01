"""The readable Chinese sentence, first half: the dispatch, values and selectors. See `printing` for the whole.

Each kind of node has a whole phrase with slots; nothing is put together word by word, because time phrases move to the
front: `入组日前6个月内无脑血管事件`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch

from engine.language import readable
from engine.language import syntax as s
from engine.language.labels import PLAIN, Labels, name_label
from engine.language.levels import JOINED, SINGLE, TIGHT, readable_level

_ATTRIBUTES = {"date": "的日期", "time": "的时间", "uln": "正常值上限", "lln": "正常值下限"}
_VERBS = {"given": "给药", "started": "启用", "stopped": "停用"}
_CHOICES = {
    "earliest": "最早者",
    "latest": "最晚者",
    "least": "最小者",
    "greatest": "最大者",
    "first known": "首个已知者",
}
_BOUNDS = {"at most": "最多", "at least": "最少"}
_ROUNDING = {"to": "四舍五入", "up to": "向上取整", "down to": "向下取整"}
_SOURCES = {"action": "“{}”操作", "stage": "进入“{}”阶段", "hold": "暂停“{}”开启", "task": "任务“{}”"}


@singledispatch
def chinese(node: s.Node, labels: Labels = PLAIN) -> str:  # noqa: ARG001 - of the registered functions
    """What a clinician reads in Chinese: labels for ids, time phrases in front, full-width punctuation."""
    raise TypeError(f"{type(node).__name__} is no part of a sentence")


def at(node: s.Node, needed: int, labels: Labels) -> str:
    """The text of a node for a place that asks for a level, in brackets where it binds more loosely."""
    text = chinese(node, labels)
    return text if readable_level(node) >= needed else f"（{text}）"


def listed(items: Iterable[s.Node], labels: Labels) -> str:
    """Items between semicolons, in brackets."""
    return f"（{'；'.join(chinese(item, labels) for item in items)}）"


def alternatives(words: Iterable[str]) -> str:
    """`甲`, `甲或乙`, `甲、乙或丙`."""
    *rest, last = words
    return f"{'、'.join(rest)}或{last}" if rest else last


def title(kind: str, name: str, labels: Labels) -> str:
    """A label in quotation marks, for names that are titles rather than nouns."""
    return f"“{labels.of(kind, name, 'zh')}”"


def name_of(name: str, labels: Labels) -> str:
    """The label of a name read as a value."""
    label = name_label(name, labels, "zh")
    return f"调用方的{label}" if name.startswith("caller.") else label


# --- values ---------------------------------------------------------------------------------------------------------


@chinese.register(s.Number)
def _number(node: s.Number, labels: Labels = PLAIN) -> str:  # noqa: ARG001 - one signature for all nodes
    return readable.chinese_number(node)


@chinese.register(s.Period)
def _period(node: s.Period, labels: Labels = PLAIN) -> str:  # noqa: ARG001 - one signature for all nodes
    return "零".join(readable.chinese_period(*part) for part in readable.period_parts(node))


@chinese.register(s.Day)
def _day(node: s.Day, labels: Labels = PLAIN) -> str:  # noqa: ARG001 - one signature for all nodes
    return readable.chinese_day(node.day)


@chinese.register(s.Word)
def _word(node: s.Word, labels: Labels = PLAIN) -> str:  # noqa: ARG001 - one signature for all nodes
    return f"“{node.text}”"


@chinese.register(s.Truth)
def _truth(node: s.Truth, labels: Labels = PLAIN) -> str:  # noqa: ARG001 - one signature for all nodes
    return "是" if node.yes else "否"


@chinese.register(s.Name)
def _name(node: s.Name, labels: Labels = PLAIN) -> str:
    return {"today": "判定日", "now": "判定时刻"}.get(node.name) or name_of(node.name, labels)


@chinese.register(s.Pick)
def _pick(node: s.Pick, labels: Labels = PLAIN) -> str:
    which = "首次" if node.which == "first" else "最近一次"
    return f"{when(node.selector.windows, labels)}{which}{entries(node.selector, labels)}"


@chinese.register(s.Attribute)
def _attribute(node: s.Attribute, labels: Labels = PLAIN) -> str:
    word = _ATTRIBUTES.get(node.name) or f"的{labels.of('attribute', node.name, 'zh')}"
    return f"{at(node.of, SINGLE, labels)}{word}"


@chinese.register(s.Sum)
def _sum(node: s.Sum, labels: Labels = PLAIN) -> str:
    sign = "−" if node.operator == "-" else "+"
    return f"{at(node.left, JOINED, labels)} {sign} {at(node.right, TIGHT, labels)}"


@chinese.register(s.Product)
def _product(node: s.Product, labels: Labels = PLAIN) -> str:
    match node:
        case s.Product(s.Number(value, ""), s.Attribute() as of):
            return f"{chinese(of, labels)}的{value:f}倍"
        case _:
            return f"{at(node.left, TIGHT, labels)} × {at(node.right, SINGLE, labels)}"


@chinese.register(s.Bounded)
def _bounded(node: s.Bounded, labels: Labels = PLAIN) -> str:
    return f"{chinese(node.value, labels)}，{_BOUNDS[node.bound]}{at(node.limit, JOINED, labels)}"


@chinese.register(s.Rounded)
def _rounded(node: s.Rounded, labels: Labels = PLAIN) -> str:
    return f"{chinese(node.value, labels)}，按{at(node.step, JOINED, labels)}{_ROUNDING[node.mode]}"


@chinese.register(s.Choice)
def _choice(node: s.Choice, labels: Labels = PLAIN) -> str:
    return f"{listed(node.items, labels)}中{_CHOICES[node.which]}"


@chinese.register(s.OverCallers)
def _over_callers(node: s.OverCallers, labels: Labels = PLAIN) -> str:
    return f"所有调用方的{at(node.value, SINGLE, labels)}中{_CHOICES[node.which]}"


@chinese.register(s.Count)
def _count(node: s.Count, labels: Labels = PLAIN) -> str:
    return f"{when(node.selector.windows, labels)}{entries(node.selector, labels)}的次数"


@chinese.register(s.CountDistinct)
def _count_distinct(node: s.CountDistinct, labels: Labels = PLAIN) -> str:
    among = f"{when(node.selector.windows, labels)}{entries(node.selector, labels)}"
    return f"{among}中不同{labels.of('attribute', node.attribute, 'zh')}的种数"


@chinese.register(s.CountMet)
def _count_met(node: s.CountMet, labels: Labels = PLAIN) -> str:
    return f"{listed(node.items, labels)}中满足的项数"


@chinese.register(s.NextOnGrid)
def _next_on_grid(node: s.NextOnGrid, labels: Labels = PLAIN) -> str:
    grid = f"自{at(node.anchor, SINGLE, labels)}起每{at(node.every, SINGLE, labels)}一次的日期"
    return f"{grid}中晚于{at(node.after, SINGLE, labels)}的第一个"


@chinese.register(s.Lookup)
def _lookup(node: s.Lookup, labels: Labels = PLAIN) -> str:
    table, column = title("table", node.table, labels), labels.of("attribute", node.column, "zh")
    return f"表{table}中{listed(node.keys, labels)}对应的{column}"


# --- selectors ------------------------------------------------------------------------------------------------------


@chinese.register(s.Selector)
def _selector(node: s.Selector, labels: Labels = PLAIN) -> str:
    return when(node.windows, labels) + entries(node, labels)


def entries(node: s.Selector, labels: Labels) -> str:
    """The entries without their windows, which stand elsewhere: `符合（…）的复发`."""
    label = labels.of(node.source, node.name, "zh")
    noun = label if node.source == "fact" else _SOURCES[node.source].format(label)
    having = f"符合（{chinese(node.having, labels)}）的" if node.having is not None else ""
    return f"{having}{noun}{_VERBS.get(node.verb, '')}"


def when(windows: tuple[s.Window, ...], labels: Labels) -> str:
    """The windows as one phrase for the front of the sentence."""
    return "且".join(chinese(window, labels) for window in windows)


@chinese.register(s.Window)
def _window(node: s.Window, labels: Labels = PLAIN) -> str:
    period = at(node.period, SINGLE, labels) if node.period is not None else ""
    day = at(node.date, SINGLE, labels) if node.date is not None else ""
    side = {"before": "前", "after": "后"}.get(node.side, "")
    match node.kind:
        case "within":
            return f"{day}{side}{period}内" if side else f"近{period}内"
        case "at_least":
            return f"{day}{side}至少{period}" if side else f"至少{period}前"
        case "between":
            upper = at(node.upper, SINGLE, labels) if node.upper is not None else ""
            return f"{day}{side}{period}至{upper}之间"
        case "rolling":
            return f"任意连续{period}内"
        case _:
            return _DAY_PHRASES[node.kind].format(day)


_DAY_PHRASES = {"since": "自{}以来", "after": "{}之后", "before": "{}之前", "until": "截至{}", "on": "{}当日"}
