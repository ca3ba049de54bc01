"""Which occurrence of a grid a result belongs to: the first waiting one in whose window it lies, else the last that had begun."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from engine.calendar import compare, is_day, local_day
from engine.model import When

if TYPE_CHECKING:
    from engine.decide.owed import Owed


class Homes:
    """The occurrences of a grid. Where they are days in order, as in all but odd grids, a result finds its own without a search."""

    def __init__(self, found: Sequence[Owed], zone: str) -> None:
        self._found = found
        self._zone = zone
        self._begins: list[Any] = [one.opens if one.opens is not None else one.due for one in found]
        self._ordered = _ascending(self._begins) and _ascending([one.until for one in found])

    def of(self, when: When) -> Owed | None:
        """The occurrence of a result of that moment; windows may overlap: the next result serves the next one."""
        begun = self._begun(when)
        inside = self._inside(begun, when)
        waiting = (one for one in inside if one.done is None)
        return next(waiting, None) or (inside[0] if inside else begun[-1] if begun else None)

    def _begun(self, when: When) -> Sequence[Owed]:
        if self._ordered:
            return self._found[: bisect_right(self._begins, local_day(when, self._zone))]
        both = zip(self._found, self._begins, strict=True)
        return [one for one, start in both if start is not None and compare(start, when, self._zone) <= 0]

    def _inside(self, begun: Sequence[Owed], when: When) -> Sequence[Owed]:
        if not self._ordered:
            return [one for one in begun if one.until is not None and compare(when, one.until, self._zone) <= 0]
        first, day = len(begun), local_day(when, self._zone)
        while first and begun[first - 1].until >= day:  # type: ignore[operator]  # all are days
            first -= 1
        return begun[first:]


def _ascending(moments: Sequence[Any]) -> bool:
    """Whether all are days, none before the one in front of it."""
    days = all(one is not None and is_day(one) for one in moments)
    return days and all(one <= other for one, other in pairwise(moments))
