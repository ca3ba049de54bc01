"""`python -m benchmarks [NAME …]`: measures the named works (all of them without a name) and prints what they belong to."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping

from benchmarks import advances, due, fifteen_years, guards, history, verification
from benchmarks.measuring import Figure, machine

WORKS: Mapping[str, Callable[[], list[Figure]]] = {
    "advance": advances.measure,
    "history": history.measure,
    "due": due.measure,
    "guard": guards.measure,
    "verify": verification.measure,
    "years": fifteen_years.measure,
}


def main(names: list[str]) -> int:
    """Measure; 2 for an unknown name."""
    unknown = [name for name in names if name not in WORKS]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are: {', '.join(WORKS)}", file=sys.stderr)
        return 2
    logging.getLogger("careway").setLevel(logging.ERROR)
    print(machine())
    for name in names or WORKS:
        for figure in WORKS[name]():
            print(figure, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
