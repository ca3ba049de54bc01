"""The names that a sentence may use, known when it is compiled. Unknown ones are an author's mistake with the nearest known name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from engine.catalogue.names import did_you_mean
from engine.errors import AuthorError

if TYPE_CHECKING:
    from engine.catalogue import Catalogue
    from engine.definition.schema import DefinitionSpec
    from engine.functions import Function

BINDINGS = frozenset({"setting", "with", "given", "anchor", "row", "entry", "caller"})
"""First parts of dotted names that are no pathway."""

BUILT_IN = frozenset({"today", "now", "age", "birth_date", "sex", "last_result", "entry"})
"""Names that every sentence knows (`last_result` and `entry` in tasks and edges only)."""

ENTRY_KEYS = frozenset(
    {"value", "date", "time", "event", "status", "source", "drug", "role", "name", "dose", "detection", "uln"}
)
"""Attributes that any entry may have."""


class UnknownInSentence(AuthorError):
    """A sentence uses a name that nothing defines."""

    code = "unknown_in_sentence"


@dataclass(frozen=True)
class Scope:
    """Where names are looked up: one definition, the catalogue, the registered functions, the other pathways."""

    spec: DefinitionSpec
    catalogue: Catalogue
    functions: Mapping[str, Function]
    pathways: frozenset[str]
    source: str = ""
    """Inside `with (…)`: what the entries are; its attributes are names too."""
    source_name: str = ""
    complain: Callable[[AuthorError], None] | None = None
    uses: set[str] = field(default_factory=set, compare=False)
    """Every name that was looked up in this scope, inner ones included."""

    def apart(self) -> Scope:
        """The same scope with a list of used names of its own."""
        return replace(self, uses=set())

    def inside(self, source: str, name: str) -> Scope:
        """The scope of a `with (…)`."""
        return replace(self, source=source, source_name=name)

    def is_attribute(self, name: str) -> bool:
        """Whether a name inside `with (…)` is an attribute of the entry."""
        if not self.source or "." in name:
            return False
        if self.source == "action":
            action = self.spec.actions.get(self.source_name)
            return name in (action.asks if action else ()) or name in ("role", "name")
        fact = self.catalogue.facts.get(self.source_name)
        own = {*fact.attributes, *fact.qualifiers} if fact else set()
        own |= set(self.catalogue.extras.get("exposure_common_attributes", ()))
        return name in own or name in ENTRY_KEYS or not self.knows(name)

    def knows(self, name: str) -> bool:
        """Whether a plain name means anything outside an entry."""
        return (
            name in BUILT_IN
            or name in self.spec.values
            or name in self.functions
            or self.catalogue.canonical(name) is not None
        )

    def unknown(self, name: str, what: str, known: Any) -> AuthorError:
        """An error that names the closest known name."""
        hint = did_you_mean(name, known)
        return UnknownInSentence(
            f"Nothing called “{name}” ({what}) is known.", remedy=hint or "Define it or correct the name.", name=name
        )

    def everything(self) -> set[str]:
        """All plain names, for the nearest known one."""
        return {*BUILT_IN, *self.spec.values, *self.spec.criteria, *self.functions, *self.catalogue.names}
