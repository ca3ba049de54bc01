"""Holds: each says what ends it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition.checking.subject import Subject
from engine.definition.reading import Problem


def releases(subject: Subject) -> Iterator[Problem]:
    """Released by facts, by an action, or permanent; and not permanent and released at once."""
    released = {effect.release for _, effect in subject.effects if effect.release is not None}
    by_name = any(one.startswith("with.") for one in released)
    for name, hold in subject.spec.holds.items():
        path = f"holds.{name}"
        if hold.permanent and (hold.released is not None or name in released):
            remedy = "Remove `permanent`, or what releases it."
            yield subject.problem(path, f"{name} is permanent and yet released.", remedy)
        elif not hold.permanent and hold.released is None and name not in released and not by_name:
            remedy = "Add `released:`, an action with `release:`, or `permanent: true`."
            yield subject.problem(path, f"Nothing ever releases {name}.", remedy)


def said_to_people(subject: Subject) -> Iterator[Problem]:
    """A hold that no fact releases tells people in words what does."""
    for name, hold in subject.spec.holds.items():
        if hold.released is None and not hold.release.strip():
            remedy = "Add `release:` in words, e.g. which action ends it."
            yield subject.warning(f"holds.{name}", f"{name} does not say what releases it.", remedy)


CHECKS = (releases, said_to_people)
