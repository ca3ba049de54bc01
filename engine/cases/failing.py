"""What a check found instead of what was expected, and one failure of a case as every report shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """An expectation that does not hold: what was found, JSON-ready, and the engine's own explanation."""

    found: Any
    explanation: str = ""


def failed(found: Any, explanation: str = "") -> Verdict:
    """An expectation that does not hold."""
    return Verdict(found, explanation)


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed expectation; `at` is the step's local time, `line` that of the expectation in the file."""

    at: str
    key: str
    expected: Any
    found: Any
    explanation: str = ""
    line: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The form of `careway simulate --json`."""
        return {
            "at": self.at,
            "key": self.key,
            "expected": self.expected,
            "found": self.found,
            "explanation": self.explanation,
        }
