"""What is wrong with a case file: every finding with file, line and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from engine.catalogue.names import nearest
from engine.errors import AuthorError


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One mistake in a file; line and column count from 1, line 0 means the file as a whole."""

    line: int
    column: int
    message: str
    remedy: str = ""
    nearest: str = ""
    """The known id closest to an unknown one."""

    def text(self, file: str) -> str:
        """The mistake in one line, as editors and people read it: `file:line:column: message`."""
        place = f"{file}:{self.line}:{self.column}" if self.line else file
        return " ".join(part for part in (f"{place}: {self.message}", self.remedy) if part)


class CaseError(AuthorError):
    """A case file cannot be run: malformed, or naming an id that its pathway does not have. Correct the file."""

    code = "case"

    def __init__(self, file: str, findings: Iterable[Finding], *, case: str = "") -> None:
        self.file, self.case = file, case
        self.findings = tuple(sorted(set(findings)))
        super().__init__("\n".join(finding.text(file) for finding in self.findings), findings=self._plain())

    def _plain(self) -> list[dict[str, Any]]:
        return [
            {
                "line": one.line,
                "column": one.column,
                "message": one.message,
                "remedy": one.remedy,
                "nearest": one.nearest,
            }
            for one in self.findings
        ]


class CaseFault(AuthorError):
    """A case could not be carried through although its file is sound: the engine failed or its timers stand still."""

    code = "case_fault"


def unknown(what: str, name: object, known: Iterable[str], line: int, column: int) -> Finding:
    """The finding for an id that does not exist, with the nearest known one."""
    found = nearest(name, known)
    remedy = f"Did you mean {found}?" if found else f"Use the id of a {what} of the pathway."
    return Finding(line, column, f"unknown {what} {str(name)!r}", remedy, found)
