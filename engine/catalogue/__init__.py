"""The catalogue of clinical facts, and how a fact is entered, corrected and voided."""

from engine.catalogue.catalogue import OTHER_DRUG, Catalogue
from engine.catalogue.codemap import CodeMap, Coding
from engine.catalogue.definition import (
    AcceptedUnit,
    AgeLimit,
    AgeRule,
    ClassDefinition,
    DerivedDefinition,
    FactDefinition,
    FactKind,
)
from engine.catalogue.names import did_you_mean, nearest, unknown_name
from engine.catalogue.refusal import REASONS

__all__ = [
    "OTHER_DRUG",
    "REASONS",
    "AcceptedUnit",
    "AgeLimit",
    "AgeRule",
    "Catalogue",
    "ClassDefinition",
    "CodeMap",
    "Coding",
    "DerivedDefinition",
    "FactDefinition",
    "FactKind",
    "did_you_mean",
    "nearest",
    "unknown_name",
]  # fmt: skip
