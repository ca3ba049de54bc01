"""The canonical sentence, second half: criteria. Importing this file teaches them to `canonical`."""

from __future__ import annotations

from engine.language import syntax as s
from engine.language.canonical_values import at, canonical, listed, span, windows
from engine.language.levels import ATOM, JOINED, SINGLE, TIGHT

__all__ = ["canonical"]

CODES_THAT_ARE_WORDS = frozenset({"known", "missing", "running", "met", "one"})
"""After `is` these words mean something else; as codes they stand in a list: `is one of known`."""


def _codes(codes: tuple[str, ...]) -> str:
    alone = len(codes) == 1 and codes[0] not in CODES_THAT_ARE_WORDS
    return codes[0] if alone else f"one of {', '.join(codes)}"


def _of(pathway: str) -> str:
    return f" of {pathway}" if pathway else ""


# --- criteria -------------------------------------------------------------------------------------------------------


@canonical.register(s.All)
def _all(node: s.All) -> str:
    return " and ".join(at(item, TIGHT) for item in node.items)


@canonical.register(s.AnyOf)
def _any(node: s.AnyOf) -> str:
    return " or ".join(at(item, TIGHT) for item in node.items)


@canonical.register(s.AtLeastOf)
def _at_least_of(node: s.AtLeastOf) -> str:
    return f"at least {node.count} of ({listed(node.items)})"


@canonical.register(s.Not)
def _not(node: s.Not) -> str:
    return f"not {at(node.item, TIGHT)}"


@canonical.register(s.Unless)
def _unless(node: s.Unless) -> str:
    return f"{at(node.item, JOINED)} unless {at(node.exception, JOINED)}"


@canonical.register(s.CountsAsNo)
def _counts_as_no(node: s.CountsAsNo) -> str:
    return f"{at(node.item, ATOM)}, unknown counts as no"


@canonical.register(s.Named)
def _named(node: s.Named) -> str:
    return f"{node.name} is met"


@canonical.register(s.Compare)
def _compare(node: s.Compare) -> str:
    return f"{at(node.left, JOINED)} {node.operator} {at(node.right, JOINED)}"


@canonical.register(s.Is)
def _is(node: s.Is) -> str:
    return f"{at(node.value, JOINED)} is {_codes(node.codes)}"


@canonical.register(s.Known)
def _known(node: s.Known) -> str:
    return f"{at(node.value, JOINED)} is known"


@canonical.register(s.Missing)
def _missing(node: s.Missing) -> str:
    return f"{at(node.value, JOINED)} is missing"


@canonical.register(s.Exists)
def _exists(node: s.Exists) -> str:
    quantifier = f"at least {node.count}" if node.quantifier == "at least" else node.quantifier
    distinct = f" different {node.distinct} of" if node.distinct else ""
    return f"{quantifier}{distinct} {canonical(node.selector)}"


@canonical.register(s.Running)
def _running(node: s.Running) -> str:
    return f"{node.name} is running" + (f" for at least {span(node.period)}" if node.period is not None else "")


@canonical.register(s.Stopped)
def _stopped(node: s.Stopped) -> str:
    return f"{node.name} stopped at least {span(node.period)} before {at(node.before, ATOM)}"


@canonical.register(s.NeverGiven)
def _never_given(node: s.NeverGiven) -> str:
    return f"{node.name} never given"


@canonical.register(s.Lasting)
def _lasting(node: s.Lasting) -> str:
    return f"{canonical(node.item)} for at least {span(node.period)}"


@canonical.register(s.EachDay)
def _each_day(node: s.EachDay) -> str:
    return f"on each of the {canonical(node.days)} days before {at(node.before, ATOM)}, {at(node.item, SINGLE)}"


@canonical.register(s.EveryResult)
def _every_result(node: s.EveryResult) -> str:
    return f"every result of task {node.task} {node.operator} {at(node.limit, JOINED)}"


@canonical.register(s.Changed)
def _changed(node: s.Changed) -> str:
    text = f"{node.name} changed from {_codes(node.before)} to {_codes(node.after)}"
    return " ".join([text, *windows(node.windows)])


@canonical.register(s.Moved)
def _moved(node: s.Moved) -> str:
    amount = f"by at least {at(node.amount, JOINED)}"
    return f"{at(node.value, JOINED)} {node.direction} {amount} from {at(node.reference, ATOM)}"


@canonical.register(s.HoldOpen)
def _hold_open(node: s.HoldOpen) -> str:
    return f"hold {node.hold}{_of(node.pathway)} is open"


@canonical.register(s.TaskIs)
def _task_is(node: s.TaskIs) -> str:
    return f"task {node.task}{_of(node.pathway)} is {node.state}"


@canonical.register(s.StageIs)
def _stage_is(node: s.StageIs) -> str:
    return f"stage{_of(node.pathway)} is {_codes(node.stages)}"


@canonical.register(s.GateIs)
def _gate_is(node: s.GateIs) -> str:
    return f"gate of {node.pathway} is {_codes(node.values)}"


@canonical.register(s.GuardPasses)
def _guard_passes(node: s.GuardPasses) -> str:
    return f"guard {node.guard} passes"


@canonical.register(s.Enrolled)
def _enrolled(node: s.Enrolled) -> str:
    return f"enrolled on {node.pathway}"


@canonical.register(s.CallerHas)
def _caller_has(node: s.CallerHas) -> str:
    return f"{node.quantifier} caller has ({canonical(node.item)})"
