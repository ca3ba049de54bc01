"""The archive of definitions: append-only, written once whoever starts at the same time, and read by what is open."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from engine.catalogue import Catalogue
from engine.definition.hashing import content_hash
from engine.definition.registry import Registry
from engine.definition.reviving import NotLoaded, NotRevivable
from engine.ports import Archived, InUse
from engine.store import SqlStore, open_store
from engine.store.definitions_schema import definition, definition_catalogue
from service.versions import finder
from tests.store.builders import NOW, enrolment, opened, register, saved
from tests.store.releases import Release

FIRST = Release()


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return FIRST.registry(tmp_path)


def kept(store: SqlStore, registry: Registry) -> list[str]:
    """Archive what is in force."""
    return store.archive(registry.sources(), now=NOW, release="0.1.0")


def activations(store: SqlStore) -> list[dict[str, str]]:
    """What was in force after each change, as the audit tells it."""
    return [orjson.loads(one.content)["in_force"] for one in store.entries("") if one.chain == "definitions"]


def test_what_was_archived_comes_back_whole(store: SqlStore, registry: Registry) -> None:
    assert sorted(kept(store, registry)) == sorted(one.hash for one in registry.sources())
    for source in registry.sources():
        assert store.archived(source.hash) == source
    assert store.archived("nothing") is None


def test_a_version_is_archived_once_and_numbered_within_its_pathway(
    store: SqlStore, registry: Registry, tmp_path: Path
) -> None:
    kept(store, registry)
    assert kept(store, registry) == []
    later = FIRST.with_ward("value: 5 g/L", "value: 7 g/L").registry(tmp_path)
    assert kept(store, later) == [later.latest("ward").hash]
    hashes = [registry.latest("ward").hash, later.latest("ward").hash, registry.latest("visit").hash]
    numbers = {one.hash: (one.number, one.release, one.archived) for one in store.archived_versions(hashes)}
    assert [numbers[one] for one in hashes] == [(1, "0.1.0", NOW), (2, "0.1.0", NOW), (1, "0.1.0", NOW)]
    assert len(activations(store)) == 2
    with store.reader.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM definition_catalogue")).scalar() == 1


def test_a_roll_back_is_told_though_nothing_is_archived(store: SqlStore, registry: Registry, tmp_path: Path) -> None:
    later = FIRST.with_ward("value: 5 g/L", "value: 7 g/L").registry(tmp_path)
    for one in (registry, later, registry):
        kept(store, one)
    in_force = [one["ward"] for one in activations(store)]
    assert in_force == [registry.latest("ward").hash, later.latest("ward").hash, registry.latest("ward").hash]
    assert store.verify().problem is None


@pytest.mark.parametrize("table", ["definition", "definition_catalogue"])
@pytest.mark.parametrize("statement", ["UPDATE {0} SET text = 'x'", "DELETE FROM {0}"])
def test_the_database_refuses_to_change_the_archive(
    store: SqlStore, registry: Registry, table: str, statement: str
) -> None:
    kept(store, registry)
    with pytest.raises(DBAPIError, match="append-only"), store.database.writer.begin() as connection:
        connection.execute(text(statement.format(table)))


def test_a_text_that_is_not_what_was_archived_is_refused(store: SqlStore, registry: Registry) -> None:
    """Whoever gets past the triggers cannot get past the hash."""
    (source, _) = registry.sources()
    forged(store, source, source.text.replace("value: 5 g/L", "value: 1 g/L"))
    fresh = registry.copy()
    fresh._versions.clear()
    fresh.finder = finder(store)
    with pytest.raises(NotRevivable, match="not the one that was archived") as refused:
        fresh.version(source.hash)
    assert refused.value.place == f"ward {source.hash}"
    assert "backup" in refused.value.remedy
    assert list(fresh.failures) == [source.hash]


def forged(store: SqlStore, source: Archived, changed: str) -> None:
    """A row that bears the hash of another text."""
    with store.database.writer.begin() as connection:
        connection.execute(insert(definition_catalogue), {"hash": "c", "text": source.catalogue})
        row = {
            "hash": source.hash, "pathway": source.pathway, "number": 1, "text": changed, "catalogue": "c", "functions": dict(source.functions),
            "settings": dict(source.settings), "pathways": list(source.pathways), "archived": NOW, "release": "0.1.0",
        }  # fmt: skip
        connection.execute(insert(definition), row)


def test_what_is_in_use_is_counted_by_what_is_open(store: SqlStore) -> None:
    for number, (name, closed) in enumerate((("a", None), ("a", None), ("b", None), ("b", NOW), ("c", NOW))):
        register(store, f"p{number}")
        saved(store, enrolment(definition=name, closed=closed), patient=f"p{number}")
    assert store.definitions_in_use() == [InUse("a", "hbv", 2), InUse("b", "hbv", 1)]


def test_what_has_ended_costs_nothing(store: SqlStore) -> None:
    """The partial index is read, whose size is that of what is open."""
    postgres = store.database.reader.dialect.name == "postgresql"
    query = "SELECT definition, pathway, count(*) FROM enrolment WHERE closed IS NULL GROUP BY definition, pathway"
    with store.reader.connect() as connection:
        if postgres:
            connection.execute(text("SET enable_seqscan = off"))
        plan = connection.execute(text(("EXPLAIN " if postgres else "EXPLAIN QUERY PLAN ") + query))
        assert "ix_enrolment_open_definition" in "\n".join(str(row) for row in plan)


def test_replicas_that_start_at_once_archive_each_version_once(store_url: str, tmp_path: Path) -> None:
    """And tell the audit once. (In memory and on a SQLite file there is one process, with many threads.)"""
    registry = FIRST.registry(tmp_path)
    with opened(store_url) as first:
        stores = [first] if store_url.startswith("sqlite") else [first, *(open_store(store_url) for _ in range(3))]
        barrier = threading.Barrier(8)

        def start(number: int) -> list[str]:
            barrier.wait(30)
            return kept(stores[number % len(stores)], registry)

        with ThreadPoolExecutor(8) as pool:
            new = [name for found in pool.map(start, range(8)) for name in found]
        assert sorted(new) == sorted(one.hash for one in registry.sources())
        assert len(activations(first)) == 1
        assert first.verify().problem is None
        for other in stores[1:]:
            other.close()


def test_inside_a_transaction_the_archive_is_not_asked(store: SqlStore, registry: Registry) -> None:
    """It would wait for itself; the engine leaves the transaction, fetches the version, and begins anew."""
    kept(store, registry)
    register(store)
    fresh = registry.copy()
    name = fresh.latest("ward").hash
    fresh._versions.clear()
    with pytest.raises(NotLoaded):
        fresh.version(name)
    fresh.finder = finder(store)
    with store.unit("p1"), pytest.raises(NotLoaded):
        fresh.version(name)
    assert fresh.version(name).hash == name
    assert fresh.failures == {}


def test_a_version_that_is_nowhere_is_named_with_its_remedy(store: SqlStore, registry: Registry) -> None:
    registry.finder = finder(store)
    for _ in range(2):
        with pytest.raises(NotRevivable, match="No definition with hash gone"):
            registry.version("gone")
    assert "archives its definitions" in registry.failures["gone"].remedy


def test_a_sentence_that_this_release_cannot_read_is_told_as_such(store: SqlStore, registry: Registry) -> None:
    """Its hash holds, so the fault is ours."""
    source = registry.sources()[0]
    broken = source.text.replace("igg >= setting.limit", "igg >> setting.limit")
    digest = Catalogue.load(source.catalogue).content_hash
    name = content_hash(broken, digest, source.functions, source.settings)
    with pytest.raises(NotRevivable, match=r"This release cannot read it: guards\.dose\.igg_fine"):
        registry.revive(replace(source, text=broken, hash=name))
