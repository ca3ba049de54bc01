"""Which named values and criteria depend on what is bound for one sentence only (`row.x`, `entry.x`, `last_result`).

All others mean the same wherever they are named, so that they are found out once and remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

LOCAL = frozenset({"row", "entry", "last_result"})
"""Bindings of a row of a table, of an entry or edge, of one occurrence of a rolling task."""
NOTHING: frozenset[str] = frozenset()


def local_names(uses: Mapping[str, set[str]], everywhere: Iterable[str] = ()) -> dict[str, frozenset[str]]:
    """The local bindings on which each name depends, through other names too; `everywhere` is used by all of them."""
    found = {name: _bound(used) for name, used in uses.items()}
    shared = _bound(everywhere) | _through(everywhere, found)
    moved = True
    while moved:
        wider = {name: own | shared | _through(uses[name], found) for name, own in found.items()}
        moved, found = wider != found, wider
    return {name: bound for name, bound in found.items() if bound}


def _bound(used: Iterable[str]) -> frozenset[str]:
    return LOCAL.intersection(name.partition(".")[0] for name in used)


def _through(used: Iterable[str], found: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return NOTHING.union(*(found.get(name, NOTHING) for name in used))
