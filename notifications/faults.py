"""What can be wrong with a layout: every finding with its file, so that an author sees them all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One finding."""

    place: str
    """The file, within the folder of templates."""
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        """In one line."""
        return " ".join(part for part in (f"{self.place}: {self.message}", self.remedy) if part)


class TemplateFault(Exception):
    """Layouts that cannot be used; nothing of them is."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """All findings."""
        super().__init__("\n".join(str(one) for one in faults))
        self.faults = tuple(faults)
