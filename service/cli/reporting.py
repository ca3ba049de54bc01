"""`report adherence`: planned against actual as a file, and logs for process mining. Every export is recorded."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.app import reporting
from service.cli.patients import By
from service.cli.printing import DONE, Json, Lang, as_text, language, note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.adherence.exporting import Manifest
    from service.adherence.filters import Filter
    from service.cli.progress import Advance
    from service.wiring import Careway

Out = Annotated[
    Path | None, typer.Option("--out", help="Write to this file, and its manifest beside it.", metavar="FILE")
]


@reporting.command()
def adherence(
    *,
    form: Annotated[
        str, typer.Option("--format", help="html, pdf, csv, xlsx, json; xes or ocel for process mining.")
    ] = "json",
    pathway: Annotated[str, typer.Option(help="Only this pathway; waits between stages need one.")] = "",
    version: Annotated[str, typer.Option(help="Only this version (content hash).")] = "",
    begin: Annotated[str, typer.Option("--from", help="First day, 2026-01-31; else a year ago.")] = "",
    end: Annotated[str, typer.Option("--to", help="Last day; else today.")] = "",
    site: Annotated[str, typer.Option(help="Only patients of this site.")] = "",
    start: Annotated[str, typer.Option(help="Stage from which the drawn wait counts.")] = "",
    goal: Annotated[str, typer.Option(help="Stage until which it counts.")] = "",
    out: Out = None,
    by: By = "quality_office",
    lang: Lang = "",
    as_json: Json = False,
) -> int:
    """Report tasks, indicators, transitions, waits, overrides and deviations; the export stands in the audit."""
    from service.adherence.filters import Asked, filtered
    from service.cli.opening import opened
    from service.cli.progress import progress

    with opened() as careway, progress("reporting") as advance:
        wanted = filtered(careway, Asked(pathway, version, begin, end, site, start, goal), None)
        manifest = _write(careway, wanted, form, language(lang), by, out, advance)
    if out is not None:
        Path(f"{out}.manifest.json").write_text(as_text(manifest.as_dict()) + "\n", encoding="utf-8")
    if as_json:
        print(as_text(manifest.as_dict()), file=sys.stdout if out is not None else sys.stderr)
    elif out is not None:
        note(f"{out}: {manifest.bytes} bytes, SHA-256 {manifest.sha256}")
    return DONE


def _write(
    careway: Careway, wanted: Filter, form: str, tongue: str, by: str, out: Path | None, advance: Advance
) -> Manifest:
    """Write the export where it goes. Raises UnknownName for a form that there is not."""
    from engine.errors import UnknownName
    from service.adherence.exporting import FORMS, LOGS, streamed, written
    from service.adherence.indicators import Indicators
    from service.adherence.report import Builder
    from service.cli.entering import person

    if form in LOGS:
        pieces, manifest = streamed(careway, wanted, form, person(by), advance=advance)
        _put(pieces, out)
        return manifest
    if form not in FORMS:
        raise UnknownName(
            f"There is no form “{form}”.", place="--format", remedy=f"One of {', '.join([*FORMS, *LOGS])}."
        )
    report = Builder(careway, wanted, tongue, Indicators(), most=None, advance=advance).report()
    content, manifest = written(careway, report, form, tongue, person(by))
    _put([content], out)
    return manifest


def _put(pieces: Iterable[bytes], out: Path | None) -> None:
    target: Any = sys.stdout.buffer if out is None else out.open("wb")
    try:
        for piece in pieces:
            target.write(piece)
        target.flush()
    finally:
        if out is not None:
            target.close()


@reporting.command()
def model(pathway: Annotated[str, typer.Argument(help="The pathway.", metavar="PATHWAY")]) -> int:
    """Print the stages of a pathway in force as a Petri net (PNML), against which its XES log can be checked."""
    from pathways.registry import load_registry
    from service.adherence.pnml import pnml
    from service.reading_settings import load_settings

    print(pnml(load_registry(*load_settings().pathway_folders).latest(pathway)), end="")
    return DONE
