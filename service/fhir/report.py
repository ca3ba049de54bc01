"""What an import did, counted, so that nothing is lost in silence: recorded, unchanged, unmapped, kept out, broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

MOST_PROBLEMS = 1000
"""Problems that are kept word for word; more are counted."""
_COUNTERS = (
    "resources", "recorded", "corrected", "retracted", "unmapped", "needs_confirmation", "kept_out", "dose_left_out",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """A resource that could not be imported, where it stands and why."""

    file: str
    place: str
    resource: str
    """`Observation/123`, empty where that is not known."""
    path: str
    reason: str
    code: str

    def __str__(self) -> str:
        parts = (self.file, self.place, self.resource, self.path)
        return f"{': '.join(one for one in parts if one)}: {self.reason}"

    def as_dict(self) -> dict[str, str]:
        """JSON-ready."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass
class ImportReport:
    """Counts of one import. Resources by type; facts by id; codes as `system|code`; what was kept out by reason."""

    files: int = 0
    patients_created: int = 0
    patients_matched: int = 0
    unchanged: int = 0
    """Facts of resources that were imported before."""
    resources: Counter[str] = field(default_factory=Counter)
    recorded: Counter[str] = field(default_factory=Counter)
    corrected: Counter[str] = field(default_factory=Counter)
    retracted: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[str] = field(default_factory=Counter)
    unmapped_reasons: dict[str, str] = field(default_factory=dict)
    needs_confirmation: Counter[str] = field(default_factory=Counter)
    """`system|code` of drugs whose use a person must state first."""
    kept_out: Counter[str] = field(default_factory=Counter)
    dose_left_out: Counter[str] = field(default_factory=Counter)
    """Courses that were recorded without their dose, which could not be read."""
    problems: list[Problem] = field(default_factory=list)
    more_problems: int = 0

    @property
    def ok(self) -> bool:
        """Whether every resource could be read."""
        return not self.problems

    @property
    def changed(self) -> int:
        """Facts recorded, corrected or retracted."""
        return sum((self.recorded + self.corrected + self.retracted).values())

    def problem(self, problem: Problem) -> None:
        """Note what is broken."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)
        else:
            self.more_problems += 1

    def not_mapped(self, codes: dict[str, str]) -> None:
        """Count codes that mean no fact."""
        self.unmapped.update(codes.keys())
        self.unmapped_reasons |= {code: why for code, why in codes.items() if why}

    def add(self, other: ImportReport) -> None:
        """Count another import in."""
        for name in ("files", "patients_created", "patients_matched", "unchanged", "more_problems"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in _COUNTERS:
            getattr(self, name).update(getattr(other, name))
        self.unmapped_reasons |= other.unmapped_reasons
        for one in other.problems:
            self.problem(one)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, counters in order of their keys."""
        counts = {name: dict(sorted(getattr(self, name).items())) for name in _COUNTERS}
        whole = {name: getattr(self, name) for name in ("files", "patients_created", "patients_matched", "unchanged")}
        reasons = dict(sorted(self.unmapped_reasons.items()))
        problems = [one.as_dict() for one in self.problems]
        return {
            **whole,
            **counts,
            "unmapped_reasons": reasons,
            "problems": problems,
            "more_problems": self.more_problems,
        }

    def as_text(self) -> str:
        """For a terminal."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{self.files} files, {sum(self.resources.values())} resources"
        yield f"patients: {self.patients_created} new, {self.patients_matched} known"
        changes = (f"{sum(getattr(self, name).values())} {name}" for name in ("recorded", "corrected", "retracted"))
        yield f"facts: {', '.join(changes)}, {self.unchanged} unchanged"
        for title, name in (
            ("not mapped", "unmapped"),
            ("needs confirmation", "needs_confirmation"),
            ("kept out", "kept_out"),
        ):
            for key, count in sorted(getattr(self, name).items(), key=lambda item: (-item[1], item[0])):
                why = self.unmapped_reasons.get(key, "")
                yield f"{title}: {count} × {key}" + (f" ({why})" if why else "")
        yield from (f"problem: {one}" for one in self.problems)
        if self.more_problems:
            yield f"and {self.more_problems} more problems"
