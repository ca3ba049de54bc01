"""The readable English sentence, second half: criteria. Importing this file teaches them to `english`."""

from __future__ import annotations

from engine.language import readable
from engine.language import syntax as s
from engine.language.english_values import alternatives, at, counted, english, listed, name_of, quoted, when
from engine.language.labels import PLAIN, Labels, code_label, elsewhere, inside, plural
from engine.language.levels import ATOM, JOINED, SINGLE, TIGHT, is_list

__all__ = ["english"]


def _codes(value: s.Value, codes: tuple[str, ...], labels: Labels) -> str:
    return alternatives(inside(code_label(value, code, labels, "en")) for code in codes)


@english.register(s.All)
def _all(node: s.All, labels: Labels = PLAIN) -> str:
    if is_list(node):
        return f"all of ({listed(node.items, labels)})"
    return " and ".join(at(item, TIGHT, labels) for item in node.items)


@english.register(s.AnyOf)
def _any(node: s.AnyOf, labels: Labels = PLAIN) -> str:
    if is_list(node):
        return f"any of ({listed(node.items, labels)})"
    return " or ".join(at(item, TIGHT, labels) for item in node.items)


@english.register(s.AtLeastOf)
def _at_least_of(node: s.AtLeastOf, labels: Labels = PLAIN) -> str:
    return f"at least {node.count} of ({listed(node.items, labels)})"


@english.register(s.Not)
def _not(node: s.Not, labels: Labels = PLAIN) -> str:
    match node.item:
        case s.Is(value, codes):
            return f"{at(value, JOINED, labels)} is not {_codes(value, codes, labels)}"
        case s.Named(name):
            return f"{_criterion(name, labels)} is not met"
        case s.HoldOpen(hold, pathway):
            return f"{_hold(hold, pathway, labels, 'no hold')} is {'open' if hold == 'any' else 'not open'}"
        case s.Running(name, None):
            return f"{name_of(name, labels)} is not being given"
        case item:
            return f"not {at(item, ATOM, labels)}"


@english.register(s.Unless)
def _unless(node: s.Unless, labels: Labels = PLAIN) -> str:
    return f"{at(node.item, JOINED, labels)}, unless {at(node.exception, JOINED, labels)}"


@english.register(s.CountsAsNo)
def _counts_as_no(node: s.CountsAsNo, labels: Labels = PLAIN) -> str:
    return f"{at(node.item, SINGLE, labels)} (unknown counts as no)"


@english.register(s.Named)
def _named(node: s.Named, labels: Labels = PLAIN) -> str:
    return f"{_criterion(node.name, labels)} is met"


def _criterion(name: str, labels: Labels) -> str:
    words = quoted("criterion", name, labels)
    return f"{words} on another pathway" if name.startswith(f"{s.ELSEWHERE}.") else words


@english.register(s.Compare)
def _compare(node: s.Compare, labels: Labels = PLAIN) -> str:
    sign = readable.OPERATORS[node.operator]
    return f"{at(node.left, JOINED, labels)} {sign} {at(node.right, JOINED, labels)}"


@english.register(s.Is)
def _is(node: s.Is, labels: Labels = PLAIN) -> str:
    return f"{at(node.value, JOINED, labels)} is {_codes(node.value, node.codes, labels)}"


@english.register(s.Known)
def _known(node: s.Known, labels: Labels = PLAIN) -> str:
    return f"{at(node.value, JOINED, labels)} is known"


@english.register(s.Missing)
def _missing(node: s.Missing, labels: Labels = PLAIN) -> str:
    return f"{at(node.value, JOINED, labels)} is missing"


@english.register(s.Exists)
def _exists(node: s.Exists, labels: Labels = PLAIN) -> str:
    if node.distinct:
        attribute = plural(inside(labels.of("attribute", node.distinct, "en")), node.count)
        return f"at least {node.count} different {attribute} among {counted(node.selector, 2, labels)}"
    if node.quantifier == "at least":
        return f"at least {node.count} {counted(node.selector, node.count, labels)}"
    return f"{node.quantifier} {counted(node.selector, 1, labels)}"


