"""From tree to sentence: the canonical one, which parses back to the same tree, and the two that clinicians read.

A definition's tables, its hash and its differences use `canonical`; pages, refusals and messages `english` and `chinese`.
"""

from engine.language.canonical_criteria import canonical
from engine.language.chinese_criteria import chinese
from engine.language.english_criteria import english
from engine.language.labels import PLAIN, Labels, PlainLabels

__all__ = ["PLAIN", "Labels", "PlainLabels", "canonical", "chinese", "english"]
