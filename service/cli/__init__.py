"""The terminal: `careway …`. Names, options and exit codes are a contract (`docs/`, `careway --help`).

Exit codes: 0 done, 1 a check or expectation failed (or an action was refused), 2 bad input.
"""

from __future__ import annotations

import sys

from service.cli.running import run


def main() -> None:
    """Entry of the console script."""
    sys.exit(run(sys.argv[1:]))
