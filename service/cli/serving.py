"""`serve`, `worker`, `demo`: the processes of the service."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from service.cli.app import app
from service.cli.printing import DONE, Json, note, show

if TYPE_CHECKING:
    from service.accounts.access import Access
    from service.demo import DemoReport
    from service.settings import Settings
    from service.wiring import Careway

Host = Annotated[str | None, typer.Option(help="Address to listen on, instead of the setting.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on, instead of the setting.")]


@app.command()
def serve(*, host: Host = None, port: Port = None) -> int:
    """Run the service: HTTP, pages, and what falls due."""
    from service import process

    with _started(_settings(host, port)) as careway:
        process.serve(careway)
    return DONE


@app.command()
def worker() -> int:
    """Run a process without HTTP that handles what falls due (PostgreSQL: as many as wanted)."""
    from service import process

    with _started(_settings(None, None)) as careway:
        process.work(careway)
    return DONE


@app.command()
def demo(
    *,
    patients: Annotated[int, typer.Option(min=1, max=10_000, help="How many fictitious patients.")] = 200,
    seed: Annotated[int, typer.Option(help="The same seed gives the same cohort.")] = 1,
    bundles: Annotated[
        Path | None, typer.Option(help="Write the FHIR Bundle of each patient into this folder, too.")
    ] = None,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Build the cohort only.")] = False,
    host: Host = None,
    port: Port = None,
    as_json: Json = False,
) -> int:
    """Build the demonstration cohort in an empty database, then serve it."""
    from service import process

    with _started(_settings(host, port), log_to=sys.stderr) as careway:
        report = _build(careway, patients, seed, bundles)
        text = (
            "The database holds the cohort already."
            if report.existed
            else f"{report.patients} fictitious patients built."
        )
        show(report.as_dict(), text, as_json=as_json)
        if not no_serve:
            note(f"Serving on http://{careway.settings.host}:{careway.settings.port} – stop with Ctrl+C.")
            process.serve(careway, _demonstration(careway))
    return DONE


def _demonstration(careway: Careway) -> Access:
    """Access with the demonstration's accounts, on this machine alone: everybody knows their password."""
    from service.accounts import demonstration
    from service.accounts.access import access_to

    access = access_to(careway, demonstration=True)
    if access.demonstration:
        demonstration.ensure(access)
    else:
        note("Others can connect here, so there are no demonstration accounts: make one with `careway accounts add`.")
    return access


def _build(careway: Careway, patients: int, seed: int, bundles: Path | None) -> DemoReport:
    """What was built. A database that holds the cohort is left alone."""
    from service.cli.progress import progress
    from service.demo import build

    with progress("building the cohort") as advance:
        return build(
            careway.engine, now=careway.clock.now(), patients=patients, seed=seed, folder=bundles, progress=advance
        )


def _settings(host: str | None, port: int | None) -> Settings:
    from service.reading_settings import load_settings

    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    return load_settings(**given)


def _started(settings: Settings, log_to: TextIO | None = None) -> Careway:
    """The parts, on a database that is made where there is none; the log goes to stdout (of `demo`: to stderr)."""
    from service import logs
    from service.wiring import build, prepare_database

    logs.configure(settings.log_level, log_to or sys.stdout)
    file = Path(settings.database_url.removeprefix("sqlite:///"))
    if settings.database_url.startswith("sqlite:///") and not file.exists():
        prepare_database(settings)
    return build(settings)
