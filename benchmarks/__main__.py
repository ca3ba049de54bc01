"""`python -m benchmarks [NAME …]`: measures the named works (all of them without a name) and prints what they belong to."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping

import structlog

from benchmarks import (
    adherence,
    advances,
    due,
    feed,
    fifteen_years,
    guards,
    history,
    lateness,
    pages,
    starting,
    verification,
)
from benchmarks.measuring import Figure, machine

WORKS: Mapping[str, Callable[[], list[Figure]]] = {
    "advance": advances.measure,
    "history": history.measure,
    "due": due.measure,
    "late": lateness.measure,
    "guard": guards.measure,
    "feed": feed.measure,
    "verify": verification.measure,
    "pages": pages.measure,
    "years": fifteen_years.measure,
    "start": starting.measure,
    "adherence": adherence.measure,
}


def main(names: list[str]) -> int:
    """Measure; 2 for an unknown name."""
    unknown = [name for name in names if name not in WORKS]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are: {', '.join(WORKS)}", file=sys.stderr)
        return 2
    logging.getLogger("careway").setLevel(logging.ERROR)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    print(machine())
    for name in names or WORKS:
        for figure in WORKS[name]():
            print(figure, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
