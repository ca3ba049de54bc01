"""Records as rows and back, for any table whose columns are the fields of a dataclass: compiled once for each database.

The same `fields_of` that writes the audit drives this; there is no second description of a record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from functools import lru_cache
from operator import attrgetter
from typing import Any

import orjson
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Dialect,
    Select,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.sql import ClauseElement

from engine.codec import FieldCodec, fields_of
from engine.model import Person
from engine.store.schema import is_json
from engine.store.session import Row
from engine.store.types import OWN

Convert = Callable[[Any], Any]


class RecordTable:
    """SQL and conversions of one record class in one table of one database. A record's first field is its `id`."""

    def __init__(
        self,
        table: Table,
        cls: type,
        dialect: Dialect,
        *,
        owner: Sequence[str] = ("patient", "nr"),
        extra: Sequence[str] = (),
        guard: Sequence[str] = (),
    ) -> None:
        """`extra` columns are written with the fields; `guard` columns must still have their old value on update."""
        codecs = fields_of(cls)
        names = [item.name for item in codecs]
        self._cls = cls
        self._width = len(names)
        self._values = attrgetter(*names)
        self._encoders = [_encoder(item, table, dialect) for item in codecs]
        self._decoders = [
            (place, decode)
            for place, item in enumerate(codecs)
            if (decode := _decoder(item, table, dialect)) is not None
        ]
        self._extra = [_binder(table, name, dialect) for name in extra]
        key = [name for name in owner if name == "patient"]
        self._has_owner = bool(key)
        self.insert = insert_sql(table, [*owner, *names, *extra], dialect)
        self.update = update_sql(table, [*names[1:], *extra], [*key, names[0], *guard], dialect)
        self.select = select(*(table.c[name] for name in names))

    def values(self, record: Any, extra: Sequence[Any] = ()) -> list[Any]:
        """The driver's values of a record and of the extra columns."""
        values = [
            v if c is None or v is None else c(v) for v, c in zip(self._values(record), self._encoders, strict=True)
        ]
        values += [v if c is None or v is None else c(v) for v, c in zip(extra, self._extra, strict=True)]
        return values

    @staticmethod
    def update_row(values: list[Any], *key_and_guard: Any) -> Row:
        """Parameters of `update`: what `values` gave, the owner where there is one, the id, the guards."""
        return (*values[1:], *key_and_guard)

    def record(self, row: Sequence[Any]) -> Any:
        """The record of a row of `select`; columns after the fields are ignored."""
        values = list(row[: self._width])
        for place, decode in self._decoders:
            if (value := values[place]) is not None:
                values[place] = decode(value)
        return self._cls(*values)


def insert_sql(table: Table, names: Sequence[str], dialect: Dialect) -> str:
    """INSERT of the named columns, parameters in the order of the table's columns, which must be that of the names."""
    order = [column.name for column in table.columns if column.name in names]
    if order != list(names):
        raise ValueError(f"{table.name}: name the columns in their order {order}")
    return compiled(insert(table).values({name: bindparam(f"v_{name}") for name in names}), dialect)


def update_sql(table: Table, names: Sequence[str], key: Sequence[str], dialect: Dialect) -> str:
    """UPDATE of the named columns where the key columns have given values, parameters in that order."""
    same = and_(*(table.c[name] == bindparam(f"k_{name}") for name in key))
    return compiled(update(table).where(same).values({name: bindparam(f"v_{name}") for name in names}), dialect)


def compiled(statement: ClauseElement, dialect: Dialect) -> str:
    """The driver's text of a statement."""
    return str(statement.compile(dialect=dialect))


def among_patients(query: Select[Any], column: ColumnElement[str], dialect: Dialect) -> Select[Any]:
    """The query for the patients of one parameter: an array on PostgreSQL, a JSON array on SQLite (`patients_value`)."""
    if dialect.name == "postgresql":
        return query.where(column == any_(bindparam("ids", type_=ARRAY(Text))))
    return query.where(column.in_(select(func.json_each(bindparam("ids")).table_valued("value").c.value)))


def patients_value(ids: Sequence[str], dialect: Dialect) -> Any:
    """The parameter of `among_patients`."""
    return list(ids) if dialect.name == "postgresql" else orjson.dumps(list(ids)).decode()


def _encoder(item: FieldCodec, table: Table, dialect: Dialect) -> Convert | None:
    # Columns with a type of their own take the Python value, and their type does the rest.
    first = item.encode if is_json(item) else _enum(item, lambda value: value.value)
    return _then(first, _binder(table, item.name, dialect))


def _decoder(item: FieldCodec, table: Table, dialect: Dialect) -> Convert | None:
    kind = table.c[item.name].type
    reader = (
        kind.reader(dialect) if isinstance(kind, OWN) else kind.dialect_impl(dialect).result_processor(dialect, None)
    )
    decode = _then(reader, item.decode if is_json(item) else _enum(item, item.type))
    # The same few people stand in most records, and they are immutable.
    return lru_cache(maxsize=1024)(decode) if item.type is Person and decode is not None else decode


def _enum(item: FieldCodec, convert: Convert) -> Convert | None:
    return convert if isinstance(item.type, type) and issubclass(item.type, Enum) else None


def _binder(table: Table, name: str, dialect: Dialect) -> Convert | None:
    return table.c[name].type.dialect_impl(dialect).bind_processor(dialect)


def _then(first: Convert | None, second: Convert | None) -> Convert | None:
    if first is None or second is None:
        return first or second
    return lambda value: second(first(value))
