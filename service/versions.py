"""The versions of definitions: archived when they come into force, fetched from the archive while enrolments run on them.

A version that cannot be revived stops the enrolments on it and nothing else; it is named, with the remedy, in the log, by
`/readyz`, by `careway db doctor` and by `careway pathways`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version as installed
from typing import TYPE_CHECKING, Any

import structlog

from engine.clock import Clock
from engine.definition.registry import Finder, Registry
from engine.definition.reviving import NotLoaded, NotRevivable
from engine.errors import AuthorError
from engine.ports import Archived, ArchivedVersion, InUse
from engine.store import NestedUnit, SqlStore

if TYPE_CHECKING:
    from service.wiring import Careway

log = structlog.get_logger("careway.versions")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a pathway, in force or with enrolments open on it."""

    pathway: str
    number: int | None
    """1, 2, 3 … as archived; None where it is not."""
    definition: str
    """The hash."""
    in_force: bool
    open: int
    """Enrolments that run on it."""
    since: datetime | None
    """When it was loaded first."""
    release: str
    problem: str = ""
    """Why it cannot be revived; empty where it runs."""
    remedy: str = ""

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {**asdict(self), "since": self.since.isoformat() if self.since else None}

    @property
    def complaint(self) -> str:
        """The version by name, what is wrong, and what to do."""
        return f"{self.pathway} {self.definition} ({self.open} open): {self.problem} {self.remedy}"


def release() -> str:
    """The release of Careway that runs."""
    return installed("careway")


def finder(store: SqlStore) -> Finder:
    """How a registry asks the archive."""

    def find(content_hash: str) -> Archived | None:
        try:
            return store.archived(content_hash)
        except NestedUnit:
            raise NotLoaded(content_hash) from None

    return find


def archive(store: SqlStore, registry: Registry, clock: Clock) -> None:
    """Keep what is in force, before anybody is enrolled on it. Raises `StoreBusy`."""
    sources = registry.sources()
    new = store.archive(sources, now=clock.now(), release=release()) if sources else []
    if new:
        log.info("definitions archived", version=new)


def revive_in_use(careway: Careway) -> None:
    """Compile the versions on which enrolments run; what cannot be is told, and the others go on."""
    for one in careway.store.definitions_in_use():
        error = _revived(careway.registry, one)
        if error is not None:
            log.error(
                "enrolments stand still", pathway=one.pathway, version=one.hash, count=one.open, code=error.code,
                exc_info=error,
            )  # fmt: skip


def _revived(registry: Registry, one: InUse) -> AuthorError | None:
    """None where the version runs, else why not."""
    try:
        registry.version(one.hash)
    except (NotRevivable, NotLoaded) as error:
        return error
    return None


def versions(careway: Careway) -> list[Version]:
    """The versions in force, and the older ones on which enrolments are open, each tried; by pathway, newest first."""
    registry = careway.registry
    in_force = {name: registry.latest(name).hash for name in registry.ids()}
    used = {(one.pathway, one.hash): one for one in careway.store.definitions_in_use()}
    known = {one.hash: one for one in careway.store.archived_versions([*in_force.values(), *(key[1] for key in used)])}
    wanted = [used.pop((name, one), InUse(one, name, 0)) for name, one in in_force.items()] + list(used.values())
    found = [_version(registry, one, known.get(one.hash), in_force.get(one.pathway) == one.hash) for one in wanted]
    return sorted(found, key=lambda one: (one.pathway, not one.in_force, -(one.number or 0)))


def _version(registry: Registry, one: InUse, known: ArchivedVersion | None, in_force: bool) -> Version:
    error = _revived(registry, one)
    return Version(
        one.pathway, known.number if known else None, one.hash, in_force, one.open,
        known.archived if known else None, known.release if known else "",
        error.message if error else "", error.remedy if error else "",
    )  # fmt: skip


def standing_still(registry: Registry) -> str:
    """The versions that were needed and cannot be revived, with the remedies; empty where all are. Asks no database."""
    found = tuple(registry.failures.values())
    return "; ".join(f"{one.place}: {one.message} {one.remedy}" for one in found)
