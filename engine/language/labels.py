"""Names as a reader knows them: what the readable sentences ask of a catalogue, and the answer when there is none."""

from __future__ import annotations

import re
from typing import Protocol

from engine.language import syntax as s

KINDS = (
    "fact", "value", "attribute", "criterion", "setting", "stage", "hold", "task", "action", "pathway", "gate", "guard", "table", "code",
)  # fmt: skip
"""Kinds of name that the printers ask for. See `Labels.of` for how each is qualified."""


class Labels(Protocol):
    """Labels of the names in a definition and its catalogue."""

    def of(self, kind: str, name: str, language: str) -> str:
        """The label of a name in `en` or `zh`, as it stands inside a sentence.

        `value` is any name read as a value: a fact, an exposure class, a named value, an anchor, or a dotted name other
        than `setting.x` (`with.x`, `row.x`, `entry.x`, `caller.x`, `given.x`). `code` is `fact.code` where the sentence
        tells the fact, for a code has its label there, and the bare code elsewhere; `yes` and `no` are never asked. `stage`, `hold` and `task` of
        another pathway, and every `gate`, are `pathway.name`. A name without a label is humanised, never refused.
        """


class PlainLabels:
    """The fallback: the last part of the id, its underscores as blanks, in either language."""

    def of(self, kind: str, name: str, language: str) -> str:  # noqa: ARG002 - the fallback knows one rule for all
        """`icans_grade` → `icans grade`, `tb_status.latent` → `latent`."""
        return humanised(name)


PLAIN = PlainLabels()


def humanised(name: str) -> str:
    """The last part of an id as words."""
    return name.rpartition(".")[2].replace("_", " ").strip() or name


_BOOLEANS = {"yes": {"en": "yes", "zh": "是"}, "no": {"en": "no", "zh": "否"}}


def name_label(name: str, labels: Labels, language: str) -> str:
    """The label of a name that is read as a value."""
    if name.startswith("setting."):
        return labels.of("setting", name.removeprefix("setting."), language)
    return labels.of("value", name, language)


def code_label(value: s.Value, code: str, labels: Labels, language: str) -> str:
    """The label of a code of this value."""
    if code in _BOOLEANS:
        return _BOOLEANS[code][language]
    owner = _owner(value)
    return labels.of("code", f"{owner}.{code}" if owner else code, language)


def _owner(value: s.Value) -> str:
    match value:
        case s.Name(name) | s.Attribute(name):
            return name.rpartition(".")[2]
        case s.Pick(_, selector):
            return selector.name
        case _:
            return ""


def elsewhere(name: str, pathway: str) -> str:
    """The qualified name of a stage, hold or task of another pathway."""
    return f"{pathway}.{name}" if pathway else name


_SENTENCE_CASE = re.compile(r"[A-Z][a-z]+(-[a-z]+)*(?![^ ])")
_PROPER = ("Pneumocystis", "Karnofsky", "Glasgow", "Montreal")


def inside(label: str) -> str:
    """An English label inside a sentence: `Body weight` → `body weight`; `IgG` and `T-cell antibody` stay."""
    if label.startswith(_PROPER) or not _SENTENCE_CASE.match(label):
        return label
    return label[0].lower() + label[1:]


_HEAD = re.compile(r"^(.*?)((?: of | with | in | at | for | from | \().*)?$", re.DOTALL)


def plural(noun: str, count: int) -> str:
    """The noun after a number: `relapse` → `relapses`, `episode of infection` → `episodes of infection`."""
    found = _HEAD.match(noun)
    if count == 1 or found is None or not found.group(1):
        return noun
    return _plural_word(found.group(1)) + (found.group(2) or "")


def _plural_word(word: str) -> str:
    for ending, plural_ending in (("sis", "ses"), ("s", "ses"), ("x", "xes"), ("ch", "ches"), ("sh", "shes")):
        if word.endswith(ending):
            return word.removesuffix(ending) + plural_ending
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word.removesuffix("y") + "ies"
    return word + "s"
