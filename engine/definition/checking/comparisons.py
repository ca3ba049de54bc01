"""Comparisons that can never be judged: units of different kinds, dates with numbers, codes that a fact does not have."""

from __future__ import annotations

from collections.abc import Iterator

from engine.catalogue.names import did_you_mean
from engine.definition.checking.kinds import ANY, TRUTH, Kind, Kinds, owner_of
from engine.definition.checking.sentences import Sentence
from engine.definition.checking.subject import Subject
from engine.definition.checking.walking import Inside, walk
from engine.definition.reading import Problem
from engine.evaluation.scope import BUILT_IN, ENTRY_KEYS
from engine.language import syntax as s
from engine.language.printing import canonical
from engine.units import UnitError, same_kind

_UNITLESS = ("", "1", "{score}", "{grade}", "{INR}", "{titer}")
_TRUTHS = frozenset({"yes", "no", "true", "false"})


def comparable(subject: Subject) -> Iterator[Problem]:
    """Both sides of a comparison are of one kind, in units that convert into each other."""
    kinds = Kinds(subject)
    for sentence in subject.sentences:
        for node, inside in walk(sentence.tree):
            if isinstance(node, s.Compare):
                yield from _pair(subject, kinds, sentence, node, node.left, node.right, inside)
            elif isinstance(node, s.Sum):
                yield from _sum(subject, kinds, sentence, node, inside)
            elif isinstance(node, s.Moved):
                yield from _pair(subject, kinds, sentence, node, node.value, node.reference, inside)


def _pair(
    subject: Subject, kinds: Kinds, sentence: Sentence, node: s.Node, left: s.Node, right: s.Node, inside: Inside
) -> Iterator[Problem]:
    one, other = kinds.of(left, inside), kinds.of(right, inside)
    mismatch = _mismatch(one, other) or (isinstance(node, s.Compare) and _ordered_codes(node, one, other)) or None
    if mismatch:
        message, remedy = mismatch
        yield subject.problem(sentence.place, f"“{canonical(node)}”: {message}", remedy)


def _mismatch(one: Kind, other: Kind) -> tuple[str, str] | None:
    if ANY in (one, other):
        return None
    if one.sort == other.sort == "number":
        return _units(one, other)
    sorts = {one.sort, other.sort}
    if sorts == {"number", "period"}:
        number = one if one.sort == "number" else other
        return None if number.unit in (None, "", "a", "d") else _different(one, other)
    return None if len(sorts) == 1 or sorts <= {"code", "text", "truth"} else _different(one, other)


def _units(one: Kind, other: Kind) -> tuple[str, str] | None:
    if one.unit is None or other.unit is None or one.unit == other.unit:
        return None
    if "" in (one.unit, other.unit):
        unit = one.unit or other.unit
        return None if unit in _UNITLESS else ("a number without a unit.", f"Write its unit, e.g. {unit}.")
    try:
        if same_kind(one.unit, other.unit):
            return None
    except UnitError as error:
        return error.message, error.remedy
    return f"{one.unit} and {other.unit} do not convert into each other.", f"Write the limit in {one.unit}."


def _different(one: Kind, other: Kind) -> tuple[str, str]:
    words = {
        "number": "a number",
        "period": "a length of time",
        "date": "a date",
        "code": "a code",
        "truth": "yes or no",
    }
    shown = [words.get(kind.sort, kind.sort) for kind in (one, other)]
    return f"{shown[0]} cannot be compared with {shown[1]}.", "Compare two values of one kind."


def _ordered_codes(node: s.Compare, one: Kind, other: Kind) -> tuple[str, str] | None:
    """Codes have no order."""
    if node.operator in ("=", "!=") or not {one.sort, other.sort} & {"code", "truth"}:
        return None
    return "codes have no order.", "Write `is` or `is one of`."


def _sum(subject: Subject, kinds: Kinds, sentence: Sentence, node: s.Sum, inside: Inside) -> Iterator[Problem]:
    left, right = kinds.of(node.left, inside), kinds.of(node.right, inside)
    good = ANY in (left, right) or (left.sort, right.sort) in (("date", "period"), ("period", "period"))
    good = good or (left.sort == right.sort == "date" and node.operator == "-")
    found = None if good else _units(left, right) if left.sort == right.sort == "number" else _different(left, right)
    if found:
        yield subject.problem(sentence.place, f"“{canonical(node)}”: {found[0].replace('compared', 'added')}", found[1])


