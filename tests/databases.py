"""One suite of behaviour, three stores: SQLite in memory, SQLite on disk, PostgreSQL.

A test that takes `database_url` runs once for each. Every test has a database of its own; on PostgreSQL it is a copy of
a template, which costs some 30 ms. The databases are empty: `engine.store` builds its tables in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine, make_url, text

from engine.store import SqlStore, open_store, upgrade

STORES = (
    pytest.param("memory", id="sqlite-memory"),
    pytest.param("file", id="sqlite-file"),
    pytest.param("postgres", id="postgres", marks=pytest.mark.postgres),
)
_numbers = count(1)


@pytest.fixture(params=STORES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database of each kind in turn."""
    match request.param:
        case "memory":
            return "sqlite://"
        case "file":
            return f"sqlite:///{tmp_path / 'careway.db'}"
        case _:
            return str(request.getfixturevalue("postgres_database_url"))


@pytest.fixture
def postgres_database_url(postgres_admin: Engine, postgres_template: str, worker_name: str) -> Iterator[str]:
    """URL of a PostgreSQL database that is a copy of the template and is dropped after the test."""
    name = f"careway_test_{worker_name}_{next(_numbers)}"
    _execute(postgres_admin, f'CREATE DATABASE "{name}" TEMPLATE "{postgres_template}"')
    yield _at(postgres_admin.url, name)
    _execute(postgres_admin, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def postgres_template(postgres_admin: Engine, worker_name: str) -> Iterator[str]:
    """Name of the database of which each test gets a copy."""
    name = f"careway_template_{worker_name}"
    _execute(postgres_admin, f'DROP DATABASE IF EXISTS "{name}"')
    _execute(postgres_admin, f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
    yield name
    _execute(postgres_admin, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def postgres_admin(postgres_url: str) -> Iterator[Engine]:
    """An engine on the maintenance database, outside transactions: databases are created and dropped there."""
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def worker_name(request: pytest.FixtureRequest) -> str:
    """Name of the test process, so that several may share one PostgreSQL."""
    return str(getattr(request.config, "workerinput", {}).get("workerid", "main"))


def _execute(engine: Engine, statement: str) -> None:
    with engine.connect() as connection:
        connection.execute(text(statement))


def _at(url: URL, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


@pytest.fixture(params=STORES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database of each kind in turn, without patients but at this version's schema."""
    match request.param:
        case "memory":
            return "sqlite://"
        case "file":
            url = f"sqlite:///{tmp_path / 'careway.db'}"
            upgrade(url)
            return url
        case _:
            return str(request.getfixturevalue("postgres_store_url"))


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    """An empty store of each kind in turn."""
    with open_store(store_url) as fresh:
        yield fresh


@pytest.fixture
def postgres_store_url(postgres_admin: Engine, postgres_schema: str, worker_name: str) -> Iterator[str]:
    """URL of a PostgreSQL database at this version's schema, dropped after the test."""
    name = f"careway_store_{worker_name}_{next(_numbers)}"
    _execute(postgres_admin, f'CREATE DATABASE "{name}" TEMPLATE "{postgres_schema}"')
    yield _at(postgres_admin.url, name)
    _execute(postgres_admin, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def postgres_schema(postgres_admin: Engine, postgres_template: str, worker_name: str) -> Iterator[str]:
    """Name of a database on which the migrations have run; copying it is faster than running them for each test."""
    name = f"careway_schema_{worker_name}"
    _execute(postgres_admin, f'DROP DATABASE IF EXISTS "{name}"')
    _execute(postgres_admin, f'CREATE DATABASE "{name}" TEMPLATE "{postgres_template}"')
    upgrade(_at(postgres_admin.url, name))
    yield name
    _execute(postgres_admin, f'DROP DATABASE "{name}" WITH (FORCE)')
