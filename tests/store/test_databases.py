"""The stores of the suite are what they say: empty, of one's own, and of three kinds."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, inspect, text


@pytest.mark.parametrize("attempt", ["first", "second"])
def test_every_test_finds_an_empty_database(database_url: str, attempt: str) -> None:
    """What one test writes, no other one sees."""
    engine = create_engine(database_url)
    assert inspect(engine).get_table_names() == [], attempt
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE mark (id INTEGER)"))
    assert inspect(engine).get_table_names() == ["mark"]
    engine.dispose()


def test_the_same_url_leads_to_the_same_database_on_disk(database_url: str) -> None:
    if database_url == "sqlite://":
        return  # a database in memory lives and dies with its engine
    for expected in ([], ["mark"]):
        engine = create_engine(database_url)
        assert inspect(engine).get_table_names() == expected
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS mark (id INTEGER)"))
        engine.dispose()
