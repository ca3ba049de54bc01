"""The readable Chinese sentence, second half: criteria. Importing this file teaches them to `chinese`."""

from __future__ import annotations

from engine.language import readable
from engine.language import syntax as s
from engine.language.chinese_values import alternatives, at, chinese, entries, listed, name_of, title, when
from engine.language.labels import PLAIN, Labels, code_label, elsewhere
from engine.language.levels import JOINED, SINGLE, TIGHT, is_list

__all__ = ["chinese"]

_STATES = {"open": "待完成", "overdue": "已逾期", "done": "已完成"}


def _codes(value: s.Value, codes: tuple[str, ...], labels: Labels) -> str:
    return alternatives(code_label(value, code, labels, "zh") for code in codes)


def _spaced(text: str) -> str:
    """A blank after a Latin unit or number, none after a Chinese word."""
    return f"{text} " if text[-1:].isascii() else text


@chinese.register(s.All)
def _all(node: s.All, labels: Labels = PLAIN) -> str:
    if is_list(node):
        return f"{listed(node.items, labels)}均满足"
    return "，且".join(at(item, TIGHT, labels) for item in node.items)


@chinese.register(s.AnyOf)
def _any(node: s.AnyOf, labels: Labels = PLAIN) -> str:
    if is_list(node):
        return f"{listed(node.items, labels)}中至少满足1项"
    return "，或".join(at(item, TIGHT, labels) for item in node.items)


@chinese.register(s.AtLeastOf)
def _at_least_of(node: s.AtLeastOf, labels: Labels = PLAIN) -> str:
    return f"{listed(node.items, labels)}中至少满足{node.count}项"


@chinese.register(s.Not)
def _not(node: s.Not, labels: Labels = PLAIN) -> str:
    match node.item:
        case s.Is(value, codes):
            return f"{at(value, JOINED, labels)}不为{_codes(value, codes, labels)}"
        case s.Named(name):
            return f"{_where(name)}不满足{title('criterion', name, labels)}"
        case s.HoldOpen(hold, pathway):
            name = _hold(hold, pathway, labels, "所有暂停均")
            return f"{name}未生效"
        case s.Running(name, None):
            return f"未在使用{name_of(name, labels)}"
        case item:
            return f"并非（{chinese(item, labels)}）"


@chinese.register(s.Unless)
def _unless(node: s.Unless, labels: Labels = PLAIN) -> str:
    return f"除非{at(node.exception, TIGHT, labels)}，否则要求{at(node.item, TIGHT, labels)}"


@chinese.register(s.CountsAsNo)
def _counts_as_no(node: s.CountsAsNo, labels: Labels = PLAIN) -> str:
    return f"{at(node.item, SINGLE, labels)}（未知按否计）"


@chinese.register(s.Named)
def _named(node: s.Named, labels: Labels = PLAIN) -> str:
    return f"{_where(node.name)}满足{title('criterion', node.name, labels)}"


def _where(name: str) -> str:
    return "在其他路径上" if name.startswith(f"{s.ELSEWHERE}.") else ""


@chinese.register(s.Compare)
def _compare(node: s.Compare, labels: Labels = PLAIN) -> str:
    right = _age(node) or at(node.right, JOINED, labels)
    return f"{at(node.left, JOINED, labels)} {readable.OPERATORS[node.operator]} {right}"


def _age(node: s.Compare) -> str:
    """Years of age are 岁, years of anything else 年."""
    match node:
        case s.Compare(s.Name("age"), _, s.Period(months, 0, 0)) if months % 12 == 0:
            return f"{months // 12}岁"
        case _:
            return ""


@chinese.register(s.Is)
def _is(node: s.Is, labels: Labels = PLAIN) -> str:
    return f"{at(node.value, JOINED, labels)}为{_codes(node.value, node.codes, labels)}"


@chinese.register(s.Known)
def _known(node: s.Known, labels: Labels = PLAIN) -> str:
    return f"{at(node.value, JOINED, labels)}已知"


@chinese.register(s.Missing)
def _missing(node: s.Missing, labels: Labels = PLAIN) -> str:
    return f"缺少{at(node.value, JOINED, labels)}"


@chinese.register(s.Exists)
def _exists(node: s.Exists, labels: Labels = PLAIN) -> str:
    front, what = when(node.selector.windows, labels), entries(node.selector, labels)
    if node.distinct:
        return f"{front}{what}中至少有{node.count}种不同的{labels.of('attribute', node.distinct, 'zh')}"
    if node.quantifier == "at least":
        return f"{front}至少有{node.count}次{what}"
    return f"{front}{'有' if node.quantifier == 'any' else '无'}{what}"


