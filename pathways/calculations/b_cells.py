"""Whether the peripheral B cells are normal again (`shared-subpathways.md` §5.2, IGM-5, VAX-5)."""

from __future__ import annotations

from decimal import Decimal

from engine.functions import NotKnown, Reader, function
from engine.model import Fact
from pathways.calculations.reading import number, setting

COUNTS = ("cd19_b_cell_count", "cd20_b_cell_count")
FALLBACK = Decimal(100)
"""Lower reference limit per µL where the laboratory names none (LOCAL DEFAULT)."""


@function(
    "b_cells_normal", en="Peripheral B cells normal again", zh="B细胞恢复正常", kind="boolean", statements=["IGM-5", "VAX-5"],
    settings=["b_cell_normal"],
)  # fmt: skip
def b_cells_normal(read: Reader) -> bool:
    """Whether the latest CD19 or CD20 count reaches the laboratory's lower reference limit (fallback 100 /uL).

    Of two counts of one moment both must. Raises `NotKnown` where neither count is usable.
    """
    found = _counts(read)
    newest = max(fact.effective for fact in found)
    return all(_normal(read, fact) for fact in found if fact.effective == newest)


def _counts(read: Reader) -> list[Fact]:
    found, gaps = [], []
    for code in COUNTS:
        try:
            found.append(read.entry(code))
        except NotKnown as gap:
            gaps.append(gap)
    if not found:
        raise gaps[0]
    return found


def _normal(read: Reader, fact: Fact) -> bool:
    limit = read.attribute(fact, "lln")
    lowest = number(limit if limit is not None else setting(read, "b_cell_normal", FALLBACK))
    return number(fact.value) >= lowest and not fact.comparator.startswith("<")
