"""`check`, `simulate`, `schema`: for those who write pathways."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.app import app
from service.cli.printing import DONE, FAILED, Json, as_text, note, show

if TYPE_CHECKING:
    from engine.definition.reading import Problem
    from service.loading import Loaded


@app.command()
def simulate(
    cases: Annotated[list[Path], typer.Argument(help="Case files, or folders of them.", metavar="CASE…")],
    *,
    as_json: Json = False,
) -> int:
    """Run cases on a virtual clock against the real engine and a database in memory."""
    from engine.actions import Engine
    from engine.cases import run_files
    from engine.store import open_store

    loaded = _loaded()
    for problem in loaded.problems:
        note(f"left out: {problem}")
    registry = loaded.registry
    report = run_files(cases, lambda: Engine(open_store("sqlite://"), registry), registry)
    print(report.as_json() if as_json else report.as_text())
    return report.exit_code


@app.command()
def check(
    pathways: Annotated[list[str] | None, typer.Argument(help="Pathways; none = all.", metavar="[PATHWAY…]")] = None,
    *,
    traceability: Annotated[bool, typer.Option(help="Also list what expresses each statement.")] = False,
    as_json: Json = False,
) -> int:
    """List every finding on definitions, with file, line and remedy."""
    from service.checking import check_pathways, files_of, summary, traced
    from service.reading_settings import load_settings

    files = files_of(load_settings().pathway_folders)
    chosen = _known(files, pathways)
    if traceability:
        rows = traced(_loaded(), chosen)
        show(rows, "\n".join([*map(_traced, rows), summary(rows)]), as_json=as_json)
        return DONE
    problems = check_pathways(files, pathways or ())
    show([problem_json(one) for one in problems], _findings(problems, chosen), as_json=as_json)
    return FAILED if any(one.severity == "error" for one in problems) else DONE


def _traced(row: dict[str, Any]) -> str:
    """One statement with what expresses it, or why nothing can."""
    reason = f"not computable: {row['not_computable']}" if row["not_computable"] else "MISSING"
    return f"{row['statement']}: {', '.join(row['elements']) or reason}"


def _loaded() -> Loaded:
    from service.loading import load_what_is_sound
    from service.reading_settings import load_settings

    return load_what_is_sound(load_settings().pathway_folders)


def _known(files: dict[str, Path], pathways: list[str] | None) -> list[str]:
    """The pathways chosen, or all. Raises `UnknownName`."""
    from engine.catalogue.names import unknown_name

    for name in pathways or []:
        if name not in files:
            raise unknown_name("pathway", name, files)
    return pathways or list(files)


def problem_json(problem: Problem) -> dict[str, Any]:
    """A finding, JSON-ready."""
    return {
        "file": problem.file, "line": problem.line, "column": problem.column, "path": problem.path,
        "severity": problem.severity, "message": problem.message, "remedy": problem.remedy,
    }  # fmt: skip


def _findings(problems: list[Problem], chosen: list[str]) -> str:
    lines = [f"{one}" if one.severity == "error" else f"{one} ({one.severity})" for one in problems]
    return "\n".join([*lines, f"{len(problems)} findings on {len(chosen)} pathways"])


@app.command()
def schema() -> int:
    """Print the JSON Schema of `pathway.yaml`, for editors."""
    from engine.definition.schema import DefinitionSpec

    print(as_text(DefinitionSpec.model_json_schema(by_alias=True)))
    return DONE