@chinese.register(s.Running)
def _running(node: s.Running, labels: Labels = PLAIN) -> str:
    name = name_of(node.name, labels)
    if node.period is None:
        return f"正在使用{name}"
    return f"持续使用{name}至今已至少{at(node.period, SINGLE, labels)}"


@chinese.register(s.Stopped)
def _stopped(node: s.Stopped, labels: Labels = PLAIN) -> str:
    before, span = at(node.before, SINGLE, labels), at(node.period, SINGLE, labels)
    return f"{before}前已停用{name_of(node.name, labels)}至少{span}"


@chinese.register(s.NeverGiven)
def _never_given(node: s.NeverGiven, labels: Labels = PLAIN) -> str:
    return f"从未使用过{name_of(node.name, labels)}"


@chinese.register(s.Lasting)
def _lasting(node: s.Lasting, labels: Labels = PLAIN) -> str:
    return f"{_spaced(chinese(node.item, labels))}已持续至少{at(node.period, SINGLE, labels)}"


@chinese.register(s.EachDay)
def _each_day(node: s.EachDay, labels: Labels = PLAIN) -> str:
    days = f"{at(node.before, SINGLE, labels)}前{at(node.days, SINGLE, labels)}天中的每一天"
    return f"{days}，{at(node.item, SINGLE, labels)}"


@chinese.register(s.EveryResult)
def _every_result(node: s.EveryResult, labels: Labels = PLAIN) -> str:
    sign = readable.OPERATORS[node.operator]
    return f"任务{title('task', node.task, labels)}的每次结果 {sign} {at(node.limit, JOINED, labels)}"


@chinese.register(s.Changed)
def _changed(node: s.Changed, labels: Labels = PLAIN) -> str:
    before, after = (_codes(s.Name(node.name), codes, labels) for codes in (node.before, node.after))
    return f"{when(node.windows, labels)}{name_of(node.name, labels)}由{before}变为{after}"


@chinese.register(s.Moved)
def _moved(node: s.Moved, labels: Labels = PLAIN) -> str:
    direction = "下降" if node.direction == "fell" else "上升"
    reference = at(node.reference, SINGLE, labels)
    return f"{at(node.value, JOINED, labels)}较{reference}{direction}至少{at(node.amount, JOINED, labels)}"


def _hold(hold: str, pathway: str, labels: Labels, any_hold: str) -> str:
    name = any_hold if hold == "any" else f"暂停{title('hold', elsewhere(hold, pathway), labels)}"
    return _of(pathway, labels) + name


def _of(pathway: str, labels: Labels) -> str:
    return f"{labels.of('pathway', pathway, 'zh')}的" if pathway else ""


@chinese.register(s.HoldOpen)
def _hold_open(node: s.HoldOpen, labels: Labels = PLAIN) -> str:
    return f"{_hold(node.hold, node.pathway, labels, '任一暂停')}生效中"


@chinese.register(s.TaskIs)
def _task_is(node: s.TaskIs, labels: Labels = PLAIN) -> str:
    task = title("task", elsewhere(node.task, node.pathway), labels)
    return f"{_of(node.pathway, labels)}任务{task}{_STATES[node.state]}"


@chinese.register(s.StageIs)
def _stage_is(node: s.StageIs, labels: Labels = PLAIN) -> str:
    stages = alternatives(title("stage", elsewhere(stage, node.pathway), labels) for stage in node.stages)
    return f"{_of(node.pathway, labels)}当前阶段为{stages}"


@chinese.register(s.GateIs)
def _gate_is(node: s.GateIs, labels: Labels = PLAIN) -> str:
    values = (labels.of("gate", elsewhere(value, node.pathway), "zh") for value in node.values)
    return f"{_of(node.pathway, labels)}准入结论为{alternatives(values)}"


@chinese.register(s.GuardPasses)
def _guard_passes(node: s.GuardPasses, labels: Labels = PLAIN) -> str:
    return f"{title('guard', node.guard, labels)}的各项要求均已满足"


@chinese.register(s.Enrolled)
def _enrolled(node: s.Enrolled, labels: Labels = PLAIN) -> str:
    return f"已入组{labels.of('pathway', node.pathway, 'zh')}"


@chinese.register(s.CallerHas)
def _caller_has(node: s.CallerHas, labels: Labels = PLAIN) -> str:
    caller = "任一调用方" if node.quantifier == "any" else "所有调用方均"
    return f"{caller}符合（{chinese(node.item, labels)}）"
