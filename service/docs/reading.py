"""Sentences of one definition as clinicians read them, in English and Chinese, with the values of settings beside their names."""

from __future__ import annotations

from typing import Any

from engine.definition.roles import role_label
from engine.definition.schema import DefinitionSpec
from engine.errors import AuthorError
from engine.language import syntax as s
from engine.language.labels import humanised
from engine.language.parsing import parse_criterion, parse_value
from engine.language.printing import Labels, chinese, english
from service.docs.book import Book

_OWN = ("stage", "hold", "task", "action", "value", "criterion", "setting", "guard", "table")


class PathwayLabels:
    """Labels with the names of one pathway first; a setting shows its value, since the reader asks how much."""

    def __init__(self, labels: Labels, specs: dict[str, DefinitionSpec], pathway: str) -> None:
        self._labels, self._specs, self._pathway = labels, specs, pathway

    def of(self, kind: str, name: str, language: str) -> str:
        """The label of a name; see `engine.language.labels.Labels.of`."""
        if kind == "setting":
            return self._setting(name, language)
        own = f"{self._pathway}.{name}"
        if kind in _OWN and "." not in name:
            found = self._labels.of(kind, own, language)
            if found != humanised(own):
                return found
        return self._labels.of(kind, name, language)

    def _setting(self, name: str, language: str) -> str:
        pathway, _, key = name.rpartition(".")
        setting = (
            self._specs[pathway or self._pathway].settings.get(key)
            if (pathway or self._pathway) in self._specs
            else None
        )
        words = humanised(key)
        if setting is None or isinstance(setting.value, dict | list):
            return words
        value = amount(written(setting.value, setting.unit), language)
        plain = language == "zh" and value[:1].isdigit()
        return value if plain else f"{words} ({value})"


def written(value: Any, unit: str = "") -> str:
    """A raw value as its author would write it: `yes`, `90 days`."""
    shown = ("yes" if value else "no") if isinstance(value, bool) else value
    return f"{shown} {unit}".strip()


def amount(text: Any, language: str) -> str:
    """A raw value as it is read: `90 days` → `90天`; what is no value stays as it is."""
    try:
        tree = parse_value(str(text))
    except AuthorError:
        return str(text)
    if not isinstance(tree, s.Number | s.Period | s.Day | s.Truth):
        return str(text)
    return english(tree) if language == "en" else chinese(tree)


class Reading:
    """Reads the sentences of one pathway aloud."""

    def __init__(self, book: Book, spec: DefinitionSpec) -> None:
        self.labels = PathwayLabels(book.registry.labels, dict(book.specs), spec.pathway)

    def criterion(self, text: str | None) -> tuple[str, str]:
        """A criterion in both languages; one that cannot be read as it is written."""
        return self._both(text, parse_criterion)

    def value(self, text: str | None) -> tuple[str, str]:
        """A value in both languages."""
        return self._both(text, parse_value)

    def entries(self, text: str) -> tuple[str, str]:
        """A selector (`plasma_exchange given within 90 days`) in both languages."""
        en, zh = self.value(f"latest {text}")
        return en.removeprefix("the latest ").removeprefix("latest "), zh.removeprefix("最近一次").removeprefix("最近")

    def _both(self, text: str | None, parse: Any) -> tuple[str, str]:
        if text is None:
            return "", ""
        try:
            tree = parse(text)
        except AuthorError:
            return f"`{text}`", f"`{text}`"
        return english(tree, self.labels), chinese(tree, self.labels)

    def stage(self, name: str) -> tuple[str, str]:
        """The label of a stage in both languages."""
        if name == "previous stage":
            return "previous stage", "前一阶段"
        return self.labels.of("stage", name, "en"), self.labels.of("stage", name, "zh")

    def fact(self, name: str) -> tuple[str, str]:
        """The label of a fact or class in both languages."""
        return self.labels.of("value", name, "en"), self.labels.of("value", name, "zh")


def roles(names: list[str]) -> str:
    """Roles as English words."""
    return ", ".join(role_label(name, "en") for name in names)
