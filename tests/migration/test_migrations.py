"""The numbered steps lead exactly to the schema that the code uses, on both databases, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, make_url, text
from sqlalchemy.exc import DBAPIError

from engine.ports import InUse
from engine.store import open_store
from engine.store.connect import Database, connect
from engine.store.definitions import archived, in_use
from engine.store.migrate import FOLDER, current, differences, downgrade, head, upgrade
from engine.store.schema import metadata


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[str]:
    """URL of an empty PostgreSQL database."""
    admin = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    name = "careway_migration"
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each kind."""
    file = f"sqlite:///{tmp_path / 'careway.db'}"
    opened = connect(file if request.param == "sqlite" else request.getfixturevalue("postgres"))
    yield opened
    opened.close()


def test_the_steps_lead_to_todays_schema(database: Database) -> None:
    """Nothing missing, nothing left over, no type or default different."""
    assert current(database.reader) is None
    upgrade(database)
    assert current(database.reader) == head()
    assert differences(database.reader) == []


def test_constraints_are_those_of_todays_schema(database: Database) -> None:
    """Check constraints too, which the comparison does not look at."""
    upgrade(database)
    inspector = inspect(database.reader)
    for table in metadata.tables.values():
        found = {item["name"] for item in inspector.get_check_constraints(table.name)}
        wanted = {str(item.name) for item in table.constraints if type(item).__name__ == "CheckConstraint"}
        assert found == wanted, table.name


def test_the_audit_is_protected_after_the_steps(database: Database) -> None:
    """The triggers come with the steps."""
    upgrade(database)
    columns = "patient, chain, number, position, enrolment, event, actor, occurred, recorded, content, previous, hash"
    with database.writer.begin() as connection:
        connection.execute(text(f"INSERT INTO audit ({columns}) VALUES ('p','c',1,1,'','','','','','','','')"))
    for statement in ("UPDATE audit SET hash = 'x'", "DELETE FROM audit"):
        with pytest.raises(DBAPIError, match="append-only"), database.writer.begin() as connection:
            connection.execute(text(statement))


def test_enrolments_of_the_first_schema_stay_and_are_counted(database: Database) -> None:
    """The archive comes empty; what runs keeps the hash of its version."""
    upgrade(database, "0001")
    at = "'2026-01-05T01:00:00.000000Z'" if database.writer.dialect.name == "sqlite" else "'2026-01-05 01:00:00+00'"
    with database.writer.begin() as connection:
        connection.execute(text("INSERT INTO patient VALUES ('p', NULL, 'female', 'Asia/Shanghai', 1, 1, 0)"))
        for number, closed in ((1, "NULL"), (2, "NULL"), (3, at)):
            enrolment = f"'p', {number}, 'e{number}', 'hbv', 'abc', {number}, 'screening', {at}, NULL, {closed}, 1"
            empty = "'{}', '{}', '{}', '{}', '{}', '[]'"
            connection.execute(text(f"INSERT INTO enrolment VALUES ({enrolment}, {empty})"))
    upgrade(database)
    assert in_use(database.reader) == [InUse("abc", "hbv", 2)]
    assert archived(database.reader, "abc") is None
    assert differences(database.reader) == []


@pytest.mark.parametrize("table", ["definition", "definition_catalogue"])
def test_the_archive_is_protected_after_the_steps(database: Database, table: str) -> None:
    """The triggers come with the steps."""
    upgrade(database)
    moment = "2026-01-05T01:00:00.000000Z"
    with database.writer.begin() as connection:
        connection.execute(text("INSERT INTO definition_catalogue VALUES ('c', 'x')"))
        connection.execute(text(f"INSERT INTO definition VALUES ('h','p',1,'x','c','{{}}','{{}}','[]','{moment}','r')"))
    for statement in (f"UPDATE {table} SET text = 'y'", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match="append-only"), database.writer.begin() as connection:
            connection.execute(text(statement))


def test_upgrading_again_does_nothing(database: Database) -> None:
    """`careway db upgrade` may be called at every start."""
    upgrade(database)
    upgrade(database)
    assert current(database.reader) == head()


def test_steps_can_be_undone(database: Database) -> None:
    """Back to nothing, and forward again."""
    upgrade(database)
    downgrade(database, "base")
    assert [name for name in inspect(database.reader).get_table_names() if name != "alembic_version"] == []
    upgrade(database)
    assert differences(database.reader) == []


def test_step_files_say_order_and_meaning() -> None:
    """`0001_first_schema.py`: the revision is the number."""
    for file in (FOLDER / "versions").glob("*.py"):
        number, _, meaning = file.stem.partition("_")
        assert len(number) == 4
        assert number.isdigit()
        assert meaning
        assert f'revision = "{number}"' in file.read_text()


def test_a_database_in_memory_is_built_at_once() -> None:
    """Without steps: it has no past."""
    with open_store("sqlite://") as store:
        assert set(inspect(store.reader).get_table_names()) == set(metadata.tables)
