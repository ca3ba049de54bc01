"""`serve`, `worker`, `demo`: the processes of the service."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.app import app
from service.cli.printing import DONE, Json, note, show

if TYPE_CHECKING:
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
    patients: Annotated[int, typer.Option(min=1, max=10_000, help="How many fictitious patients.")] = 80,
    seed: Annotated[int, typer.Option(help="The same seed gives the same cohort.")] = 1,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Build the cohort only.")] = False,
    host: Host = None,
    port: Port = None,
    as_json: Json = False,
) -> int:
    """Build the demonstration cohort in an empty database, then serve it."""
    from service import process

    with _started(_settings(host, port)) as careway:
        built = _build(careway, patients, seed)
        show({"patients": built}, f"{built} fictitious patients built." if built else "", as_json=as_json)
        if not no_serve:
            note(f"Serving on http://{careway.settings.host}:{careway.settings.port} – stop with Ctrl+C.")
            process.serve(careway)
    return DONE


def _build(careway: Careway, patients: int, seed: int) -> int:
    """The number of patients built; 0 where the database has patients already."""
    if careway.store.patients(limit=1):
        note("The database has patients already: the demonstration cohort is not built again.")
        return 0
    from service.cli.progress import progress
    from service.demo import build

    with progress("building the cohort") as advance:
        build(careway, patients, seed, advance)
    return len(careway.store.patients(limit=patients + 1))


def _settings(host: str | None, port: int | None) -> Settings:
    from service.reading_settings import load_settings

    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    return load_settings(**given)


def _started(settings: Settings) -> Careway:
    """The parts, on a database that is made where there is none; its log goes to stdout as JSON lines."""
    from service import logs
    from service.wiring import build, prepare_database

    logs.configure(settings.log_level, sys.stdout)
    file = Path(settings.database_url.removeprefix("sqlite:///"))
    if settings.database_url.startswith("sqlite:///") and not file.exists():
        prepare_database(settings)
    return build(settings)
