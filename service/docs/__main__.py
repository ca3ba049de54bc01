"""`python -m service.docs [FOLDER]`: write the generated pages."""

from __future__ import annotations

import sys
from pathlib import Path

from service.docs.writing import FOLDER, write

if __name__ == "__main__":
    changed = write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
    sys.stdout.write("".join(f"{name}\n" for name in changed) or "nothing changed\n")
