"""The one place where the parts of Careway meet: settings, clock, store, definitions, engine.

The service, the terminal, the demonstration and the tests all build it here; a test hands in its own clock and a
database in memory. Whoever needs one of the parts is given the `Careway` that holds it, and looks for it nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from engine.actions import Engine
from engine.clock import Clock, SystemClock
from engine.definition.registry import Registry
from engine.store import SqlStore, open_store, upgrade
from pathways.registry import load_registry
from service.ids import Ids, RandomIds
from service.settings import Settings

IN_MEMORY = "sqlite://"


@dataclass(frozen=True, slots=True)
class Careway:
    """Everything that one process of Careway consists of. Close it at the end, or use it in `with`."""

    settings: Settings
    clock: Clock
    store: SqlStore
    registry: Registry
    engine: Engine
    ids: Ids

    def close(self) -> None:
        """Close the connections to the database and let other processes write."""
        self.store.close()

    def __enter__(self) -> Self:
        """Use it until the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    registry: Registry | None = None,
    ids: Ids | None = None,
    read_only: bool = False,
) -> Careway:
    """Put the parts together on a database that is at this version's schema.

    `read_only` opens a SQLite file beside the service that writes to it. Raises `DefinitionError`, `DatabaseInUse`,
    `SchemaOutdated` and `StoreBusy`.
    """
    registry = registry or load_registry(*settings.pathway_folders)
    store = open_store(
        settings.database_url, read_only=read_only,
        pool_size=settings.database_pool, charts_in_memory=settings.charts_in_memory,
    )  # fmt: skip
    return Careway(settings, clock or SystemClock(), store, registry, Engine(store, registry), ids or RandomIds())


def prepare_database(settings: Settings) -> str:
    """Make the database where there is none and bring it to this version's schema; the step that it has reached then."""
    url = settings.database_url
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    return "in memory" if url == IN_MEMORY else upgrade(url)
