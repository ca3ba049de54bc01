"""Runs case files and tells how they went: for machines as the JSON array of the contract, for people as text.

Exit codes: 0 every expectation holds; 1 an expectation failed; 2 a file is malformed or names an unknown id, after the
other cases have run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.cases.errors import CaseError, Finding
from engine.cases.failing import Failure
from engine.cases.names import Library
from engine.cases.ports import Registry
from engine.cases.reading import read_file
from engine.cases.records import Case
from engine.cases.running import EngineFactory, opened, run_case
from engine.errors import CarewayError


@dataclass(frozen=True, slots=True)
class Result:
    """How one case went."""

    case: str
    file: str
    steps: int
    failures: tuple[Failure, ...] = ()
    error: str | None = None
    malformed: bool = False
    """The file is at fault, not the outcome."""

    @property
    def passed(self) -> bool:
        """Whether every expectation of the case holds."""
        return not self.failures and self.error is None

    def as_dict(self) -> dict[str, Any]:
        """The object of `careway simulate --json`."""
        return {
            "case": self.case, "file": self.file, "passed": self.passed, "steps": self.steps,
            "failures": [one.as_dict() for one in self.failures], "error": self.error,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Report:
    """How all cases went, in the order given."""

    results: tuple[Result, ...]

    @property
    def exit_code(self) -> int:
        """0, 1 or 2 as the contract says."""
        if any(one.malformed for one in self.results):
            return 2
        return 0 if all(one.passed for one in self.results) else 1

    def as_json(self) -> str:
        """The JSON array, an object for each case."""
        return json.dumps([one.as_dict() for one in self.results], ensure_ascii=False, indent=2)

    def as_text(self) -> str:
        """What people read: a line for each case, the failures below it, and the count at the end."""
        passed = sum(one.passed for one in self.results)
        lines = [line for one in self.results for line in _lines(one)]
        return "\n".join([*lines, f"{passed} of {len(self.results)} cases passed"])


def _lines(result: Result) -> Iterator[str]:
    if result.error is not None:
        yield f"ERROR {result.case}"
        yield from (f"  {line}" for line in result.error.splitlines())
        yield from _failures(result)
        return
    yield f"{'ok   ' if result.passed else 'FAIL '} {result.case} ({result.steps} steps)"
    yield from _failures(result)


def _failures(result: Result) -> Iterator[str]:
    for one in result.failures:
        yield f"  {result.case} {one.at} ({result.file}:{one.line})"
        yield f"    expected {one.key}: {_said(one.expected)}"
        yield f"    found    {one.key}: {_said(one.found)}"
        if one.explanation:
            yield f"    because  {one.explanation}"


def _said(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def case_files(paths: Iterable[Path | str]) -> list[Path]:
    """The files named, each once; a folder stands for the case files in it and below."""
    found: dict[Path, Path] = {}
    for path in map(Path, paths):
        for one in _within(path) if path.is_dir() else [path]:
            found.setdefault(one.resolve(), one)
    return list(found.values())


def _within(folder: Path) -> list[Path]:
    """A pathway's folder holds its definition too: where there are folders named `cases`, only theirs count."""
    files = sorted(folder.rglob("*.yaml"))
    return [one for one in files if "cases" in one.relative_to(folder).parts] or files


def run_files(paths: Iterable[Path | str], engine_factory: EngineFactory, registry: Registry) -> Report:
    """Run every case on a fresh engine; a bad file does not keep the others from running."""
    library = Library(registry)
    used: dict[str, str] = {}
    results: list[Result] = []
    for path in case_files(paths):
        try:
            case = read_file(path, library)
            _unique(case, used)
            results.append(_run(case, engine_factory, library))
        except CaseError as error:
            results.append(Result(error.case or path.stem, str(path), 0, error=error.message, malformed=True))
    return Report(tuple(results))


def _unique(case: Case, used: dict[str, str]) -> None:
    """Raises `CaseError` where another file has the id."""
    if case.id in used:
        finding = Finding(1, 1, f"the id {case.id!r} is that of {used[case.id]} too", "Give each case its own id.")
        raise CaseError(case.file, [finding], case=case.id)
    used[case.id] = case.file


def _run(case: Case, engine_factory: EngineFactory, library: Library) -> Result:
    """The result of one case; a fault of the engine ends that case only."""
    failures: list[Failure] = []
    error = None
    try:
        with opened(engine_factory) as engine:
            for failure in run_case(case, engine, library.names(case.pathway)):
                failures.append(failure)  # noqa: PERF402 - what failed before a fault is kept
    except CarewayError as fault:
        error = f"{case.file}: {fault}"
    except Exception as fault:  # noqa: BLE001 - an engine that breaks on one case must not hide the results of the others
        error = f"{case.file}: the engine failed: {type(fault).__name__}: {fault}"
    return Result(case.id, case.file, len(case.steps), tuple(failures), error)
