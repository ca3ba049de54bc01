"""`import fhir`: takes in FHIR R4 Bundles and NDJSON."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.cli.app import importing
from service.cli.patients import By
from service.cli.printing import DONE, FAILED, Json, show


@importing.command()
def fhir(
    files: Annotated[list[Path], typer.Argument(help="Bundles (JSON) or NDJSON.", metavar="FILE…")],
    *,
    by: By = "care_coordinator",
    as_json: Json = False,
) -> int:
    """Import FHIR R4 resources; what is not mapped is counted and kept out, what is broken is reported with its place."""
    from service.cli.entering import person
    from service.cli.opening import opened
    from service.cli.progress import progress
    from service.fhir import import_files

    with opened() as careway, progress("importing") as advance:
        report = import_files(careway.engine, files, careway.clock.now(), person(by), advance)
    show(report.as_dict(), report.as_text(), as_json=as_json)
    return DONE if report.ok else FAILED
