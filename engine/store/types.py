"""Column types that mean the same on SQLite and on PostgreSQL.

SQLite has no instants and would drop the zone silently; there an instant is text of fixed width in UTC, which sorts as
time does. PostgreSQL keeps `timestamptz`. Both give back aware datetimes in UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import DateTime, Dialect, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from engine.codec import canonical, parse_when, when_text
from engine.model import When


class Instant(TypeDecorator[datetime]):
    """An aware instant, UTC, to the microsecond. A naive datetime is refused with ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text of 27 characters on SQLite."""
        return dialect.type_descriptor(String(27) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """To the driver."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no zone: instants are aware")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z" if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From the driver."""
        return None if value is None else self.reader(dialect)(value)

    @staticmethod
    def reader(dialect: Dialect) -> Callable[[Any], datetime]:
        """What turns the driver's value, which is not None, into an instant."""
        return datetime.fromisoformat if dialect.name == "sqlite" else _in_utc


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


class WhenText(TypeDecorator[When]):
    """A day (`YYYY-MM-DD`) or an instant (`YYYY-MM-DDTHH:MM:SSZ`), as text on both databases."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: When | None, dialect: Dialect) -> str | None:  # noqa: ARG002 (interface)
        """To the driver."""
        return None if value is None else when_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> When | None:
        """From the driver."""
        return None if value is None else self.reader(dialect)(value)

    @staticmethod
    def reader(dialect: Dialect) -> Callable[[str], When]:  # noqa: ARG004 (interface)
        """What turns the driver's value, which is not None, into a day or an instant."""
        return parse_when


class Json(TypeDecorator[Any]):
    """JSON-ready values as canonical text: what is written is what is read, key for key, on both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 (interface)
        """To the driver."""
        return None if value is None else canonical(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """From the driver."""
        return None if value is None else self.reader(dialect)(value)

    @staticmethod
    def reader(dialect: Dialect) -> Callable[[str], Any]:  # noqa: ARG004 (interface)
        """What turns the driver's value, which is not None, into what was written."""
        return orjson.loads


OWN = (Instant, WhenText, Json)
"""The types of this file: each has a `reader`, which the hot path calls without SQLAlchemy's detours."""
