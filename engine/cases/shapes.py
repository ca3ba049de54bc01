"""Reads the shapes that every part of a case shares (text, lists, moments, action names) and collects what is wrong.

A reader never stops at the first mistake: it notes a finding and goes on with something harmless.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from engine.calendar import parse_when, zone_info
from engine.cases.errors import Finding, unknown
from engine.cases.names import Names
from engine.cases.records import ActionRef, EnrolmentRef
from engine.cases.yaml_source import Node, scalar

_ENROLMENT = re.compile(r"(?P<pathway>\w+)(?:#(?P<ordinal>[1-9]\d{0,3}))?")
_ACTION = re.compile(r"(?:(?P<enrolment>\w+(?:#\d+)?)\.)?(?P<action>\w+)(?:\((?P<asks>[^()]*)\))?")
_STATEMENT = re.compile(r"[A-Z][A-Za-z0-9]*(?:[-.][A-Za-z0-9]+)*")


@dataclass
class Reader:
    """What reading a case needs to know, and the findings so far."""

    names: Names
    zone: str = "Asia/Shanghai"
    findings: list[Finding] = field(default_factory=list)

    # --- findings ---

    def wrong(self, node: Node, message: str, remedy: str = "") -> None:
        """Note a mistake at a node."""
        self.findings.append(Finding(node.line, node.column, message, remedy))

    def known(self, node: Node, what: str, name: str, ids: Iterable[str]) -> bool:
        """Whether an id exists; otherwise a finding with the nearest one."""
        ids = tuple(ids)
        if name in ids:
            return True
        self.findings.append(unknown(what, name, ids, node.line, node.column))
        return False

    # --- shapes ---

    def mapping(self, node: Node | None, what: str, keys: Iterable[str] = ()) -> Mapping[str, Node]:
        """The entries of a mapping; `keys` are those allowed (none given: any)."""
        if node is None:
            return {}
        if not node.is_mapping:
            self.wrong(node, f"{what} must be a mapping", "Write {key: value}.")
            return {}
        allowed = tuple(keys)
        for key, value in node.items.items():
            if allowed and key not in allowed:
                self.known(value, f"key of {what}", key, allowed)
        return node.items

    def text(self, node: Node | None, what: str) -> str:
        """A text that is not empty; an unquoted number or word counts as written."""
        if node is None or node.is_mapping or node.is_list or not node.text.strip():
            if node is not None:
                self.wrong(node, f"{what} must be a text")
            return ""
        return node.text.strip()

    def required(self, items: Mapping[str, Node], key: str, where: Node, what: str) -> str:
        """The text of a key that must be there."""
        if key not in items:
            self.wrong(where, f"{what} lacks {key!r}", f"Add {key}: ….")
            return ""
        return self.text(items[key], key)

    def list(self, node: Node, what: str) -> list[Node]:
        """The members of a list; a single value counts as a list of one."""
        if node.is_list:
            return list(node.members)
        if node.is_mapping or node.value is None:
            self.wrong(node, f"{what} must be a list", "Write [a, b].")
            return []
        return [node]

    def day_or_moment(self, node: Node, what: str) -> date | datetime | None:
        """A day, or a local time as an instant in UTC."""
        try:
            when = parse_when(node.value, self.zone) if isinstance(node.value, str | date) else None
        except (ValueError, OverflowError):
            when = None
        if when is not None and 1800 < when.year < 2300:
            return when
        self.wrong(node, f"{what} must be a date or a local time", "Write 2026-01-05 or 2026-01-05 09:00.")
        return None

    def zone_name(self, node: Node) -> str:
        """An IANA zone; the default where the name is unknown."""
        name = self.text(node, "timezone")
        try:
            zone_info(name or "?")
        except (KeyError, ValueError, OSError):
            self.wrong(node, f"unknown time zone {name!r}", "Use an IANA name such as Asia/Shanghai.")
            return self.zone
        return name

    # --- ids ---

    def enrolment(self, node: Node, text: str) -> EnrolmentRef | None:
        """An enrolment by pathway, `hbv` or `hbv#2`."""
        found = _ENROLMENT.fullmatch(text)
        if found is None:
            self.wrong(node, f"{text!r} names no enrolment", "Write hbv or hbv#2.")
            return None
        if not self.known(node, "pathway", found["pathway"], self.names.all_pathways):
            return None
        return EnrolmentRef(found["pathway"], int(found["ordinal"]) if found["ordinal"] else None)

    def action(self, node: Node, text: str, step: EnrolmentRef | None, *, strict: bool = False) -> ActionRef | None:
        """An action as `act`, `pathway.act` or `act(parameter=value)`.

        A plain name means the step's `pathway:`; where that has no such action (and not `strict`), the case's own.
        """
        found = _ACTION.fullmatch(text.strip())
        if found is None:
            self.wrong(
                node,
                f"{text!r} names no action",
                "Write give_dose, infusion_visit.start_infusion or give_dose(planned_start=2026-01-12).",
            )
            return None
        named = self.enrolment(node, found["enrolment"]) if found["enrolment"] else None
        if found["enrolment"] and named is None:
            return None
        target = named or self._owner(found["action"], step, strict)
        if not self.known(
            node, f"action of {target.pathway}", found["action"], self.names.spec(target.pathway).actions
        ):
            return None
        parameters = self._asked(node, found["asks"] or "")
        self.parameters(dict.fromkeys(parameters, node), target.pathway, found["action"])
        return ActionRef(text, found["action"], target, parameters)

    def _owner(self, action: str, step: EnrolmentRef | None, strict: bool) -> EnrolmentRef:
        own = EnrolmentRef(self.names.pathway)
        if step is None:
            return own
        only_own = (
            action not in self.names.spec(step.pathway).actions and action in self.names.spec(own.pathway).actions
        )
        return own if only_own and not strict else step

    def _asked(self, node: Node, text: str) -> dict[str, Any]:
        """`a=1, b=2026-01-12` as parameters."""
        found: dict[str, Any] = {}
        for part in filter(None, (one.strip() for one in text.split(","))):
            name, sign, value = part.partition("=")
            if not sign:
                self.wrong(node, f"{part!r} is no parameter", "Write name=value.")
            found[name.strip()] = scalar(value.strip())
        return found

    def parameters(self, given: Mapping[str, Node], pathway: str, action: str) -> None:
        """Every parameter is one that the action asks for."""
        asks = (*self.names.spec(pathway).actions[action].asks, "second_person")
        for name, node in given.items():
            self.known(node, f"parameter of {action}", name, asks)

    def statement(self, node: Node) -> str:
        """A statement id, by its form."""
        text = self.text(node, "a statement id")
        if text and not _STATEMENT.fullmatch(text):
            self.wrong(node, f"{text!r} is no statement id", "Write for example INE-R06.2.")
        return text

    def statements(self, node: Node, what: str) -> tuple[str, ...]:
        """A list of statement ids."""
        return tuple(self.statement(one) for one in self.list(node, what))

    def readable(self, node: Node, name: str) -> str:
        """The canonical id of a fact that is read (aliases included), of a class, a derived or a named value."""
        catalogue = self.names.catalogue
        if found := catalogue.canonical(name, self.names.pathway):
            return found
        if catalogue.is_class(name) or catalogue.is_derived(name):
            return name
        self.known(node, "fact", name, (*catalogue.names, *self.names.values))
        return name
