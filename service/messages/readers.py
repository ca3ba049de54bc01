"""Roles to which the definitions send messages and for which nobody is entered: what is meant for them goes to the fallback."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition.registry import Registry
from engine.definition.schema import DefinitionSpec
from service.messages.building import Messages
from service.messages.posting import SITE

PLACEHOLDERS = frozenset({"patient", "second_signatory"})
"""Stand for somebody who is found when the message is requested, or is no reader of these channels."""


def roles_told(spec: DefinitionSpec) -> Iterator[str]:
    """Every role that a definition may tell something."""
    for message in spec.notifications.values():
        yield from message.to
        yield from (role for step in message.escalation for role in step.to)
    for task in spec.tasks.values():
        yield from (role for step in task.overdue for role in step.to)
    yield spec.unanswered


def without_readers(messages: Messages, registry: Registry) -> list[str]:
    """The roles told by definitions in force for which nobody is entered; none where nothing leaves Careway."""
    if not messages.poster.outside:
        return []
    told = {role for pathway in registry.ids() for role in roles_told(registry.latest(pathway).spec)}
    return sorted(role for role in told - PLACEHOLDERS if not messages.directory.recipients(role, SITE))
