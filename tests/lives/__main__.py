"""`python -m tests.lives [NUMBER]`: so many generated lives (200) on all cores, and what the audit says of them."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from os import cpu_count

from tests.lives.generated import lived


def main() -> int:
    """Live them, print one line for each that is not in order and the figures of all."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    start = time.monotonic()
    with ProcessPoolExecutor(cpu_count()) as pool:
        lives = list(pool.map(lived, range(number)))
    wrong = [(life.seed, finding) for life in lives for finding in life.findings]
    for seed, finding in wrong:
        sys.stdout.write(f"seed {seed}: {finding}\n")
    sums = {
        name: sum(getattr(life, name) for life in lives)
        for name in ("commands", "refused", "stages", "overrides", "fired")
    }
    sys.stdout.write(f"{number} lives in {time.monotonic() - start:.0f} s: {sums}; {len(wrong)} findings\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