def codes(subject: Subject) -> Iterator[Problem]:
    """`is` asks for codes that the value can have."""
    kinds = Kinds(subject)
    for sentence in subject.sentences:
        for node, inside in walk(sentence.tree):
            if isinstance(node, s.Is):
                yield from _codes(subject, sentence, node, _owner_kind(kinds, node, inside))
            elif isinstance(node, s.Changed):
                kind = kinds.name(node.name, None)
                wanted = (*node.before, *node.after)
                yield from _codes(subject, sentence, s.Is(s.Name(node.name), wanted), kind)


def _owner_kind(kinds: Kinds, node: s.Is, inside: Inside) -> Kind:
    if node.value == s.Name("caller.pathway"):
        return Kind("code", codes=frozenset({*kinds.subject.spec.callers, *kinds.subject.others}))
    return kinds.of(node.value, inside)


def _codes(subject: Subject, sentence: Sentence, node: s.Is, kind: Kind) -> Iterator[Problem]:
    shown = canonical(node.value)
    if kind.sort in ("number", "date", "period"):
        remedy = f"Compare it, e.g. “{shown} >= …”."
        yield subject.problem(sentence.place, f"“{canonical(node)}”: {shown} has no codes.", remedy)
        return
    allowed = _TRUTHS if kind == TRUTH else kind.codes if kind.sort == "code" else None
    for code in node.codes if allowed is not None else ():
        if code not in (allowed or ()) and code != "unknown":
            known = sorted(allowed or ())
            remedy = did_you_mean(code, known) or f"It is one of: {', '.join(known[:12])}."
            yield subject.problem(sentence.place, f"{shown} is never “{code}”.", remedy)


def is_unknown(subject: Subject) -> Iterator[Problem]:
    """`is unknown` is no condition: what is not known meets nothing."""
    for sentence in subject.sentences:
        for node, _ in walk(sentence.tree):
            if isinstance(node, s.Is) and "unknown" in node.codes:
                remedy = "Write `is missing` in a task, message or hold; in a guard let `unknown:` say what follows."
                yield subject.problem(sentence.place, f"“{canonical(node)}”: `is unknown` is never met.", remedy)


def attributes(subject: Subject) -> Iterator[Problem]:
    """Inside `with (…)` and before `of`, a name is an attribute that the entries have."""
    kinds = Kinds(subject)
    for sentence in subject.sentences:
        for node, inside in walk(sentence.tree):
            if isinstance(node, s.Name) and inside is not None and "." not in node.name:
                yield from _attribute(subject, kinds, sentence, inside, node.name, outside_too=True)
            elif isinstance(node, s.Attribute) and (owner := owner_of(node.of)) is not None:
                yield from _attribute(subject, kinds, sentence, owner, node.name)
            elif isinstance(node, s.CountDistinct | s.Exists) and (name := _distinct(node)):
                owner = (node.selector.source, node.selector.name)
                yield from _attribute(subject, kinds, sentence, owner, name)


def _distinct(node: s.CountDistinct | s.Exists) -> str:
    return node.attribute if isinstance(node, s.CountDistinct) else node.distinct


def _attribute(
    subject: Subject, kinds: Kinds, sentence: Sentence, owner: tuple[str, str], name: str, *, outside_too: bool = False
) -> Iterator[Problem]:
    source, of = owner
    if name in ENTRY_KEYS or kinds.attribute(owner, name) is not None or "." in of:
        return
    if source not in ("fact", "action") or (source == "fact" and not kinds.facts(of)):
        return
    if outside_too and _means_something(subject, name):
        return
    known = _known_attributes(subject, kinds, source, of)
    yield subject.unknown(sentence.place, f"attribute of {of}", name, known)


def _means_something(subject: Subject, name: str) -> bool:
    spec = subject.spec
    known = {*spec.values, *subject.functions, *BUILT_IN}
    return name in known or subject.catalogue.canonical(name) is not None or subject.catalogue.is_derived(name)


def _known_attributes(subject: Subject, kinds: Kinds, source: str, of: str) -> set[str]:
    if source == "action":
        action = subject.spec.actions.get(of)
        return {*(action.asks if action else ()), "role", "name", "date", "time"}
    return kinds.attributes(of)


CHECKS = (comparable, codes, is_unknown, attributes)
