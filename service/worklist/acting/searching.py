"""Finding a fact of the catalogue by what people call it: id, label in either language, alias, code of a terminology, class."""

from __future__ import annotations

from collections.abc import Iterable

from engine.catalogue import Catalogue
from engine.catalogue.definition import FactDefinition

MOST = 40
"""Facts shown for one search."""


def search(catalogue: Catalogue, text: str) -> list[FactDefinition]:
    """The facts that a text names, the closest first; none for an empty text."""
    wanted = " ".join(text.casefold().split())
    if not wanted:
        return []
    ranked = [(rank, one) for one in catalogue.facts.values() if (rank := _rank(catalogue, one, wanted)) < _NOT]
    ranked.sort(key=lambda found: (found[0], len(found[1].label["en"]), found[1].id))
    return [one for _, one in ranked[:MOST]]


_NOT = 9


def _rank(catalogue: Catalogue, one: FactDefinition, wanted: str) -> int:
    """0: it is called exactly so; then: a name begins so, a word of a name does, it stands in a name, all words do; a class is."""
    names = [name.casefold() for name in _names(one)]
    words = wanted.split()
    if wanted in names:
        return 0
    if any(name.startswith(wanted) for name in names):
        return 1
    if any(f" {wanted}" in name.replace("_", " ").replace("-", " ") for name in names):
        return 2
    if any(wanted in name for name in names):
        return 3
    if all(any(word in name for name in names) for word in words):
        return 4
    return 5 if any(wanted in name.casefold() for name in _classes(catalogue, one)) else _NOT


def _names(one: FactDefinition) -> Iterable[str]:
    return (one.id, *one.label.values(), *one.aliases, *map(str, one.codes.values()))


def _classes(catalogue: Catalogue, one: FactDefinition) -> Iterable[str]:
    for name in one.classes:
        known = catalogue.classes[name]
        yield from (known.id, *known.label.values(), *known.aliases)


def nearest(catalogue: Catalogue, text: str) -> FactDefinition | None:
    """The fact that was probably meant by a text that names none."""
    name = catalogue.nearest(text.strip().replace(" ", "_"))
    found = catalogue.canonical(name) if name else None
    return catalogue.facts[found] if found else None
