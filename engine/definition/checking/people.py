"""Who acts and who is told: roles that exist, messages that somebody gets, deviations that something records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.definition.checking.subject import Subject
from engine.definition.reading import Problem
from engine.definition.roles import ROLES
from engine.definition.schema import NO_NEXT_STEP, Escalation, Notification
from engine.units import Duration, UnitError


def roles(subject: Subject) -> Iterator[Problem]:
    """Every role is one of `engine.definition.roles`."""
    for path, names in _named(subject):
        for name in names:
            if name not in ROLES:
                yield subject.unknown(path, "role", name, ROLES)


def _named(subject: Subject) -> Iterator[tuple[str, Iterable[str]]]:
    spec = subject.spec
    yield "override_by", spec.override_by
    yield from ((f"actions.{name}.by", one.by) for name, one in spec.actions.items())
    yield from ((f"actions.{name}.second", one.second) for name, one in spec.actions.items())
    yield from ((f"holds.{name}.by", one.by) for name, one in spec.holds.items())
    for name, guard in spec.guards.items():
        yield from ((f"guards.{name}.require.{one.id}.override_by", one.override_by) for one in guard.require)
    yield from (
        (f"gate.require.{one.id}.override_by", one.override_by) for one in (spec.gate.require if spec.gate else ())
    )
    for name, task in spec.tasks.items():
        yield f"tasks.{name}.for", [task.role]
        yield from ((f"tasks.{name}.overdue.{number}.to", step.to) for number, step in enumerate(task.overdue))
    for name, message in spec.notifications.items():
        yield f"notifications.{name}.to", message.to
        yield from ((f"{path}.to", step.to) for path, step in _ladder(name, message))
    yield "unanswered", [spec.unanswered]


def _ladder(name: str, message: Notification) -> Iterator[tuple[str, Escalation]]:
    """The steps of a ladder, each with its place: it may be written as one step or as a list."""
    path = f"notifications.{name}.escalation"
    one = len(message.escalation) == 1
    yield from ((path if one else f"{path}.{number}", step) for number, step in enumerate(message.escalation))


def somebody(subject: Subject) -> Iterator[Problem]:
    """An action that nobody may do, or a message to nobody, is a slip."""
    for name, action in subject.spec.actions.items():
        if not action.by:
            yield subject.problem(f"actions.{name}.by", f"Nobody may do {name}.", "Name at least one role in `by`.")
    for name, message in subject.spec.notifications.items():
        if not message.to:
            yield subject.problem(
                f"notifications.{name}.to", f"Nobody is told {name}.", "Name at least one role in `to`."
            )


def periods(subject: Subject) -> Iterator[Problem]:
    """Escalation and acknowledgement come after a length of time."""
    for name, message in subject.spec.notifications.items():
        texts = {f"notifications.{name}.acknowledge": message.acknowledge}
        texts |= {f"{path}.after": step.after for path, step in _ladder(name, message)}
        for path, text in texts.items():
            if text is not None and not _period(text):
                yield subject.problem(path, f"“{text}” is no length of time.", "Write e.g. 24 hours or 3 days.")


def _period(text: str) -> bool:
    if text.startswith("setting."):
        return True
    try:
        Duration.parse(text)
    except (ValueError, LookupError, ArithmeticError, UnitError):
        return False
    return True


def never_sent(subject: Subject) -> Iterator[Problem]:
    """A message or deviation that nothing sets off."""
    spec = subject.spec
    sent = {NO_NEXT_STEP} | {effect.notify for _, effect in subject.effects}
    recorded = {effect.deviation for _, effect in subject.effects}
    for task in spec.tasks.values():
        sent |= {one.notify for one in task.overdue} | {one.notify for one in task.reminders}
        recorded |= {task.late, task.missed}
    for part, named in (("notifications", sent), ("deviations", recorded)):
        for name, one in getattr(spec, part).items():
            if not one.on and one.when is None and name not in named:
                remedy = "Add `on:` or `when:`, or name it in a task or an effect; or remove it."
                yield subject.problem(f"{part}.{name}", f"Nothing sets off {name}.", remedy)


CHECKS = (roles, somebody, periods, never_sent)
