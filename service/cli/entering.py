"""Reads what is typed: `name=value` pairs, roles, moments. Values are written as in case files (`igg="4.2 g/L"`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from engine.errors import InvalidCommand, NotFound
from engine.model import Chart, Enrolment, Person


def pairs(given: Iterable[str]) -> dict[str, list[Any]]:
    """Every name with its values, in the order typed. Raises `InvalidCommand`."""
    found: dict[str, list[Any]] = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise InvalidCommand(f"“{text}” is no pair.", place=text, remedy='Write name=value, such as igg="4.2 g/L".')
        found.setdefault(name.strip(), []).append(typed(value))
    return found


def single(given: Iterable[str]) -> dict[str, Any]:
    """Every name with its one value. Raises `InvalidCommand` for a name given twice."""
    found = pairs(given)
    for name, values in found.items():
        if len(values) > 1:
            raise InvalidCommand(f"{name} is given twice.", place=name, remedy="Give it once.")
    return {name: values[0] for name, values in found.items()}


def typed(text: str) -> Any:
    """A value as a case file would hold it: `true`, `{value: 4.2 g/L, effective: 2026-01-05}`, else text."""
    from engine.catalogue.strict_yaml import load_yaml
    from engine.errors import AuthorError

    try:
        value = load_yaml(text, name="value")
    except AuthorError:
        return text
    return value if isinstance(value, bool | dict | list) else text


def person(text: str) -> Person:
    """`ROLE`, or `ROLE:ACCOUNT`."""
    role, _, name = text.partition(":")
    return Person(role.strip(), name.strip() or role.strip())


def moment(text: str, zone: str) -> datetime:
    """An instant typed as local time of the site. Raises `InvalidCommand`."""
    from engine.calendar import instant, parse_when

    try:
        return instant(parse_when(text, zone), zone)
    except ValueError as error:
        raise InvalidCommand(f"“{text}” is no time.", place=text, remedy=str(error)) from None


def chosen(chart: Chart, pathway: str, action: str, actions: Callable[[Enrolment], Iterable[str]]) -> Enrolment:
    """The enrolment meant: `hbv#2` is the second; else the latest open one that knows the action. Raises `NotFound`."""
    name, _, number = pathway.partition("#")
    found = [one for one in chart.enrolments.values() if name in ("", one.pathway)]
    if number:
        found = [one for one in found if str(one.ordinal) == number]
    if not name:
        found = [one for one in found if action in actions(one)] or found[:1]
    still_open = [one for one in found if one.open]
    if not found:
        known = ", ".join(dict.fromkeys(one.pathway for one in chart.enrolments.values())) or "none"
        where = f"on {pathway}" if pathway else "on any pathway"
        raise NotFound(f"The patient is not enrolled {where}.", place=pathway, remedy=f"Enrolled on: {known}.")
    return (still_open or found)[-1]
