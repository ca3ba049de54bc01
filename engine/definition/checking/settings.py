"""Settings: each has a value that is allowed, a unit that exists, callers that exist, and a sentence that reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from engine.catalogue.names import did_you_mean
from engine.definition.checking.kinds import raw_kind
from engine.definition.checking.subject import Subject
from engine.definition.checking.walking import walk
from engine.definition.reading import Problem
from engine.definition.schema import Setting
from engine.errors import CarewayError
from engine.evaluation.settings import typed
from engine.language import syntax as s
from engine.units import Duration, parse_unit

PERIOD_UNITS = ("minutes", "hours", "days", "weeks", "months", "years")
_MEASURED = re.compile(r"^[0-9]+(\.[0-9]+)? +(\S+)$")
_WORD = re.compile(r"^[a-z_]+$")


def units(subject: Subject) -> Iterator[Problem]:
    """A number has a unit that is known."""
    for name, setting in subject.spec.settings.items():
        path = f"settings.{name}"
        if setting.unit and setting.unit not in PERIOD_UNITS:
            yield from _unit(subject, f"{path}.unit", setting.unit)
        for text in (one for one in _values(setting) if isinstance(one, str)):
            found = _MEASURED.match(text)
            if found and raw_kind(text).sort == "code":
                yield from _unit(subject, f"{path}.value", found.group(2))


def _unit(subject: Subject, path: str, unit: str) -> Iterator[Problem]:
    try:
        parse_unit(subject.catalogue.unit(unit))
    except CarewayError as error:
        remedy = did_you_mean(unit, (*PERIOD_UNITS, *subject.catalogue.units)) or error.remedy
        yield subject.problem(path, f"“{unit}” is no unit.", remedy or "Write a UCUM unit, e.g. g/L.")


def _values(setting: Setting) -> list[Any]:
    """The values of a setting, one for each caller."""
    return list(setting.value.values()) if isinstance(setting.value, dict) else [setting.value]


def parts(subject: Subject) -> Iterator[Problem]:
    """A map of parts is read part by part; only a shared sub-pathway has a map of callers."""
    maps = (
        {}
        if subject.spec.shared
        else {k: one.value for k, one in subject.spec.settings.items() if isinstance(one.value, dict)}
    )
    for sentence in subject.sentences if maps else ():
        for node, _ in walk(sentence.tree):
            name = (
                node.name.removeprefix("setting.")
                if isinstance(node, s.Name) and node.name.startswith("setting.")
                else ""
            )
            if name in maps:
                remedy = f"Read one of them, e.g. setting.{name}.{next(iter(maps[name]), 'part')}, or give one value."
                yield subject.problem(sentence.place, f"{name} is a map of parts.", remedy)


def callers(subject: Subject) -> Iterator[Problem]:
    """A map of callers names callers that are known."""
    known = set(subject.spec.callers)
    for name, setting in subject.spec.settings.items():
        if not isinstance(setting.value, dict):
            continue
        if not subject.spec.shared:
            continue  # a map of parts, read as `setting.name.part`
        path = f"settings.{name}.value"
        for key in setting.value:
            if key not in known | {"generic"}:
                yield subject.unknown(f"{path}.{key}", "caller", str(key), known | {"generic"})


def allowed(subject: Subject) -> Iterator[Problem]:
    """The default is among the allowed values and not above the maximum."""
    for name, setting in subject.spec.settings.items():
        choices = setting.allowed if isinstance(setting.allowed, list) else None
        for value in _values(setting):
            if choices is not None and value not in choices:
                remedy = f"Allowed: {', '.join(map(str, choices))}."
                yield subject.problem(f"settings.{name}.value", f"“{value}” is not an allowed value of {name}.", remedy)
            if setting.maximum is not None and _above(value, setting.maximum, setting.unit):
                remedy = f"At most {setting.maximum}."
                yield subject.problem(f"settings.{name}.value", f"{value} is above the maximum of {name}.", remedy)


def _above(value: Any, maximum: Any, unit: str) -> bool:
    one, other = typed(value, unit)[0], typed(maximum, unit)[0]
    if isinstance(one, Duration) and isinstance(other, Duration):
        return (one.months, one.days, one.seconds) > (other.months, other.days, other.seconds)
    try:
        return bool(one > other)
    except TypeError:
        return False


def lengths(subject: Subject) -> Iterator[Problem]:
    """A length of time is not negative; what points backwards says so in the sentence."""
    for name, setting in subject.spec.settings.items():
        for value in _values(setting):
            one = typed(value, setting.unit)[0]
            if isinstance(one, Duration) and min(one.months, one.days, one.seconds) < 0:
                remedy = "Write it without the minus; `opens` counts backwards by itself."
                yield subject.problem(f"settings.{name}.value", f"{value} is a negative length of time.", remedy)


def reasons(subject: Subject) -> Iterator[Problem]:
    """A default without a reason is a number that nobody can judge."""
    for name, setting in subject.spec.settings.items():
        if not setting.reason.strip():
            remedy = "Say where the value comes from, or what it stands in for."
            yield subject.problem(f"settings.{name}.reason", f"{name} has no reason.", remedy)


CHECKS = (units, parts, callers, allowed, lengths, reasons)