@english.register(s.Running)
def _running(node: s.Running, labels: Labels = PLAIN) -> str:
    name = name_of(node.name, labels)
    if node.period is None:
        return f"{name} is being given"
    return f"{name} has been given for at least {at(node.period, SINGLE, labels)}"


@english.register(s.Stopped)
def _stopped(node: s.Stopped, labels: Labels = PLAIN) -> str:
    span = at(node.period, SINGLE, labels)
    return f"{name_of(node.name, labels)} stopped at least {span} before {at(node.before, SINGLE, labels)}"


@english.register(s.NeverGiven)
def _never_given(node: s.NeverGiven, labels: Labels = PLAIN) -> str:
    return f"{name_of(node.name, labels)} never given"


@english.register(s.Lasting)
def _lasting(node: s.Lasting, labels: Labels = PLAIN) -> str:
    return f"{english(node.item, labels)} for at least {at(node.period, SINGLE, labels)}"


@english.register(s.EachDay)
def _each_day(node: s.EachDay, labels: Labels = PLAIN) -> str:
    days = f"{at(node.days, SINGLE, labels)} days before {at(node.before, SINGLE, labels)}"
    return f"on each of the {days}, {at(node.item, SINGLE, labels)}"


@english.register(s.EveryResult)
def _every_result(node: s.EveryResult, labels: Labels = PLAIN) -> str:
    sign = readable.OPERATORS[node.operator]
    return f"every result of task {quoted('task', node.task, labels)} {sign} {at(node.limit, JOINED, labels)}"


@english.register(s.Changed)
def _changed(node: s.Changed, labels: Labels = PLAIN) -> str:
    value = s.Name(node.name)
    before, after = (_codes(value, codes, labels) for codes in (node.before, node.after))
    return f"{name_of(node.name, labels)} changed from {before} to {after} {when(node.windows, labels)}".rstrip()


@english.register(s.Moved)
def _moved(node: s.Moved, labels: Labels = PLAIN) -> str:
    amount = f"by at least {at(node.amount, JOINED, labels)}"
    return f"{at(node.value, JOINED, labels)} {node.direction} {amount} from {at(node.reference, SINGLE, labels)}"


def _hold(hold: str, pathway: str, labels: Labels, any_hold: str) -> str:
    name = any_hold if hold == "any" else f"hold {quoted('hold', elsewhere(hold, pathway), labels)}"
    return name + _of(pathway, labels)


def _of(pathway: str, labels: Labels) -> str:
    return f" of {inside(labels.of('pathway', pathway, 'en'))}" if pathway else ""


@english.register(s.HoldOpen)
def _hold_open(node: s.HoldOpen, labels: Labels = PLAIN) -> str:
    return f"{_hold(node.hold, node.pathway, labels, 'any hold')} is open"


@english.register(s.TaskIs)
def _task_is(node: s.TaskIs, labels: Labels = PLAIN) -> str:
    title = quoted("task", elsewhere(node.task, node.pathway), labels)
    return f"task {title}{_of(node.pathway, labels)} is {node.state}"


@english.register(s.StageIs)
def _stage_is(node: s.StageIs, labels: Labels = PLAIN) -> str:
    stages = alternatives(quoted("stage", elsewhere(stage, node.pathway), labels) for stage in node.stages)
    return f"the stage{_of(node.pathway, labels)} is {stages}"


@english.register(s.GateIs)
def _gate_is(node: s.GateIs, labels: Labels = PLAIN) -> str:
    values = (inside(labels.of("gate", elsewhere(value, node.pathway), "en")) for value in node.values)
    return f"the gate{_of(node.pathway, labels)} is {alternatives(values)}"


@english.register(s.GuardPasses)
def _guard_passes(node: s.GuardPasses, labels: Labels = PLAIN) -> str:
    return f"the requirements of {quoted('guard', node.guard, labels)} are met"


@english.register(s.Enrolled)
def _enrolled(node: s.Enrolled, labels: Labels = PLAIN) -> str:
    return f"enrolled on {inside(labels.of('pathway', node.pathway, 'en'))}"


@english.register(s.CallerHas)
def _caller_has(node: s.CallerHas, labels: Labels = PLAIN) -> str:
    return f"{node.quantifier} caller has ({english(node.item, labels)})"
