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
from service import versions
from service.ids import Ids, RandomIds
from service.messages import Messages, build_messages
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
    messages: Messages | None = None
    """How what the engine requests reaches people; None where nothing is delivered."""

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
    """Put the parts together on a database that is at this version's schema, and archive the definitions in force.

    `read_only` opens a SQLite file beside the service that writes to it, and archives nothing. Raises `DefinitionError`,
    `DatabaseInUse`, `SchemaOutdated` and `StoreBusy`.
    """
    known = (registry or load_registry(*settings.pathway_folders)).copy()
    time = clock or SystemClock()
    store = open_store(
        settings.database_url, read_only=read_only,
        pool_size=settings.database_pool, charts_in_memory=settings.charts_in_memory,
    )  # fmt: skip
    known.finder = versions.finder(store)
    messages = _messages(settings, known, store, time)
    engine = Engine(store, known, messages.poster)
    careway = Careway(settings, time, store, known, engine, ids or RandomIds(), messages)
    if not read_only:
        _archive(careway)
    return careway


def _messages(settings: Settings, registry: Registry, store: SqlStore, clock: Clock) -> Messages:
    """Layouts are checked here, before anything is asked for."""
    try:
        return build_messages(settings, registry, store, clock)
    except BaseException:
        store.close()
        raise


def _archive(careway: Careway) -> None:
    """Before anybody can be enrolled on them."""
    try:
        versions.archive(careway.store, careway.registry, careway.clock)
    except BaseException:
        careway.close()
        raise


def prepare_database(settings: Settings) -> str:
    """Make the database where there is none and bring it to this version's schema; the step that it has reached then."""
    url = settings.database_url
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    return "in memory" if url == IN_MEMORY else upgrade(url)
