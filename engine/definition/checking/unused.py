"""What nobody reads: a named value, criterion, table, guard or setting that no sentence of any pathway uses.

A rule that stands in a definition and is never asked looks as if it protected somebody.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition.checking.references import Node, references
from engine.definition.checking.subject import Subject
from engine.definition.reading import Problem


def unused(subject: Subject) -> Iterator[Problem]:
    """Values, criteria and tables without a reader; guards that nothing asks. A value with a label is read by people."""
    used = _used(subject)
    own = subject.spec.pathway
    for part, kind in (("values", "value"), ("criteria", "criterion"), ("tables", "table"), ("guards", "guard")):
        for name, element in getattr(subject.spec, part).items():
            shown = part == "values" and _for_people(subject, name, element)
            if (own, kind, name) not in used and not shown:
                remedy = "Use it in a sentence, or remove it; a value for people has a `label`."
                yield subject.warning(f"{part}.{name}", f"Nothing reads the {kind} {name}.", remedy)


def _for_people(subject: Subject, name: str, element: object) -> bool:
    """A value that pages and cases read: it bears a label, or is one of the derived values of the catalogue."""
    return getattr(element, "label", None) is not None or subject.catalogue.is_derived(name)


def settings(subject: Subject) -> Iterator[Problem]:
    """A setting that no sentence and no function reads changes nothing; `unused:` says why it stands here all the same."""
    used = _used(subject)
    for name, setting in subject.spec.settings.items():
        is_used = (subject.spec.pathway, "setting", name) in used
        if not is_used and not setting.unused:
            remedy = "Use it in a sentence, or say in `unused:` why it is shown to people all the same."
            yield subject.warning(f"settings.{name}", f"Nothing reads the setting {name}.", remedy)
        if is_used and setting.unused:
            yield subject.warning(f"settings.{name}.unused", f"{name} is read.", "Remove `unused:`.")


def _used(subject: Subject) -> set[Node]:
    found: set[Node] = set()
    for spec in subject.others.values():
        other = subject.peer(spec)
        for sentence in other.sentences:
            found |= {
                one for one in references(other, sentence.tree) if one != (spec.pathway, sentence.use, sentence.owner)
            }
            found |= {(spec.pathway, "table", sentence.table)} if sentence.table else set()
        found |= set(_guards(other))
        found |= {(spec.pathway, "setting", name) for one in subject.functions.values() for name in one.settings}
    return found


def _guards(subject: Subject) -> Iterator[Node]:
    spec = subject.spec
    names = [action.guard for action in spec.actions.values()]
    names += [one.include for guard in spec.guards.values() for one in guard.require]
    for name in names:
        if name:
            pathway, _, own = name.rpartition(".")
            yield pathway or spec.pathway, "guard", own


CHECKS = (unused, settings)
