"""Opens Careway for one command. Questions open a SQLite file beside the service; changes need it for themselves."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import AuthorError

if TYPE_CHECKING:
    from engine.definition.registry import Registry
    from service.settings import Settings
    from service.wiring import Careway


class NoDatabase(AuthorError):
    """The database of the settings does not exist yet."""

    code = "no_database"


def opened(*, read_only: bool = False, definitions: bool = True) -> Careway:
    """The parts on the database of the settings. Raises `NoDatabase`, `SchemaOutdated`, `DatabaseInUse`, `InvalidSetting`.

    Without `definitions` none are loaded: for what looks at the records alone.
    """
    from service import logs
    from service.reading_settings import load_settings
    from service.wiring import build

    settings = load_settings()
    logs.configure("error", sys.stderr)
    _require_file(settings)
    return build(settings, read_only=read_only, registry=None if definitions else _empty())


def _empty() -> Registry:
    from engine.catalogue import Catalogue
    from engine.definition.registry import Registry

    return Registry(Catalogue({}, {}, {}, {}), {})


def _require_file(settings: Settings) -> None:
    file = Path(settings.database_url.removeprefix("sqlite:///"))
    if settings.database_url.startswith("sqlite:///") and not file.exists():
        raise NoDatabase(
            "There is no database yet.",
            place=str(file),
            remedy="Run `careway db upgrade`, or `careway demo` for a try.",
        )
